/** What a browser with an empty cache asks for, after the page itself. */
import { openBrowser } from '../browser.ts';

/** The addresses that a page of the leader's home brings along, as a real browser asks for them. */
export async function assetsOf(origin: string, cookie: string): Promise<string[]> {
	const browser = await openBrowser();
	try {
		const context = await browser.newContext();
		const [name, value] = cookie.split('=') as [string, string];
		await context.addCookies([{ name, value, url: origin }]);
		const page = await context.newPage();
		const asked = new Set<string>();
		page.on('request', (request) => {
			const url = new URL(request.url());
			if (url.origin === origin && url.pathname !== '/leader') asked.add(url.pathname + url.search);
		});
		await page.goto(`${origin}/leader`, { waitUntil: 'networkidle' });
		return [...asked];
	} finally {
		await browser.close();
	}
}
