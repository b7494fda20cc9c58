import { beforeEach, describe, expect, test } from 'vitest';
import { generateHOTP } from '@oslojs/otp';
import { sql } from 'drizzle-orm';
import { emailOutbox } from '#lib/server/tables.server.ts';
import { unseal, unsealText } from '#lib/server/seal.server.ts';
import { databasePerTest } from '../../../tests/database.ts';
import { worldOn, type World } from '../../../tests/world.ts';
import {
	beginSecondStep,
	confirmSecondStep,
	disablePerson,
	dropSecondStep,
	endSecondStep,
	passSecondStep,
	renewRecoveryCodes,
	requestSignIn,
	useLink
} from './commands.server.ts';
import { startLogin } from './lucia.server.ts';
import {
	anybody,
	pendingPurpose,
	personByEmail,
	secondStepOf,
	signedIn,
	type SignedIn
} from './queries.server.ts';
import { digits, stepAt } from './second-step.ts';
import { login, loginToken, recoveryCode, secondFactor } from './tables.server.ts';

const database = databasePerTest();
const origin = 'https://lofte.example';
let world: World;

beforeEach(() => {
	world = worldOn(database.db);
});

/** The token of the newest mail in the outbox, as its reader would find it. */
async function mailedToken(): Promise<string> {
	const [mail] = await database.db
		.select()
		.from(emailOutbox)
		.orderBy(sql`created_at desc, priority`)
		.limit(1);
	return /\/sign-in\/([\w-]+)/.exec(unsealText(world.keys, 'mail', mail!.requestEnc!))![1]!;
}

describe('signing in by mail', () => {
	test('a known address gets a link, an unknown one gets the same answer and no mail', async () => {
		await world.as('leader', 'ingrid@nordbris.example');
		const known = await requestSignIn(world.visitor(), {
			email: 'Ingrid@nordbris.example',
			origin
		});
		const unknown = await requestSignIn(world.visitor(), {
			email: 'nobody@nordbris.example',
			origin
		});
		expect(known).toEqual(unknown);
		expect(await database.db.$count(emailOutbox)).toBe(1);
	});

	test('twenty people pressing at once get one login', async () => {
		await world.as('leader', 'ingrid@nordbris.example');
		await requestSignIn(world.visitor(), { email: 'ingrid@nordbris.example', origin });
		const token = await mailedToken();
		const outcomes = await Promise.all(
			Array.from({ length: 20 }, () => useLink(world.visitor(), token))
		);
		expect(outcomes.filter((outcome) => outcome.ok)).toHaveLength(1);
		expect(
			outcomes.filter((outcome) => !outcome.ok && outcome.reason === 'link-used')
		).toHaveLength(19);
		expect(await database.db.$count(login)).toBe(1);
	});

	test('a link dies after ten minutes, and when a newer one is made', async () => {
		await world.as('leader', 'ingrid@nordbris.example');
		await requestSignIn(world.visitor(), { email: 'ingrid@nordbris.example', origin });
		const first = await mailedToken();
		world.later(1000);
		await requestSignIn(world.visitor(), { email: 'ingrid@nordbris.example', origin });
		expect(await useLink(world.visitor(), first)).toEqual({ ok: false, reason: 'link-used' });
		const second = await mailedToken();
		expect(second).not.toBe(first);
		world.later(10 * 60_000);
		expect(await useLink(world.visitor(), second)).toEqual({ ok: false, reason: 'link-expired' });
		expect(await useLink(world.visitor(), 'never-made')).toEqual({
			ok: false,
			reason: 'link-unknown'
		});
	});

	test('what lies in the tables signs nobody in', async () => {
		await world.as('coach', 'maren@lofte.example');
		await requestSignIn(world.visitor(), { email: 'maren@lofte.example', origin });
		const used = await useLink(world.visitor(), await mailedToken());
		const cookie = used.ok ? used.value.cookie : '';
		expect((await signedIn(database.db, cookie, world.now))?.roles).toEqual(['coach']);
		const [row] = await database.db.select().from(login);
		expect(await signedIn(database.db, row!.id, world.now)).toBeNull();
		const [link] = await database.db.select().from(loginToken);
		expect(await useLink(world.visitor(), link!.hash)).toEqual({
			ok: false,
			reason: 'link-unknown'
		});
	});

	test('a person who is switched off is out a moment later', async () => {
		const maren = await world.as('coach', 'maren@lofte.example');
		await requestSignIn(world.visitor(), { email: 'maren@lofte.example', origin });
		const used = await useLink(world.visitor(), await mailedToken());
		const cookie = used.ok ? used.value.cookie : '';
		await disablePerson(world.system(), maren.who.personId);
		expect(await signedIn(database.db, cookie, world.now)).toBeNull();
	});
});

