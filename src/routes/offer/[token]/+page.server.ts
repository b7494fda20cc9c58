import { error, fail, redirect } from '@sveltejs/kit';
import { offerByToken } from '#lib/admissions/queries.server.ts';
import { sellerWords } from '#lib/cohorts/seller-words.server.ts';
import { startCheckout, withdrawFromOffer } from '#lib/payments/commands.server.ts';
import { paymentOf } from '#lib/payments/queries.server.ts';
import type { Actions, PageServerLoad } from './$types';

export const load: PageServerLoad = async ({ locals, params }) => {
	const ctx = locals.asVisitor();
	const [offer, payment] = await Promise.all([
		offerByToken(ctx, params.token),
		paymentOf(ctx, params.token)
	]);
	if (!offer) error(404, 'not-found');
	return { offer, payment, sold: sellerWords(locals.till.seller, locals.locale) };
};

export const actions: Actions = {
	pay: async ({ locals, params }) => {
		const { token } = params;
		const begun = await startCheckout(locals.asVisitor(), locals.till, {
			token,
			origin: locals.origin
		});
		if (!begun.ok)
			return fail(begun.reason === 'stripe-away' ? 503 : 409, { reason: begun.reason });
		redirect(303, begun.value.url);
	},
	withdraw: async ({ locals, params, request }) => {
		const { token } = params;
		const form = await request.formData();
		if (!form.has('sure')) return fail(400, { reason: 'not-sure' as const });
		const gone = await withdrawFromOffer(locals.asVisitor(), locals.till, {
			token,
			origin: locals.origin
		});
		if (!gone.ok) return fail(gone.reason === 'stripe-away' ? 503 : 409, { reason: gone.reason });
		return { withdrawn: true };
	}
};
