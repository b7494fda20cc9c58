import { receiveEvent } from '#lib/payments/events.server.ts';
import type { RequestHandler } from './$types';

/** Stores what Stripe tells us, byte for byte as it was signed; the worker acts on it. */
export const POST: RequestHandler = async ({ request, locals }) => {
	const body = await request.text();
	let event;
	try {
		event = locals.till.verify(body, request.headers.get('stripe-signature') ?? '', new Date());
	} catch {
		return new Response('The signature does not prove who sent this.', { status: 400 });
	}
	// A test event at a live door, or the other way round, is nobody's business here.
	if (event.livemode === locals.till.livemode) await receiveEvent(locals.asMachine(), event);
	return new Response(null, { status: 200 });
};
