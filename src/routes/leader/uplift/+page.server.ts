import { leaderUplift } from '#lib/uplift/queries.server.ts';
import { upliftView } from '#lib/uplift/page-view.server.ts';
import { pillars } from '#lib/uplift/verdict.ts';
import type { PageServerLoad } from './$types';

export const load: PageServerLoad = async ({ locals, url }) => {
	const page = await leaderUplift(locals.as('leader'));
	const measure = pillars.find((pillar) => pillar === url.searchParams.get('measure')) ?? 'sales';
	return { view: page && upliftView(page, { measure, locale: locals.locale }) };
};
