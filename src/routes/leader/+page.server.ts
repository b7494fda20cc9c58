import { randomUUID } from 'node:crypto';
import { fail } from '@sveltejs/kit';
import { logTouchpoint } from '#lib/coaching/commands.server.ts';
import { comingSessionsQuestion, pulseQuestion } from '#lib/coaching/queries.server.ts';
import { nextOf } from '#lib/coaching/session.ts';
import { readTouchpoint } from '#lib/coaching/touchpoint.ts';
import { endsBefore, standing } from '#lib/cohorts/enrollment.ts';
import { homeWorkQuestion } from '#lib/coursework/queries.server.ts';
import { markupOnly, shown } from '#lib/ui/drawing.ts';
import { asking } from '#lib/server/question.server.ts';
import { homePartQuestion, homeResultsQuestion } from '#lib/uplift/queries.server.ts';
import { addDays, dayIn } from '#lib/values/day.ts';
import type { Actions, PageServerLoad } from './$types';
import { pulseShown, standingShown, workShown } from './home.server.ts';

/** Nothing here needs a script: the drawings are the server's, and every form is a form. */
export const csr = false;

const askAll = asking({
	part: homePartQuestion,
	results: homeResultsQuestion,
	work: homeWorkQuestion,
	pulse: pulseQuestion,
	sessions: comingSessionsQuestion
});

export const load: PageServerLoad = async ({ locals, isDataRequest }) => {
	const ctx = locals.as('leader');
	const told = await askAll(ctx);
	const part = told.part.read();
	if (!part) return { home: null };
	const { locale } = locals;
	const { weeksDone: week, phase } = standing(part, ctx.now);
	const lastDay = addDays(endsBefore(part), -1);
	const today = dayIn(ctx.now, part.timeZone);
	const drawings = standingShown({ told: told.results.text, locale, week, lastDay });
	const pulse = pulseShown({ told: told.pulse.text, locale });
	const home = {
		phase,
		week,
		dayZero: part.dayZero,
		coachName: part.coachName,
		timeZone: part.timeZone,
		now: ctx.now,
		today,
		standing: { ...drawings, plots: shown(drawings.plots, isDataRequest) },
		work: workShown({ told: told.work.text, today }),
		pulse: { ...pulse, strip: shown(pulse.strip, isDataRequest) },
		session: nextOf(told.sessions.read(), ctx.now),
		requestKey: randomUUID()
	};
	return markupOnly({ home }, isDataRequest);
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
