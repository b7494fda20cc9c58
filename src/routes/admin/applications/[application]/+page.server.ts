import { error, fail } from '@sveltejs/kit';
import { declineApplication, offerSeat, sendOfferAgain } from '#lib/admissions/commands.server.ts';
import { applicationForAdmin } from '#lib/admissions/queries.server.ts';
import type { Actions, PageServerLoad } from './$types';

export const load: PageServerLoad = async ({ locals, params }) => {
	const ctx = locals.as('admin');
	const found = await applicationForAdmin(ctx, params.application);
	if (!found) error(404, 'not-found');
	// The hash of a link is nobody's business, not even an admin's.
	const offer = found.offer && {
		priceMinor: found.offer.priceMinor,
		currency: found.offer.currency,
		goodUntil: found.offer.goodUntil
	};
	return { ...found, offer };
};

export const actions: Actions = {
	offer: async ({ locals, params }) => {
		const { application: applicationId } = params;
		const said = await offerSeat(locals.as('admin'), {
			applicationId,
			origin: locals.origin,
			seller: locals.till.seller
		});
		if (!said.ok) return fail(409, { reason: said.reason });
		return { done: 'offered' as const };
	},
	decline: async ({ locals, params, request }) => {
		const { application: applicationId } = params;
		const because = String((await request.formData()).get('reason') ?? '');
		const said = await declineApplication(locals.as('admin'), { applicationId, reason: because });
		if (!said.ok) return fail(409, { reason: said.reason, because });
		return { done: 'declined' as const };
	},
	sendAgain: async ({ locals, params }) => {
		const { application: applicationId } = params;
		const said = await sendOfferAgain(locals.as('admin'), {
			applicationId,
			origin: locals.origin,
			seller: locals.till.seller
		});
		if (!said.ok) return fail(409, { reason: said.reason });
		return { done: 'sent-again' as const };
	}
};
