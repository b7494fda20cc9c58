import { randomUUID } from 'node:crypto';
import { fail } from '@sveltejs/kit';
import { logTouchpoint } from '#lib/coaching/commands.server.ts';
import { nextSessionQuestion, pulseQuestion } from '#lib/coaching/queries.server.ts';
import { readTouchpoint } from '#lib/coaching/touchpoint.ts';
import { endsBefore, standing } from '#lib/cohorts/enrollment.ts';
import { homeWorkQuestion } from '#lib/coursework/queries.server.ts';
import { shown } from '#lib/ui/drawing.ts';
import { ask } from '#lib/server/question.server.ts';
import { leaderHomeQuestion } from '#lib/uplift/queries.server.ts';
import { addDays } from '#lib/values/day.ts';
import type { Actions, PageServerLoad } from './$types';
import { pulseShown, standingShown } from './home.server.ts';

/** Nothing here needs a script: the drawings are the server's, and every form is a form. */
export const csr = false;

export const load: PageServerLoad = async ({ locals, isDataRequest }) => {
	const ctx = locals.as('leader');
	const { home, work, facts, session } = await ask(ctx, {
		home: leaderHomeQuestion(ctx),
		work: homeWorkQuestion(ctx),
		facts: pulseQuestion(ctx),
		session: nextSessionQuestion(ctx)
	});
	if (!home) return { home: null };
	const { part, results } = home;
	const { locale } = locals;
	const pulse = pulseShown({ facts, locale });
	const { weeksDone: week, phase } = standing(part, ctx.now);
	const lastDay = addDays(endsBefore(part), -1);
	const drawings = standingShown({ results, locale, week, lastDay });
	return {
		home: {
			phase,
			week,
			dayZero: part.dayZero,
			coachName: part.coachName,
			timeZone: part.timeZone,
			now: ctx.now,
			standing: { ...drawings, plots: shown(drawings.plots, isDataRequest) },
			work,
			pulse: { ...pulse, strip: shown(pulse.strip, isDataRequest) },
			session,
			requestKey: randomUUID()
		}
	};
};

export const actions: Actions = {
	log: async ({ request, locals }) => {
		const form = await request.formData();
		const field = (name: string) => String(form.get(name) ?? '');
		const read = readTouchpoint(field);
		if (!read.ok) return fail(400, { kind: field('kind'), reason: read.reason });
		const logged = await logTouchpoint(locals.as('leader'), read.value);
		if (!logged.ok) return fail(409, { kind: field('kind'), reason: logged.reason });
		return {
			logged: { id: logged.value.id, kind: read.value.kind, sellerId: read.value.sellerId }
		};
	}
};
