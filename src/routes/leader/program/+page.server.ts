import { error } from '@sveltejs/kit';
import { myEnrollment } from '#lib/cohorts/queries.server.ts';
import { phasesOf, stations } from '#lib/coursework/queries.server.ts';
import type { PageServerLoad } from './$types';

export const load: PageServerLoad = async ({ locals }) => {
	const ctx = locals.as('leader');
	const part = await myEnrollment(ctx);
	if (!part) error(404, 'not-found');
	const [modules, phases] = await Promise.all([stations(ctx, part), phasesOf(ctx, part)]);
	return { modules, phases, now: ctx.now, timeZone: part.timeZone };
};
