/** What this room holds about a person, and how it is erased. */
import { sql } from 'drizzle-orm';
import type { Context } from '#lib/server/context.server.ts';
import {
	erasedAddress,
	erasedName,
	listOf,
	type PersonalData,
	type Subject
} from '#lib/server/personal.server.ts';

/** Who somebody is to us and where they are signed in. No hash of a token, no key. */
export async function personalData({ db }: Context, { personId }: Subject): Promise<PersonalData> {
	const me = sql`person_id = ${personId}::uuid`;
	return {
		person: await listOf(
			db,
			sql`select email, name, locale, time_zone, theme, roles, disabled_at, created_at from person where id = ${personId}::uuid`
		),
		logins: await listOf(
			db,
			sql`select created_at, expires_at, absolute_until, second_at from login where ${me} order by created_at`
		),
		signInLinks: await listOf(
			db,
			sql`select purpose, next, created_at, expires_at, used_at from login_token where ${me} order by created_at`
		),
		secondStep: await listOf(
			db,
			sql`select created_at, confirmed_at from second_factor where ${me}`
		),
		passkeys: await listOf(
			db,
			sql`select transports, synced, created_at, last_used_at from passkey where ${me} order by created_at`
		),
		recoveryCodes: await listOf(db, sql`select used_at from recovery_code where ${me}`)
	};
}

/** Why somebody cannot be erased yet: a house without an admin decides on nobody. */
export async function reasonsToWait({ db }: Context, { personId }: Subject): Promise<string[]> {
	const [found] = await db.execute<{ last: boolean }>(sql`select
		exists (select 1 from person where id = ${personId}::uuid and 'admin' = any(roles) and disabled_at is null)
		and not exists (select 1 from person where id <> ${personId}::uuid and 'admin' = any(roles) and disabled_at is null) as last`);
	return found?.last ? ['They are the only admin: grant the role to somebody else first.'] : [];
}

/** The row stays as an id that payments, results and the audit point to; nobody can sign in by it. */
export async function erasePersonalData(
	{ db, now }: Context,
	{ personId }: Subject
): Promise<void> {
	if (!personId) return;
	for (const table of ['login', 'login_token', 'passkey', 'recovery_code', 'second_factor'])
		await db.execute(sql`delete from ${sql.identifier(table)} where person_id = ${personId}::uuid`);
	await db.execute(sql`update person set email = ${erasedAddress(sql`id`)}, name = ${erasedName}, locale = 'en',
		time_zone = 'UTC', theme = 'system', roles = '{}',
		disabled_at = coalesce(disabled_at, ${now.toISOString()}::timestamptz) where id = ${personId}::uuid`);
}

/** Every address that this room stores. */
export async function storedAddresses({ db }: Context): Promise<string[]> {
	const rows = await db.execute<{ email: string }>(sql`select email from person`);
	return rows.map(({ email }) => email);
}
