import { fail } from '@sveltejs/kit';
import { shareWithSponsor } from '#lib/cohorts/commands.server.ts';
import { mySponsors } from '#lib/cohorts/queries.server.ts';
import type { Actions, PageServerLoad } from './$types';

export const load: PageServerLoad = async ({ locals }) => ({
	sponsors: await mySponsors(locals.as('leader'))
});

export const actions: Actions = {
	share: async ({ locals, request }) => {
		const form = await request.formData();
		const sponsorshipId = String(form.get('sponsorship') ?? '');
		const shares = form.getAll('share').map(String).slice(0, 5);
		const shared = await shareWithSponsor(locals.as('leader'), { sponsorshipId, shares });
		if (!shared.ok)
			return fail(shared.reason === 'not-found' ? 404 : 400, {
				sponsorshipId,
				reason: shared.reason
			});
		return { sponsorshipId, saved: true };
	}
};
