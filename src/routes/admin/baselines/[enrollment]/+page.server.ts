import { error, fail } from '@sveltejs/kit';
import { baselineRefusal, baselineView } from '#lib/uplift/baseline-words.server.ts';
import { relockBaseline } from '#lib/uplift/commands.server.ts';
import { baselineForAdmin } from '#lib/uplift/queries.server.ts';
import type { Actions, PageServerLoad } from './$types';

export const load: PageServerLoad = async ({ locals, params }) => {
	const page = await baselineForAdmin(locals.as('admin'), params.enrollment);
	if (!page) error(404, 'not-found');
	return { leaderName: page.leaderName, baseline: baselineView(page, locals.locale) };
};

export const actions: Actions = {
	lock: async ({ locals, params, request }) => {
		const form = await request.formData();
		const reason = String(form.get('reason') ?? '').slice(0, 2000);
		const locked = await relockBaseline(locals.as('admin'), {
			enrollmentId: params.enrollment,
			inputsSha256: String(form.get('inputsSha256') ?? ''),
			reason
		});
		if (locked.ok) return { done: true as const };
		if (locked.reason === 'not-found') error(404, 'not-found');
		return fail(409, { reason, trouble: baselineRefusal(locked.reason, locals.locale) });
	}
};
