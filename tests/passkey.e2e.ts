/** Passkeys in a real browser, with a virtual authenticator in the place of a finger; and being asked once more. */
import { AxeBuilder } from '@axe-core/playwright';
import { sql } from 'drizzle-orm';
import type { Page } from 'playwright-core';
import { beforeAll, describe, expect, test } from 'vitest';
import { access, asksAgain, mayEnter } from '#lib/people/access.ts';
import { hashToken } from '#lib/server/seal.server.ts';
import { cookieOf, enrolledHere, house, inDays, openPage, origin, signIn } from './journey.ts';

const coach = 'passkeys@lofte.example';
const leader = 'passkeys@nordfisk.example';
beforeAll(async () => {
	await enrolledHere({ dayZero: inDays(-10), leader, coach });
});

/** A device with a finger on it. */
async function withAuthenticator(page: Page) {
	const devtools = await page.context().newCDPSession(page);
	await devtools.send('WebAuthn.enable');
	const { authenticatorId } = await devtools.send('WebAuthn.addVirtualAuthenticator', {
		options: {
			protocol: 'ctap2',
			transport: 'internal',
			hasResidentKey: true,
			hasUserVerification: true,
			isUserVerified: true,
			automaticPresenceSimulation: true
		}
	});
	return {
		/** Whether the device knows who touches it. */
		knows: (isUserVerified: boolean) =>
			devtools.send('WebAuthn.setUserVerified', { authenticatorId, isUserVerified })
	};
}

const usePasskey = (page: Page) => page.locator('form[action="/sign-in/passkey?/ask"] button');
/** Waits until the page with this path is there, whatever its address was asked with. */
const arrived = (page: Page, path: string) => page.waitForURL((url) => url.pathname === path);
const faultless = async (page: Page) => {
	const { violations } = await new AxeBuilder({ page }).analyze();
	expect(violations.map(({ id }) => id)).toEqual([]);
};
/** As if the person of this page's login had shown a while ago who they are. */
async function letTimePass(page: Page, minutes: number) {
	const cookies = await page.context().cookies();
	await age(cookies.find(({ name }) => name === 'login')!.value, minutes);
}
const age = (token: string, minutes: number) =>
	house().db
		.execute(sql`update login set created_at = created_at - make_interval(mins => ${minutes}),
		second_at = second_at - make_interval(mins => ${minutes}) where id = ${hashToken(token)}`);

test('a coach adds a passkey, and from then on comes in with it and not by a link alone', async () => {
	const { page, context, quiet } = await openPage();
	const device = await withAuthenticator(page);
	await signIn(page, coach, '/account');
	await page.locator('a[href="/account/passkeys"]').click();
	await arrived(page, '/account/passkeys');
	await faultless(page);
	const add = page.locator('form[action="?/begin"] button');

	// The device does not know who touches it: nothing is made, and that is said.
	await device.knows(false);
	await add.click();
	await page.locator('.wrong').waitFor();
	await device.knows(true);
	await add.click();
	await page.locator('.codes li').first().waitFor();
	expect(await page.locator('.codes li').count()).toBe(10);
	await faultless(page);
	await page.locator('a.btn[href="/coach"]').click();
	await arrived(page, '/coach');
	await page.goto(`${origin}/account/passkeys`);
	expect(await page.locator('form[action="?/remove"]').count()).toBe(1);

	// The same device is not added a second time.
	await add.click();
	await page.locator('.wrong').waitFor();

	await context.clearCookies();
	await page.goto(`${origin}/sign-in?next=/coach/reviews`);
	await faultless(page);
	await usePasskey(page).click();
	await arrived(page, '/coach/reviews');

	await context.clearCookies();
	await signIn(page, coach, '/coach/sessions');
	await arrived(page, '/sign-in/second');
	await faultless(page);
	await usePasskey(page).click();
	await arrived(page, '/coach/sessions');
	quiet();
});

test('whoever closes the browser’s window stays where they are, in both languages', async () => {
	const { page } = await openPage({ locale: 'nb', width: 390 });
	const device = await withAuthenticator(page);
	await device.knows(false);
	await page.goto(`${origin}/sign-in/passkey`);
	await usePasskey(page).click();
	expect(await page.locator('.wrong').textContent()).toContain('Ingenting ble bekreftet');
	expect(new URL(page.url()).pathname).toBe('/sign-in/passkey');
	await faultless(page);
});

test('a key that the house does not know is told so, in a sentence', async () => {
	const { page, context } = await openPage();
	await withAuthenticator(page);
	await signIn(page, leader, '/account/passkeys');
	await page.locator('form[action="?/begin"] button').click();
	await page.locator('.notice.ok').waitFor();
	expect(await page.locator('.codes').count()).toBe(0);
	await page.locator('form[action="?/remove"] button').click();
	await page.locator('form[action="?/remove"]').waitFor({ state: 'detached' });
	await context.clearCookies();
	await page.goto(`${origin}/sign-in`);
	await usePasskey(page).click();
	await arrived(page, '/sign-in/passkey');
	await page.locator('main .wrong').waitFor();
	await faultless(page);
	// From here the way on is open.
	await page.locator('main a.link').click();
	await page.locator('#email').waitFor();
});

test('without JavaScript nothing offers what cannot work, and the link does', async () => {
	const { page } = await openPage({ javaScript: false });
	await page.goto(`${origin}/sign-in`);
	expect(await usePasskey(page).count()).toBe(0);
	await page.locator('#email').waitFor();
	await page.goto(`${origin}/sign-in/passkey`);
	await page.locator('main .note').waitFor();
	await signIn(page, leader, '/account/passkeys');
	expect(await page.locator('form[action="?/begin"]').count()).toBe(0);
	expect(await page.locator('main').textContent()).toContain('JavaScript');
});

