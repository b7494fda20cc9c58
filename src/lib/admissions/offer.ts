/** Our yes: a price that stays, and a last day. Its link is the only key to it. */
import type { Status } from './application.ts';

/** An offer is good for two weeks. */
export const goodForMs = 14 * 24 * 3600_000;

export type OfferState = 'good' | 'waiting' | 'expired' | 'withdrawn' | 'enrolled';

/** What the page of an offer says. Who was seated is seated, whatever the offer's last day was. */
export function offerState(
	offer: { goodUntil: Date; withdrawnAt: Date | null; status: Status },
	now: Date
): OfferState {
	if (offer.status === 'enrolled') return 'enrolled';
	if (offer.withdrawnAt || offer.status === 'withdrawn' || offer.status === 'declined')
		return 'withdrawn';
	if (offer.goodUntil <= now) return 'expired';
	return offer.status === 'waiting-for-seat' ? 'waiting' : 'good';
}
