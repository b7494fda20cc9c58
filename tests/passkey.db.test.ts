/** A passkey signs its owner in, once for each question, and nobody else in any way. */
import { sql } from 'drizzle-orm';
import { beforeEach, describe, expect, test } from 'vitest';
import {
	addPasskey,
	askForPasskey,
	beginPasskey,
	disablePerson,
	dropSecondStep,
	endSecondStep,
	enterByPasskey,
	makeCodesAnew,
	passSecondStep,
	removePasskey
} from '#lib/people/commands.server.ts';
import { startLogin } from '#lib/people/lucia.server.ts';
import { mostPasskeys } from '#lib/people/passkey.ts';
import { passkeysOf, signedIn } from '#lib/people/queries.server.ts';
import type { Role } from '#lib/people/role.ts';
import { showCode } from '#lib/people/second-step.ts';
import { passkey, recoveryCode } from '#lib/people/tables.server.ts';
import { authenticator } from './authenticator.ts';
import { databasePerTest } from './database.ts';
import { worldOn, type World } from './world.ts';

const origin = 'https://lofte.example';
const database = databasePerTest();
let world: World;
beforeEach(() => {
	world = worldOn(database.db);
});

/** Somebody who is signed in by a link. */
async function person(role: Role = 'coach', email = 'maren@lofte.example') {
	const ctx = await world.as(role, email);
	const token = await startLogin(database.db, ctx.who.personId, world.now);
	return { ctx: ctx as never as Parameters<typeof beginPasskey>[0], token };
}
async function begun(of: Awaited<ReturnType<typeof person>>) {
	const options = await beginPasskey({ ...of.ctx, now: world.now }, { token: of.token, origin });
	if (!options.ok) throw new Error(options.reason);
	return options.value;
}
/** The same with a passkey of a new device. */
async function withPasskey(role: Role = 'coach', email?: string) {
	const one = await person(role, email);
	const device = authenticator(origin);
	const added = await addPasskey(one.ctx, {
		token: one.token,
		origin,
		answer: device.make(await begun(one))
	});
	if (!added.ok) throw new Error(added.reason);
	return { ...one, device, token: added.value.cookie, codes: added.value.codes };
}
const asked = () => askForPasskey(world.visitor(), { origin });
const enter = (answer: string, token: string | null = null) =>
	enterByPasskey(world.visitor(), { origin, answer, token });
const who = (token: string) => signedIn(database.db, token, world.now);

describe('adding one', () => {
	test('is asked of a device that checks its owner, and ends in a login that proved it', async () => {
		const one = await person();
		const options = await begun(one);
		expect(options.rp).toEqual({ name: 'Løfte', id: 'lofte.example' });
		expect(options.authenticatorSelection).toMatchObject({
			residentKey: 'required',
			userVerification: 'required'
		});
		expect(options.attestation).toBe('none');
		const device = authenticator(origin);
		const answer = device.make(options);
		const added = await addPasskey(one.ctx, { token: one.token, origin, answer });
		expect(added.ok && added.value.codes).toHaveLength(10);
		expect(await who(one.token)).toBeNull();
		const now = await who(added.ok ? added.value.cookie : '');
		expect(now).toMatchObject({ owes: false, ways: { app: false, passkey: true } });
		const { passkeys } = await passkeysOf(one.ctx);
		expect(passkeys).toMatchObject([
			{ id: device.id, transports: ['internal', 'hybrid'], synced: false, lastUsedAt: null }
		]);
		// What was asked once is answered once.
		const again = { token: added.ok ? added.value.cookie : '', origin, answer };
		expect(await addPasskey(one.ctx, again)).toEqual({ ok: false, reason: 'passkey-wrong' });
	});

	test.each([
		['of another site', { origin: 'https://evil.example' }],
		['for another host', { host: 'evil.example' }],
		['to another question', { challenge: 'b3RoZXI' }],
		['by whoever held the device', { verified: false }],
		['of a login, not of a new key', { type: 'webauthn.get' }],
		['with a certificate', { certificate: new Uint8Array(40) }]
	])('an answer %s is refused', async (_, lie) => {
		const one = await person();
		const answer = authenticator(origin).make(await begun(one), lie);
		const refused = { ok: false, reason: 'passkey-wrong' };
		expect(await addPasskey(one.ctx, { token: one.token, origin, answer })).toEqual(refused);
		expect(await database.db.$count(passkey)).toBe(0);
		expect(await who(one.token)).not.toBeNull();
	});

	test('takes the login that began it, in time; nobody else’s question counts', async () => {
		const [one, two] = [await person(), await person('leader', 'ingrid@nordbris.example')];
		const device = authenticator(origin);
		const refused = { ok: false, reason: 'passkey-wrong' };
		const of = async (asker: typeof one, adder: typeof one) =>
			addPasskey(
				{ ...adder.ctx, now: world.now },
				{ token: adder.token, origin, answer: device.make(await begun(asker)) }
			);
		expect(await of(one, two)).toEqual(refused);
		const other = { ...one, token: await startLogin(database.db, one.ctx.who.personId, world.now) };
		expect(await of(one, other)).toEqual(refused);
		// What was asked for signing in adds nothing.
		const answer = device.make(await asked());
		expect(await addPasskey(one.ctx, { token: one.token, origin, answer })).toEqual(refused);
		const late = device.make(await begun(one));
		world.later(5 * 60_000);
		expect(
			await addPasskey({ ...one.ctx, now: world.now }, { token: one.token, origin, answer: late })
		).toEqual(refused);
		expect((await of(one, one)).ok).toBe(true);
	});

	test('the same device is there once, and twenty are enough', async () => {
		const one = await withPasskey();
		const again = await addPasskey(one.ctx, {
			token: one.token,
			origin,
			answer: one.device.make(await begun(one))
		});
		expect(again).toEqual({ ok: false, reason: 'passkey-known' });
		expect((await begun(one)).excludeCredentials).toMatchObject([{ id: one.device.id }]);
		const last = await begun(one);
		const rows = Array.from({ length: mostPasskeys - 1 }, (_, n) => ({
			id: `key-${n}`,
			personId: one.ctx.who.personId,
			publicKey: new Uint8Array([n]),
			counter: 0,
			transports: [],
			synced: false,
			createdAt: world.now
		}));
		await database.db.insert(passkey).values(rows);
		expect(await beginPasskey(one.ctx, { token: one.token, origin })).toEqual({
			ok: false,
			reason: 'too-many'
		});
		const answer = authenticator(origin).make(last);
		expect(await addPasskey(one.ctx, { token: one.token, origin, answer })).toEqual({
			ok: false,
			reason: 'too-many'
		});
	});

	test('a leader’s is a way in of its own: a link by mail still does, and no codes are made', async () => {
		const one = await withPasskey('leader', 'ingrid@nordbris.example');
		expect(one.codes).toBeNull();
		const byLink = await startLogin(database.db, one.ctx.who.personId, world.now);
		expect(await who(byLink)).toMatchObject({ owes: false, ways: { passkey: true } });
	});
});

