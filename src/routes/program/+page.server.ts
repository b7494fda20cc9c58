import { nextCohort } from '#lib/cohorts/queries.server.ts';
import { programAtAGlance } from '#lib/curriculum/queries.server.ts';
import type { PageServerLoad } from './$types';

/** A page to read needs no script. */
export const csr = false;

export const load: PageServerLoad = async ({ locals }) => {
	const ctx = locals.asVisitor();
	const [program, cohort] = await Promise.all([programAtAGlance(ctx), nextCohort(ctx)]);
	return { program, cohort };
};
