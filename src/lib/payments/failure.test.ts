import { expect, test } from 'vitest';
import { failureOf } from './failure.ts';

test.each([
	['insufficient_funds', 'insufficient_funds'],
	['authentication_required', 'authentication'],
	['payment_intent_authentication_failure', 'authentication'],
	['mismatch-amount', 'mismatch'],
	['dispute-won', 'dispute_won'],
	['dispute-lost', 'dispute_lost'],
	['something_new', 'other']
])('the code %s is said as %s', (code, failure) => {
	expect(failureOf(code)).toBe(failure);
});
