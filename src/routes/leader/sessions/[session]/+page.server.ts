import { error, fail } from '@sveltejs/kit';
import { saveNote } from '#lib/coaching/commands.server.ts';
import { sessionWithNotes } from '#lib/coaching/queries.server.ts';
import { readNote, type NoteAnswer } from '#lib/coaching/session.ts';
import type { Actions, PageServerLoad } from './$types';

export const load: PageServerLoad = async ({ locals, params }) => {
	const ctx = locals.as('leader');
	const found = await sessionWithNotes(ctx, params.session);
	if (!found) error(404, 'not-found');
	return { ...found, timeZone: ctx.who.timeZone, now: ctx.now };
};

export const actions: Actions = {
	note: async ({ request, locals, params }) => {
		const form = await request.formData();
		const note = readNote((name) => String(form.get(name) ?? ''));
		const saved = await saveNote(locals.as('leader'), { sessionId: params.session, ...note });
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
	}
};
