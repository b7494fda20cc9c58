/** How much JavaScript a page brings along on the first visit, as a real browser asks for it. */
import { gzipSync } from 'node:zlib';
import type { Response } from 'playwright-core';
import { describe, expect, test } from 'vitest';
import { pageRoutes } from '../scripts/demo-pages.ts';
import { visit } from './addresses.ts';
import { openPage, origin } from './journey.ts';

const kB = 1_000;
/** For people who come once, perhaps on a phone; and for those who work here. */
const most = { public: 50 * kB, signedIn: 80 * kB };

describe('the first visit brings little JavaScript', () => {
	test.each(pageRoutes)('%s', async (route) => {
		const { path, cookie, role } = await visit(route);
		const { page, context } = await openPage();
		if (cookie) {
			const [name, value] = cookie.split('=') as [string, string];
			await context.addCookies([{ name, value, url: origin }]);
		}
		const scripts: Response[] = [];
		page.on('response', (response) => {
			if (response.request().resourceType() === 'script') scripts.push(response);
		});
		const opened = await page.goto(origin + path, { waitUntil: 'networkidle' });
		expect(opened?.status(), `${route} at ${path}`).toBe(200);
		const sizes = await Promise.all(
			scripts.map(async (script) => ({
				name: new URL(script.url()).pathname,
				gzip: gzipSync(await script.body()).length
			}))
		);
		const total = sizes.reduce((sum, { gzip }) => sum + gzip, 0);
		const heaviest = sizes.sort((a, b) => b.gzip - a.gzip).slice(0, 6);
		const told = heaviest.map(({ name, gzip }) => `${name} ${gzip}`).join('\n');
		expect(total, `${scripts.length} scripts, the heaviest:\n${told}`).toBeLessThanOrEqual(
			role ? most.signedIn : most.public
		);
		await context.close();
	});
});
