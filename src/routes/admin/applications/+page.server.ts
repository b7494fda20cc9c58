import { applicationsForAdmin } from '#lib/admissions/queries.server.ts';
import type { PageServerLoad } from './$types';

export const load: PageServerLoad = async ({ locals }) => {
	const ctx = locals.as('admin');
	return { applications: await applicationsForAdmin(ctx), now: ctx.now };
};
