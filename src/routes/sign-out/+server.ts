import { redirect } from '@sveltejs/kit';
import { signOut } from '#lib/people/commands.server.ts';
import type { RequestHandler } from './$types';

export const POST: RequestHandler = async ({ locals, cookies }) => {
	const cookie = cookies.get('login');
	if (cookie) await signOut(locals.asVisitor(), cookie);
	cookies.delete('login', { path: '/' });
	redirect(303, '/');
};
