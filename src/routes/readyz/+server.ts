import { readiness } from '#lib/server/readiness.server.ts';
import type { RequestHandler } from './$types';

export const GET: RequestHandler = async ({ locals }) => {
	const checks = await readiness(locals.asVisitor());
	const ready = Object.values(checks).every((check) => check === 'pass');
	return Response.json(
		{ status: ready ? 'pass' : 'fail', checks },
		{ status: ready ? 200 : 503, headers: ready ? {} : { 'retry-after': '3' } }
	);
};
