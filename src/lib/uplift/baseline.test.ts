import { expect, test } from 'vitest';
import { addDays } from '#lib/values/day.ts';
import {
	baselineFigures,
	basesOf,
	comparedOn,
	computeBaseline,
	counterfactualOf,
	defaultPolicy,
	inputsText,
	lowStart,
	mayStillLock,
	obstacleToLock,
	restatedPct,
	suggestedPrimary,
	warningsFor,
	type BaselineInput,
	type Policy
} from './baseline.ts';
import type { DealFact } from './deals.ts';

const dayZero = '2027-01-11';
const team = [{ id: 's1', fte: 1, startsOn: '2020-01-01', endsOn: null, absences: [] }];
let ids = 0;
const deal = (closedOn: string, amountMinor: number, more: Partial<DealFact> = {}): DealFact => ({
	externalId: `D${ids++}`,
	sellerId: 's1',
	status: 'won',
	closedOn,
	createdOn: null,
	amountMinor,
	currency: 'NOK',
	kind: 'new',
	...more
});
/** One deal a week in `[from, to)` weeks from day 0. */
const weekly = (from: number, to: number, amount: number) =>
	Array.from({ length: to - from }, (_, i) => deal(addDays(dayZero, 7 * (from + i) + 1), amount));
const input = (deals: DealFact[], policy: Partial<Policy> = {}): BaselineInput => ({
	...{ dayZero, currency: 'NOK', team, deals },
	policy: { ...defaultPolicy, ...policy }
});
const policy: Pick<Policy, 'primary' | 'country'> = { primary: 'B26', country: 'NO' };
const program = { amounts: Array<number>(13).fill(130), exposure: 13, weeks: 13 };

test('half a year of history allows three baselines, a year and a half all five', () => {
	const half = computeBaseline(input(weekly(-26, 0, 100)));
	expect(basesOf(half).map(({ id }) => id)).toEqual(['B26', 'B13', 'BTOT']);
	expect(half.historyWeeks).toBe(26);
	const long = computeBaseline(input(weekly(-78, 0, 100)));
	expect(basesOf(long).map(({ id }) => id)).toEqual(['B26', 'B13', 'BLY', 'BSEA', 'BTOT']);
	expect(long.historyWeeks).toBe(52);
	const short = computeBaseline(input(weekly(-13, 0, 100), { windowWeeks: 13 }));
	expect(basesOf(short).map(({ id }) => id)).toEqual(['B26', 'BTOT']);
	expect(short.baseline.weeks).toBe(13);
});

test('a baseline brings in thirteen weeks what its rate says', () => {
	const computed = computeBaseline(input(weekly(-26, 0, 100)));
	const [plain, , total] = basesOf(computed);
	expect(counterfactualOf(plain!, 'revenue', 13)).toBeCloseTo(1300, 9);
	expect(counterfactualOf(plain!, 'sales', 6.5)).toBeCloseTo(6.5, 9);
	// The total does not know how many sell.
	expect(counterfactualOf(total!, 'revenue', 6.5)).toBeCloseTo(1300, 9);
	expect(comparedOn(plain!, 'revenue', program, 25).upliftPct).toBeCloseTo(30, 9);
	expect(comparedOn(plain!, 'sales', program, 25).upliftPct).toBeCloseTo(0, 9);
	expect(baselineFigures(computed, 'B13')[1]).toMatchObject({
		id: 'B13',
		primary: true,
		deals: 13,
		revenueMinor: 1300,
		expectedRevenueMinor: 1300
	});
});

test('a strong season is taken out and suggested', () => {
	const season = [...weekly(-78, -52, 100), ...weekly(-52, -39, 130), ...weekly(-39, 0, 100)];
	const computed = computeBaseline(input(season));
	expect(suggestedPrimary(computed)).toBe('BSEA');
	const bsea = basesOf(computed).find(({ id }) => id === 'BSEA')!;
	expect(counterfactualOf(bsea, 'revenue', 13)).toBeCloseTo(1690, 9);
	expect(comparedOn(bsea, 'revenue', program, 25).upliftPct).toBeCloseTo(0, 9);
	expect(warningsFor(computed, { policy, goalOutOfScale: false })).toContain('season');
	expect(suggestedPrimary(computeBaseline(input(weekly(-78, 0, 100))))).toBe('B26');
});

test('a low start is known from a year of history only', () => {
	const low = computeBaseline(input([...weekly(-52, -26, 100), ...weekly(-26, 0, 70)]));
	expect(lowStart(low, 'revenue')).toBe(true);
	expect(lowStart(low, 'sales')).toBe(false);
	expect(lowStart(computeBaseline(input(weekly(-26, 0, 70))), 'revenue')).toBe(false);
});

test('warnings say what is thin', () => {
	const few = computeBaseline(input(weekly(-26, -22, 100)));
	expect(warningsFor(few, { policy, goalOutOfScale: true })).toEqual([
		'too-few-deals',
		'engagement-out-of-scale'
	]);
	const recent = computeBaseline(input(weekly(-10, 0, 100)));
	expect(warningsFor(recent, { policy, goalOutOfScale: false })).toEqual([
		'history-short',
		'few-deals'
	]);
	const slow = weekly(-26, 0, 100).map((some) => ({
		...some,
		createdOn: addDays(some.closedOn!, -61)
	}));
	expect(warningsFor(computeBaseline(input(slow)), { policy, goalOutOfScale: false })).toEqual([
		'long-cycle'
	]);
	expect(
		warningsFor(computeBaseline(input(weekly(-26, 0, 100))), {
			policy: { primary: 'B26', country: null },
			goalOutOfScale: false
		})
	).toEqual(['no-holidays']);
});

