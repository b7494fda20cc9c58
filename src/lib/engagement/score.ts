// The questions a wave asks, as data, and how answers become a person's score and a team's score.
// Own items, informed by published research; not a validated psychometric test (method 2.1).
// The wording is in the messages; here only ids, scales and when each is asked.
import { mean } from 'simple-statistics';

/** Waves 0..6 lie in weeks 0 (baseline), 2, 4, 6, 8, 10 and 13 (endline). */
export const waves = [0, 1, 2, 3, 4, 5, 6] as const;
export type Wave = (typeof waves)[number];
export const baselineWave = 0;
export const endlineWave = 6;
export const isPulse = (wave: Wave): boolean => wave !== baselineWave && wave !== endlineWave;

/** `null` is a question left open, or "can't say". */
export type Answers = readonly (number | null)[];

export type Scale = { readonly min: number; readonly max: number };
const agreement: Scale = { min: 1, max: 7 };
const frequency: Scale = { min: 1, max: 5 };
const yesNo: Scale = { min: 0, max: 1 };

const everyWave = waves;
const pulses = [1, 2, 3, 4, 5] as const;
const ends = [baselineWave, endlineWave] as const;
const leaderWaves = [baselineWave, 3, endlineWave] as const;

export const itemIds = [
	...(['EI1', 'EI2', 'EI3', 'EI4', 'EI5', 'EI6', 'EI7'] as const),
	...(['SLB1', 'SLB2', 'SLB3', 'SLB4', 'SLB5', 'SLB6', 'SLB7', 'SLB8', 'SLB9', 'SLB10'] as const),
	...(['ST1', 'CA1', 'CC1'] as const)
];
export type ItemId = (typeof itemIds)[number];

export type Item = {
	id: ItemId;
	/** Key of the wording, in every language. */
	message: string;
	/** The index that the item counts in, if any. */
	index: 'ei' | 'slb' | null;
	scale: Scale;
	waves: readonly Wave[];
};

const about = (id: ItemId): Omit<Item, 'id' | 'message'> => {
	if (id.startsWith('EI')) return { index: 'ei', scale: agreement, waves: everyWave };
	if (id.startsWith('SLB')) return { index: 'slb', scale: frequency, waves: leaderWaves };
	if (id === 'ST1') return { index: null, scale: agreement, waves: ends };
	if (id === 'CA1') return { index: null, scale: agreement, waves: everyWave };
	return { index: null, scale: yesNo, waves: pulses };
};

export const items: readonly Item[] = itemIds.map((id) => ({
	id,
	message: `item_${id.toLowerCase()}`,
	...about(id)
}));

/** What a wave asks, in the order asked. */
export const itemsAt = (wave: Wave): Item[] => items.filter((item) => item.waves.includes(wave));

/** An index: how many items it has, its scale, and how many must be answered for a person to count. */
export type Index = { readonly items: number; readonly atLeast: number; readonly scale: Scale };
export const engagementIndex: Index = { items: 7, atLeast: 5, scale: agreement };
export const behaviorIndex: Index = { items: 10, atLeast: 7, scale: frequency };
/** One competency of the 360 (method 2.4). */
export const competencyIndex: Index = { items: 3, atLeast: 2, scale: frequency };

/** Per cent of the scale's reach: the scale's minimum is 0, its maximum 100 (method 2.4). */
export const percentOfScale = (value: number, { min, max }: Scale): number =>
	(100 * (value - min)) / (max - min);

/**
 * A person's score, 0..100: the mean of what was answered as per cent of the scale's reach.
 * `null` when fewer than `atLeast` items were answered; the person then does not count (method 2.4).
 */
export function personScore(answers: Answers, index: Index): number | null {
	const given = answers.filter((answer) => answer !== null);
	return given.length < index.atLeast ? null : percentOfScale(mean(given), index.scale);
}

/** Answers of a wave by respondent key: people, not answers, are counted (method 2.6, R1). */
export type ByRespondent = Readonly<Record<string, Answers>>;

/** Scores of everybody who has a valid one, by respondent key. */
export function validScores(answers: ByRespondent, index: Index): Map<string, number> {
	const scores = new Map<string, number>();
	for (const [key, given] of Object.entries(answers)) {
		const score = personScore(given, index);
		if (score !== null) scores.set(key, score);
	}
	return scores;
}

/**
 * One set of answers a respondent, the last one given; so five answers of one person are one person.
 */
export const byRespondent = (
	rows: readonly { respondentKey: string; answers: Answers }[]
): ByRespondent =>
	Object.fromEntries(rows.map(({ respondentKey, answers }) => [respondentKey, answers]));

/** Unweighted mean of the persons' scores (not of the items' means); `null` for nobody. */
export function groupScore(scores: Iterable<number>): number | null {
	const all = [...scores];
	return all.length === 0 ? null : mean(all);
}
