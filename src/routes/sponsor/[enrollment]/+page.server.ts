import { error } from '@sveltejs/kit';
import { sessionsHeld } from '#lib/coaching/queries.server.ts';
import { progressOf } from '#lib/coursework/queries.server.ts';
import { sponsorView } from '#lib/uplift/page-view.server.ts';
import { sponsorPage } from '#lib/uplift/queries.server.ts';
import type { PageServerLoad } from './$types';

export const load: PageServerLoad = async ({ locals, params }) => {
	const ctx = locals.as('sponsor');
	const page = await sponsorPage(ctx, params.enrollment);
	if (!page) error(404, 'not-found');
	// Only what was agreed is asked for at all.
	const [held, progress] = await Promise.all([
		page.shares.includes('sessions') ? sessionsHeld(ctx, params.enrollment) : null,
		page.shares.includes('progress') ? progressOf(ctx, [params.enrollment]) : null
	]);
	const done = progress?.get(params.enrollment);
	return {
		view: sponsorView(page, locals.locale),
		held,
		progress: done ? { accepted: done.accepted, of: done.of } : null
	};
};