describe('what takes money or data out of the house asks once more who it is', () => {
	const doors = Object.entries(access).flatMap(([route, door]) => {
		const actions = (door.actions ?? []).filter((action) => asksAgain(door, action));
		const whole = asksAgain(door, null) ? [null] : [];
		return [...whole, ...actions].map((action) => [route, action, door] as const);
	});

	test('these doors do', () => {
		expect(doors.map(([route, action]) => `${route} ${action ?? ''}`.trim())).toEqual([
			'/account/second begin',
			'/account/passkeys begin',
			'/account/passkeys remove',
			'/account/passkeys codes',
			'/admin/cohorts/[cohort]/uplift.csv',
			'/admin/payments refund',
			'/admin/payments refundFlagged'
		]);
	});

	test.each(doors)('%s %s', async (route, action, door) => {
		const cookie = await cookieOf('live@lofte.example');
		expect(mayEnter(door, ['admin'])).toBe(true);
		const [cohort] = await house().db.execute<{ id: string }>(
			sql`select cohort_id as id from enrollment limit 1`
		);
		const path = route.replace('[cohort]', cohort!.id);
		const ask = (script = false) =>
			fetch(origin + path + (action ? `?/${action}` : ''), {
				method: action ? 'POST' : 'GET',
				redirect: 'manual',
				headers: {
					cookie,
					origin,
					...(action && { 'content-type': 'application/x-www-form-urlencoded' }),
					...(script && { 'x-sveltekit-action': 'true', accept: 'application/json' })
				},
				...(action && { body: 'x=1' })
			});
		const leadsAway = (answer: Response) =>
			(answer.headers.get('location') ?? '').startsWith('/sign-in/again');
		expect(leadsAway(await ask())).toBe(false);
		await age(cookie.split('=')[1]!, 11);
		const stale = await ask();
		expect([stale.status, leadsAway(stale)]).toEqual([303, true]);
		expect(await stale.text()).toBe('');
		if (action) {
			const told = (await (await ask(true)).json()) as { type: string; location: string };
			expect(told).toMatchObject({ type: 'redirect', status: 303 });
			expect(told.location).toMatch(/^\/sign-in\/again\?next=/);
		}
		// Everything else stays open.
		const home = await fetch(`${origin}/admin`, { headers: { cookie }, redirect: 'manual' });
		expect(home.status).toBe(200);
		await home.arrayBuffer();
	});

	test('a passkey answers, and leads back to the page', async () => {
		const { page, quiet } = await openPage();
		await withAuthenticator(page);
		await signIn(page, leader, '/account/passkeys');
		await page.locator('form[action="?/begin"] button').click();
		await page.locator('.notice.ok').waitFor();
		await letTimePass(page, 11);
		await page.goto(`${origin}/account/passkeys`);
		await page.locator('form[action="?/remove"] button').click();
		await arrived(page, '/sign-in/again');
		await faultless(page);
		// A leader has no recovery codes: without the device it is a link.
		expect(await page.locator('#code').count()).toBe(0);
		expect(await page.locator('form[action="?/link"]').count()).toBe(1);
		await usePasskey(page).click();
		await arrived(page, '/account/passkeys');
		await page.locator('form[action="?/remove"] button').click();
		await page.locator('form[action="?/remove"]').waitFor({ state: 'detached' });
		quiet();
	});

	test('a wrong code is told, and the right one still leads back', async () => {
		const { page } = await openPage({ javaScript: false });
		await signIn(page, coach, '/coach');
		await arrived(page, '/sign-in/second');
		const [owner] = await house().db.execute<{ id: string }>(
			sql`select id from person where email = ${coach}`
		);
		const codes = ['0123456789abcdef0123', 'fedcba98765432100123'];
		for (const code of codes)
			await house().db.execute(
				sql`insert into recovery_code (hash, person_id) values (${hashToken(code)}, ${owner!.id}::uuid)`
			);
		await page.fill('#code', codes[0]!);
		await page.locator('main form button').first().click();
		await arrived(page, '/coach');
		await letTimePass(page, 11);
		await page.goto(`${origin}/sign-in/again?next=/coach/reviews`);
		await page.fill('#code', '0000');
		await page.locator('form[action="?/code"] button').click();
		await page.locator('#code-wrong').waitFor();
		expect(await page.locator('main a.link').getAttribute('href')).toBe('/coach/reviews');
		await page.fill('#code', codes[1]!);
		await page.locator('form[action="?/code"] button').click();
		await arrived(page, '/coach/reviews');
	});

	test('who has neither passkey nor app gets a link', async () => {
		const { page } = await openPage({ javaScript: false });
		await signIn(page, leader, '/account/passkeys');
		await letTimePass(page, 11);
		await page.goto(`${origin}/sign-in/again?next=/account/passkeys`);
		await page.locator('form[action="?/link"] button').click();
		expect(await page.locator('main [role="status"]').textContent()).toContain('mailbox');
		const [sent] = await house().db.execute<{ n: number }>(
			sql`select count(*)::int as n from login_token t join person p on p.id = t.person_id
				where p.email = ${leader} and t.next = '/account/passkeys' and t.purpose = 'sign-in'`
		);
		expect(sent!.n).toBe(1);
	});
});
