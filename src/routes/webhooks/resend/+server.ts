import { readMailEvent, receiveMailEvent } from '#lib/server/suppression.server.ts';
import type { RequestHandler } from './$types';

/** Mail that bounced or was complained about: we write to that address no more. */
export const POST: RequestHandler = async ({ request, locals }) => {
	let event;
	try {
		const { id, payload } = locals.mailProof(await request.text(), request.headers);
		event = readMailEvent(id, payload);
	} catch {
		return new Response('The signature does not prove who sent this.', { status: 400 });
	}
	if (event) await receiveMailEvent(locals.asMachine(), event);
	return new Response(null, { status: 200 });
};
