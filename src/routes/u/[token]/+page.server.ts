import { error } from '@sveltejs/kit';
import { readUnsubscribe, unsubscribe } from '#lib/server/suppression.server.ts';
import type { Actions, PageServerLoad } from './$types';

/** Shows a button and changes nothing: programs that look into mails open every link. */
export const load: PageServerLoad = ({ locals, params }) => {
	const read = readUnsubscribe(locals.asVisitor().keys, params.token);
	if (!read) error(404, 'not-found');
	return { scope: read.scope };
};

export const actions: Actions = {
	// Mail programs post here without a form of ours (RFC 8058).
	default: async ({ locals, params }) => {
		if (!(await unsubscribe(locals.asVisitor(), params.token))) error(404, 'not-found');
		return { done: true };
	}
};
