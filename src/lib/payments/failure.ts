/** Why a payment did not go through, in few words: the provider's codes come down to these. */
export const failures = [
	'insufficient_funds',
	'card_declined',
	'generic_decline',
	'expired_card',
	'authentication',
	'mismatch',
	'dispute_won',
	'dispute_lost',
	'other'
] as const;
export type Failure = (typeof failures)[number];

/** Which of them a stored code is. */
export function failureOf(code: string): Failure {
	if (code.startsWith('mismatch-')) return 'mismatch';
	if (code.startsWith('dispute-')) return code.endsWith('won') ? 'dispute_won' : 'dispute_lost';
	if (code.includes('authentication')) return 'authentication';
	return failures.find((one) => one === code) ?? 'other';
}
