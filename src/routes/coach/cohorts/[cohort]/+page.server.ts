import { error, fail } from '@sveltejs/kit';
import { editPledge } from '#lib/cohorts/commands.server.ts';
import { pledgeFrom } from '#lib/cohorts/pledge.ts';
import { cohortForCoach } from '#lib/cohorts/queries.server.ts';
import type { Actions, PageServerLoad } from './$types';

export const load: PageServerLoad = async ({ locals, params }) => {
	const cohort = await cohortForCoach(locals.as('coach'), params.cohort);
	if (!cohort) error(404, 'not-found');
	return { cohort };
};

export const actions: Actions = {
	pledge: async ({ locals, params, request }) => {
		const pledge = pledgeFrom(await request.formData());
		const saved = await editPledge(locals.as('coach'), { cohortId: params.cohort, pledge });
		if (!saved.ok) {
			if (saved.reason === 'not-found') error(404, 'not-found');
			return fail(400, { pledge, reason: saved.reason });
		}
		return { saved: true };
	}
};
