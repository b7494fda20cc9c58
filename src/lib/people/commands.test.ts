import { beforeEach, describe, expect, test } from 'vitest';
import { sql } from 'drizzle-orm';
import { emailOutbox } from '#lib/server/tables.server.ts';
import { unsealText } from '#lib/server/seal.server.ts';
import { databasePerTest } from '../../../tests/database.ts';
import { worldOn, type World } from '../../../tests/world.ts';
import { disablePerson, requestSignIn, useLink } from './commands.server.ts';
import { signedIn } from './queries.server.ts';
import { login, loginToken } from './tables.server.ts';

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
