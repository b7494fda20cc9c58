/**
 * What a review looks at: five criteria with four levels each, three common to the whole program
 * and two of the module. Levels and the rule of acceptance are those of method 12.
 */
export const levels = [1, 2, 3, 4] as const;
export type Level = (typeof levels)[number];

export const criteriaOfAReview = 5;
/** A submission is accepted from this mean on, if no criterion is at level 1. */
export const acceptableMean = 2.5;

export type Criterion = {
	id: string;
	key: string;
	name: string;
	levels: string[];
	common: boolean;
};

export const isLevel = (value: number): value is Level =>
	(levels as readonly number[]).includes(value);

export type Judgement =
	| { acceptable: true; mean: number; hundred: number }
	| {
			acceptable: false;
			mean: number | null;
			why: 'levels-missing' | 'a-criterion-at-one' | 'mean-too-low';
	  };

/**
 * Whether these levels are enough to accept (method 12).
 *
 * @param given the levels given so far, one a criterion
 * @returns the mean (1 to 4) and, when acceptable, the same on the 100-scale: (mean - 1) / 3 * 100
 */
export function judge(given: Level[], criteria: number = criteriaOfAReview): Judgement {
	if (given.length === 0) return { acceptable: false, mean: null, why: 'levels-missing' };
	const mean = given.reduce((sum: number, level) => sum + level, 0) / given.length;
	if (given.length < criteria) return { acceptable: false, mean, why: 'levels-missing' };
	if (given.includes(1)) return { acceptable: false, mean, why: 'a-criterion-at-one' };
	if (mean < acceptableMean) return { acceptable: false, mean, why: 'mean-too-low' };
	return { acceptable: true, mean, hundred: ((mean - 1) / 3) * 100 };
}
