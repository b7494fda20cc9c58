import { randomBytes } from 'node:crypto';
import { verifyHOTP } from '@oslojs/otp';
import { and, eq, gt, isNull, lte, sql } from 'drizzle-orm';
import { m } from '#lib/paraglide/messages.js';
import { audit } from '#lib/server/audit.server.ts';
import { inTransaction, type Context } from '#lib/server/context.server.ts';
import { queueMail } from '#lib/server/outbox.server.ts';
import { hashToken, newToken, seal, unseal } from '#lib/server/seal.server.ts';
import { ok, refuse, type Result } from '#lib/values/result.ts';
import { needsSecondStep } from './access.ts';
import type { Anybody, System, Visitor } from './actor.ts';
import {
	cleanEmail,
	linkLivesMs,
	safeNext,
	type LinkPurpose,
	type SignInRefusal
} from './login.ts';
import {
	endAllLogins,
	endLogin,
	endOtherLogins,
	endOwingLogins,
	personOf,
	startLogin
} from './lucia.server.ts';
import { challengeLivesMs, mostPasskeys, readAnswer, type PasskeyRefusal } from './passkey.ts';
import { linkState, openPending, pendingPurpose } from './queries.server.ts';
import {
	digits,
	readCode,
	recoveryCodes,
	stepsNow,
	type SecondStepRefusal
} from './second-step.ts';
import type { Role } from './role.ts';
import {
	loginToken,
	passkey,
	passkeyChallenge,
	person,
	recoveryCode,
	secondFactor
} from './tables.server.ts';
import { creationOptions, provenPasskey, provenUse, requestOptions } from './webauthn.server.ts';

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
 * @returns the cookie's token, where to go, and whether the second step comes before; or why the link does not work
 */
export async function useLink(
	ctx: Context<Visitor>,
	token: string
): Promise<Result<{ cookie: string; next: string | null; owes: boolean }, SignInRefusal>> {
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
		const owes = (await personOf(tx.db, cookie, ctx.now))?.owes ?? false;
		return ok({ cookie, next: used.next, owes });
	});
}

export async function signOut({ db }: Context, cookie: string): Promise<void> {
	await endLogin(db, cookie);
}

export async function signOutEverywhere(ctx: Context<Anybody>): Promise<void> {
	await endAllLogins(ctx.db, ctx.who.personId);
	await audit(ctx, { action: 'logins-ended', object: { kind: 'person', id: ctx.who.personId } });
}

/**
 * Makes a key for an authenticator app. It counts for nothing until a code of it was typed, and only
 * the login that began it can see and confirm it: whoever sat at another one must not know the key.
 *
 * @param token of the cookie
 */
export async function beginSecondStep(
	{ db, keys, now, who }: Context<Anybody>,
	token: string
): Promise<Result<null, 'already-on'>> {
	const made = await db
		.insert(secondFactor)
		.values({
			personId: who.personId,
			secretEnc: seal(keys, pendingPurpose(token), new Uint8Array(randomBytes(20))),
			createdAt: now
		})
		.onConflictDoUpdate({
			target: secondFactor.personId,
			set: { secretEnc: sql`excluded.secret_enc`, createdAt: now },
			setWhere: isNull(secondFactor.confirmedAt)
		})
		.returning({ personId: secondFactor.personId });
	return made.length > 0 ? ok(null) : refuse('already-on');
}

const rightStep = (secret: Uint8Array, code: string, now: Date, lastStep: number) =>
	stepsNow(now, lastStep).find((at) => verifyHOTP(secret, BigInt(at), digits, code));

/** The row of a person's second step, locked until the end of the transaction. */
async function lockSecondStep({ db }: Context, personId: string) {
	const [found] = await db
		.select()
		.from(secondFactor)
		.where(eq(secondFactor.personId, personId))
		.for('update');
	return found;
}

/** Takes a code of the app: once, however many bring it at the same moment. */
async function takeCode(ctx: Context, personId: string, code: string): Promise<boolean> {
	const found = await lockSecondStep(ctx, personId);
	if (!found?.confirmedAt) return false;
	const secret = unseal(ctx.keys, 'second-step', found.secretEnc);
	const step = rightStep(secret, code, ctx.now, found.lastStep);
	if (step === undefined) return false;
	await ctx.db
		.update(secondFactor)
		.set({ lastStep: step })
		.where(eq(secondFactor.personId, personId));
	return true;
}

