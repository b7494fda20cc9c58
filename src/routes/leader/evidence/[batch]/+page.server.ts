import { error, fail, redirect } from '@sveltejs/kit';
import { answerBatch, confirmBatch, discardBatch } from '#lib/uplift/commands.server.ts';
import { batchView, fileRefusal } from '#lib/uplift/file-words.server.ts';
import { batchPage } from '#lib/uplift/queries.server.ts';
import type { Actions, PageServerLoad } from './$types';

export const load: PageServerLoad = async ({ locals, params, url }) => {
	const page = await batchPage(locals.as('leader'), params.batch);
	if (!page) error(404, 'not-found');
	return { ...batchView(page, locals.locale), known: url.searchParams.has('known') };
};

/** The answers of a form: fields named `a:<question>`; of two, the last one counts. */
function answersOf(form: FormData): Record<string, string> {
	const answers: Record<string, string> = {};
	for (const [name, value] of form)
		if (name.startsWith('a:') && typeof value === 'string') answers[name.slice(2)] = value;
	return answers;
}

export const actions: Actions = {
	answer: async ({ locals, params, request }) => {
		const answers = answersOf(await request.formData());
		const saved = await answerBatch(locals.as('leader'), params.batch, answers);
		if (!saved.ok) {
			if (saved.reason === 'not-found') error(404, 'not-found');
			return fail(409, { trouble: fileRefusal(saved.reason, locals.locale) });
		}
		return { saved: true };
	},
	confirm: async ({ locals, params }) => {
		const confirmed = await confirmBatch(locals.as('leader'), params.batch);
		if (!confirmed.ok) {
			if (confirmed.reason === 'not-found') error(404, 'not-found');
			return fail(409, { trouble: fileRefusal(confirmed.reason, locals.locale) });
		}
		redirect(303, `/leader/evidence/${params.batch}`);
	},
	discard: async ({ locals, params }) => {
		const gone = await discardBatch(locals.as('leader'), params.batch);
		if (!gone.ok) {
			if (gone.reason === 'not-found') error(404, 'not-found');
			return fail(409, { trouble: fileRefusal(gone.reason, locals.locale) });
		}
		redirect(303, '/leader/evidence');
	}
};