/** Somebody acting for themselves, whatever their role. */
async function themselves(email: string) {
	const found = (await personByEmail(database, email))!;
	return { who: anybody({ ...found, personId: found.id } as unknown as SignedIn) };
}

describe('the second step', () => {
	/** The key, as the app has it: sealed to the login that began, until it is confirmed. */
	async function keyOf(personId: string, began?: string) {
		const [row] = await database.db
			.select()
			.from(secondFactor)
			.where(sql`person_id = ${personId}`);
		return unseal(world.keys, began ? pendingPurpose(began) : 'second-step', row!.secretEnc);
	}
	const codeFor = (key: Uint8Array, steps = 0) =>
		generateHOTP(key, BigInt(stepAt(world.now) + steps), digits);
	const linkedAs = (personId: string) => startLogin(database.db, personId, world.now);
	const owes = async (token: string) => (await signedIn(database.db, token, world.now))?.owes;
	const pass = (token: string, code: string) => passSecondStep(world.visitor(), { token, code });

	/** Somebody who has it on, and logins of theirs that came by link alone. */
	async function withSecondStep(email = 'maren@lofte.example') {
		const staff = await world.as('coach', email);
		const { who } = await themselves(email);
		const ctx = () => ({ ...staff, now: world.now, who });
		const token = await linkedAs(who.personId);
		expect(await beginSecondStep(ctx(), token)).toMatchObject({ ok: true });
		const code = codeFor(await keyOf(who.personId, token));
		const on = await confirmSecondStep(ctx(), { code, token });
		if (!on.ok) throw new Error(on.reason);
		const codeAt = async (steps = 0) => codeFor(await keyOf(who.personId), steps);
		const linked = () => linkedAs(who.personId);
		return { ctx, who, token, codes: on.value.codes, cookie: on.value.cookie, linked, codeAt };
	}

	test('counts for nothing until a code was typed, and then ends every login but the one', async () => {
		const coach = await world.as('coach', 'maren@lofte.example');
		const { who } = await themselves('maren@lofte.example');
		const token = await linkedAs(who.personId);
		const elsewhere = await linkedAs(who.personId);
		const ctx = { ...coach, who };
		await beginSecondStep(ctx, token);
		expect(await owes(token)).toBe(false);
		const key = await keyOf(who.personId, token);
		const wrong = { ok: false, reason: 'code-wrong' };
		expect(await confirmSecondStep(ctx, { code: '000000x', token })).toEqual(wrong);
		const on = await confirmSecondStep(ctx, { code: codeFor(key), token });
		expect(await signedIn(database.db, token, world.now)).toBeNull();
		expect(await signedIn(database.db, elsewhere, world.now)).toBeNull();
		expect(on.ok && (await owes(on.value.cookie))).toBe(false);
		expect(await beginSecondStep(ctx, token)).toEqual({ ok: false, reason: 'already-on' });
		const [row] = await database.db.select().from(secondFactor);
		expect(Buffer.from(row!.secretEnc).includes(Buffer.from(key))).toBe(false);
	});

	test('a key that was begun at one login is nobody’s at another', async () => {
		const coach = await world.as('coach', 'maren@lofte.example');
		const { who } = await themselves('maren@lofte.example');
		const [thief, own] = [await linkedAs(who.personId), await linkedAs(who.personId)];
		const ctx = { ...coach, who };
		await beginSecondStep(ctx, thief);
		const known = await keyOf(who.personId, thief);
		expect((await secondStepOf(ctx, thief)).pending).toEqual(known);
		expect((await secondStepOf(ctx, own)).pending).toBeNull();
		expect(await confirmSecondStep(ctx, { code: codeFor(known), token: own })).toEqual({
			ok: false,
			reason: 'code-wrong'
		});
		await beginSecondStep(ctx, own);
		expect((await secondStepOf(ctx, own)).pending).not.toEqual(known);
		expect((await secondStepOf(ctx, thief)).pending).toBeNull();
	});

	test('a key that nobody confirmed is shown for ten minutes, and confirms nothing after', async () => {
		const coach = await world.as('coach', 'maren@lofte.example');
		const { who } = await themselves('maren@lofte.example');
		const token = await linkedAs(who.personId);
		const ctx = () => ({ ...coach, now: world.now, who });
		await beginSecondStep(ctx(), token);
		const key = await keyOf(who.personId, token);
		const shown = async () => (await secondStepOf(ctx(), token)).pending;
		world.later(10 * 60_000 - 1);
		expect(await shown()).toEqual(key);
		world.later(1);
		expect(await shown()).toBeNull();
		expect(await confirmSecondStep(ctx(), { code: codeFor(key), token })).toEqual({
			ok: false,
			reason: 'code-wrong'
		});
	});

	test('a link alone owes it; a code pays, and the token is another one', async () => {
		const { linked, codeAt } = await withSecondStep();
		const token = await linked();
		expect(await owes(token)).toBe(true);
		const passed = await pass(token, await codeAt(1));
		expect(await signedIn(database.db, token, world.now)).toBeNull();
		expect(passed.ok && (await owes(passed.value.cookie))).toBe(false);
		await requestSignIn(world.visitor(), { email: 'maren@lofte.example', origin });
		const used = await useLink(world.visitor(), await mailedToken());
		expect(used).toMatchObject({ ok: true, value: { owes: true } });
	});

	test('a code counts once, also when ten bring it at the same moment, and not a minute later', async () => {
		const { linked, codeAt } = await withSecondStep();
		const code = await codeAt(1);
		const tokens = await Promise.all(Array.from({ length: 10 }, linked));
		const outcomes = await Promise.all(tokens.map((token) => pass(token, code)));
		expect(outcomes.filter(({ ok }) => ok)).toHaveLength(1);
		const old = await codeAt(2);
		world.later(120_000);
		expect(await pass(await linked(), old)).toEqual({ ok: false, reason: 'code-wrong' });
		expect(await pass(await linked(), await codeAt())).toMatchObject({ ok: true });
	});

	test('a recovery code counts once, lies in the table only as its hash, and new ones end the old', async () => {
		const { codes, linked, ctx, codeAt } = await withSecondStep();
		expect(new Set(codes).size).toBe(10);
		const [first, second] = codes as [string, string];
		expect(await pass(await linked(), first.toUpperCase())).toMatchObject({ ok: true });
		expect(await pass(await linked(), first)).toEqual({ ok: false, reason: 'code-wrong' });
		const rows = await database.db.select().from(recoveryCode);
		expect(rows.filter(({ usedAt }) => usedAt === null)).toHaveLength(9);
		expect(JSON.stringify(rows)).not.toContain(first);
		expect(await renewRecoveryCodes(ctx(), { code: second })).toMatchObject({ ok: false });
		const renewed = await renewRecoveryCodes(ctx(), { code: await codeAt(1) });
		expect(renewed.ok && renewed.value.codes.length).toBe(10);
		expect(await pass(await linked(), second)).toEqual({ ok: false, reason: 'code-wrong' });
		expect(await pass(await linked(), renewed.ok ? renewed.value.codes[0]! : '')).toMatchObject({
			ok: true
		});
	});

	test('nobody passes with another one’s code or without a login; one that owes nothing begins anew', async () => {
		const maren = await withSecondStep();
		const live = await withSecondStep('live@lofte.example');
		const token = await live.linked();
		const wrong = { ok: false, reason: 'code-wrong' };
		expect(await pass(token, maren.codes[0]!)).toEqual(wrong);
		expect(await pass(token, await maren.codeAt(1))).toEqual(wrong);
		const none = { ok: false, reason: 'no-login' };
		expect(await pass('never-made', maren.codes[0]!)).toEqual(none);
		const again = await pass(maren.cookie, maren.codes[0]!);
		expect(again.ok && (await signedIn(world.db, again.value.cookie, world.now))?.provedAt).toEqual(
			world.now
		);
		expect(await signedIn(world.db, maren.cookie, world.now)).toBeNull();
	});

	test('is switched off with a code, or by an operator; who waited at the door stays outside', async () => {
		const { ctx, codes, linked, cookie, who } = await withSecondStep();
		const waiting = await linked();
		expect(await endSecondStep(ctx(), { code: '123' })).toEqual({
			ok: false,
			reason: 'code-wrong'
		});
		expect(await owes(waiting)).toBe(true);
		expect(await endSecondStep(ctx(), { code: codes[3]! })).toEqual({ ok: true, value: null });
		expect(await signedIn(database.db, waiting, world.now)).toBeNull();
		expect(await owes(cookie)).toBe(false);
		expect(await owes(await linked())).toBe(false);
		expect(await database.db.$count(recoveryCode)).toBe(0);
		const again = await withSecondStep();
		const other = await again.linked();
		await dropSecondStep(world.system(), who.personId);
		expect(await signedIn(database.db, other, world.now)).toBeNull();
	});

	test('whoever reads what people trust them with signs in every day, also with a role given since', async () => {
		await world.as('leader', 'ingrid@nordbris.example');
		const { who } = await themselves('ingrid@nordbris.example');
		const token = await linkedAs(who.personId);
		const holds = async (hours: number) =>
			(await signedIn(database.db, token, new Date(world.now.getTime() + hours * 3600_000))) !==
			null;
		expect([await holds(12), await holds(29 * 24), await holds(30 * 24)]).toEqual([
			true,
			true,
			false
		]);
		await world.as('coach', 'ingrid@nordbris.example');
		expect([await holds(11.9), await holds(12)]).toEqual([true, false]);
	});
});
