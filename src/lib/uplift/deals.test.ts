import { expect, test } from 'vitest';
import {
	amountsIn,
	covers,
	medianCycle,
	programSpan,
	speaksUntil,
	windowsOf,
	wonDeals,
	type DealFact
} from './deals.ts';

const dayZero = '2027-01-11';
const seller = { id: 's1', fte: 1, startsOn: '2026-01-01', endsOn: '2027-02-01', absences: [] };
const deal = (more: Partial<DealFact>): DealFact => ({
	externalId: 'D1',
	sellerId: 's1',
	status: 'won',
	closedOn: '2027-01-12',
	createdOn: '2026-12-01',
	amountMinor: 100,
	currency: 'NOK',
	kind: 'new',
	...more
});
const inKroner = { currency: 'NOK', rates: { EUR: 11.5, JPY: 0.07 } };
const won = (...deals: Partial<DealFact>[]) => wonDeals(deals.map(deal), [seller], inKroner);

test('a deal counts when it is won, new, and its owner was on the roster that day', () => {
	expect(won({}).won).toHaveLength(1);
	expect(won({ closedOn: '2027-02-01' }).won).toHaveLength(1);
	expect(won({ closedOn: '2027-02-02' }).won).toEqual([]);
	expect(won({ closedOn: '2025-12-31' }).won).toEqual([]);
	expect(won({ sellerId: 'other' }).won).toEqual([]);
	expect(won({ status: 'lost' }, { status: 'open' }, { kind: 'renewal' }).won).toEqual([]);
	expect(won({ kind: 'expansion' }).won).toHaveLength(1);
});

test('another currency counts at its fixed rate, and waits without one', () => {
	expect(won({ currency: 'EUR', amountMinor: 200 }).won[0]!.amountMinor).toBe(2300);
	// 1000 yen are 70 kroner, which have two decimals more.
	expect(won({ currency: 'JPY', amountMinor: 1000 }).won[0]!.amountMinor).toBe(7000);
	expect(won({ currency: 'SEK' }, { currency: 'SEK' })).toEqual({
		won: [],
		withoutRate: ['SEK'],
		waiting: 2
	});
});

test('windows hold their first day and not the day after their last', () => {
	const { program, baseline, lastYearProgram, lastYearBaseline } = windowsOf(dayZero, 26);
	expect(program).toEqual({ from: '2027-01-11', to: '2027-04-12' });
	expect(baseline).toEqual({ from: '2026-07-13', to: '2027-01-11' });
	// A year before, on the same weekday.
	expect(lastYearProgram.from).toBe('2026-01-12');
	expect(lastYearBaseline.to).toBe('2026-01-12');
	const all = won({ closedOn: '2027-01-10' }, {}, { closedOn: '2027-01-17', amountMinor: 5 });
	expect(amountsIn(all.won, programSpan(dayZero, 1))).toEqual([100, 5]);
});

test('a history covers a window when it begins in its first four weeks or earlier', () => {
	const { baseline } = windowsOf(dayZero, 26);
	expect(covers('2026-01-01', baseline)).toBe(true);
	expect(covers('2026-08-09', baseline)).toBe(true);
	expect(covers('2026-08-10', baseline)).toBe(false);
	expect(covers(null, baseline)).toBe(false);
});

test('a file speaks until the day it was brought, unless it is older itself', () => {
	expect(speaksUntil({ broughtOn: '2027-03-01', lastRow: '2027-02-20' })).toBe('2027-03-01');
	expect(speaksUntil({ broughtOn: '2027-03-01', lastRow: '2027-02-15' })).toBe('2027-03-01');
	expect(speaksUntil({ broughtOn: '2027-03-01', lastRow: '2027-02-14' })).toBe('2027-02-15');
});

test('the cycle is the median of the deals that say when they began', () => {
	const { won: some } = won({}, { createdOn: null }, { createdOn: '2027-01-02' });
	expect(medianCycle(some)).toBe(26);
	expect(medianCycle([])).toBeNull();
});
