import { error, fail, redirect } from '@sveltejs/kit';
import { myEnrollment } from '#lib/cohorts/queries.server.ts';
import { markRead } from '#lib/coursework/commands.server.ts';
import { lessonToRead } from '#lib/coursework/queries.server.ts';
import type { Actions, PageServerLoad } from './$types';

export const load: PageServerLoad = async ({ locals, params }) => {
	const ctx = locals.as('leader');
	const part = await myEnrollment(ctx);
	const lesson = part && (await lessonToRead(ctx, part, params.module));
	if (!lesson) error(404, 'not-found');
	return { lesson, now: ctx.now, timeZone: part.timeZone };
};

export const actions: Actions = {
	read: async ({ locals, params }) => {
		const read = await markRead(locals.as('leader'), params.module);
		if (!read.ok && read.reason === 'not-found') error(404, 'not-found');
		if (!read.ok) return fail(409, { reason: read.reason });
		redirect(303, `/leader/lessons/${params.module}#next`);
	}
};
