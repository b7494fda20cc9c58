/** Fresh sign-in links for the demo's people, made by the app's own command. */
import { makeLink } from '#lib/people/commands.server.ts';
import { system } from '#lib/people/actor.ts';
import { personByEmail } from '#lib/people/queries.server.ts';
import { openDatabase } from '#lib/server/database.server.ts';
import { keysFrom } from '#lib/server/seal.server.ts';

const people = [
	{ role: 'leader', email: 'ingrid@nordbris.example' },
	{ role: 'coach', email: 'maren@lofte.example' },
	{ role: 'admin', email: 'live@lofte.example' },
	{ role: 'sponsor', email: 'henrik@nordbris.example' }
];

/** One link a role. The link in a welcome mail lives a week, and so do these. */
export async function demoDoors(env: Record<string, string>) {
	const pool = openDatabase(env.DATABASE_URL!, { max: 1 });
	const ctx = {
		db: pool.db,
		keys: keysFrom(env.APP_KEYS!.split(',')),
		now: new Date(),
		who: system
	};
	try {
		const doors: { role: string; name: string; url: string }[] = [];
		for (const { role, email } of people) {
			const person = await personByEmail(ctx, email);
			if (!person) continue;
			const token = await makeLink(ctx, {
				personId: person.id,
				purpose: 'welcome',
				next: `/${role}`
			});
			doors.push({ role, name: person.name, url: `${env.APP_ORIGIN}/sign-in/${token}` });
		}
		return doors;
	} finally {
		await pool.close();
	}
}
