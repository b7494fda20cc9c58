import { markupOnly, shown } from '#lib/ui/drawing.ts';
import { leaderDeals, leaderUplift } from '#lib/uplift/queries.server.ts';
import { measureIn } from '#lib/uplift/verdict.ts';
import type { PageServerLoad } from './$types';
import { upliftShown } from './drawn.server.ts';

/** The drawings are the server's, and a measure is chosen by a link. */
export const csr = false;

export const load: PageServerLoad = async ({ locals, url, isDataRequest }) => {
	const ctx = locals.as('leader');
	const measure = measureIn(url.searchParams);
	const [page, deals] = await Promise.all([
		leaderUplift(ctx),
		// Answers belong to nobody: for engagement there is nothing to look up by person.
		measure === 'engagement' ? null : leaderDeals(ctx)
	]);
	if (!page) return { view: null };
	const view = upliftShown({ page, deals, measure, locale: locals.locale });
	const { weekly } = view;
	const plain = {
		...view,
		plots: shown(view.plots, isDataRequest),
		weekly: weekly && {
			...weekly,
			plot: shown(weekly.plot, isDataRequest),
			sellers: weekly.sellers && {
				...weekly.sellers,
				panels: shown(weekly.sellers.panels, isDataRequest)
			}
		}
	};
	return markupOnly({ view: plain }, isDataRequest);
};
