import type { Cookies } from '@sveltejs/kit';
import { loginAbsoluteDays, loginCookie } from '#lib/people/login.ts';

/** Keeps a login's token in this browser. How long it counts is the database's to say. */
export const keepLogin = (cookies: Cookies, origin: string, token: string) =>
	cookies.set(loginCookie(origin), token, {
		path: '/',
		httpOnly: true,
		sameSite: 'lax',
		secure: origin.startsWith('https:'),
		maxAge: loginAbsoluteDays * 86_400
	});
