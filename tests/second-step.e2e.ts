/** The second step of signing in: set up, owed by a link alone, paid with a code, and never gone round. */
import { AxeBuilder } from '@axe-core/playwright';
import { generateHOTP } from '@oslojs/otp';
import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { access, type Door } from '#lib/people/access.ts';
import { pendingPurpose } from '#lib/people/queries.server.ts';
import { digits, stepAt } from '#lib/people/second-step.ts';
import { unseal } from '#lib/server/seal.server.ts';
import { openHouseOfItsOwn } from './house-of-its-own.ts';
import { cookieOf, enrolledHere, house, inDays, openPage, origin, signIn } from './journey.ts';

const coach = 'two-steps@lofte.example';
beforeAll(async () => {
	await enrolledHere({ dayZero: inDays(-10), leader: 'two-steps@nordfisk.example', coach });
});

/** What the app on the phone shows, so many half minutes from now; `began` is the cookie of who sets it up. */
async function codeOfApp(steps = 0, began?: string): Promise<string> {
	const { db, keys } = house();
	const [row] = await db.execute<{ secret: Uint8Array }>(sql`
		select f.secret_enc as secret from second_factor f join person p on p.id = f.person_id where p.email = ${coach}`);
	const secret = unseal(
		keys,
		began ? pendingPurpose(began) : 'second-step',
		new Uint8Array(row!.secret)
	);
	return generateHOTP(secret, BigInt(stepAt(new Date()) + steps), digits);
}

test('a coach switches it on; after that a link alone opens nothing', async () => {
	const { page, context, quiet } = await openPage();
	await signIn(page, coach, '/account');
	await page.locator('a[href="/account/second"]').click();
	await page.locator('form[action="?/begin"] button').click();
	await page.locator('.qr').waitFor();
	const { violations } = await new AxeBuilder({ page }).analyze();
	expect(violations.map(({ id }) => id)).toEqual([]);

	// A wrong code changes nothing.
	await page.locator('[name="code"]').fill('000 00');
	await page.locator('form[action="?/confirm"] button').click();
	await page.locator('.wrong').waitFor();
	const { value: began } = (await context.cookies()).find(({ name }) => name === 'login')!;
	await page.locator('[name="code"]').fill(await codeOfApp(0, began));
	await page.locator('form[action="?/confirm"] button').click();
	await page.locator('.codes').waitFor();
	const codes = await page.locator('.codes li').allTextContents();
	expect(codes).toHaveLength(10);
	await page.goto(`${origin}/coach`);
	expect(new URL(page.url()).pathname).toBe('/coach');

	// From another device: the link is good, and every door of a coach leads to the second step.
	await context.clearCookies();
	await signIn(page, coach, null);
	await page.waitForURL('**/sign-in/second');
	await page.goto(`${origin}/sign-in`);
	expect(new URL(page.url()).pathname).toBe('/sign-in/second');
	await page.goto(`${origin}/coach/reviews`);
	await page.waitForURL('**/sign-in/second?next=**');
	const owing = await cookieOf(coach);
	for (const [route, door] of doors(access)) {
		const path = route.replace(/\[\w+\]/, 'any');
		const headers = { cookie: owing, origin, accept: 'text/html' };
		const opened = await fetch(origin + path, { redirect: 'manual', headers });
		await opened.arrayBuffer();
		expect([opened.status, opened.headers.get('location')?.split('?')[0]], route).toEqual([
			303,
			'/sign-in/second'
		]);
		const data = await fetch(`${origin}${path}/__data.json`, { redirect: 'manual', headers });
		expect(await data.text(), route).not.toMatch(/"type":"data".*leader/);
		for (const action of door.actions ?? []) {
			const posted = await fetch(`${origin}${path}${action === 'default' ? '' : `?/${action}`}`, {
				method: 'POST',
				redirect: 'manual',
				headers: { ...headers, 'content-type': 'application/x-www-form-urlencoded' },
				body: 'x=1'
			});
			await posted.arrayBuffer();
			expect(posted.status, `${route} ?/${action}`).toBe(404);
		}
	}

	const axe = await new AxeBuilder({ page }).analyze();
	expect(axe.violations.map(({ id }) => id)).toEqual([]);
	await page.fill('#code', '123456');
	await page.locator('main form button').first().click();
	await page.locator('#code-wrong').waitFor();
	await page.fill('#code', codes[0]!);
	await page.locator('main form button').first().click();
	await page.waitForURL('**/coach/reviews');
	quiet();
});

