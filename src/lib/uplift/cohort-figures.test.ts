import { expect, test } from 'vitest';
import type { Change } from '#lib/engagement/change.ts';
import { cohortFigures, type CohortLeader } from './cohort-figures.ts';
import { emptyResult } from './measurement.ts';
import type { Basis, PillarResult } from './pillar.ts';

const basis = (more: Partial<Basis>): Basis => ({
	...{ lnRatio: 0.1, se: 0.2, df: 20, pGoal: 0.5, pAny: 0.5, program: 0, counterfactual: 0 },
	...more
});
const revenue = (more: Partial<PillarResult> & { basis: Basis | null }): PillarResult => ({
	...emptyResult('revenue', 13, 'final'),
	verdict: 'met_robust',
	...more
});

let ids = 0;
const leader = (more: Partial<CohortLeader> = {}): CohortLeader => ({
	id: `e${ids++}`,
	currency: 'NOK',
	week: 13,
	leftInWeek: null,
	final: true,
	results: { engagement: null, sales: null, revenue: null },
	waves: [],
	...more
});
const earning = (program: number, counterfactual: number, met = true) =>
	leader({
		results: {
			engagement: null,
			sales: null,
			revenue: revenue({
				verdict: met ? 'met_robust' : 'not_met',
				basis: basis({ lnRatio: Math.log(program / counterfactual), program, counterfactual })
			})
		}
	});

test('V12: three of four reached it, and the money tells another story beside them', () => {
	const four = [
		earning(1_050_000, 1_000_000, false),
		earning(150_000, 100_000),
		earning(156_000, 120_000),
		earning(104_000, 80_000)
	];
	const found = cohortFigures(four, null);
	expect(found.counts.revenue).toMatchObject({ reached: 3, of: 4 });
	expect(found.moneyPct).toBe(12);
	// Equal precision: the geometric mean, 27.729678 %.
	expect(found.typical.revenue).toMatchObject({ value: 28, leaders: 4 });
	expect(found.kept).toBe(0);
});

test('with two leaders there is a list and no figure', () => {
	const found = cohortFigures([earning(130, 100), earning(120, 100)], null);
	expect(found.typical.revenue).toBeNull();
	expect(found.moneyPct).toBeNull();
});

test('money of two currencies is not added', () => {
	const three = [earning(130, 100), earning(130, 100), earning(130, 100)];
	expect(cohortFigures(three, null).moneyPct).toBe(30);
	three[2]!.currency = 'EUR';
	expect(cohortFigures(three, null).moneyPct).toBeNull();
});

test('who left stays in the count and has not reached it', () => {
	const left = earning(130, 100);
	left.leftInWeek = 5;
	left.results.revenue!.state = 'in-progress';
	const found = cohortFigures([left, earning(130, 100)], null);
	expect(found).toMatchObject({ leaders: 2, left: 1 });
	expect(found.counts.revenue).toMatchObject({ reached: 1, of: 2, left: 1 });
	left.results.revenue!.state = 'final';
	expect(cohortFigures([left, earning(130, 100)], null).counts.revenue.reached).toBe(2);
});

/** A team at its baseline, as of V6. */
const team = (mean: number, people: number, waves: number[] = [0]) =>
	leader({
		waves: waves.map((wave) => ({
			...{ wave: wave as 0, minGroup: 5, people, mean, change: null }
		}))
	});

test('V6: a hidden team does not show in the cohort, whatever it answers', () => {
	const open = [team(62, 8), team(71, 6), team(55, 5)];
	const found = cohortFigures([...open, team(40, 3)], null);
	expect(found.engagement).toEqual({
		...{ state: 'shown', teams: { shown: 3, of: 4 }, people: 19, level: 63 }
	});
	expect(cohortFigures([...open, team(90, 3)], null).engagement).toEqual(found.engagement);
});

test('a level waits for every team, and once told stays as it was told', () => {
	const three = [team(62, 8, [0, 1]), team(71, 6, [0, 1]), team(55, 5)];
	const first = cohortFigures(three, null);
	expect(first).toMatchObject({ engagementWave: 0, engagement: { level: 63 } });
	const changed = cohortFigures([team(10, 8), team(10, 6), team(10, 5)], first);
	expect(changed).toMatchObject({ engagementWave: 0, engagement: { level: 63 } });
	const next = cohortFigures(
		[team(72, 8, [0, 1]), team(81, 6, [0, 1]), team(65, 5, [0, 1])],
		first
	);
	expect(next).toMatchObject({ engagementWave: 1, engagement: { level: 73 } });
	expect(cohortFigures([leader()], null)).toMatchObject({
		engagementWave: null,
		engagement: { state: 'suppressed' }
	});
});

/** A team in its thirteenth week; with points, its endline is closed. */
const closing = (points: number | null) => ({
	...leader({ final: false }),
	waves:
		points === null
			? []
			: [
					{
						...{ wave: 6 as const, minGroup: 5, people: 6, mean: 70 },
						change: { state: 'same_people', nP: 6, delta: points, se: 2 } as Change
					}
				]
});

test('the points of the typical leader wait for every endline: no team shows by the difference', () => {
	const three = [closing(4), closing(6), closing(8)];
	expect(cohortFigures([...three, closing(null)], null).typical.engagement).toBeNull();
	expect(cohortFigures([...three, closing(10)], null).typical.engagement).toMatchObject({
		value: 7,
		leaders: 4
	});
	const gone = { ...closing(null), leftInWeek: 4 };
	expect(cohortFigures([...three, gone], null).typical.engagement).toMatchObject({ leaders: 3 });
	const over = { ...closing(null), final: true };
	expect(cohortFigures([...three, over], null).typical.engagement).toMatchObject({ leaders: 3 });
});
