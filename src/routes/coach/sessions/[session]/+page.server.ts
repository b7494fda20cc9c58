import { error, fail, redirect } from '@sveltejs/kit';
import {
	cancelSession,
	markSession,
	moveSession,
	saveNote
} from '#lib/coaching/commands.server.ts';
import { clockOf, hourComesTwice } from '#lib/coaching/meeting-time.ts';
import { sessionWithNotes } from '#lib/coaching/queries.server.ts';
import { readNote, readTime, type NoteAnswer } from '#lib/coaching/session.ts';
import type { Actions, PageServerLoad, RequestEvent } from './$types';

export const load: PageServerLoad = async ({ locals, params, url }) => {
	const ctx = locals.as('coach');
	const found = await sessionWithNotes(ctx, params.session);
	if (!found) error(404, 'not-found');
	const { startsAt, timeZone } = found.session;
	return {
		...found,
		/** As the form's fields hold it, on the coach's own clock. */
		clock: clockOf(startsAt, ctx.who.timeZone),
		twice: hourComesTwice(startsAt, timeZone),
		told: url.searchParams.get('told'),
		timeZone: ctx.who.timeZone,
		now: ctx.now
	};
};

export const actions: Actions = {
	note: async ({ request, locals, params }) => {
		const form = await request.formData();
		const note = readNote((name) => String(form.get(name) ?? ''));
		const saved = await saveNote(locals.as('coach'), { sessionId: params.session, ...note });
		if (saved.ok) return { note: { visibility: note.visibility, ...saved.value } as NoteAnswer };
		if (saved.reason === 'not-found') error(404, 'not-found');
		const current = 'current' in saved ? { current: saved.current } : {};
		return fail(409, {
			note: {
				visibility: note.visibility,
				body: note.body,
				reason: saved.reason,
				...current
			} as NoteAnswer
		});
	},
	move: async ({ request, locals, params }) => {
		const ctx = locals.as('coach');
		const form = await request.formData();
		const field = (name: string) => String(form.get(name) ?? '');
		const typed = {
			day: field('day'),
			time: field('time'),
			minutes: field('minutes'),
			place: field('place')
		};
		const read = readTime(field, ctx.who.timeZone, ctx.now);
		if (!read.ok) return fail(400, { typed, reason: read.reason });
		const moved = await moveSession(ctx, {
			id: params.session,
			time: read.value,
			origin: locals.origin
		});
		if (!moved.ok && moved.reason === 'not-found') error(404, 'not-found');
		if (!moved.ok) return fail(409, { typed, ...moved });
		redirect(303, `/coach/sessions/${params.session}?told=${moved.value.hour}`);
	},
	cancel: async ({ locals, params }) => {
		const canceled = await cancelSession(locals.as('coach'), {
			id: params.session,
			origin: locals.origin
		});
		return answer(canceled, params);
	},
	held: async ({ locals, params }) =>
		answer(await markSession(locals.as('coach'), { id: params.session, move: 'hold' }), params),
	missed: async ({ locals, params }) =>
		answer(await markSession(locals.as('coach'), { id: params.session, move: 'miss' }), params)
};

function answer(
	outcome: { ok: true } | { ok: false; reason: string },
	{ session }: RequestEvent['params']
) {
	if (outcome.ok) redirect(303, `/coach/sessions/${session}`);
	if (outcome.reason === 'not-found') error(404, 'not-found');
	return fail(409, { refused: outcome.reason });
}