test('it works without JavaScript, and a recovery code counts once', async () => {
	const { page } = await openPage({ javaScript: false, width: 390, locale: 'nb' });
	await signIn(page, coach, '/coach');
	await page.waitForURL('**/sign-in/second?next=**');
	const [used] = await house().db.execute<{ n: number }>(
		sql`select count(*)::int as n from recovery_code c join person p on p.id = c.person_id
			where p.email = ${coach} and c.used_at is not null`
	);
	expect(used!.n).toBe(1);
	await page.fill('#code', await codeOfApp(1));
	await page.locator('main form button').first().click();
	await page.waitForURL('**/coach');
	expect(await page.locator('h1').count()).toBe(1);
});

test('whoever guesses loses the login, and nobody else does', async () => {
	const guesser = await openPage();
	await signIn(guesser.page, coach, '/coach');
	for (let guess = 0; guess < 5; guess += 1) {
		await guesser.page.fill('#code', `00000${guess}`);
		await Promise.all([
			guesser.page.waitForResponse((answer) => answer.request().method() === 'POST'),
			guesser.page.locator('main form button').first().click()
		]);
	}
	await guesser.page.locator('#code-wrong').waitFor();
	await guesser.page.locator('main form button').first().click();
	await guesser.page.locator('main a[href="/sign-in"]').waitFor();
	const owner = await openPage();
	await signIn(owner.page, coach, '/coach');
	await owner.page.waitForURL('**/sign-in/second?next=**');
	await owner.page.fill('#code', 'none of it');
	await owner.page.locator('main form button').first().click();
	await owner.page.locator('#code-wrong').waitFor();
});

/** The doors of a coach's rooms and of the account. */
const doors = (all: Record<string, Door>) =>
	Object.entries(all).filter(([, { who, methods }]) =>
		methods ? false : who === 'person' || (Array.isArray(who) && who.includes('coach'))
	);

describe('where the second step is demanded, as it is unless somebody says otherwise', () => {
	let own: Awaited<ReturnType<typeof openHouseOfItsOwn>>;
	const staff = { coach: 'maren@own.example', admin: 'live@own.example' };
	beforeAll(async () => {
		own = await openHouseOfItsOwn(4700, { SECOND_STEP: 'demanded' });
		await own.world.as('coach', staff.coach);
		await own.world.as('admin', staff.admin);
		await own.world.as('leader', 'ingrid@own.example');
		await own.start('stripe');
		await own.start('resend');
		await own.start('app');
	}, 120_000);
	afterAll(() => own.close());

	test.each(['coach', 'admin'] as const)('a %s with a link alone opens nothing', async (role) => {
		const cookie = await own.cookieOf(staff[role]);
		for (const [route, door] of Object.entries(access)) {
			if (door.who === 'anyone' || door.who === 'bearer' || door.settingUp) continue;
			const path = route.replace(/\[\w+\]/g, '0b6b7e0e-6f3c-4b3c-9d7e-1f2a3b4c5d6e');
			const theirs = door.who === 'person' || (door.who as readonly string[]).includes(role);
			const page = await own.get(path, cookie);
			expect([route, page.status, page.headers.get('location')]).toEqual(
				theirs ? [route, 303, '/account/second'] : [route, 404, null]
			);
			const data = await own.get(`${path}/__data.json`, cookie);
			expect([route, data.status === 200 && !data.body.includes('/account/second')]).toEqual([
				route,
				false
			]);
			for (const action of door.actions ?? []) {
				const posted = await own.post(
					`${path}${action === 'default' ? '' : `?/${action}`}`,
					{},
					cookie
				);
				expect([route, action, posted.status]).toEqual([route, action, 404]);
			}
		}
		for (const path of ['/account/second', '/account/passkeys']) {
			const setUp = await own.get(path, cookie);
			expect(setUp.status).toBe(200);
			expect(setUp.body).toContain('your pages open once this is set up');
		}
	});

	test('once it is set up the pages open; a leader was never kept from theirs', async () => {
		const cookie = await own.cookieOf(staff.coach);
		await own.post('/account/second?/begin', {}, cookie);
		const [row] = await own.sql<{ secret: Uint8Array }[]>`
			select f.secret_enc as secret from second_factor f join person p on p.id = f.person_id
			where p.email = ${staff.coach}`;
		const secret = unseal(
			own.ctx().keys,
			pendingPurpose(cookie.split('=')[1]!),
			new Uint8Array(row!.secret)
		);
		const code = generateHOTP(secret, BigInt(stepAt(new Date())), digits);
		const done = await own.post('/account/second?/confirm', { code }, cookie);
		expect(done.body).toContain('href="/coach"');
		const after = done.headers.getSetCookie()[0]!.split(';')[0]!;
		expect((await own.get('/coach', after)).status).toBe(200);
		const leader = await own.cookieOf('ingrid@own.example');
		for (const path of ['/leader', '/account'])
			expect((await own.get(path, leader)).status).toBe(200);
	});
});
