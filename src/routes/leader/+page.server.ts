import { fail } from '@sveltejs/kit';
import { logTouchpoint } from '#lib/coaching/commands.server.ts';
import { nextOf, saysTheSameUntil } from '#lib/coaching/session.ts';
import { readTouchpoint } from '#lib/coaching/touchpoint.ts';
import { endsBefore, standing } from '#lib/cohorts/enrollment.ts';
import { markupOnly, shown } from '#lib/ui/drawing.ts';
import { asking } from '#lib/server/question.server.ts';
import { addDays, dayIn } from '#lib/values/day.ts';
import type { Actions, PageServerLoad } from './$types';
import { homeQuestions } from './home-questions.server.ts';
import { pulseShown, standingShown, workShown } from './home.server.ts';

/** Nothing here needs a script: the drawings are the server's, and every form is a form. */
export const csr = false;

const askAll = asking(homeQuestions);

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
	const session = nextOf(told.sessions.read(), ctx.now);
	locals.keepUntil = saysTheSameUntil(session, today, part.timeZone);
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
		session,
		requestKey: locals.requestId
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
