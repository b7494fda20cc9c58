import { expect, test } from 'vitest';
import {
	canGoBack,
	from,
	isBackAlready,
	live,
	may,
	mismatch,
	refusedForGood,
	statuses,
	type Move
} from './checkout.ts';

const asked = { amountMinor: 8_700_000, currency: 'NOK', stripeSessionId: 'cs_1' };
const arrived = {
	amountMinor: 8_700_000,
	currency: 'NOK',
	livemode: false,
	sessionId: 'cs_1',
	paymentIntent: 'pi_1'
};

test.each([
	[{}, null],
	[{ amountMinor: 8_699_999 }, 'amount'],
	[{ amountMinor: null }, 'amount'],
	[{ currency: 'SEK' }, 'currency'],
	[{ currency: null }, 'currency'],
	[{ livemode: true }, 'mode'],
	[{ sessionId: 'cs_2' }, 'session'],
	[{ paymentIntent: null }, 'intent']
])('money that arrives with %o differs in: %s', (change, difference) => {
	expect(mismatch(asked, { ...arrived, ...change }, false)).toBe(difference);
});

test('only money that has a payment of its own, in our mode, can be given back', () => {
	const all = ['amount', 'currency', 'mode', 'session', 'intent'] as const;
	expect(all.filter(canGoBack)).toEqual(['amount', 'currency', 'session']);
});

test('an attempt whose session we never learned takes the one that names it', () => {
	expect(mismatch({ ...asked, stripeSessionId: null }, arrived, false)).toBeNull();
});

test('the table of moves: every pair that is allowed, and no other', () => {
	const table: Record<Move, string> = {
		open: 'new',
		process: 'new open',
		settle: 'new open processing expired canceled',
		flag: 'new open processing expired canceled',
		expire: 'new open processing',
		refund: 'paid refund-due disputed',
		unrefund: 'refunded',
		dispute: 'paid',
		winDispute: 'disputed'
	};
	for (const [move, allowed] of Object.entries(table) as [Move, string][]) {
		expect(statuses.filter((status) => may(move, { status }))).toHaveLength(
			allowed.split(' ').length
		);
		expect([...from(move)].sort()).toEqual(allowed.split(' ').sort());
	}
	expect(live).not.toContain('expired');
});

test.each([
	[{ statusCode: 400 }, true],
	[{ statusCode: 404 }, true],
	[{ statusCode: 402 }, true],
	[{ statusCode: 401 }, false],
	[{ statusCode: 409 }, false],
	[{ statusCode: 429 }, false],
	[{ statusCode: 500 }, false],
	[new Error('reset'), false],
	[null, false]
])('an answer %o is a refusal for good: %s', (failure, forGood) => {
	expect(refusedForGood(failure)).toBe(forGood);
});

test('a refund of what has gone back is told from any other refusal', () => {
	expect(isBackAlready({ statusCode: 400, code: 'charge_already_refunded' })).toBe(true);
	for (const other of [{ statusCode: 400 }, { code: 'charge_disputed' }, new Error('reset'), null])
		expect(isBackAlready(other)).toBe(false);
});
