import { offerByToken } from '#lib/admissions/queries.server.ts';
import { sellerWords } from '#lib/cohorts/seller-words.server.ts';
import { askAbout } from '#lib/payments/commands.server.ts';
import { paymentOf } from '#lib/payments/queries.server.ts';
import type { PageServerLoad } from './$types';

/** Reads where the payment stands, and asks the worker to look if nobody has told us yet. */
export const load: PageServerLoad = async ({ locals, params }) => {
	const ctx = locals.asVisitor();
	const [offer, payment] = await Promise.all([
		offerByToken(ctx, params.token),
		paymentOf(ctx, params.token)
	]);
	const waiting = payment !== null && ['new', 'open', 'processing'].includes(payment.status);
	if (waiting) await askAbout(ctx, payment.checkoutId);
	return { offer, payment, waiting, sold: sellerWords(locals.till.seller, locals.locale) };
};