/** New recovery codes; the old ones count no more. */
async function makeRecoveryCodes({ db }: Context, personId: string): Promise<string[]> {
	const codes = Array.from({ length: recoveryCodes }, () => randomBytes(10).toString('hex'));
	await db.delete(recoveryCode).where(eq(recoveryCode.personId, personId));
	await db.insert(recoveryCode).values(codes.map((one) => ({ hash: hashToken(one), personId })));
	return codes;
}

/**
 * Switches the second step on, with the first code of the app. Every login of the person ends; the
 * one they sit at begins anew.
 *
 * @param token of the cookie with which it was begun
 * @returns the cookie of the new login, and the recovery codes, which nobody can read again
 */
export async function confirmSecondStep(
	ctx: Context<Anybody>,
	{ code: typed, token }: { code: string; token: string }
): Promise<Result<{ cookie: string; codes: string[] }, SecondStepRefusal>> {
	const code = readCode(typed);
	if (!code || !('app' in code)) return refuse('code-wrong');
	return inTransaction(ctx, async (tx) => {
		const { personId } = ctx.who;
		const found = await lockSecondStep(tx, personId);
		const secret = found && openPending(ctx, token, found);
		if (!secret) return refuse('code-wrong');
		const step = rightStep(secret, code.app, ctx.now, found.lastStep);
		if (step === undefined) return refuse('code-wrong');
		await tx.db
			.update(secondFactor)
			.set({
				secretEnc: seal(ctx.keys, 'second-step', secret),
				lastStep: step,
				confirmedAt: ctx.now
			})
			.where(eq(secondFactor.personId, personId));
		const codes = await makeRecoveryCodes(tx, personId);
		await endAllLogins(tx.db, personId);
		const cookie = await startLogin(tx.db, personId, ctx.now, ctx.now);
		await audit(tx, { action: 'second-step-on', object: { kind: 'person', id: personId } });
		return ok({ cookie, codes });
	});
}

/** New recovery codes, for a code of the app: the old ones are lost, or nobody ever saw them. */
export async function renewRecoveryCodes(
	ctx: Context<Anybody>,
	{ code: typed }: { code: string }
): Promise<Result<{ codes: string[] }, SecondStepRefusal>> {
	const code = readCode(typed);
	if (!code || !('app' in code)) return refuse('code-wrong');
	return inTransaction(ctx, async (tx) => {
		const { personId } = ctx.who;
		if (!(await takeCode(tx, personId, code.app))) return refuse('code-wrong');
		const codes = await makeRecoveryCodes(tx, personId);
		await audit(tx, { action: 'recovery-codes-made', object: { kind: 'person', id: personId } });
		return ok({ codes });
	});
}

/**
 * Takes the second step, at a login that owes it or once more at one that does not. The login begins
 * anew with another token.
 *
 * @param token of the cookie
 */
export async function passSecondStep(
	ctx: Context<Visitor>,
	{ token, code: typed }: { token: string; code: string }
): Promise<Result<{ cookie: string }, SecondStepRefusal | 'no-login'>> {
	const code = readCode(typed);
	return inTransaction(ctx, async (tx) => {
		const found = await personOf(tx.db, token, ctx.now);
		if (!found) return refuse('no-login');
		const taken =
			code &&
			('app' in code
				? await takeCode(tx, found.id, code.app)
				: await takeRecovery(tx, found.id, code.recovery));
		if (!taken) return refuse('code-wrong');
		await endLogin(tx.db, token);
		const cookie = await startLogin(tx.db, found.id, ctx.now, ctx.now);
		await audit(
			{ ...tx, who: { role: 'person', personId: found.id } },
			{
				action: 'second-step-taken',
				object: { kind: 'person', id: found.id },
				detail: { recovery: code !== null && 'recovery' in code }
			}
		);
		return ok({ cookie });
	});
}

async function takeRecovery({ db, now }: Context, personId: string, code: string) {
	const [used] = await db
		.update(recoveryCode)
		.set({ usedAt: now })
		.where(
			and(
				eq(recoveryCode.hash, hashToken(code)),
				eq(recoveryCode.personId, personId),
				isNull(recoveryCode.usedAt)
			)
		)
		.returning({ personId: recoveryCode.personId });
	return used !== undefined;
}

