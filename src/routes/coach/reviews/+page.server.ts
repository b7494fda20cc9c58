import { reviewsGiven, reviewsWaiting } from '#lib/coursework/queries.server.ts';
import type { PageServerLoad } from './$types';

export const load: PageServerLoad = async ({ locals }) => {
	const ctx = locals.as('coach');
	const [waiting, given] = await Promise.all([reviewsWaiting(ctx), reviewsGiven(ctx)]);
	return { waiting, given, now: ctx.now, timeZone: ctx.who.timeZone };
};
