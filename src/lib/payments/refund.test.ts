import { expect, test } from 'vitest';
import { mayBecome, refundable, states, stillHere, type RefundState } from './refund.ts';

test('what is on its way back or back cannot go back again; what failed can', () => {
	expect(refundable(1000, [])).toBe(1000);
	expect(
		refundable(1000, [
			{ amountMinor: 300, state: 'intent' },
			{ amountMinor: 200, state: 'succeeded' },
			{ amountMinor: 400, state: 'failed' }
		])
	).toBe(500);
	expect(refundable(100, [{ amountMinor: 300, state: 'sent' }])).toBe(0);
});

test('a refund only moves forward, and nothing comes after its failing', () => {
	const moves = states.map((from) => states.filter((to) => mayBecome(from, to)));
	expect(moves).toEqual([['sent', 'succeeded', 'failed'], ['succeeded', 'failed'], ['failed'], []]);
});

test.each<[string, [number, RefundState][], number]>([
	['nothing failed', [[300, 'sent']], 0],
	['one failed', [[300, 'failed']], 300],
	['it failed twice', [[300, 'failed'], [300, 'failed']], 300], // prettier-ignore
	['it was sent again', [[300, 'failed'], [300, 'intent']], 0], // prettier-ignore
	['a part of it was sent again', [[300, 'failed'], [100, 'sent']], 200], // prettier-ignore
	['another one had gone before', [[300, 'succeeded'], [200, 'failed']], 200] // prettier-ignore
])('what should have gone back and is here when %s', (_, refunds, left) => {
	expect(stillHere(refunds.map(([amountMinor, state]) => ({ amountMinor, state })))).toBe(left);
});
