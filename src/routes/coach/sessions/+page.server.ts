import { fail, redirect } from '@sveltejs/kit';
import { planSession } from '#lib/coaching/commands.server.ts';
import { leadersOf, sessionsOf } from '#lib/coaching/queries.server.ts';
import { readPlan } from '#lib/coaching/session.ts';
import type { Actions, PageServerLoad } from './$types';

export const load: PageServerLoad = async ({ locals, url }) => {
	const ctx = locals.as('coach');
	const [sessions, leaders] = await Promise.all([sessionsOf(ctx), leadersOf(ctx)]);
	return {
		...sessions,
		leaders,
		chosen: url.searchParams.get('leader') ?? '',
		timeZone: ctx.who.timeZone,
		now: ctx.now
	};
};

export const actions: Actions = {
	plan: async ({ request, locals }) => {
		const ctx = locals.as('coach');
		const form = await request.formData();
		const field = (name: string) => String(form.get(name) ?? '');
		const typed = Object.fromEntries(
			['enrollment', 'kind', 'day', 'time', 'minutes', 'place'].map((name) => [name, field(name)])
		);
		const read = readPlan(field, ctx.who.timeZone, ctx.now);
		if (!read.ok) return fail(400, { typed, reason: read.reason });
		const planned = await planSession(ctx, { plan: read.value, origin: locals.origin });
		if (!planned.ok) return fail(409, { typed, ...planned });
		redirect(303, `/coach/sessions/${planned.value.id}?told=${planned.value.hour}`);
	}
};
