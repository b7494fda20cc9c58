import { error } from '@sveltejs/kit';
import { cohortBySlug } from '#lib/cohorts/queries.server.ts';
import { sellerWords } from '#lib/cohorts/seller-words.server.ts';
import { pastOutcomes } from '#lib/uplift/queries.server.ts';
import type { PageServerLoad } from './$types';

/** A page to read needs no script. */
export const csr = false;

export const load: PageServerLoad = async ({ locals, params }) => {
	const ctx = locals.asVisitor();
	const [cohort, past] = await Promise.all([cohortBySlug(ctx, params.cohort), pastOutcomes(ctx)]);
	if (!cohort) error(404, 'not-found');
	return { cohort, past, sold: sellerWords(locals.till.seller, locals.locale) };
};
