import { expect, test } from 'vitest';
import { refundable } from './refund.ts';

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
