/** Public pages have an address of their own in Norwegian: what is shared is what is seen. */
import { beforeAll, describe, expect, test } from 'vitest';
import { access } from '#lib/people/access.ts';
import { plainPath, twinPath } from '#lib/ui/twin.ts';
import { visit } from './addresses.ts';
import { openPage, origin } from './journey.ts';

const twins = Object.entries(access)
	.filter(([, { twin }]) => twin)
	.map(([route]) => route);
const paths: Record<string, string> = {};
beforeAll(async () => {
	for (const route of twins) paths[route] = (await visit(route)).path;
});
const read = async (path: string, headers: Record<string, string> = {}) => {
	const answer = await fetch(origin + path, {
		redirect: 'manual',
		headers: { accept: 'text/html', 'accept-language': 'en', ...headers }
	});
	return { status: answer.status, html: await answer.text() };
};
const langOf = (html: string) => /<html lang="(\w+)"/.exec(html)![1];

test('these pages are twins', () => {
	expect(twins).toEqual([
		'/',
		'/cohorts/[cohort]',
		'/program',
		'/confidential',
		'/privacy',
		'/apply/[cohort]',
		'/apply/received'
	]);
});

describe.each(twins)('%s', (route) => {
	test('is Norwegian at its own address, whoever asks, and leads on in Norwegian', async () => {
		const path = twinPath(paths[route]!);
		for (const headers of [{}, { cookie: 'locale=en' }, { 'accept-language': 'fr' }]) {
			const { status, html } = await read(path, headers);
			expect([status, langOf(html)]).toEqual([200, 'nb']);
		}
		const { html } = await read(path);
		const links = [...html.matchAll(/<a [^>]*href="(\/[^"#?]*)/g)].map(([, href]) => href!);
		expect(links.length).toBeGreaterThan(0);
		// What has a twin is linked by it; what needs a login has none.
		const lost = links.filter((href) => href !== '/sign-in' && twinPath(href) !== href);
		expect(lost).toEqual([]);
		for (const href of new Set(links)) {
			const there = await read(href);
			expect([href, there.status]).toEqual([href, 200]);
			if (href !== '/sign-in') expect([href, langOf(there.html)]).toEqual([href, 'nb']);
		}
		// Without the prefix the language is the visitor's.
		expect(langOf((await read(plainPath(path))).html)).toBe('en');
		const norwegian = await read(plainPath(path), { 'accept-language': 'nb' });
		expect(langOf(norwegian.html)).toBe('nb');
	});
});

test('each names the other to whoever searches', async () => {
	const named = async (path: string, language: string) => {
		const { html } = await read(path, { 'accept-language': language });
		const canonical = /<link rel="canonical" href="([^"]+)"/.exec(html)![1];
		const alternates = [...html.matchAll(/rel="alternate" hreflang="([^"]+)" href="([^"]+)"/g)];
		return { canonical, ...Object.fromEntries(alternates.map(([, lang, href]) => [lang!, href!])) };
	};
	const both = {
		'x-default': `${origin}/program`,
		en: `${origin}/program`,
		nb: `${origin}/nb/program`
	};
	expect(await named('/program', 'en')).toEqual({ canonical: both.en, ...both });
	expect(await named('/nb/program', 'en')).toEqual({ canonical: both.nb, ...both });
	expect(await named('/program', 'nb')).toEqual({ canonical: both.nb, ...both });
});

test.each([
	'/nb/sign-in',
	'/nb/leader',
	'/nb/account',
	'/nb/nothing',
	'/nb/offer/any',
	'/nb/livez'
])('%s is nothing', async (path) => {
	expect((await read(path)).status).toBe(404);
});

test.each([true, false])(
	'the switch leads from one to the other and back, with JavaScript %s',
	async (javaScript) => {
		const { page, quiet } = await openPage({ javaScript });
		await page.goto(`${origin}/program`);
		const change = async (to: string) => {
			await page.locator(`header button[lang="${to}"]`).click();
			await page.locator(`html[lang="${to}"]`).waitFor();
		};
		await change('nb');
		expect(new URL(page.url()).pathname).toBe('/nb/program');
		await page.locator('header a.brand').click();
		await page.waitForURL((url) => url.pathname === '/nb');
		expect(await page.locator('html').getAttribute('lang')).toBe('nb');
		await change('en');
		expect(new URL(page.url()).pathname).toBe('/');
		quiet();
	}
);