describe('signing in', () => {
	test('takes no mail and no code, and both steps are taken', async () => {
		const { device, token } = await withPasskey();
		world.later(60_000);
		const options = await asked();
		expect(options).toMatchObject({ rpId: 'lofte.example', userVerification: 'required' });
		// Nobody learns from the question who is known here.
		expect(options.allowCredentials ?? []).toEqual([]);
		const entered = await enter(device.use(options), token);
		const cookie = entered.ok ? entered.value.cookie : '';
		expect(await who(cookie)).toMatchObject({ owes: false, provedAt: world.now });
		expect(await who(token)).toBeNull();
		const [used] = await database.db.select().from(passkey);
		expect(used!.lastUsedAt).toEqual(world.now);
	});

	test.each([
		['of another site', { origin: 'https://evil.example' }],
		['for another host', { host: 'evil.example' }],
		['to a question of somebody else’s own', { challenge: 'b3RoZXI' }],
		['by whoever held the device', { verified: false }],
		['with another key', { forged: true }],
		['of a new key, not of a login', { type: 'webauthn.create' }]
	])('an answer %s is refused, and the question is spent', async (_, lie) => {
		const { device } = await withPasskey();
		const options = await asked();
		const refused = { ok: false, reason: 'passkey-wrong' };
		expect(await enter(device.use(options, lie))).toEqual(refused);
		if (!('challenge' in lie)) expect(await enter(device.use(options))).toEqual(refused);
		expect((await enter(device.use(await asked()))).ok).toBe(true);
	});

	test.each(['', 'x', '{}', '[1]', 'null', '{"id":"a","response":{"clientDataJSON":"e30"}}'])(
		'%j is no answer',
		async (answer) => {
			await withPasskey();
			expect(await enter(answer)).toEqual({ ok: false, reason: 'passkey-wrong' });
		}
	);

	test('one answer brought ten times at once is one login', async () => {
		const { device } = await withPasskey();
		const answer = device.use(await asked());
		const before = await database.db.execute(sql`select count(*)::int as n from login`);
		const all = await Promise.all(Array.from({ length: 10 }, () => enter(answer)));
		expect(all.filter(({ ok }) => ok)).toHaveLength(1);
		const after = await database.db.execute(sql`select count(*)::int as n from login`);
		expect(Number(after[0]!.n) - Number(before[0]!.n)).toBe(1);
	});

	test('an answer is too late after five minutes, and a copied device is noticed by its count', async () => {
		const { device } = await withPasskey();
		const late = device.use(await asked());
		world.later(5 * 60_000);
		expect((await enter(late)).ok).toBe(false);
		expect((await enter(device.use(await asked(), { counter: 7 }))).ok).toBe(true);
		expect((await enter(device.use(await asked(), { counter: 7 }))).ok).toBe(false);
		expect((await enter(device.use(await asked(), { counter: 8 }))).ok).toBe(true);
	});

	test('neither a stranger’s key nor one that was removed, nor that of somebody switched off', async () => {
		expect((await enter(authenticator(origin).use(await asked()))).ok).toBe(false);
		const one = await withPasskey();
		const two = await withPasskey('leader', 'ingrid@nordbris.example');
		// Nobody removes somebody else's.
		expect(await removePasskey(two.ctx, { id: one.device.id, token: two.token })).toEqual({
			ok: false,
			reason: 'not-found'
		});
		expect((await removePasskey(one.ctx, { id: one.device.id, token: one.token })).ok).toBe(true);
		expect((await enter(one.device.use(await asked()))).ok).toBe(false);
		await disablePerson(world.system(), two.ctx.who.personId);
		expect((await enter(two.device.use(await asked()))).ok).toBe(false);
	});
});

