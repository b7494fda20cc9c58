import { error, fail, redirect } from '@sveltejs/kit';
import { enrollmentForCoach } from '#lib/cohorts/queries.server.ts';
import { openWave } from '#lib/engagement/commands.server.ts';
import { teamToAsk, wavesFor } from '#lib/engagement/queries.server.ts';
import type { Actions, PageServerLoad } from './$types';

export const load: PageServerLoad = async ({ locals, params }) => {
	const ctx = locals.as('coach');
	const part = await enrollmentForCoach(ctx, params.enrollment);
	if (!part) error(404, 'not-found');
	const [team, waves] = await Promise.all([teamToAsk(ctx, part), wavesFor(ctx, part)]);
	const open = waves.find(({ stage }) => stage === 'open');
	const due = open ? null : (waves.find(({ stage }) => stage === 'due') ?? null);
	const next = open || due ? null : (waves.find(({ stage }) => stage === 'ahead') ?? null);
	return {
		part: { id: part.id, leaderName: part.leaderName, company: part.company },
		next: next && {
			kind: next.kind,
			week: next.week,
			opensOn: next.opensOn,
			byItself: next.byItself
		},
		due: due && { index: due.index, kind: due.kind, week: due.week, lastOn: due.lastOn },
		byItself: team.askedBefore ? waves[0]!.byItself : true,
		...team
	};
};

export const actions: Actions = {
	open: async ({ locals, params, request }) => {
		const form = await request.formData();
		const opensByItself = form.has('opensByItself');
		const opened = await openWave(locals.as('coach'), {
			enrollmentId: params.enrollment,
			index: Number(form.get('index') ?? -1),
			origin: locals.origin,
			confirmed: form.getAll('member').map(String),
			opensByItself
		});
		if (!opened.ok) return fail(409, { reason: opened.reason, opensByItself });
		redirect(303, `/coach/leaders/${params.enrollment}`);
	}
};
