import { randomUUID } from 'node:crypto';
import { fail } from '@sveltejs/kit';
import { myEnrollment } from '#lib/cohorts/queries.server.ts';
import { logTouchpoint, undoTouchpoint } from '#lib/coaching/commands.server.ts';
import { loggedToday, pulseOf, pulseQuestion } from '#lib/coaching/queries.server.ts';
import { loggableDays, readTouchpoint } from '#lib/coaching/touchpoint.ts';
import { asking } from '#lib/server/question.server.ts';
import type { Actions, PageServerLoad } from './$types';

const askPulse = asking({ pulse: pulseQuestion });

export const load: PageServerLoad = async ({ locals }) => {
	const ctx = locals.as('leader');
	const part = await myEnrollment(ctx);
	if (!part) return { pulse: null, today: [], days: [], requestKey: '' };
	const [told, today] = await Promise.all([askPulse(ctx), loggedToday(ctx, part)]);
	const pulse = pulseOf(told.pulse.read()!);
	const days = loggableDays(pulse.today);
	return { pulse, today, days, requestKey: randomUUID() };
};

export const actions: Actions = {
	log: async ({ request, locals }) => {
		const form = await request.formData();
		const field = (name: string) => String(form.get(name) ?? '');
		const kept = {
			kind: field('kind'),
			minutes: field('minutes'),
			note: field('note'),
			day: field('day')
		};
		const read = readTouchpoint(field);
		if (!read.ok) return fail(400, { ...kept, reason: read.reason });
		const logged = await logTouchpoint(locals.as('leader'), read.value);
		if (!logged.ok) return fail(409, { ...kept, reason: logged.reason });
		return {
			logged: { id: logged.value.id, kind: read.value.kind, sellerId: read.value.sellerId }
		};
	},
	undo: async ({ request, locals }) => {
		const form = await request.formData();
		const undone = await undoTouchpoint(locals.as('leader'), String(form.get('id') ?? ''));
		return undone.ok ? { undone: true } : fail(409, { reason: undone.reason });
	}
};
