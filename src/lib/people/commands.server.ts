import { and, eq, gt, isNull, sql } from 'drizzle-orm';
import { m } from '#lib/paraglide/messages.js';
import { audit } from '#lib/server/audit.server.ts';
import { inTransaction, type Context } from '#lib/server/context.server.ts';
import { queueMail } from '#lib/server/outbox.server.ts';
import { hashToken, newToken } from '#lib/server/seal.server.ts';
import { ok, refuse, type Result } from '#lib/values/result.ts';
import type { Anybody, System, Visitor } from './actor.ts';
import {
	cleanEmail,
	linkLivesMs,
	safeNext,
	type LinkPurpose,
	type SignInRefusal
} from './login.ts';
import { endAllLogins, endLogin, startLogin } from './lucia.server.ts';
import { linkState } from './queries.server.ts';
import type { Role } from './role.ts';
import { loginToken, person } from './tables.server.ts';

type NewPerson = { email: string; name: string; locale: 'en' | 'nb'; timeZone?: string };

/**
 * Makes sure that there is a person with this address and this role. What the person has said
 * about themselves before stays.
 *
 * @returns the person's id
 */
export async function grantRole(
	{ db, now }: Context,
	{ role, ...who }: NewPerson & { role: Role }
): Promise<string> {
	const [found] = await db
		.insert(person)
		.values({
			email: who.email.toLowerCase(),
			name: who.name,
			locale: who.locale,
			timeZone: who.timeZone ?? 'Europe/Oslo',
			roles: [role],
			createdAt: now
		})
		.onConflictDoUpdate({
			target: person.email,
			set: {
				roles: sql`case when ${role} = any(${person.roles}) then ${person.roles} else array_append(${person.roles}, ${role}) end`
			}
		})
		.returning({ id: person.id });
	return found!.id;
}

/** Makes a link for a person; older links of the same purpose die. @returns the token, stored as its hash */
export async function makeLink(
	{ db, now }: Context,
	{ personId, purpose, next }: { personId: string; purpose: LinkPurpose; next?: string | null }
): Promise<string> {
	const token = newToken();
	await db
		.update(loginToken)
		.set({ usedAt: now })
		.where(
			and(
				eq(loginToken.personId, personId),
				eq(loginToken.purpose, purpose),
				isNull(loginToken.usedAt)
			)
		);
	await db.insert(loginToken).values({
		hash: hashToken(token),
		personId,
		purpose,
		next: safeNext(next),
		expiresAt: new Date(now.getTime() + linkLivesMs[purpose]),
		createdAt: now
	});
	return token;
}

/**
 * Mails a sign-in link to this address if somebody has it. The answer is the same either way, so
 * that nobody learns who is a client.
 */
export async function requestSignIn(
	ctx: Context<Visitor>,
	{ email: typed, next, origin }: { email: string; next?: string | null; origin: string }
): Promise<Result<null, 'not-an-address'>> {
	const email = cleanEmail(typed);
	if (!email) return refuse('not-an-address');
	await inTransaction(ctx, async (tx) => {
		const [found] = await tx.db
			.select({ id: person.id, locale: person.locale })
			.from(person)
			.where(
				and(
					eq(person.email, email),
					isNull(person.disabledAt),
					sql`cardinality(${person.roles}) > 0`
				)
			);
		if (!found) return;
		const token = await makeLink(tx, {
			personId: found.id,
			purpose: 'sign-in',
			next: next ?? null
		});
		const locale = found.locale as 'en' | 'nb';
		await queueMail(tx, {
			to: email,
			category: 'sign-in',
			fact: `sign-in/${hashToken(token).slice(0, 32)}`,
			goodUntil: new Date(ctx.now.getTime() + 8 * 60_000),
			locale,
			subject: m.mail_sign_in_subject({}, { locale }),
			paragraphs: [m.mail_sign_in_body({}, { locale })],
			button: { label: m.mail_sign_in_button({}, { locale }), url: `${origin}/sign-in/${token}` },
			reason: m.mail_sign_in_reason({}, { locale })
		});
	});
	return ok(null);
}

/**
 * Turns a link into a login: once, however many click at the same moment.
 *
 * @returns the cookie's token and where to go; or why the link does not work
 */
export async function useLink(
	ctx: Context<Visitor>,
	token: string
): Promise<Result<{ cookie: string; next: string | null }, SignInRefusal>> {
	return inTransaction(ctx, async (tx) => {
		const [used] = await tx.db
			.update(loginToken)
			.set({ usedAt: ctx.now })
			.where(
				and(
					eq(loginToken.hash, hashToken(token)),
					isNull(loginToken.usedAt),
					gt(loginToken.expiresAt, ctx.now)
				)
			)
			.returning({ personId: loginToken.personId, next: loginToken.next });
		if (!used) {
			const state = await linkState(tx, token);
			return refuse(state === 'good' ? 'link-used' : state);
		}
		const cookie = await startLogin(tx.db, used.personId, ctx.now);
		await audit(
			{ ...tx, who: { role: 'person', personId: used.personId } },
			{ action: 'login', object: { kind: 'person', id: used.personId } }
		);
		return ok({ cookie, next: used.next });
	});
}

export async function signOut({ db }: Context, cookie: string): Promise<void> {
	await endLogin(db, cookie);
}

export async function signOutEverywhere(ctx: Context<Anybody>): Promise<void> {
	await endAllLogins(ctx.db, ctx.who.personId);
	await audit(ctx, { action: 'logins-ended', object: { kind: 'person', id: ctx.who.personId } });
}

type Profile = {
	name: string;
	locale: 'en' | 'nb';
	timeZone: string;
	theme: 'system' | 'light' | 'night';
};

/** Changes what a person says about themselves. Refused: an empty name, an unknown time zone. */
export async function changeProfile(
	{ db, who }: Context<Anybody>,
	profile: Partial<Profile>
): Promise<Result<null, 'name-missing' | 'time-zone-unknown'>> {
	if (profile.name?.trim() === '') return refuse('name-missing');
	if (profile.timeZone && !Intl.supportedValuesOf('timeZone').includes(profile.timeZone))
		return refuse('time-zone-unknown');
	await db.update(person).set(profile).where(eq(person.id, who.personId));
	return ok(null);
}

/** Switches a person off: no login of theirs works a moment later. */
export async function disablePerson(ctx: Context<System>, personId: string): Promise<void> {
	await inTransaction(ctx, async (tx) => {
		await tx.db.update(person).set({ disabledAt: ctx.now }).where(eq(person.id, personId));
		await endAllLogins(tx.db, personId);
		await audit(tx, { action: 'person-disabled', object: { kind: 'person', id: personId } });
	});
}
