/** Mail against a Resend that fails as the real one does: every mail once, none lost. */
import { afterEach, beforeEach, expect, test } from 'vitest';
import { deliverNext, queueMail } from '#lib/server/outbox.server.ts';
import { inTransaction } from '#lib/server/context.server.ts';
import { resendMailer } from '#lib/server/mailer.server.ts';
import { hashAddress } from '#lib/server/seal.server.ts';
import { emailOutbox, emailSuppression } from '#lib/server/tables.server.ts';
import type { Standin } from '../src/standins/http.ts';
import type { StoredMail } from '../src/standins/resend-mail.ts';
import { startResendStandin } from '../src/standins/resend.ts';
import { databasePerTest } from './database.ts';
import { worldOn, type World } from './world.ts';

const database = databasePerTest();
let world: World;
let resend: Standin;

beforeEach(async () => {
	world = worldOn(database.db);
	resend = await startResendStandin();
});
afterEach(() => resend.close());

const mailer = () =>
	resendMailer({
		RESEND_API_KEY: 're_test',
		RESEND_BASE_URL: resend.url,
		MAIL_FROM: 'Løfte <post@lofte.example>'
	});

const mail = (n: number) => ({
	to: `person${n}@team.example`,
	category: 'notice' as const,
	fact: `notice/${n}`,
	locale: 'nb' as const,
	subject: `Nummer ${n}`,
	paragraphs: [`Kanari ${n}`],
	reason: 'Fordi.'
});

const faults = (mode: string, next?: number) =>
	fetch(`${resend.url}/_test/faults`, {
		method: 'POST',
		body: JSON.stringify({ mode, ...(next && { next }) })
	});

async function received(): Promise<StoredMail[]> {
	return (await (await fetch(`${resend.url}/_test/mails`)).json()) as StoredMail[];
}

/** Delivers until nothing is due, moving the clock on over every wait. */
async function deliverAll(hours = 1) {
	for (let step = 0; step < hours * 60; step += 1) {
		while ((await deliverNext(world.system(), mailer())).state === 'done');
		world.later(60_000);
	}
}

test('a mail is there if the fact is there, and not if it was rolled back', async () => {
	await inTransaction(world.system(), (tx) => queueMail(tx, mail(1)));
	await inTransaction(world.system(), async (tx) => {
		await queueMail(tx, mail(2));
		throw new Error('changed our mind');
	}).catch(() => {});
	expect((await database.db.select().from(emailOutbox)).map((row) => row.dedupeKey)).toEqual([
		'notice/1'
	]);
});

test('a fact is told once, however often it is said', async () => {
	for (let again = 0; again < 5; again += 1) await queueMail(world.system(), mail(1));
	await deliverAll();
	expect(await received()).toHaveLength(1);
});

test.each(['500', '429', 'reset-before', 'reset-after'])(
	'a provider that fails with %s gets the same mail again, and people get it once',
	async (mode) => {
		for (let n = 0; n < 5; n += 1) await queueMail(world.system(), mail(n));
		await faults(mode, 4);
		await deliverAll(2);
		const mails = await received();
		expect(mails.map(({ to }) => String(to)).sort()).toEqual(
			[0, 1, 2, 3, 4].map((n) => `person${n}@team.example`)
		);
		const states = await database.db.select({ state: emailOutbox.state }).from(emailOutbox);
		expect(states.every(({ state }) => state === 'sent')).toBe(true);
	}
);

test('two workers at once send nothing twice', async () => {
	for (let n = 0; n < 30; n += 1) await queueMail(world.system(), mail(n));
	const worker = async () => {
		while ((await deliverNext(world.system(), mailer())).state === 'done');
	};
	await Promise.all([worker(), worker(), worker()]);
	expect(await received()).toHaveLength(30);
	const calls = (await (await fetch(`${resend.url}/_test/calls`)).json()) as { path: string }[];
	expect(calls.filter(({ path }) => path === '/emails')).toHaveLength(30);
});

test('after 23 hours of silence a mail of unknown fate is not sent again', async () => {
	await queueMail(world.system(), mail(1));
	await faults('500');
	await deliverAll(24);
	await faults('none');
	await deliverAll(24);
	const [row] = await database.db.select().from(emailOutbox);
	expect(row!.state).toBe('unknown');
	expect(await received()).toHaveLength(0);
});

test('who said no gets nothing, and a link that is too old is not sent', async () => {
	await database.db.insert(emailSuppression).values({
		recipientHash: hashAddress(world.keys, 'person1@team.example'),
		scope: 'all',
		reason: 'bounced',
		at: world.now
	});
	await queueMail(world.system(), mail(1));
	await queueMail(world.system(), { ...mail(2), goodUntil: new Date(world.now.getTime() + 1000) });
	world.later(2000);
	await deliverAll();
	const states = await database.db
		.select({ fact: emailOutbox.dedupeKey, state: emailOutbox.state })
		.from(emailOutbox);
	expect(Object.fromEntries(states.map(({ fact, state }) => [fact, state]))).toEqual({
		'notice/1': 'suppressed',
		'notice/2': 'expired'
	});
	expect(await received()).toHaveLength(0);
});

test('who said no before the application key changed has said no', async () => {
	const { current } = world.keys;
	await database.db.insert(emailSuppression).values({
		recipientHash: hashAddress(world.keys, 'person1@team.example'),
		scope: 'all',
		reason: 'complained',
		at: world.now
	});
	world = worldOn(database.db, world.now.toISOString(), {
		current: new Uint8Array(32).fill(7),
		previous: current
	});
	await queueMail(world.system(), mail(1));
	await deliverAll();
	const [row] = await database.db.select().from(emailOutbox);
	expect(row!.state).toBe('suppressed');
	expect(await received()).toHaveLength(0);
});

test('what waits in the outbox cannot be read in a dump', async () => {
	await queueMail(world.system(), mail(7));
	const [row] = await database.db.select().from(emailOutbox);
	const dump =
		JSON.stringify(row) +
		Buffer.from(row!.requestEnc!).toString('latin1') +
		Buffer.from(row!.recipientHash).toString('latin1');
	expect(dump).not.toContain('Kanari');
	expect(dump).not.toContain('person7');
});
