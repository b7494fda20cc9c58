import { fail, redirect } from '@sveltejs/kit';
import { askForPasskey, enterByPasskey } from '#lib/people/commands.server.ts';
import { loginCookie, safeNext } from '#lib/people/login.ts';
import { hashToken } from '#lib/server/seal.server.ts';
import { keepLogin } from '../login-cookie.ts';
import type { Actions, PageServerLoad } from './$types';

export const load: PageServerLoad = ({ locals, url }) => ({
	signedIn: locals.signedIn !== null,
	next: safeNext(url.searchParams.get('next'))
});

export const actions: Actions = {
	/** What the browser's own window is opened with. */
	ask: async ({ locals, getClientAddress }) => {
		if (!(await locals.within('passkey-network', hashToken(getClientAddress()))))
			return fail(429, { reason: 'too-often' as const, next: null });
		return { options: await askForPasskey(locals.asVisitor(), { origin: locals.origin }) };
	},
	enter: async ({ request, locals, cookies, getClientAddress }) => {
		const form = await request.formData();
		const next = safeNext(String(form.get('next') ?? ''));
		if (!(await locals.within('passkey-network', hashToken(getClientAddress()))))
			return fail(429, { reason: 'too-often' as const, next });
		const entered = await enterByPasskey(locals.asVisitor(), {
			origin: locals.origin,
			answer: String(form.get('answer') ?? ''),
			token: cookies.get(loginCookie(locals.origin)) ?? null
		});
		if (!entered.ok) return fail(400, { reason: entered.reason, next });
		keepLogin(cookies, locals.origin, entered.value.cookie);
		redirect(303, next ?? '/sign-in');
	}
};
