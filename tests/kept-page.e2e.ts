/** The leader's home is kept until something that it shows changes, in every process of the product. */
import fs from 'node:fs';
import path from 'node:path';
import { eq, sql } from 'drizzle-orm';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { seller } from '#lib/cohorts/tables.server.ts';
import {
	choosePorts,
	root,
	startProgram,
	stopProgram,
	waitFor,
	type Program
} from '../scripts/stack.ts';
import { cookieOf, enrolledHere, house, inDays, origin, stack } from './journey.ts';

const logs = path.join(root, '.data/kept-page');
let other: Program;
let otherOrigin: string;
beforeAll(async () => {
	const { app } = await choosePorts(Number(stack.PORT) + 60);
	otherOrigin = `http://localhost:${app}`;
	const env = { ...stack, PORT: String(app), APP_ORIGIN: otherOrigin };
	other = startProgram('other', 'src/server.ts', env, logs);
	await waitFor(`${otherOrigin}/livez`, other);
});
afterAll(async () => {
	await stopProgram(other);
	fs.rmSync(logs, { recursive: true, force: true });
});

/** A leader with a team, who is signed in. */
async function leaderHere(email: string) {
	const part = await enrolledHere({ dayZero: inDays(-20), sellers: 4, leader: email });
	return { ...part, cookie: await cookieOf(email) };
}

type Visit = { cookie: string; at?: string; language?: string };
async function home({ cookie, at = origin, language = 'en' }: Visit, search = '') {
	const answer = await fetch(`${at}/leader${search}`, {
		headers: { cookie: `${cookie}; locale=${language}`, accept: 'text/html' },
		redirect: 'manual'
	});
	expect(answer.status).toBe(200);
	const html = await answer.text();
	const nonce = /'nonce-([^']+)'/.exec(answer.headers.get('content-security-policy')!)![1]!;
	const requestId = answer.headers.get('x-request-id')!;
	expect(html.includes(`nonce="${nonce}"`)).toBe(true);
	expect(html.includes(`value="${requestId}"`)).toBe(true);
	const headers = Object.fromEntries(answer.headers);
	for (const name of ['date', 'x-request-id', 'content-length', 'etag', 'content-security-policy'])
		delete headers[name];
	return {
		requestId,
		nonce,
		/** All that does not belong to this one answer. */
		page: html.replaceAll(nonce, '').replaceAll(requestId, ''),
		headers
	};
}

test('a page that was kept is the page that would be made, but for the keys of its own', async () => {
	const { cookie } = await leaderHere('kept-same@team.example');
	const first = await home({ cookie });
	const kept = await home({ cookie });
	// An address with anything behind it is always made.
	const made = await home({ cookie }, '?made');
	expect(kept.page === first.page).toBe(true);
	expect(kept.page === made.page).toBe(true);
	expect(kept.headers).toEqual(made.headers);
	expect(new Set([first, kept, made].map(({ nonce }) => nonce)).size).toBe(3);
	expect(new Set([first, kept, made].map(({ requestId }) => requestId)).size).toBe(3);
	const norwegian = await home({ cookie, language: 'nb' });
	expect(norwegian.page.includes('lang="nb"')).toBe(true);
	expect((await home({ cookie, language: 'nb' })).page === norwegian.page).toBe(true);
	expect((await home({ cookie })).page === first.page).toBe(true);
});

test('two kept pages log two touchpoints, and the next page shows them, in the other process too', async () => {
	const { cookie, sellers, enrollmentId } = await leaderHere('kept-logs@team.example');
	await home({ cookie });
	const [one, two] = [await home({ cookie }), await home({ cookie })];
	const before = (await home({ cookie, at: otherOrigin })).page;
	expect((await home({ cookie, at: otherOrigin })).page === before).toBe(true);
	const log = async (requestKey: string) => {
		const answer = await fetch(`${origin}/leader?/log`, {
			method: 'POST',
			redirect: 'manual',
			headers: {
				cookie,
				origin,
				accept: 'text/html',
				'content-type': 'application/x-www-form-urlencoded'
			},
			body: new URLSearchParams({ kind: 'coaching', seller: sellers[0]!.id, requestKey }).toString()
		});
		expect(answer.status).toBe(200);
	};
	// The same with the same person: only the page's own key tells a second touchpoint from a repeated one.
	for (const { requestId } of [one, two, two]) await log(requestId);
	const [stored] = (await house().db.execute(
		sql`select count(*)::int as n from touchpoint where enrollment_id = ${enrollmentId}::uuid`
	)) as unknown as [{ n: number }];
	expect(stored.n).toBe(2);
	for (const at of [origin, otherOrigin]) {
		const after = await home({ cookie, at });
		expect(after.page === before).toBe(false);
		expect(after.page === (await home({ cookie, at }, '?made')).page).toBe(true);
	}
});

test('nobody is shown the page of somebody else, nor one from before they signed out', async () => {
	const [one, two] = [
		await leaderHere('kept-one@team.example'),
		await leaderHere('kept-two@team.example')
	];
	const name = 'Aslaug';
	await house().db.update(seller).set({ name }).where(eq(seller.id, one.sellers[0]!.id));
	expect((await home(one)).page.includes(name)).toBe(true);
	expect((await home(two)).page.includes(name)).toBe(false);
	expect((await home(one)).page.includes(name)).toBe(true);
	await house().db.execute(
		sql`delete from login where person_id = ${one.leader.who.personId}::uuid`
	);
	const answer = await fetch(`${origin}/leader`, {
		headers: { cookie: one.cookie, accept: 'text/html' },
		redirect: 'manual'
	});
	expect(answer.status).toBe(303);
	expect(answer.headers.get('location')).toContain('/sign-in');
});

test('a change is seen at once in every process, and would not be without its trigger', async () => {
	const { cookie, sellers } = await leaderHere('kept-change@team.example');
	const { db } = house();
	const rename = (name: string) =>
		db.update(seller).set({ name }).where(eq(seller.id, sellers[0]!.id));
	const both = async () => [
		(await home({ cookie })).page,
		(await home({ cookie, at: otherOrigin })).page
	];
	for (const name of ['Torbjørn', 'Vigdis']) {
		await rename(name);
		for (const page of [...(await both()), ...(await both())])
			expect(page.includes(`>${name}<`), name).toBe(true);
	}
	// The control: the trigger alone keeps an old page from being shown.
	await db.execute(sql`alter table seller disable trigger seller_is_seen`);
	try {
		await rename('Unseen');
		for (const page of await both()) {
			expect(page.includes('>Vigdis<')).toBe(true);
			expect(page.includes('>Unseen<')).toBe(false);
		}
	} finally {
		await db.execute(sql`alter table seller enable trigger seller_is_seen`);
	}
	await rename('Seen');
	for (const page of await both()) expect(page.includes('>Seen<')).toBe(true);
});
