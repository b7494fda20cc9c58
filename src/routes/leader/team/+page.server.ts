import { error, fail } from '@sveltejs/kit';
import {
	addSeller,
	bookAbsence,
	cancelAbsence,
	changeSeller,
	sellerLeaves
} from '#lib/cohorts/commands.server.ts';
import { myEnrollment, roster } from '#lib/cohorts/queries.server.ts';
import { awayUntil, type SellerForm } from '#lib/cohorts/seller.ts';
import { daysOnRoster } from '#lib/engagement/invitation.ts';
import { wavesFor } from '#lib/engagement/queries.server.ts';
import { questionsAt } from '#lib/engagement/survey.ts';
import { addDays, dayIn } from '#lib/values/day.ts';
import type { Actions, PageServerLoad } from './$types';

export const load: PageServerLoad = async ({ locals }) => {
	const ctx = locals.as('leader');
	const enrollment = await myEnrollment(ctx);
	if (!enrollment) error(404, 'not-found');
	const [sellers, waves] = await Promise.all([
		roster(ctx, enrollment.id, { withLeft: true }),
		wavesFor(ctx, enrollment)
	]);
	const today = dayIn(ctx.now, enrollment.timeZone);
	return {
		leaderName: ctx.who.name,
		timeZone: enrollment.timeZone,
		today,
		waves: waves.map((wave) => ({ ...wave, questions: questionsAt(wave.index).length })),
		minGroup: waves.find(({ minGroup }) => minGroup !== null)?.minGroup ?? 5,
		sellers: sellers.map(
			({ id, name, email, locale, externalId, fte, startedOn, endedOn, absences }) => ({
				id,
				name,
				email,
				locale,
				externalId,
				fte,
				startedOn,
				endedOn,
				absences,
				/** The last day of the leave that they are on. */
				awayUntil: awayUntil(absences, today),
				/** The day from which a survey asks them, while that lies ahead. */
				askedFrom:
					addDays(startedOn, daysOnRoster) > today ? addDays(startedOn, daysOnRoster) : null
			})
		)
	};
};

function sellerForm(form: FormData): SellerForm {
	const text = (name: string) => String(form.get(name) ?? '').slice(0, 400);
	return {
		name: text('name'),
		email: text('email'),
		locale: text('locale'),
		externalId: text('externalId'),
		ftePct: text('ftePct'),
		startedOn: text('startedOn')
	};
}

export const actions: Actions = {
	add: async ({ request, locals }) => {
		const values = sellerForm(await request.formData());
		const added = await addSeller(locals.as('leader'), values);
		if (!added.ok) return fail(400, { seller: null, values, reason: added.reason });
		return { saved: true };
	},
	change: async ({ request, locals }) => {
		const form = await request.formData();
		const seller = String(form.get('seller') ?? '');
		const values = sellerForm(form);
		const changed = await changeSeller(locals.as('leader'), seller, values);
		if (!changed.ok) return fail(400, { seller, values, reason: changed.reason });
		return { saved: true };
	},
	leave: async ({ request, locals }) => {
		const form = await request.formData();
		const seller = String(form.get('seller') ?? '');
		const on = String(form.get('on') ?? '');
		const left = await sellerLeaves(locals.as('leader'), seller, form.has('back') ? null : on);
		if (!left.ok) return fail(400, { seller, on, reason: left.reason });
		return { saved: true };
	},
	absence: async ({ request, locals }) => {
		const form = await request.formData();
		const text = (name: string) => String(form.get(name) ?? '').slice(0, 40);
		const seller = text('seller');
		const away = { from: text('from'), to: text('to'), everybody: form.has('everybody') };
		const booked = await bookAbsence(locals.as('leader'), {
			sellerId: away.everybody ? 'everybody' : seller,
			from: away.from,
			to: away.to
		});
		if (!booked.ok) return fail(400, { seller, away, reason: booked.reason });
		return { saved: true };
	},
	present: async ({ request, locals }) => {
		const form = await request.formData();
		const cancelled = await cancelAbsence(locals.as('leader'), String(form.get('absence') ?? ''));
		// Taken back already: that is what was asked for.
		if (!cancelled.ok && cancelled.reason !== 'not-on-team')
			return fail(400, { seller: null, reason: cancelled.reason });
		return { saved: true };
	}
};
