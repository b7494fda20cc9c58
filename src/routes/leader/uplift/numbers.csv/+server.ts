import { error } from '@sveltejs/kit';
import { numbersCsv } from '#lib/uplift/numbers-sheet.server.ts';
import { leaderDeals, leaderUplift } from '#lib/uplift/queries.server.ts';
import { measureIn } from '#lib/uplift/verdict.ts';
import type { RequestHandler } from './$types';

/** The caller's own numbers; the address names a measure and nobody. */
export const GET: RequestHandler = async ({ locals, url }) => {
	const ctx = locals.as('leader');
	const measure = measureIn(url.searchParams);
	const [page, deals] = await Promise.all([
		leaderUplift(ctx),
		measure === 'engagement' ? null : leaderDeals(ctx)
	]);
	if (!page) error(404, 'not-found');
	return new Response(numbersCsv(page, deals, { measure, locale: locals.locale }), {
		headers: {
			'content-type': 'text/csv; charset=utf-8',
			'content-disposition': `attachment; filename="uplift-${measure}.csv"`
		}
	});
};
