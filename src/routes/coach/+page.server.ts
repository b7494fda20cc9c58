import { coachAgenda } from '#lib/coaching/queries.server.ts';
import { reviewsWaiting } from '#lib/coursework/queries.server.ts';
import { wavesToOpen } from '#lib/engagement/queries.server.ts';
import { coachView } from '#lib/uplift/coach-view.server.ts';
import { coachedResults } from '#lib/uplift/queries.server.ts';
import type { PageServerLoad } from './$types';

export const load: PageServerLoad = async ({ locals }) => {
	const ctx = locals.as('coach');
	const [results, waiting, agenda, toOpen] = await Promise.all([
		coachedResults(ctx),
		reviewsWaiting(ctx),
		coachAgenda(ctx),
		wavesToOpen(ctx)
	]);
	return {
		view: coachView(results, locals.locale),
		waiting,
		toOpen: toOpen.slice(0, 8),
		ahead: agenda.ahead.slice(0, 6),
		met: Object.fromEntries(agenda.leaders.map((leader) => [leader.enrollmentId, leader])),
		now: ctx.now,
		timeZone: ctx.who.timeZone
	};
};
