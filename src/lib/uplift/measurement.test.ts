import { expect, test } from 'vitest';
import { addDays } from '#lib/values/day.ts';
import { computeBaseline, defaultPolicy } from './baseline.ts';
import { wonDeals, type DealFact } from './deals.ts';
import { dealsResult, isFrozenOn, oddsFor, type Measurement } from './measurement.ts';

const dayZero = '2027-01-11';
const team = [{ id: 's1', fte: 1, startsOn: '2020-01-01', endsOn: null, absences: [] }];
let ids = 0;
const deal = (week: number, amountMinor: number, createdOn: string | null = null): DealFact => ({
	...{ externalId: `D${ids++}`, sellerId: 's1', status: 'won', currency: 'NOK', kind: 'new' },
	closedOn: addDays(dayZero, 7 * week + 1),
	amountMinor,
	createdOn
});
const weekly = (from: number, to: number, amount: number) =>
	Array.from({ length: to - from }, (_, i) => deal(from + i, amount));
const before = weekly(-26, 0, 100_00);

/** As the worker would put it together, `weeks` whole weeks into the program. */
function measured(
	program: DealFact[],
	weeks: number,
	more: Partial<Measurement> & { history?: DealFact[] } = {}
): Measurement {
	const { history = before, ...rest } = more;
	const currency = 'NOK';
	const computed = computeBaseline({
		...{ dayZero, currency, team, policy: defaultPolicy },
		deals: history
	});
	const today = addDays(dayZero, 7 * weeks);
	return {
		...{ dayZero, today, currency, team, events: [], restated: computed, withoutRate: 0 },
		won: wonDeals([...history, ...program], team, { currency, rates: {} }).won,
		locked: { policy: defaultPolicy, computed },
		firstLocked: null,
		speaksUntil: today,
		source: {
			...{ batchId: 'b', fileName: 'f', crm: 'hubspot', importedAt: '', lastDay: today },
			...{ used: 1, leftOut: 0 }
		},
		...rest
	};
}
const revenue = (...args: Parameters<typeof measured>) => dealsResult('revenue', measured(...args));

test('only whole weeks that the files speak of count', () => {
	const program = weekly(0, 7, 130_00);
	expect(revenue(program, 6)).toMatchObject({ week: 6, upliftPct: 30, state: 'in-progress' });
	const old = revenue(program, 6, { speaksUntil: addDays(dayZero, 30) });
	expect(old).toMatchObject({ week: 6, upliftPct: 30, source: { daysOld: 12, stale: true } });
	expect(old.series.at(-1)).toEqual({ week: 4, pct: 30 });
	expect(revenue(program, 0)).toMatchObject({ state: 'too-early', upliftPct: null, series: [] });
});

test('the verdict waits for the last week, or for the end of the grace', () => {
	const program = weekly(0, 13, 130_00);
	expect(revenue(program, 13)).toMatchObject({ state: 'final', verdict: 'met_robust' });
	const late = { speaksUntil: addDays(dayZero, 84) };
	expect(revenue(program, 13, late)).toMatchObject({ verdict: 'in_progress' });
	expect(revenue(program, 15, late)).toMatchObject({ state: 'final', verdict: 'met_robust' });
	const lost = { speaksUntil: addDays(dayZero, 80) };
	expect(revenue(program, 15, lost)).toMatchObject({ verdict: 'not_measurable' });
	expect(isFrozenOn(addDays(dayZero, 104), dayZero)).toBe(false);
	expect(isFrozenOn(addDays(dayZero, 105), dayZero)).toBe(true);
});

test('only the primary baseline reached it: the verdict says so', () => {
	// The last quarter before the start was strong.
	const history = [...weekly(-26, -13, 60_00), ...weekly(-13, 0, 140_00)];
	expect(revenue(weekly(0, 13, 130_00), 13, { history })).toMatchObject({
		verdict: 'met_primary_only',
		baselines: [
			{ id: 'B26', primary: true, weeks: 26, upliftPct: 30 },
			{ id: 'B13', primary: false, weeks: 13, upliftPct: -7 },
			{ id: 'BTOT', primary: false, weeks: 26, upliftPct: 30 }
		]
	});
});

