import type { RequestHandler } from './$types';

/** The process is there; the database is not asked. */
export const GET: RequestHandler = () => Response.json({ status: 'pass' });
