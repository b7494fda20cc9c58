/** What every journey needs: the running product, a browser, and people who sign in as people do. */
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { afterAll, expect, inject } from 'vitest';
import { makeLink } from '#lib/people/commands.server.ts';
import { system } from '#lib/people/actor.ts';
import { personByEmail } from '#lib/people/queries.server.ts';
import { openDatabase, type Pool } from '#lib/server/database.server.ts';
import { keysFrom } from '#lib/server/seal.server.ts';
import { program } from '#lib/curriculum/tables.server.ts';
import { addDays } from '#lib/values/day.ts';
import { openBrowser } from '../scripts/browser.ts';
import { signInCookie } from '../scripts/demo-pages.ts';
import { enrolled } from './enrolled.ts';
import { worldOn } from './world.ts';
import type { StoredMail } from '../src/standins/resend-mail.ts';

export const stack = inject('stack');
export const origin = stack.APP_ORIGIN!;

let pool: Pool | undefined;
/** A context of the house itself on the running product's database: for looking, and for making links. */
export function house() {
	pool ??= openDatabase(stack.DATABASE_URL!, { max: 4 });
	return { db: pool.db, keys: keysFrom(stack.APP_KEYS!.split(',')), now: new Date(), who: system };
}

let browser: Browser | undefined;
const opened: BrowserContext[] = [];
afterAll(async () => {
	await Promise.all(opened.splice(0).map((context) => context.close()));
	await browser?.close();
	await pool?.close();
});

/** A leader of their own for a journey: enrolled and paid, with a team, on the running product. */
export async function enrolledHere(options: {
	dayZero: string;
	sellers?: number;
	coach?: string;
	leader: string;
}) {
	const { db, keys } = house();
	const [taught] = await db.select({ id: program.id }).from(program).limit(1);
	return enrolled(worldOn(db, new Date().toISOString(), keys), {
		programId: taught!.id,
		...options
	});
}

/** The day so many days from today. */
export const inDays = (count: number) => addDays(new Date().toISOString().slice(0, 10), count);

type Device = {
	javaScript?: boolean;
	width?: number;
	height?: number;
	locale?: 'en' | 'nb';
	night?: boolean;
};

/**
 * A fresh browser profile with one page. What the browser complains of (a violated policy, a script
 * that failed) is collected; `quiet` says that there was nothing.
 */
export async function openPage({
	javaScript = true,
	width = 1440,
	height = 900,
	locale = 'en',
	night = false
}: Device = {}) {
	browser ??= await openBrowser();
	const context = await browser.newContext({
		javaScriptEnabled: javaScript,
		viewport: { width, height },
		locale: locale === 'nb' ? 'nb-NO' : 'en-GB',
		timezoneId: 'Europe/Oslo',
		colorScheme: night ? 'dark' : 'light',
		reducedMotion: 'reduce'
	});
	opened.push(context);
	context.setDefaultTimeout(15_000);
	const page = await context.newPage();
	const complaints: string[] = [];
	page.on('pageerror', (error) => complaints.push(String(error)));
	page.on('console', (message) => {
		// A refused form answers with its status; the browser reports that too, and it is no fault.
		if (message.type() === 'error' && !message.text().startsWith('Failed to load resource'))
			complaints.push(message.text());
	});
	return { page, context, quiet: () => expect(complaints.splice(0)).toEqual([]) };
}

/** Signs somebody in by a link, as the mail would bring it. */
export async function signIn(page: Page, email: string, next: string | null) {
	const ctx = house();
	const person = await personByEmail(ctx, email);
	if (!person) throw new Error(`nobody has the address ${email}`);
	const token = await makeLink(ctx, { personId: person.id, purpose: 'welcome', next });
	await page.goto(`${origin}/sign-in/${token}`);
	await Promise.all([
		page.waitForURL((url) => !url.pathname.endsWith(token)),
		page.locator('main button').click()
	]);
}

/** The cookie of somebody who signed in, for requests without a browser. */
export const cookieOf = (email: string) => signInCookie(house(), origin, email);

/** The mails that somebody got, newest first; waits until there is one that `fits`. */
export async function mailTo(
	to: string,
	fits: (mail: StoredMail) => boolean = () => true
): Promise<StoredMail> {
	let found: StoredMail | undefined;
	await expect
		.poll(
			async () => {
				const answer = await fetch(
					`${stack.RESEND_BASE_URL}/_test/mails?to=${encodeURIComponent(to)}`
				);
				found = ((await answer.json()) as StoredMail[]).find(fits);
				return found !== undefined;
			},
			{ timeout: 20_000, message: `a mail to ${to}` }
		)
		.toBe(true);
	return found!;
}

/** The first link of a kind in a mail. */
export function linkIn({ text }: StoredMail, kind: string): string {
	const link = new RegExp(`https?://[^\\s/]+(/${kind}/[\\w-]+)`).exec(text ?? '')?.[1];
	if (!link) throw new Error(`no ${kind} link in the mail`);
	return origin + link;
}
