/** The only file that knows Lucia. What it stores as a login's id is the hash of the cookie's token. */
import { DrizzlePostgreSQLAdapter } from '@lucia-auth/adapter-drizzle';
import { and, eq, isNull, ne, sql } from 'drizzle-orm';
import { alias } from 'drizzle-orm/pg-core';
import { Lucia, TimeSpan, type DatabaseSession, type DatabaseUser } from 'lucia';
import { writtenOnce, type Database } from '#lib/server/database.server.ts';
import { hashToken, newToken } from '#lib/server/seal.server.ts';
import { needsSecondStep } from './access.ts';
import { loginAbsoluteDays, loginIdleDays, loginLastsMs } from './login.ts';
import type { Role } from './role.ts';
import { login, pageStamp, passkey, person, secondFactor } from './tables.server.ts';

declare module 'lucia' {
	interface Register {
		Lucia: ReturnType<typeof build>;
		UserId: string;
		DatabaseUserAttributes: typeof person.$inferSelect & {
			confirmedAt: Date | null;
			hasPasskey: boolean;
			pageStamp: string;
		};
		DatabaseSessionAttributes: { absoluteUntil: Date; createdAt: Date; secondAt: Date | null };
	}
}

const everybodys = alias(pageStamp, 'everybodys');
const loginWithPerson = writtenOnce((db) =>
	db
		.select({
			login,
			person,
			confirmedAt: secondFactor.confirmedAt,
			hasPasskey: sql<boolean>`exists (select 1 from ${passkey} where ${passkey.personId} = ${person.id})`,
			pageStamp: sql<string>`concat_ws('/', ${pageStamp.stamp}, ${everybodys.stamp})`
		})
		.from(login)
		.innerJoin(person, eq(person.id, login.userId))
		.leftJoin(secondFactor, eq(secondFactor.personId, person.id))
		.leftJoin(pageStamp, eq(pageStamp.personId, person.id))
		.leftJoin(everybodys, isNull(everybodys.personId))
		.where(eq(login.id, sql.placeholder('id')))
		.prepare('login_with_person')
);

/** Lucia's adapter, but with the statement of every request written once. */
const adapterOn = (db: Database) =>
	// The adapter is typed for a database that also carries its schema; it only ever builds queries.
	Object.assign(new DrizzlePostgreSQLAdapter(db as never, login as never, person as never), {
		async getSessionAndUser(
			id: string
		): Promise<[session: DatabaseSession | null, user: DatabaseUser | null]> {
			const [found] = await loginWithPerson(db).execute({ id });
			if (!found) return [null, null];
			const { userId, expiresAt, ...attributes } = found.login;
			return [
				{ id, userId, expiresAt, attributes },
				{
					id: found.person.id,
					attributes: {
						...found.person,
						confirmedAt: found.confirmedAt,
						hasPasskey: found.hasPasskey,
						pageStamp: found.pageStamp
					}
				}
			];
		}
	});

const build = (db: Database) =>
	new Lucia(adapterOn(db), {
		sessionExpiresIn: new TimeSpan(loginIdleDays, 'd'),
		getUserAttributes: ({
			email,
			name,
			locale,
			timeZone,
			theme,
			roles,
			disabledAt,
			confirmedAt,
			hasPasskey,
			pageStamp
		}) => ({
			email,
			name,
			locale,
			timeZone,
			theme,
			roles,
			disabledAt,
			confirmedAt,
			hasPasskey,
			pageStamp
		}),
		getSessionAttributes: ({ absoluteUntil, createdAt, secondAt }) => ({
			absoluteUntil,
			createdAt,
			secondAt
		})
	});

const opened = new WeakMap<Database, ReturnType<typeof build>>();
function lucia(db: Database) {
	let it = opened.get(db);
	if (!it) opened.set(db, (it = build(db)));
	return it;
}

/**
 * Starts a login.
 *
 * @param secondAt when the second step was taken, if it was
 * @returns the token for the cookie; only its hash is stored
 */
export async function startLogin(
	db: Database,
	personId: string,
	now: Date,
	secondAt: Date | null = null
): Promise<string> {
	const token = newToken();
	const absoluteUntil = new Date(now.getTime() + loginAbsoluteDays * 86_400_000);
	await lucia(db).createSession(
		personId,
		{ absoluteUntil, createdAt: now, secondAt },
		{ sessionId: hashToken(token) }
	);
	return token;
}

/**
 * The person behind a cookie's token, or null when there is no such login any more. `owes` says that
 * this login has not taken the person's second step: it may do nothing else before. `provedAt` is when
 * they last showed who they are.
 */
export async function personOf(db: Database, token: string, now: Date) {
	const { user, session } = await lucia(db).validateSession(hashToken(token));
	if (!user || session.absoluteUntil <= now || user.disabledAt) return null;
	// Asked with every request, so that a role given since then counts too.
	if (session.createdAt.getTime() + loginLastsMs(user.roles) <= now.getTime()) return null;
	const ways = { app: user.confirmedAt !== null, passkey: user.hasPasskey };
	// For whoever reads what people trust them with a passkey is a second step; for others it is a way in of its own.
	const needsMore = ways.app || (ways.passkey && needsSecondStep(user.roles as Role[]));
	return {
		...user,
		ways,
		owes: needsMore && session.secondAt === null,
		provedAt: session.secondAt ?? session.createdAt
	};
}

export const endLogin = (db: Database, token: string) =>
	lucia(db).invalidateSession(hashToken(token));

/** Ends the logins of a person that have not taken the second step. */
export const endOwingLogins = (db: Database, personId: string) =>
	db.delete(login).where(and(eq(login.userId, personId), isNull(login.secondAt)));

/** Ends every login of a person but the one with this token. */
export const endOtherLogins = (db: Database, personId: string, token: string) =>
	db.delete(login).where(and(eq(login.userId, personId), ne(login.id, hashToken(token))));

export const endAllLogins = (db: Database, personId: string) =>
	lucia(db).invalidateUserSessions(personId);
