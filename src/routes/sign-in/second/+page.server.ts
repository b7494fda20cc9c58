import { fail, redirect } from '@sveltejs/kit';
import { passSecondStep, signOut } from '#lib/people/commands.server.ts';
import { loginCookie, safeNext } from '#lib/people/login.ts';
import { hashToken } from '#lib/server/seal.server.ts';
import { keepLogin } from '../login-cookie.ts';
import type { Actions, PageServerLoad } from './$types';

export const load: PageServerLoad = ({ locals, url }) => ({
	owing: locals.owing !== null,
	ways: locals.owing?.ways ?? null,
	next: safeNext(url.searchParams.get('next'))
});

export const actions: Actions = {
	default: async ({ request, locals, cookies }) => {
		if (!locals.owing) return fail(410, { reason: 'no-login' as const });
		const token = cookies.get(loginCookie(locals.origin)) ?? '';
		// Counted for this login alone: whoever guesses at one must not shut its owner out of another.
		if (!(await locals.within('second-step', hashToken(token)))) {
			await signOut(locals.asVisitor(), token);
			return fail(410, { reason: 'no-login' as const });
		}
		const form = await request.formData();
		const passed = await passSecondStep(locals.asVisitor(), {
			token,
			code: String(form.get('code') ?? '')
		});
		if (!passed.ok) return fail(400, { reason: passed.reason });
		keepLogin(cookies, locals.origin, passed.value.cookie);
		redirect(303, safeNext(String(form.get('next') ?? '')) ?? '/sign-in');
	}
};
