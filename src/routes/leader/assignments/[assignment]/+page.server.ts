import { error, fail, redirect } from '@sveltejs/kit';
import { myEnrollment } from '#lib/cohorts/queries.server.ts';
import { saveDraft, startNextAttempt, submit } from '#lib/coursework/commands.server.ts';
import { assignmentForLeader } from '#lib/coursework/queries.server.ts';
import type { Actions, PageServerLoad } from './$types';

export const load: PageServerLoad = async ({ locals, params }) => {
	const ctx = locals.as('leader');
	const part = await myEnrollment(ctx);
	const found = part && (await assignmentForLeader(ctx, part, params.assignment));
	if (!found) error(404, 'not-found');
	return { ...found, coachName: part.coachName, now: ctx.now, timeZone: part.timeZone };
};

async function readDraft(request: Request, assignmentId: string) {
	const form = await request.formData();
	return {
		assignmentId,
		attempt: Number(form.get('attempt')) || 1,
		revision: Number(form.get('revision')) || 0,
		body: String(form.get('body') ?? '')
	};
}

export const actions: Actions = {
	save: async ({ request, locals, params }) => {
		const draft = await readDraft(request, params.assignment);
		const saved = await saveDraft(locals.as('leader'), draft);
		if (saved.ok) return { saved: true, ...saved.value };
		if (saved.reason === 'not-found') error(404, 'not-found');
		return fail(409, { ...draft, ...saved });
	},
	submit: async ({ request, locals, params }) => {
		const draft = await readDraft(request, params.assignment);
		const handedIn = await submit(locals.as('leader'), { ...draft, origin: locals.origin });
		if (handedIn.ok) redirect(303, `/leader/assignments/${params.assignment}`);
		if (handedIn.reason === 'not-found') error(404, 'not-found');
		return fail(409, { ...draft, ...handedIn });
	},
	resubmit: async ({ locals, params }) => {
		const begun = await startNextAttempt(locals.as('leader'), params.assignment);
		if (begun.ok) redirect(303, `/leader/assignments/${params.assignment}#write`);
		if (begun.reason === 'not-found') error(404, 'not-found');
		return fail(409, { reason: begun.reason });
	}
};
