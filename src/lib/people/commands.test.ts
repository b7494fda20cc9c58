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
	endSecondStep,
	passSecondStep,
	requestSignIn,
	useLink
} from './commands.server.ts';
import { startLogin } from './lucia.server.ts';
import { anybody, personByEmail, signedIn, type SignedIn } from './queries.server.ts';
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
	const keyOf = async () => {
		const [row] = await database.db.select().from(secondFactor);
		return unseal(world.keys, 'second-step', row!.secretEnc);
	};
	const codeAt = async (steps = 0) =>
		generateHOTP(await keyOf(), BigInt(stepAt(world.now) + steps), digits);
	/** A coach who has it on, and a login of theirs that came by link alone. */
	async function withSecondStep() {
		const coach = await world.as('coach', 'maren@lofte.example');
		const who = (await themselves('maren@lofte.example')).who;
		const ctx = () => ({ ...coach, now: world.now, who });
		expect(await beginSecondStep(ctx())).toMatchObject({ ok: true });
		const on = await confirmSecondStep(ctx(), { code: await codeAt(), roles: ['coach'] });
		if (!on.ok) throw new Error(on.reason);
		const linked = async () => startLogin(database.db, who.personId, world.now);
		return { ctx, codes: on.value.codes, cookie: on.value.cookie, linked };
	}
	const owes = async (token: string) => (await signedIn(database.db, token, world.now))?.owes;
	const pass = (token: string, code: string) => passSecondStep(world.visitor(), { token, code });

	test('counts for nothing until a code was typed, and then ends every login but the one', async () => {
		const coach = await world.as('coach', 'maren@lofte.example');
		const { who } = await themselves('maren@lofte.example');
		const before = await startLogin(database.db, who.personId, world.now);
		await beginSecondStep({ ...coach, who });
		expect(await owes(before)).toBe(false);
		const wrong = await confirmSecondStep({ ...coach, who }, { code: '000000x', roles: [] });
		expect(wrong).toEqual({ ok: false, reason: 'code-wrong' });
		const on = await confirmSecondStep(
			{ ...coach, who },
			{ code: await codeAt(), roles: ['coach'] }
		);
		expect(await signedIn(database.db, before, world.now)).toBeNull();
		expect(on.ok && (await owes(on.value.cookie))).toBe(false);
		expect(await beginSecondStep({ ...coach, who })).toEqual({ ok: false, reason: 'already-on' });
		const [row] = await database.db.select().from(secondFactor);
		expect(Buffer.from(row!.secretEnc).includes(Buffer.from(await keyOf()))).toBe(false);
	});

	test('a link alone owes it; a code pays, and the token is another one', async () => {
		const { linked } = await withSecondStep();
		const token = await linked();
		expect(await owes(token)).toBe(true);
		const passed = await pass(token, await codeAt(1));
		expect(await signedIn(database.db, token, world.now)).toBeNull();
		expect(passed.ok && (await owes(passed.value.cookie))).toBe(false);
	});

	test('a code counts once, also when ten bring it at the same moment, and not a minute later', async () => {
		const { linked } = await withSecondStep();
		const code = await codeAt(1);
		const tokens = await Promise.all(Array.from({ length: 10 }, linked));
		const outcomes = await Promise.all(tokens.map((token) => pass(token, code)));
		expect(outcomes.filter(({ ok }) => ok)).toHaveLength(1);
		const old = await codeAt(2);
		world.later(120_000);
		expect(await pass(await linked(), old)).toEqual({ ok: false, reason: 'code-wrong' });
		expect(await pass(await linked(), await codeAt())).toMatchObject({ ok: true });
	});

	test('a recovery code counts once, and lies in the table only as its hash', async () => {
		const { codes, linked } = await withSecondStep();
		expect(new Set(codes).size).toBe(10);
		const [first] = codes as [string];
		expect(await pass(await linked(), first.toUpperCase())).toMatchObject({ ok: true });
		expect(await pass(await linked(), first)).toEqual({ ok: false, reason: 'code-wrong' });
		const rows = await database.db.select().from(recoveryCode);
		expect(rows.filter(({ usedAt }) => usedAt === null)).toHaveLength(9);
		expect(JSON.stringify(rows)).not.toContain(first);
	});

	test('nobody passes with another one’s code, with a login that owes nothing, or without one', async () => {
		const { codes, cookie } = await withSecondStep();
		const other = await world.as('admin', 'live@lofte.example');
		const { who } = await themselves('live@lofte.example');
		await beginSecondStep({ ...other, who });
		const [row] = await database.db
			.select()
			.from(secondFactor)
			.where(sql`person_id = ${who.personId}`);
		const theirs = unseal(world.keys, 'second-step', row!.secretEnc);
		const code = generateHOTP(theirs, BigInt(stepAt(world.now)), digits);
		expect(await confirmSecondStep({ ...other, who }, { code, roles: ['admin'] })).toMatchObject({
			ok: true
		});
		const token = await startLogin(database.db, who.personId, world.now);
		expect(await pass(token, codes[0]!)).toEqual({ ok: false, reason: 'code-wrong' });
		expect(await pass(cookie, codes[0]!)).toEqual({ ok: false, reason: 'no-login' });
		expect(await pass('never-made', codes[0]!)).toEqual({ ok: false, reason: 'no-login' });
	});

	test('is switched off with a code, or by an operator; then a link is enough again', async () => {
		const { ctx, codes, linked } = await withSecondStep();
		const token = await linked();
		expect(await endSecondStep(ctx(), { code: '123' })).toEqual({
			ok: false,
			reason: 'code-wrong'
		});
		expect(await owes(token)).toBe(true);
		expect(await endSecondStep(ctx(), { code: codes[3]! })).toEqual({ ok: true, value: null });
		expect(await owes(token)).toBe(false);
		expect(await database.db.$count(recoveryCode)).toBe(0);
	});

	test('whoever reads what people trust them with signs in every day', async () => {
		const lasts = async (roles: string[]) => {
			const { who } = await themselves('maren@lofte.example');
			const token = await startLogin(database.db, who.personId, world.now, { roles });
			const after = (hours: number) =>
				signedIn(database.db, token, new Date(world.now.getTime() + hours * 3600_000));
			return [await after(11.9), await after(12)].map((found) => found !== null);
		};
		await world.as('coach', 'maren@lofte.example');
		expect(await lasts(['coach'])).toEqual([true, false]);
		expect(await lasts(['leader'])).toEqual([true, true]);
	});
});