test('a goal that leave alone decides is weak evidence at best', () => {
	const away = (weeks: number, from = dayZero) => [
		{ ...team[0]!, absences: [{ from, to: addDays(from, 7 * weeks - 1) }] }
	];
	// Hardly more a week than before, and seven weeks of leave of thirteen: +138 %.
	const program = weekly(0, 13, 110_00);
	expect(revenue(program, 13, { team: away(7) })).toMatchObject({
		...{ upliftPct: 138, verdict: 'met_primary_only', evidence: 'weak', totalPct: 10 }
	});
	// Without the leave as much is more than that, and a week of it decides nothing.
	const rise = weekly(0, 13, 238_00);
	const { evidence } = revenue(rise, 13);
	expect(evidence).not.toBe('weak');
	expect(revenue(rise, 13, { team: away(1) }).evidence).toBe(evidence);
	// As much leave before the start as in the program is the usual leave of the team.
	const even = away(7, addDays(dayZero, -7 * 14));
	const computed = computeBaseline({
		...{ dayZero, currency: 'NOK', policy: defaultPolicy, deals: before },
		team: [{ ...team[0]!, absences: [...even[0]!.absences, ...away(3)[0]!.absences] }]
	});
	expect(
		revenue(rise, 13, { team: away(3), locked: { policy: defaultPolicy, computed } }).evidence
	).toBe(evidence);
});

test('nothing won is -100 % without an interval', () => {
	expect(revenue([], 13)).toMatchObject({
		...{ verdict: 'fell', upliftPct: -100, ciPct: null, evidence: 'too_few' },
		flags: ['too_few_deals']
	});
});

test('without a lock there is nothing, and at the end nothing can be judged', () => {
	expect(revenue([], 5, { locked: null })).toMatchObject({ state: 'not-locked', verdict: null });
	expect(revenue([], 15, { locked: null })).toMatchObject({
		state: 'not-measurable',
		verdict: 'not_measurable'
	});
});

test('too few deals before the start cannot be judged', () => {
	const history = weekly(-26, -22, 100_00);
	expect(revenue(weekly(0, 6, 100_00), 6, { history })).toMatchObject({
		...{ state: 'not-measurable', upliftPct: null, series: [], forecast: null },
		flags: ['too_few_deals']
	});
});

test('one deal that carries it all is named, with the uplift without it', () => {
	const found = revenue([...weekly(0, 12, 100_00), deal(12, 1000_00)], 13);
	expect(found.flags).toContain('concentration');
	const without = found.figures.find(({ key }) => key === 'results_figure_without_largest');
	expect(without?.value).toBe(-8);
	expect(revenue(weekly(0, 13, 100_00), 13).flags).not.toContain('concentration');
});

test('deals kept back until the start are noticed', () => {
	const history = weekly(-26, -4, 100_00);
	const program = [...weekly(0, 6, 100_00), ...weekly(0, 2, 100_00)];
	expect(revenue(program, 6, { history }).flags).toContain('held_over_start');
	expect(revenue(weekly(0, 6, 100_00), 6).flags).not.toContain('held_over_start');
});

test('a long cycle says how much was in motion before', () => {
	const aged = before.map((some) => ({ ...some, createdOn: addDays(some.closedOn!, -90) }));
	const program = [deal(0, 300_00, '2026-10-01'), deal(5, 100_00, '2027-01-20')];
	const { sentences } = revenue(program, 6, { history: aged });
	expect(sentences).toContainEqual({ key: 'results_lag', params: { days: 90, pct: 25 } });
});

test('sales count deals, whatever they bring', () => {
	const program = weekly(0, 13, 1_00);
	const sales = dealsResult('sales', measured(program, 13));
	expect(sales).toMatchObject({ verdict: 'not_met', upliftPct: 0, currency: null });
	expect(sales.figures.some(({ unit }) => unit === 'money')).toBe(false);
});

test('chances in words follow method 3.4', () => {
	expect([0.01, 0.1, 0.3, 0.6, 0.9, 0.99].map(oddsFor)).toEqual([
		'results_odds_very_unlikely',
		'results_odds_unlikely',
		'results_odds_rather_unlikely',
		'results_odds_rather_likely',
		'results_odds_likely',
		'results_odds_very_likely'
	]);
});
