import { redirect } from '@sveltejs/kit';
import { signOut } from '#lib/people/commands.server.ts';
import { loginCookie } from '#lib/people/login.ts';
import type { RequestHandler } from './$types';

export const POST: RequestHandler = async ({ locals, cookies }) => {
	const name = loginCookie(locals.origin);
	const cookie = cookies.get(name);
	if (cookie) await signOut(locals.asVisitor(), cookie);
	cookies.delete(name, { path: '/', secure: locals.origin.startsWith('https:') });
	redirect(303, '/');
};
