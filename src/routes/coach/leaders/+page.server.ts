import { leadersOf } from '#lib/coaching/queries.server.ts';
import { standing } from '#lib/cohorts/enrollment.ts';
import { progressOf } from '#lib/coursework/queries.server.ts';
import type { PageServerLoad } from './$types';

export const load: PageServerLoad = async ({ locals }) => {
	const ctx = locals.as('coach');
	const leaders = await leadersOf(ctx);
	const progress = await progressOf(
		ctx,
		leaders.map(({ enrollmentId }) => enrollmentId)
	);
	const { timeZone } = ctx.who;
	return {
		now: ctx.now,
		timeZone,
		leaders: leaders.map((leader) => ({
			...leader,
			...standing({ dayZero: leader.dayZero, timeZone }, ctx.now),
			progress: progress.get(leader.enrollmentId) ?? null
		}))
	};
};
