/** Every page as the one who opens it: accessible, narrow enough, named, quiet, and there without JavaScript. */
import { AxeBuilder } from '@axe-core/playwright';
import type { Page } from 'playwright-core';
import { beforeAll, describe, expect, test } from 'vitest';
import { pageRoutes, type Visit } from '../scripts/demo-pages.ts';
import { visit } from './addresses.ts';
import { openPage, origin } from './journey.ts';

const standards = [
	'wcag2a',
	'wcag2aa',
	'wcag21a',
	'wcag21aa',
	'wcag22a',
	'wcag22aa',
	'best-practice'
];

type Look = { width: number; locale: 'en' | 'nb'; night: boolean };
/** The two looks at each page. Between them they cross language, width, and day or night. */
const looks: Record<string, Look> = {
	'a wide screen by day in English': { width: 1440, locale: 'en', night: false },
	'a small phone by night in Norwegian': { width: 320, locale: 'nb', night: true }
};
const phone: Look = { width: 390, locale: 'en', night: false };
const desk: Look = { width: 1440, locale: 'en', night: false };
/** One page of each kind in the other crossing too. */
const crossed = ['/', '/leader', '/coach/reviews/[submission]', '/admin/cohorts/[cohort]'];

const visits = new Map<string, Visit>();
beforeAll(async () => {
	for (const route of pageRoutes) visits.set(route, await visit(route));
	visits.set('nowhere', { route: 'nowhere', path: '/nowhere', role: null, cookie: null });
});
const everywhere = [...pageRoutes, 'nowhere'];

const profiles = new Map<string, Awaited<ReturnType<typeof openPage>>>();
/** Opens a page as the one who may; one browser profile for each look, whoever sits before it. */
async function openAt(
	route: string,
	device: Look & { javaScript?: boolean },
	waitUntil: 'load' | 'domcontentloaded' = 'load'
) {
	const at = visits.get(route)!;
	const key = JSON.stringify(device);
	const profile = profiles.get(key) ?? (await openPage(device));
	profiles.set(key, profile);
	const { page, context } = profile;
	await context.clearCookies();
	const cookies = [`locale=${device.locale}`, ...(at.cookie ? [at.cookie] : [])];
	await context.addCookies(
		cookies.map((pair) => {
			const [name, value] = pair.split('=') as [string, string];
			return { name, value, url: origin };
		})
	);
	const answer = await page.goto(origin + at.path, { waitUntil });
	expect(answer?.status(), `${route} at ${at.path}`).toBe(route === 'nowhere' ? 404 : 200);
	return profile;
}

/** What axe finds, in one line each. */
async function found(page: Page): Promise<string[]> {
	const { violations } = await new AxeBuilder({ page })
		.withTags(standards)
		.options({ resultTypes: ['violations'] })
		.analyze();
	return violations.flatMap(({ id, nodes }) =>
		nodes.map(({ target, failureSummary }) => `${id} at ${target.join(' ')}: ${failureSummary}`)
	);
}

async function inspect(route: string, look: Look) {
	const { page, quiet } = await openAt(route, look);
	const facts = await page.evaluate(() => ({
		lang: document.documentElement.lang,
		title: document.title,
		headings: document.querySelectorAll('h1').length,
		tooWide: document.documentElement.scrollWidth - document.documentElement.clientWidth
	}));
	expect(facts).toEqual({
		lang: look.locale,
		title: expect.stringMatching(/^\S.* · Løfte$|^Løfte · \S/) as string,
		headings: 1,
		tooWide: 0
	});
	expect(await found(page)).toEqual([]);
	quiet();
}

describe.each(Object.entries(looks))('on %s', (_, look) => {
	test.each(everywhere)('%s', async (route) => {
		await inspect(route, look);
	});
});

describe('on a small phone by day in English, and a wide screen by night in Norwegian', () => {
	test.each(crossed)('%s', async (route) => {
		await inspect(route, { width: 320, locale: 'en', night: false });
		await inspect(route, { width: 1440, locale: 'nb', night: true });
	});
});

test('on a small phone the tables under the charts open, and what is wide scrolls by keyboard', async () => {
	const look: Look = { width: 320, locale: 'nb', night: false };
	const { page, quiet } = await openAt('/leader/uplift', look);
	const tables = page.locator('.as-table > summary');
	expect(await tables.count()).toBe(3);
	for (const summary of await tables.all()) {
		await summary.focus();
		await page.keyboard.press('Enter');
	}
	expect(await found(page)).toEqual([]);
	const wide = page.locator('[aria-labelledby="sellers"] .scroll');
	await wide.focus();
	await page.keyboard.press('ArrowRight');
	await expect.poll(() => wide.evaluate(({ scrollLeft }) => scrollLeft)).toBeGreaterThan(0);
	quiet();
});

describe('without JavaScript', () => {
	test.each(everywhere)('%s has its heading', async (route) => {
		const { page } = await openAt(route, { ...phone, javaScript: false });
		expect(await page.locator('h1:visible').count()).toBe(1);
	});
});

/**
 * Fills every field with something else than what it shows, as somebody does who is faster than the
 * line, and gives what the form would send. `again` only reads.
 */
