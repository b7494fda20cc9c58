/** The browser that pictures, screenshots and journeys share. */
import fs from 'node:fs';
import process from 'node:process';
import { chromium, type Browser } from 'playwright-core';

const installed = [
	'/usr/bin/chromium',
	'/usr/bin/chromium-browser',
	'/usr/bin/google-chrome-stable',
	'/usr/bin/google-chrome',
	'/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
	'/Applications/Chromium.app/Contents/MacOS/Chromium'
];

/** No sandbox, because containers run as root; no traffic of the browser's own, because a test is quiet. */
const flags = [
	'--no-sandbox',
	'--disable-gpu',
	'--disable-background-networking',
	'--disable-component-update',
	'--disable-sync',
	'--no-first-run',
	'--disable-quic'
];

/** The path of a Chromium: `CHROMIUM_PATH`, one that is installed, or the packed one, unpacked once. */
export async function findBrowser(): Promise<string> {
	const named = process.env['CHROMIUM_PATH'];
	if (named) return named;
	const found = installed.find((file) => fs.existsSync(file));
	if (found) return found;
	// A bare machine lacks some of its libraries too; this makes the package unpack them beside it.
	process.env['AWS_LAMBDA_JS_RUNTIME'] ??= 'nodejs24.x';
	const packed = await import('@sparticuz/chromium');
	return packed.default.executablePath();
}

/** Opens a headless Chromium. Whoever opens it closes it. Throws when none can be started. */
export async function openBrowser(): Promise<Browser> {
	return chromium.launch({ executablePath: await findBrowser(), args: flags });
}
