import { eq, sql } from 'drizzle-orm';
import type { Context } from '#lib/server/context.server.ts';
import type { Database } from '#lib/server/database.server.ts';
import { hashToken, unseal } from '#lib/server/seal.server.ts';
import type { ActorOf, Anybody } from './actor.ts';
import { personOf } from './lucia.server.ts';
import { isFresh, type SignInRefusal } from './login.ts';
import { isRole, type Role } from './role.ts';
import { loginToken, type passkey, person, recoveryCode, secondFactor } from './tables.server.ts';

/** Somebody with a login: who they are and which roles they may act in. */
export type SignedIn = {
	personId: string;
	email: string;
	name: string;
	locale: 'en' | 'nb';
	timeZone: string;
	theme: 'system' | 'light' | 'night';
	roles: Role[];
	/** Whether this login still owes the person's second step; it opens nothing before. */
	owes: boolean;
	/** What the person can show beyond a link: the code of an app, a passkey. */
	ways: { app: boolean; passkey: boolean };
	/** When they last showed who they are, at this login. */
	provedAt: Date;
	/** Another one as soon as something changes that their kept pages show. */
	pageStamp: string;
};

/** Who holds this cookie, or null. One statement. */
export async function signedIn(db: Database, token: string, now: Date): Promise<SignedIn | null> {
	const found = await personOf(db, token, now);
	if (!found) return null;
	return {
		personId: found.id,
		email: found.email,
		name: found.name,
		locale: found.locale as 'en' | 'nb',
		timeZone: found.timeZone,
		theme: found.theme as SignedIn['theme'],
		roles: found.roles.filter(isRole),
		owes: found.owes,
		ways: found.ways,
		provedAt: found.provedAt,
		pageStamp: found.pageStamp
	};
}

/** The actor in one of the roles that the person has; null when they do not have it. The only cast. */
export function actorIn<R extends Role>(who: SignedIn, role: R): ActorOf[R] | null {
	if (!who.roles.includes(role)) return null;
	const { personId, name, locale, timeZone } = who;
	return { role, personId, name, locale, timeZone } as unknown as ActorOf[R];
}

/** The person acting for themselves, in no particular role. */
export function anybody({ personId, name, locale, timeZone }: SignedIn): Anybody {
	return { role: 'person', personId, name, locale, timeZone } as unknown as Anybody;
}

/** A key that nobody has confirmed is sealed to the login that began it. */
export const pendingPurpose = (token: string): string => `second-step/${hashToken(token)}`;

/**
 * The key that waits for its first code, for the login that began it, as long as a proof lasts: who
 * finds that login open later must not see it. Null for any other.
 */
export function openPending(
	{ keys, now }: Pick<Context, 'keys' | 'now'>,
	token: string,
	{
		confirmedAt,
		secretEnc,
		createdAt
	}: Pick<typeof secondFactor.$inferSelect, 'confirmedAt' | 'secretEnc' | 'createdAt'>
): Uint8Array | null {
	if (confirmedAt || !isFresh(createdAt, now)) return null;
	try {
		return unseal(keys, pendingPurpose(token), secretEnc);
	} catch {
		return null;
	}
}

/**
 * Whether a person has a second step, and what setting one up has come to. One statement.
 *
 * @param token of the cookie
 */
export async function secondStepOf(
	{ db, keys, now, who }: Context<Anybody>,
	token: string
): Promise<{
	on: boolean;
	/** The key that waits for its first code. */
	pending: Uint8Array | null;
	codesLeft: number;
}> {
	const [found] = await db
		.select({
			secretEnc: secondFactor.secretEnc,
			confirmedAt: secondFactor.confirmedAt,
			createdAt: secondFactor.createdAt,
			codesLeft: sql<number>`(select count(*)::int from ${recoveryCode}
				where ${recoveryCode.personId} = ${secondFactor.personId} and ${recoveryCode.usedAt} is null)`
		})
		.from(secondFactor)
		.where(eq(secondFactor.personId, who.personId));
	if (!found) return { on: false, pending: null, codesLeft: 0 };
	const on = found.confirmedAt !== null;
	return {
		on,
		pending: openPending({ keys, now }, token, found),
		codesLeft: found.codesLeft
	};
}

export type PasskeyRow = Pick<
	typeof passkey.$inferSelect,
	'id' | 'transports' | 'synced' | 'createdAt' | 'lastUsedAt'
>;

/** The person's own passkeys, the newest first, and how many recovery codes are left. One statement. */
export async function passkeysOf({
	db,
	who
}: Context<Anybody>): Promise<{ passkeys: PasskeyRow[]; codesLeft: number }> {
	const [found] = (await db.execute(sql`select
		coalesce((select json_agg(json_build_object('id', id, 'transports', transports, 'synced', synced,
			'createdAt', created_at, 'lastUsedAt', last_used_at) order by created_at desc)
			from passkey where person_id = ${who.personId}::uuid), '[]'::json) as passkeys,
		(select count(*)::int from recovery_code where person_id = ${who.personId}::uuid and used_at is null) as "codesLeft"`)) as unknown as [
		{ passkeys: Told<PasskeyRow>[]; codesLeft: number }
	];
	return {
		codesLeft: found.codesLeft,
		passkeys: found.passkeys.map(({ createdAt, lastUsedAt, ...one }) => ({
			...one,
			createdAt: new Date(createdAt),
			lastUsedAt: lastUsedAt === null ? null : new Date(lastUsedAt)
		}))
	};
}
type Told<Row> = Omit<Row, 'createdAt' | 'lastUsedAt'> & {
	createdAt: string;
	lastUsedAt: string | null;
};

/** Whether a link can still be used, without using it. */
export async function linkState(
	{ db, now }: Context,
	token: string
): Promise<'good' | SignInRefusal> {
	const [found] = await db
		.select({ usedAt: loginToken.usedAt, expiresAt: loginToken.expiresAt })
		.from(loginToken)
		.where(eq(loginToken.hash, hashToken(token)));
	if (!found) return 'link-unknown';
	if (found.usedAt) return 'link-used';
	return found.expiresAt > now ? 'good' : 'link-expired';
}

/** Who an actor of the demo or a test is, by address. Only scripts and tests have a reason to ask. */
export async function personByEmail({ db }: Pick<Context, 'db'>, email: string) {
	const [found] = await db.select().from(person).where(eq(person.email, email));
	return found ?? null;
}
