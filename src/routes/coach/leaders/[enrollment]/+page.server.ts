import { error, fail } from '@sveltejs/kit';
import { missedInRowQuestion } from '#lib/coaching/queries.server.ts';
import { enrollmentForCoach } from '#lib/cohorts/queries.server.ts';
import { coachedWorkQuestion, stationsForCoach } from '#lib/coursework/queries.server.ts';
import { closeWave, remind, setOpensByItself } from '#lib/engagement/commands.server.ts';
import { wavesFor } from '#lib/engagement/queries.server.ts';
import { asking } from '#lib/server/question.server.ts';
import { coachView } from '#lib/uplift/coach-view.server.ts';
import { coachedResults } from '#lib/uplift/queries.server.ts';
import type { Actions, PageServerLoad } from './$types';

const ask = asking({ work: coachedWorkQuestion, missed: missedInRowQuestion });

export const load: PageServerLoad = async ({ locals, params }) => {
	const ctx = locals.as('coach');
	const part = await enrollmentForCoach(ctx, params.enrollment);
	if (!part) error(404, 'not-found');
	const [results, told, waves] = await Promise.all([
		coachedResults(ctx, part.id),
		ask(ctx, part.id),
		wavesFor(ctx, part)
	]);
	const missed = new Map([[part.id, told.missed.read()]]);
	return {
		part: {
			id: part.id,
			leaderName: part.leaderName,
			company: part.company,
			cohortName: part.cohortName,
			towards: part.towards,
			timeZone: part.timeZone
		},
		view: coachView(results, { locale: locals.locale, missed }).leaders[0] ?? null,
		stations: stationsForCoach(told.work.read(), ctx.now),
		waves,
		now: ctx.now,
		timeZone: ctx.who.timeZone
	};
};

const text = async (request: Request, name: string) =>
	String((await request.formData()).get(name) ?? '');

export const actions: Actions = {
	byItself: async ({ locals, params, request }) => {
		const changed = await setOpensByItself(locals.as('coach'), {
			enrollmentId: params.enrollment,
			opensByItself: (await text(request, 'on')) === 'yes'
		});
		return changed.ok ? { done: true } : fail(409, { reason: changed.reason });
	},
	remind: async ({ locals, request }) => {
		const reminded = await remind(locals.as('coach'), await text(request, 'wave'));
		return reminded.ok ? { done: true } : fail(409, { reason: reminded.reason });
	},
	closeWave: async ({ locals, request }) => {
		const closed = await closeWave(locals.as('coach'), await text(request, 'wave'));
		return closed.ok ? { done: true } : fail(409, { reason: closed.reason });
	}
};
