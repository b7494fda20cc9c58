import { myEnrollment } from '#lib/cohorts/queries.server.ts';
import { sessionsOf } from '#lib/coaching/queries.server.ts';
import type { PageServerLoad } from './$types';

export const load: PageServerLoad = async ({ locals }) => {
	const ctx = locals.as('leader');
	const [sessions, part] = await Promise.all([sessionsOf(ctx), myEnrollment(ctx)]);
	return {
		...sessions,
		coachName: part?.coachName ?? null,
		timeZone: ctx.who.timeZone,
		now: ctx.now
	};
};
