import { error } from '@sveltejs/kit';
import { cohortCsv } from '#lib/uplift/cohort-view.server.ts';
import { cohortForAdmin } from '#lib/uplift/queries.server.ts';
import type { RequestHandler } from './$types';

export const GET: RequestHandler = async ({ locals, params }) => {
	const page = await cohortForAdmin(locals.as('admin'), params.cohort);
	if (!page) error(404, 'not-found');
	return new Response(cohortCsv(page), {
		headers: {
			'content-type': 'text/csv; charset=utf-8',
			'content-disposition': `attachment; filename="${page.slug}-uplift.csv"`
		}
	});
};
