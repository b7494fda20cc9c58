import { expect, test } from 'vitest';
import { capacity, holdMs, payingMs, rings } from './seat.ts';

test('the rings show sold seats first and leave out the blocked ones', () => {
	const tally = { free: 1, held: 1, sold: 2, blocked: 3 };
	expect(rings(tally)).toEqual(['sold', 'sold', 'held', 'free']);
	expect(capacity(tally)).toBe(4);
});

test('a seat is held longer than its payment page lives, and the page as long as Stripe asks', () => {
	expect(holdMs).toBeGreaterThan(payingMs);
	expect(payingMs).toBeGreaterThan(30 * 60_000);
});