describe('as the second step of whoever must have one', () => {
	test('a link alone is not enough; the passkey is, and so is a recovery code, once', async () => {
		const one = await withPasskey();
		const byLink = () => startLogin(database.db, one.ctx.who.personId, world.now);
		const owing = await byLink();
		expect(await who(owing)).toMatchObject({ owes: true });
		const entered = await enter(one.device.use(await asked()), owing);
		expect(await who(entered.ok ? entered.value.cookie : '')).toMatchObject({ owes: false });
		const code = showCode(one.codes![0]!);
		const passed = await passSecondStep(world.visitor(), { token: await byLink(), code });
		expect(passed.ok).toBe(true);
		expect((await passSecondStep(world.visitor(), { token: await byLink(), code })).ok).toBe(false);
	});

	test('a second one brings no new codes; the last one takes the codes with it', async () => {
		const one = await withPasskey();
		const next = authenticator(origin);
		const added = await addPasskey(one.ctx, {
			token: one.token,
			origin,
			answer: next.make(await begun(one))
		});
		expect(added.ok && added.value.codes).toBeNull();
		await removePasskey(one.ctx, { id: next.id, token: one.token });
		expect(await database.db.$count(recoveryCode)).toBe(10);
		// An app that was never there cannot be switched off to the passkey's cost.
		expect((await endSecondStep(one.ctx, { code: '123456' })).ok).toBe(false);
		await removePasskey(one.ctx, { id: one.device.id, token: one.token });
		expect(await database.db.$count(recoveryCode)).toBe(0);
	});

	test('removing one puts everybody else out, and who waits with a link alone does not come in by it', async () => {
		const one = await withPasskey();
		const byKey = await enter(one.device.use(await asked()));
		const waiting = await startLogin(database.db, one.ctx.who.personId, world.now);
		expect(await who(waiting)).toMatchObject({ owes: true });
		await removePasskey(one.ctx, { id: one.device.id, token: one.token });
		expect(await who(waiting)).toBeNull();
		expect(await who(byKey.ok ? byKey.value.cookie : '')).toBeNull();
		expect(await who(one.token)).toMatchObject({ ways: { app: false, passkey: false } });
	});

	test('who becomes a coach with a passkey already can make recovery codes; nobody else needs any', async () => {
		const one = await withPasskey('leader', 'ingrid@nordbris.example');
		const none = { ok: false, reason: 'no-second-step' };
		expect(await makeCodesAnew(one.ctx)).toEqual(none);
		await world.as('coach', 'ingrid@nordbris.example');
		const first = await makeCodesAnew(one.ctx);
		const second = await makeCodesAnew(one.ctx);
		expect(first.ok && second.ok && second.value.codes).toHaveLength(10);
		const owing = await startLogin(database.db, one.ctx.who.personId, world.now);
		const pass = (code: string) => passSecondStep(world.visitor(), { token: owing, code });
		expect((await pass(first.ok ? first.value.codes[0]! : '')).ok).toBe(false);
		// What stands in for the passkey is not spent on an app that was never there.
		const code = second.ok ? second.value.codes[0]! : '';
		expect((await endSecondStep(one.ctx, { code })).ok).toBe(false);
		expect((await pass(code)).ok).toBe(true);
		const other = await person('coach', 'other@lofte.example');
		expect(await makeCodesAnew(other.ctx)).toEqual(none);
	});

	test('an operator takes passkeys and codes off together', async () => {
		const one = await withPasskey();
		await dropSecondStep(world.system(), one.ctx.who.personId);
		expect(await database.db.$count(passkey)).toBe(0);
		expect(await database.db.$count(recoveryCode)).toBe(0);
		expect((await enter(one.device.use(await asked()))).ok).toBe(false);
	});
});
