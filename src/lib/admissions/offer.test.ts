import { expect, test } from 'vitest';
import { offerState } from './offer.ts';

const now = new Date('2027-03-01T12:00:00Z');
const offer = {
	goodUntil: new Date('2027-03-10T12:00:00Z'),
	withdrawnAt: null,
	status: 'offered' as const
};

test.each([
	[{}, 'good'],
	[{ status: 'waiting-for-seat' }, 'waiting'],
	[{ goodUntil: now }, 'expired'],
	[{ withdrawnAt: now }, 'withdrawn'],
	[{ status: 'withdrawn' }, 'withdrawn'],
	[{ status: 'declined' }, 'withdrawn'],
	[{ status: 'enrolled', goodUntil: now }, 'enrolled']
])('an offer with %o is %s', (change, state) => {
	expect(offerState({ ...offer, ...(change as object) }, now)).toBe(state);
});
