import {
	coachedLeaders,
	coachedLeadersQuestion,
	sessionsAhead
} from '#lib/coaching/queries.server.ts';
import { reviewsWaiting } from '#lib/coursework/queries.server.ts';
import { teamsDueQuestion, wavesToOpen } from '#lib/engagement/queries.server.ts';
import { asking } from '#lib/server/question.server.ts';
import { coachView } from '#lib/uplift/coach-view.server.ts';
import { coachedResults } from '#lib/uplift/queries.server.ts';
import type { PageServerLoad } from './$types';

const ask = asking({ leaders: coachedLeadersQuestion, teams: teamsDueQuestion });

export const load: PageServerLoad = async ({ locals }) => {
	const ctx = locals.as('coach');
	const [results, waiting, ahead, told] = await Promise.all([
		coachedResults(ctx),
		reviewsWaiting(ctx),
		sessionsAhead(ctx),
		ask(ctx)
	]);
	const leaders = coachedLeaders(told.leaders.read(), ctx);
	const missed = new Map(leaders.map((one) => [one.enrollmentId, one.missedInRow]));
	return {
		view: coachView(results, { locale: locals.locale, missed }),
		waiting,
		toOpen: wavesToOpen(told.teams.read(), ctx.now).slice(0, 8),
		ahead: ahead.slice(0, 6),
		met: Object.fromEntries(leaders.map((leader) => [leader.enrollmentId, leader])),
		now: ctx.now,
		timeZone: ctx.who.timeZone
	};
};
