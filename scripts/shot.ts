/**
 * A picture of a page:
 *
 *     node scripts/shot.ts <url> <out.png> [width] [--dark] [--cookie name=value]… [--full] [--print]
 *
 * The width is 1440 unless given; 640 and less is a phone (two pixels a point, touch).
 */
import { parseArgs } from 'node:util';
import { openBrowser } from './browser.ts';

const { values, positionals } = parseArgs({
	allowPositionals: true,
	options: {
		dark: { type: 'boolean', default: false },
		full: { type: 'boolean', default: false },
		print: { type: 'boolean', default: false },
		cookie: { type: 'string', multiple: true, default: [] }
	}
});
const [url, out, width = '1440'] = positionals;
if (!url || !out || !Number(width)) {
	console.error(
		'node scripts/shot.ts <url> <out.png> [width] [--dark] [--cookie name=value] [--full] [--print]'
	);
	process.exit(2);
}

const phone = Number(width) <= 640;
const browser = await openBrowser();
try {
	const context = await browser.newContext({
		viewport: { width: Number(width), height: phone ? 844 : 1000 },
		deviceScaleFactor: phone ? 2 : 1,
		hasTouch: phone,
		colorScheme: values.dark ? 'dark' : 'light',
		reducedMotion: 'reduce'
	});
	await context.addCookies(
		values.cookie.map((pair) => {
			const cut = pair.indexOf('=');
			return { name: pair.slice(0, cut), value: pair.slice(cut + 1), url };
		})
	);
	const page = await context.newPage();
	page.on('pageerror', (error) => console.error(`error in the page: ${error.message}`));
	page.on('console', (message) => {
		if (message.type() === 'error') console.error(`console: ${message.text()}`);
	});
	const answer = await page.goto(url, { waitUntil: 'load' });
	if (values.print) await page.emulateMedia({ media: 'print' });
	await page.evaluate(() => document.fonts.ready.then(() => undefined));
	await page.screenshot({ path: out, fullPage: values.full });
	console.log(`${answer?.status() ?? 'file'} ${page.url()} -> ${out}`);
} finally {
	await browser.close();
}
