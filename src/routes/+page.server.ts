import { nextCohort } from '#lib/cohorts/queries.server.ts';
import { sellerWords } from '#lib/cohorts/seller-words.server.ts';
import { pastOutcomes } from '#lib/uplift/queries.server.ts';
import type { PageServerLoad } from './$types';

/** A page to read needs no script. */
export const csr = false;

export const load: PageServerLoad = async ({ locals }) => {
	const ctx = locals.asVisitor();
	const [cohort, past] = await Promise.all([nextCohort(ctx), pastOutcomes(ctx)]);
	return { cohort, past, sold: sellerWords(locals.till.seller, locals.locale) };
};
