import { fail, redirect } from '@sveltejs/kit';
import { needsSecondStep } from '#lib/people/access.ts';
import { passSecondStep, requestSignIn, signOut } from '#lib/people/commands.server.ts';
import { loginCookie, safeNext } from '#lib/people/login.ts';
import { hashToken } from '#lib/server/seal.server.ts';
import { keepLogin } from '../login-cookie.ts';
import type { Actions, PageServerLoad } from './$types';

export const load: PageServerLoad = ({ locals, url }) => {
	const { ways, roles } = locals.signedIn!;
	return {
		ways,
		/** Whoever needs no second step has no codes; a link shows as much as it did when they came in. */
		byCode: ways.app || (ways.passkey && needsSecondStep(roles)),
		next: safeNext(url.searchParams.get('next'))
	};
};

export const actions: Actions = {
	code: async ({ request, locals, cookies }) => {
		const token = cookies.get(loginCookie(locals.origin)) ?? '';
		const form = await request.formData();
		const next = safeNext(String(form.get('next') ?? ''));
		// Whoever guesses at a login that somebody left open loses it.
		if (!(await locals.within('second-step', hashToken(token)))) {
			await signOut(locals.asVisitor(), token);
			redirect(303, '/sign-in');
		}
		const passed = await passSecondStep(locals.asVisitor(), {
			token,
			code: String(form.get('code') ?? '')
		});
		if (!passed.ok) return fail(400, { reason: passed.reason, next });
		keepLogin(cookies, locals.origin, passed.value.cookie);
		redirect(303, next ?? '/account');
	},
	/** For somebody who has neither app nor passkey: a link, as when they came in. */
	link: async ({ request, locals }) => {
		const next = safeNext(String((await request.formData()).get('next') ?? ''));
		const { email, personId } = locals.signedIn!;
		if (!(await locals.within('second-step-account', personId)))
			return fail(429, { reason: 'too-often' as const, next });
		await requestSignIn(locals.asVisitor(), { email, next, origin: locals.origin });
		return { sent: true };
	}
};
