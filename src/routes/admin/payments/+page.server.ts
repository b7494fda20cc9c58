import { randomUUID } from 'node:crypto';
import { fail } from '@sveltejs/kit';
import { sendOfferAgain } from '#lib/admissions/commands.server.ts';
import { isFresh } from '#lib/people/login.ts';
import { requestFlaggedRefund, requestRefund } from '#lib/payments/refunds.server.ts';
import { parkedEvents, paymentsForAdmin } from '#lib/payments/queries.server.ts';
import { writtenAmount } from '#lib/payments/written-amount.ts';
import type { Actions, PageServerLoad } from './$types';

export const load: PageServerLoad = async ({ locals }) => {
	const ctx = locals.as('admin');
	const [payments, parked] = await Promise.all([paymentsForAdmin(ctx), parkedEvents(ctx)]);
	// One id a page: posting the same form twice is one refund.
	const asksAgain = !isFresh(locals.signedIn!.provedAt, ctx.now);
	return { payments, parked, asksAgain, refundId: randomUUID() };
};

export const actions: Actions = {
	refund: async ({ locals, request }) => {
		const form = await request.formData();
		const text = (name: string) => String(form.get(name) ?? '');
		const typed = {
			checkoutId: text('checkoutId'),
			amount: text('amount'),
			reason: text('reason')
		};
		const asked = await requestRefund(locals.as('admin'), {
			refundId: text('refundId'),
			checkoutId: typed.checkoutId,
			amountMinor: writtenAmount(typed.amount, text('currency')) ?? 0,
			reason: typed.reason
		});
		if (!asked.ok)
			return fail(asked.reason === 'not-found' ? 404 : 400, { typed, fault: asked.reason });
		return { done: 'refund' as const };
	},
	// All of what came and does not match.
	refundFlagged: async ({ locals, request }) => {
		const form = await request.formData();
		const asked = await requestFlaggedRefund(locals.as('admin'), {
			checkoutId: String(form.get('checkoutId') ?? ''),
			attempt: Number(form.get('attempt'))
		});
		if (!asked.ok) return fail(404, { fault: asked.reason });
		return { done: 'refund' as const };
	},
	// A new link for somebody whose payment failed, or for whom a seat came free.
	seat: async ({ locals, request }) => {
		const applicationId = String((await request.formData()).get('applicationId') ?? '');
		const said = await sendOfferAgain(locals.as('admin'), {
			applicationId,
			origin: locals.origin,
			seller: locals.till.seller
		});
		if (!said.ok) return fail(409, { fault: said.reason });
		return { done: 'link' as const };
	}
};
