import { kickOf } from '#lib/uplift/page-view.server.ts';
import { sponsored } from '#lib/uplift/queries.server.ts';
import { sharesText } from '#lib/uplift/shown.server.ts';
import type { PageServerLoad } from './$types';

export const load: PageServerLoad = async ({ locals }) => {
	const rows = await sponsored(locals.as('sponsor'));
	return {
		leaders: rows.map(({ shares, ...row }) => ({
			...row,
			stands: kickOf(row, locals.locale),
			agreed: sharesText(shares, locals.locale)
		}))
	};
};
