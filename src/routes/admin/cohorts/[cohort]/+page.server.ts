import { error, fail } from '@sveltejs/kit';
import { applicationsTally } from '#lib/admissions/queries.server.ts';
import { missedSessions } from '#lib/coaching/queries.server.ts';
import { setSales } from '#lib/cohorts/commands.server.ts';
import { cohortForAdmin } from '#lib/uplift/queries.server.ts';
import { markupOnly, shown } from '#lib/ui/drawing.ts';
import type { Actions, PageServerLoad } from './$types';
import { cohortShown } from './drawn.server.ts';

/** The drawings are the server's, and the only form is a form. */
export const csr = false;

export const load: PageServerLoad = async ({ locals, params, isDataRequest }) => {
	const ctx = locals.as('admin');
	const [page, missed, applications] = await Promise.all([
		cohortForAdmin(ctx, params.cohort),
		missedSessions(ctx, params.cohort),
		applicationsTally(ctx, params.cohort)
	]);
	if (!page) error(404, 'not-found');
	const view = cohortShown({ page, missed: [...missed], locale: locals.locale });
	return markupOnly(
		{
			view: {
				...view,
				plots: view.plots && shown(view.plots, isDataRequest),
				matrix: view.matrix && shown(view.matrix, isDataRequest)
			},
			applications
		},
		isDataRequest
	);
};

export const actions: Actions = {
	sales: async ({ locals, request }) => {
		const form = await request.formData();
		const changed = await setSales(locals.as('admin'), {
			cohortId: String(form.get('cohort') ?? ''),
			open: form.get('open') === 'yes'
		});
		if (!changed.ok) return fail(404, { reason: changed.reason });
		return { changed: true };
	}
};