/** Switches the second step off, with a code: of the app or for recovery. */
export async function endSecondStep(
	ctx: Context<Anybody>,
	{ code: typed }: { code: string }
): Promise<Result<null, SecondStepRefusal>> {
	const code = readCode(typed);
	if (!code) return refuse('code-wrong');
	return inTransaction(ctx, async (tx) => {
		const { personId } = ctx.who;
		// There must be something to switch off: a recovery code is too good to be spent on nothing.
		const found = await lockSecondStep(tx, personId);
		if (!found?.confirmedAt) return refuse('code-wrong');
		const taken =
			'app' in code
				? await takeCode(tx, personId, code.app)
				: await takeRecovery(tx, personId, code.recovery);
		if (!taken) return refuse('code-wrong');
		await endOwingLogins(tx.db, personId);
		await tx.db.delete(secondFactor).where(eq(secondFactor.personId, personId));
		await dropUselessCodes(tx, personId);
		await audit(tx, { action: 'second-step-off', object: { kind: 'person', id: personId } });
		return ok(null);
	});
}

/** Recovery codes stand in for an app or a passkey; without either they are nothing. */
const dropUselessCodes = ({ db }: Context, personId: string) =>
	db.execute(sql`delete from recovery_code where person_id = ${personId}::uuid
		and not exists (select 1 from second_factor where person_id = ${personId}::uuid and confirmed_at is not null)
		and not exists (select 1 from passkey where person_id = ${personId}::uuid)`);

/**
 * For an operator who has made sure by other means who asks: the person signs in by link alone again.
 * Whoever waits at the door with a link, and could not pay, does not come in by that.
 */
export async function dropSecondStep(ctx: Context<System>, personId: string) {
	await endOwingLogins(ctx.db, personId);
	for (const table of [recoveryCode, secondFactor, passkey])
		await ctx.db.delete(table).where(eq(table.personId, personId));
	await audit(ctx, { action: 'second-step-off', object: { kind: 'person', id: personId } });
}

/** What a person may act as; whoever asks next waits until the end of this transaction. */
async function lockPerson({ db }: Context, personId: string): Promise<Role[]> {
	const [me] = await db
		.select({ roles: person.roles })
		.from(person)
		.where(eq(person.id, personId))
		.for('no key update');
	return me!.roles as Role[];
}

/** A question to an authenticator, written down; those that nobody answered in time go. @returns it, base64url */
async function newChallenge(
	{ db, now }: Context,
	of: { personId: string; loginId: string } | null
): Promise<string> {
	const challenge = randomBytes(32).toString('base64url');
	await db.delete(passkeyChallenge).where(lte(passkeyChallenge.expiresAt, now));
	await db.insert(passkeyChallenge).values({
		hash: hashToken(challenge),
		expiresAt: new Date(now.getTime() + challengeLivesMs),
		...of
	});
	return challenge;
}

/** Takes a question back, once, however many bring an answer to it. @returns for whom it was asked, or null */
async function takeChallenge({ db, now }: Context, challenge: string) {
	const [taken] = await db
		.delete(passkeyChallenge)
		.where(
			and(eq(passkeyChallenge.hash, hashToken(challenge)), gt(passkeyChallenge.expiresAt, now))
		)
		.returning();
	return taken ?? null;
}

/**
 * Asks the browser of somebody who is signed in to make a passkey. The question counts at this login
 * alone.
 *
 * @param token of the cookie
 */
export async function beginPasskey(
	ctx: Context<Anybody>,
	{ token, origin }: { token: string; origin: string }
) {
	const { personId } = ctx.who;
	const [me] = await ctx.db
		.select({ id: person.id, email: person.email, name: person.name })
		.from(person)
		.where(eq(person.id, personId));
	const known = await ctx.db
		.select({ id: passkey.id, transports: passkey.transports })
		.from(passkey)
		.where(eq(passkey.personId, personId));
	if (known.length >= mostPasskeys) return refuse('too-many');
	const challenge = await newChallenge(ctx, { personId, loginId: hashToken(token) });
	return ok(await creationOptions({ origin, challenge, person: me!, known }));
}

/**
 * Adds the passkey that the browser made. The login begins anew, with this as its second step; who has
 * no recovery codes yet and may need them gets some.
 *
 * @param answer what the browser gave, as text
 * @returns the cookie of the new login, and recovery codes if there are new ones, which nobody can read again
 */
