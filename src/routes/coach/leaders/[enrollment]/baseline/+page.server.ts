import { error, fail } from '@sveltejs/kit';
import { enrollmentForCoach } from '#lib/cohorts/queries.server.ts';
import { baselineRefusal, baselineView } from '#lib/uplift/baseline-words.server.ts';
import { signBaseline } from '#lib/uplift/commands.server.ts';
import { baselinePage } from '#lib/uplift/queries.server.ts';
import type { Actions, PageServerLoad } from './$types';

export const load: PageServerLoad = async ({ locals, params }) => {
	const ctx = locals.as('coach');
	const part = await enrollmentForCoach(ctx, params.enrollment);
	const page = part && (await baselinePage(ctx, part.id));
	if (!page) error(404, 'not-found');
	return {
		part: { id: part.id, leaderName: part.leaderName, company: part.company },
		baseline: baselineView(page, locals.locale)
	};
};

export const actions: Actions = {
	sign: async ({ locals, params, request }) => {
		const form = await request.formData();
		const signed = await signBaseline(locals.as('coach'), {
			enrollmentId: params.enrollment,
			inputsSha256: String(form.get('inputsSha256') ?? ''),
			origin: locals.origin
		});
		if (!signed.ok) return fail(409, { trouble: baselineRefusal(signed.reason, locals.locale) });
		return { done: true };
	}
};
