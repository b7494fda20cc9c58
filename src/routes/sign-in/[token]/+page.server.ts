import { fail, redirect } from '@sveltejs/kit';
import { useLink } from '#lib/people/commands.server.ts';
import { linkState } from '#lib/people/queries.server.ts';
import { hashToken } from '#lib/server/seal.server.ts';
import { keepLogin } from '../login-cookie.ts';
import { toSecondStep } from '../second-step.ts';
import type { Actions, PageServerLoad } from './$types';

// Mail scanners open links: looking at one never uses it.
export const load: PageServerLoad = async ({ locals, params }) => ({
	state: await linkState(locals.asVisitor(), params.token)
});

export const actions: Actions = {
	default: async ({ locals, params, cookies, getClientAddress }) => {
		if (!(await locals.within('token-network', hashToken(getClientAddress())))) {
			return fail(429, { reason: 'too-often' as const });
		}
		const used = await useLink(locals.asVisitor(), params.token);
		if (!used.ok) return fail(410, { reason: used.reason });
		keepLogin(cookies, locals.origin, used.value.cookie);
		const { next, owes } = used.value;
		redirect(303, owes ? toSecondStep(next) : (next ?? '/sign-in'));
	}
};