const fields = (page: Page, again = false) =>
	page.evaluate((again) => {
		const other: Record<string, string> = {
			date: '2031-02-03',
			time: '11:17',
			email: 'early@nordfisk.example',
			number: '3',
			url: 'https://early.example/'
		};
		const said: string[] = [];
		for (const [index, field] of [
			...document.querySelectorAll<HTMLInputElement | HTMLSelectElement | HTMLTextAreaElement>(
				'input, select, textarea'
			)
		].entries()) {
			if (field.disabled || field.type === 'hidden' || field.type === 'file') continue;
			if (field.closest('dialog:not([open])')) continue;
			const name = `${index} ${field.name}`;
			if (field instanceof HTMLSelectElement) {
				if (!again)
					field.selectedIndex = (Math.max(field.selectedIndex, 0) + 1) % field.options.length;
				said.push(`${name}: ${field.value}`);
			} else if (field.type === 'radio' || field.type === 'checkbox') {
				const box = field as HTMLInputElement;
				if (!again) box.checked = box.type === 'radio' || !box.checked;
				said.push(`${name} ${field.value}`);
			} else {
				if (!again) field.value = other[field.type] ?? `early ${index}`;
				said.push(`${name}: ${field.value}`);
			}
		}
		// Of a group of radio buttons the last one pressed stays.
		return said.map((line) => {
			const box = document.querySelectorAll('input, select, textarea')[parseInt(line)]!;
			return box instanceof HTMLInputElement && ['radio', 'checkbox'].includes(box.type)
				? `${line}: ${box.checked}`
				: line;
		});
	}, again);

describe('what was typed before the script came stays', () => {
	let typedAnywhere = 0;
	test.each(everywhere)('%s', async (route) => {
		const { page } = await openAt(route, desk);
		const scripted = (await page.locator('body script').count()) > 0;
		let release: () => void = () => {};
		const released = new Promise<void>((resolve) => (release = resolve));
		const scripts = '**/_app/immutable/**/*.js';
		await page.route(scripts, (asked) => released.then(() => asked.continue()));
		await openAt(route, desk, 'domcontentloaded');
		const typed = await fields(page);
		typedAnywhere += typed.length;
		release();
		if (scripted) await page.locator('#svelte-announcer').waitFor({ state: 'attached' });
		const kept = await fields(page, true);
		await page.unroute(scripts);
		expect(kept).toEqual(typed);
	});
	test('and something was typed', () => {
		expect(typedAnywhere).toBeGreaterThan(50);
	});
});

describe('a page without a script, reached by a link from one that has one', () => {
	const throughScript = async (from: string, link: string, shows: string) => {
		const { page, quiet } = await openAt(from, desk);
		await page.locator('#svelte-announcer').waitFor({ state: 'attached' });
		await page.locator(link).first().click();
		await page.locator(shows).first().waitFor();
		expect(await page.locator('h1:visible').count()).toBe(1);
		expect(await found(page)).toEqual([]);
		quiet();
		return page;
	};
	test('the leader’s home', async () => {
		const page = await throughScript(
			'/leader/touchpoints',
			'nav a[href="/leader"]',
			'.plot.wide svg'
		);
		expect(new URL(page.url()).pathname).toBe('/leader');
		expect(await page.locator('.pulse use').count()).toBeGreaterThan(10);
		// The script came along: the form goes through it, and the page stays.
		await page.locator('input[name="kind"][value="listening"]').check({ force: true });
		await page.locator('button[name="seller"]:visible').first().click();
		await page.locator('#log .said').waitFor();
		await page.locator('#log .said button').click();
		await page.locator('#log p.said').waitFor();
	});
	test('the admin’s page of a cohort', async () => {
		const page = await throughScript(
			'/admin',
			'main a[href^="/admin/cohorts/cohort-3"]',
			'.plot.wide svg'
		);
		expect(await page.locator('table.matrix tbody tr').count()).toBe(4);
	});
});

describe('by keyboard', () => {
	test('Tab reaches all that can be pressed on a leader’s home, in order and visibly', async () => {
		const { page } = await openAt('/leader', desk);
		const wanted = await page.evaluate(
			() =>
				[...document.querySelectorAll('a[href], button, input, select, textarea, summary')].filter(
					(element) => {
						if (!element.checkVisibility() || element.matches(':disabled')) return false;
						if (!(element instanceof HTMLInputElement) || element.type !== 'radio') return true;
						// Tab stops once at a group of radio buttons; arrows go on inside.
						const group = [...document.getElementsByName(element.name)] as HTMLInputElement[];
						return element === (group.find(({ checked }) => checked) ?? group[0]);
					}
				).length
		);
		const reached = new Set<string>();
		const unseen: string[] = [];
		for (let press = 0; press < wanted + 5; press += 1) {
			await page.keyboard.press('Tab');
			const at = await page.evaluate(() => {
				const element = document.activeElement as HTMLElement;
				if (element === document.body) return null;
				const all = [
					...document.querySelectorAll('a[href], button, input, select, textarea, summary')
				];
				// A radio or box inside a pill shows its focus on the pill.
				const shown = [element, element.nextElementSibling, element.parentElement].some(
					(one) =>
						one instanceof HTMLElement &&
						getComputedStyle(one).outlineStyle !== 'none' &&
						parseFloat(getComputedStyle(one).outlineWidth) >= 2
				);
				const { top, bottom } = element.getBoundingClientRect();
				const inside = bottom > 0 && top < innerHeight;
				return {
					index: all.indexOf(element),
					name: `${element.localName} ${element.textContent?.trim().slice(0, 40)}`,
					seen: shown && inside
				};
			});
			if (!at) continue;
			reached.add(String(at.index));
			if (!at.seen) unseen.push(at.name);
		}
		expect(unseen).toEqual([]);
		expect(reached.size).toBeGreaterThan(8);
		expect(wanted - reached.size).toBe(0);
	});

	test('the first Tab offers the way to the content', async () => {
		const { page } = await openAt('/leader', desk);
		await page.keyboard.press('Tab');
		expect(await page.evaluate(() => document.activeElement?.className)).toBe('skip');
		await page.keyboard.press('Enter');
		expect(new URL(page.url()).hash).toBe('#main');
	});
});
