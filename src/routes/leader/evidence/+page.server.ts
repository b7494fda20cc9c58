import { error, fail, redirect } from '@sveltejs/kit';
import { uploadDeals } from '#lib/uplift/commands.server.ts';
import { evidenceView, fileRefusal } from '#lib/uplift/file-words.server.ts';
import { evidence } from '#lib/uplift/queries.server.ts';
import type { Actions, PageServerLoad } from './$types';

export const load: PageServerLoad = async ({ locals }) => {
	const found = await evidence(locals.as('leader'));
	if (!found) error(404, 'not-found');
	return evidenceView(found, locals.locale);
};

export const actions: Actions = {
	upload: async ({ locals, request }) => {
		const leader = locals.as('leader');
		const file = (await request.formData()).get('file');
		if (!(file instanceof File) || file.size === 0)
			return fail(400, { trouble: fileRefusal('no-file', locals.locale) });
		const bytes = new Uint8Array(await file.arrayBuffer());
		const taken = await uploadDeals(leader, { fileName: file.name, bytes });
		if (!taken.ok) return fail(400, { trouble: fileRefusal(taken.reason, locals.locale) });
		redirect(303, `/leader/evidence/${taken.value.batchId}${taken.value.known ? '?known' : ''}`);
	}
};
