import { fail, redirect } from '@sveltejs/kit';
import { createCohort } from '#lib/cohorts/commands.server.ts';
import { newCohortChoices } from '#lib/cohorts/queries.server.ts';
import { writtenAmount } from '#lib/payments/written-amount.ts';
import type { Actions, PageServerLoad } from './$types';

export const load: PageServerLoad = async ({ locals }) => {
	const ctx = locals.as('admin');
	return { ...(await newCohortChoices(ctx)), timeZone: ctx.who.timeZone };
};

export const actions: Actions = {
	default: async ({ locals, request }) => {
		const form = await request.formData();
		const text = (name: string) =>
			String(form.get(name) ?? '')
				.trim()
				.slice(0, 200);
		const typed = {
			name: text('name'),
			programId: text('programId'),
			coachId: text('coachId'),
			startsOn: text('startsOn'),
			price: text('price'),
			currency: text('currency').toUpperCase(),
			seats: text('seats'),
			timeZone: text('timeZone'),
			salesOpen: form.has('salesOpen')
		};
		const { price, seats, ...rest } = typed;
		const made = await createCohort(locals.as('admin'), {
			...rest,
			priceMinor: writtenAmount(price, typed.currency) ?? 0,
			seats: Number(seats)
		});
		if (!made.ok) return fail(400, { typed, reason: made.reason });
		redirect(303, `/admin/cohorts/${made.value.id}`);
	}
};
