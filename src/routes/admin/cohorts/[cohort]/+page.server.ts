import { error, fail } from '@sveltejs/kit';
import { applicationsTally } from '#lib/admissions/queries.server.ts';
import { missedSessions } from '#lib/coaching/queries.server.ts';
import { setSales } from '#lib/cohorts/commands.server.ts';
import { cohortView } from '#lib/uplift/cohort-view.server.ts';
import { cohortForAdmin } from '#lib/uplift/queries.server.ts';
import type { Actions, PageServerLoad } from './$types';

export const load: PageServerLoad = async ({ locals, params }) => {
	const ctx = locals.as('admin');
	const [page, missed, applications] = await Promise.all([
		cohortForAdmin(ctx, params.cohort),
		missedSessions(ctx, params.cohort),
		applicationsTally(ctx, params.cohort)
	]);
	if (!page) error(404, 'not-found');
	return { view: cohortView(page, { locale: locals.locale, missed }), applications };
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