test('what cannot be locked says why', () => {
	const obstacle = (of: BaselineInput) => obstacleToLock(computeBaseline(of), of.policy);
	expect(obstacle(input(weekly(-26, 0, 100)))).toBeNull();
	expect(obstacle(input([]))).toBe('no-deals');
	expect(obstacle({ ...input([]), team: [] })).toBe('nobody-on-roster');
	expect(obstacle(input(weekly(-26, 0, 100), { primary: 'BLY' }))).toBe('primary-missing');
	const euro = weekly(-26, 0, 100).map((some) => ({ ...some, currency: 'EUR' }));
	expect(obstacle(input(euro))).toBe('rate-missing');
	expect(obstacle(input(euro, { rates: { EUR: 11 } }))).toBeNull();
});

test('a lock is possible until the first week is over', () => {
	expect(mayStillLock('2027-01-17', dayZero)).toBe(true);
	expect(mayStillLock('2027-01-18', dayZero)).toBe(false);
});

test('a restated baseline is measured by its rate', () => {
	const deals = weekly(-26, 0, 100);
	const locked = computeBaseline(input(deals));
	const today = computeBaseline(input([...deals, deal('2026-12-01', 260)]));
	expect(restatedPct(locked, today, defaultPolicy, 'revenue')).toBeCloseTo(10, 9);
	expect(restatedPct(locked, today, defaultPolicy, 'sales')).toBeCloseTo(100 / 26, 9);
	expect(restatedPct(locked, locked, defaultPolicy, 'revenue')).toBe(0);
});

test('the inputs are one text: any order, nothing from day 0 on, every change before it', () => {
	const deals = weekly(-26, 0, 100);
	const text = (of: DealFact[], policy: Partial<Policy> = {}) => inputsText(input(of, policy));
	const first = text(deals);
	expect(text([...deals].reverse())).toBe(first);
	expect(text([...deals, deal(dayZero, 5), deal('2026-12-01', 5, { status: 'open' })])).toBe(first);
	expect(text(deals.slice(1))).not.toBe(first);
	expect(text(deals.map((some) => ({ ...some, amountMinor: 101 })))).not.toBe(first);
	expect(text(deals, { windowWeeks: 13 })).not.toBe(first);
	expect(text(deals, { minGroup: 6 })).not.toBe(first);
	expect(text(deals, { country: 'NO', holidays: ['2026-12-25'] })).not.toBe(first);
	const away = (days: { from: string; to: string }) =>
		inputsText({ ...input(deals), team: [{ ...team[0]!, absences: [days] }] });
	expect(away({ from: '2026-12-01', to: '2026-12-04' })).not.toBe(first);
	// Leave of the program is none of the baseline's business, that of somebody who is away already too.
	expect(away({ from: dayZero, to: addDays(dayZero, 4) })).toBe(first);
	const over = (to: string) => away({ from: addDays(dayZero, -3), to });
	expect(over(addDays(dayZero, 4))).toBe(over(addDays(dayZero, -1)));
	expect(over(addDays(dayZero, 4))).not.toBe(over(addDays(dayZero, -2)));
});

test('without a country and without leave the inputs are the text of earlier locks', () => {
	const some = input([deal(addDays(dayZero, -7), 100)]);
	const { ramp } = defaultPolicy;
	const [member] = team;
	expect(JSON.parse(inputsText(some))).toMatchObject({
		agreed: [
			...['booking_first_year', 26, 'B26'],
			ramp.map(({ fromMonth, share }) => [fromMonth, share]),
			...[25, 5, []]
		],
		members: [[member!.id, member!.fte, member!.startsOn, member!.endsOn]]
	});
});

test('a week of Christmas is not slow selling', () => {
	// One deal a working day, but on the eight days from Christmas to New Year.
	const closed = [
		...['2026-12-24', '2026-12-25', '2026-12-28', '2026-12-29'],
		...['2026-12-30', '2026-12-31', '2027-01-01', '2027-01-04']
	];
	const days = Array.from({ length: 130 }, (_, day) =>
		addDays(dayZero, -182 + 7 * Math.floor(day / 5) + (day % 5))
	);
	const deals = days.filter((day) => !closed.includes(day)).map((day) => deal(day, 100));
	const rising = (policy: Partial<Policy>) => {
		const computed = computeBaseline(input(deals, policy));
		const basis = basesOf(computed).find(({ id }) => id === 'B26')!;
		const same = { amounts: Array<number>(65).fill(100), exposure: 13, weeks: 13 };
		return comparedOn(basis, 'revenue', same, 25).upliftPct!;
	};
	expect(rising({ country: 'NO', holidays: closed })).toBeCloseTo(0, 9);
	// Without the calendar the same team would seem to have risen by 6.6 per cent.
	expect(rising({})).toBeCloseTo(100 * (130 / 122 - 1), 9);
});