export async function addPasskey(
	ctx: Context<Anybody>,
	{ token, origin, answer: text }: { token: string; origin: string; answer: string }
): Promise<Result<{ cookie: string; codes: string[] | null }, PasskeyRefusal>> {
	const answer = readAnswer(text);
	const { personId } = ctx.who;
	return inTransaction(ctx, async (tx) => {
		const asked = answer && (await takeChallenge(tx, answer.challenge));
		if (asked?.personId !== personId || asked.loginId !== hashToken(token))
			return refuse('passkey-wrong');
		const made = await provenPasskey(answer!, origin);
		if (!made) return refuse('passkey-wrong');
		// One after another, so that the count holds.
		const roles = await lockPerson(tx, personId);
		const count = await tx.db.$count(passkey, eq(passkey.personId, personId));
		if (count >= mostPasskeys) return refuse('too-many');
		const added = await tx.db
			.insert(passkey)
			.values({ ...made, personId, createdAt: ctx.now })
			.onConflictDoNothing()
			.returning({ id: passkey.id });
		if (added.length === 0) return refuse('passkey-known');
		await endLogin(tx.db, token);
		const cookie = await startLogin(tx.db, personId, ctx.now, ctx.now);
		await audit(tx, { action: 'passkey-added', object: { kind: 'person', id: personId } });
		const unused = and(eq(recoveryCode.personId, personId), isNull(recoveryCode.usedAt));
		const mayNeedCodes = needsSecondStep(roles) && (await tx.db.$count(recoveryCode, unused)) === 0;
		return ok({ cookie, codes: mayNeedCodes ? await makeRecoveryCodes(tx, personId) : null });
	});
}

/**
 * Takes one of the person's own passkeys away, and ends every login but this one: whoever came in by it
 * is out, and so is who waits at the door without it. Refused: one that is not theirs.
 *
 * @param token of the cookie
 */
export async function removePasskey(
	ctx: Context<Anybody>,
	{ id, token }: { id: string; token: string }
): Promise<Result<null, 'not-found'>> {
	return inTransaction(ctx, async (tx) => {
		const { personId } = ctx.who;
		const removed = await tx.db
			.delete(passkey)
			.where(and(eq(passkey.id, id), eq(passkey.personId, personId)))
			.returning({ id: passkey.id });
		if (removed.length === 0) return refuse('not-found');
		await endOtherLogins(tx.db, personId, token);
		await dropUselessCodes(tx, personId);
		await audit(tx, { action: 'passkey-removed', object: { kind: 'person', id: personId } });
		return ok(null);
	});
}

/** New recovery codes for somebody whose second step is a passkey; the old ones count no more. */
export async function makeCodesAnew(
	ctx: Context<Anybody>
): Promise<Result<{ codes: string[] }, 'no-second-step'>> {
	return inTransaction(ctx, async (tx) => {
		const { personId } = ctx.who;
		const roles = await lockPerson(tx, personId);
		const count = await tx.db.$count(passkey, eq(passkey.personId, personId));
		if (count === 0 || !needsSecondStep(roles)) return refuse('no-second-step');
		const codes = await makeRecoveryCodes(tx, personId);
		await audit(tx, { action: 'recovery-codes-made', object: { kind: 'person', id: personId } });
		return ok({ codes });
	});
}

/** Asks a browser to sign in with whichever passkey its owner chooses. */
export const askForPasskey = async (ctx: Context<Visitor>, { origin }: { origin: string }) =>
	requestOptions({ origin, challenge: await newChallenge(ctx, null) });

/**
 * Signs in with a passkey. That is both steps at once: something the person has, and what their
 * authenticator knows them by.
 *
 * @param answer what the browser gave, as text
 * @param token of a login that this one replaces, if there is one
 */
export async function enterByPasskey(
	ctx: Context<Visitor>,
	{ origin, answer: text, token }: { origin: string; answer: string; token: string | null }
): Promise<Result<{ cookie: string }, 'passkey-wrong'>> {
	const answer = readAnswer(text);
	return inTransaction(ctx, async (tx) => {
		const asked = answer && (await takeChallenge(tx, answer.challenge));
		if (!asked || asked.personId) return refuse('passkey-wrong');
		const [found] = await tx.db
			.select({ passkey, disabledAt: person.disabledAt, roles: person.roles })
			.from(passkey)
			.innerJoin(person, eq(person.id, passkey.personId))
			.where(eq(passkey.id, answer!.id))
			.for('update', { of: passkey });
		if (!found || found.disabledAt || found.roles.length === 0) return refuse('passkey-wrong');
		const used = await provenUse(answer!, found.passkey, origin);
		if (!used) return refuse('passkey-wrong');
		await tx.db
			.update(passkey)
			.set({ ...used, lastUsedAt: ctx.now })
			.where(eq(passkey.id, found.passkey.id));
		if (token) await endLogin(tx.db, token);
		const { personId } = found.passkey;
		const cookie = await startLogin(tx.db, personId, ctx.now, ctx.now);
		await audit(
			{ ...tx, who: { role: 'person', personId } },
			{ action: 'login', object: { kind: 'person', id: personId }, detail: { passkey: true } }
		);
		return ok({ cookie });
	});
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
