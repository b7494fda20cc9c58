/** The clock, the keys and the actors of tests. People come into being by our own commands only. */
import { randomBytes } from 'node:crypto';
import type { ActorOf, System, Visitor } from '#lib/people/actor.ts';
import { system, visitor } from '#lib/people/actor.ts';
import { grantRole } from '#lib/people/commands.server.ts';
import { actorIn, type SignedIn } from '#lib/people/queries.server.ts';
import type { Role } from '#lib/people/role.ts';
import { person } from '#lib/people/tables.server.ts';
import type { Context } from '#lib/server/context.server.ts';
import type { Database } from '#lib/server/database.server.ts';
import type { Keys } from '#lib/server/seal.server.ts';
import { eq } from 'drizzle-orm';

export type World = ReturnType<typeof worldOn>;

/**
 * A world on a database, at an instant.
 *
 * `world.at(iso)` moves the clock; `as(role, email)` makes the person if need be and gives a context
 * in which they act now.
 */
export function worldOn(
	db: Database,
	start = '2027-01-04T09:00:00Z',
	keys: Keys = { current: new Uint8Array(randomBytes(32)) }
) {
	let now = new Date(start);
	const context = <Who>(who: Who): Context<Who> => ({ db, keys, now, who });
	return {
		db,
		keys,
		get now() {
			return now;
		},
		at(iso: string) {
			now = new Date(iso);
		},
		later(ms: number) {
			now = new Date(now.getTime() + ms);
		},
		system: (): Context<System> => context(system),
		visitor: (): Context<Visitor> => context(visitor),
		async as<R extends Role>(
			role: R,
			email: string,
			{ name = email.split('@')[0]!, locale = 'en' as 'en' | 'nb' } = {}
		): Promise<Context<ActorOf[R]>> {
			await grantRole(context(system), { role, email, name, locale });
			const [row] = await db.select().from(person).where(eq(person.email, email));
			const signedIn = { ...row!, personId: row!.id } as unknown as SignedIn;
			return context(actorIn(signedIn, role)!);
		}
	};
}
