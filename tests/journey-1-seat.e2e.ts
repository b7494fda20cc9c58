/** Journey 1: from the offer page to a seat, with JavaScript and without. */
import { sql } from 'drizzle-orm';
import { beforeAll, describe, expect, test } from 'vitest';
import { createCohort } from '#lib/cohorts/commands.server.ts';
import { program } from '#lib/curriculum/tables.server.ts';
import { personByEmail } from '#lib/people/queries.server.ts';
import { house, linkIn, mailTo, openPage, origin, signIn } from './journey.ts';

/** A cohort of its own for a test, with seats for sale. */
async function cohortOnSale(name: string, seats = 4): Promise<{ id: string; slug: string }> {
	const ctx = house();
	const [taught] = await ctx.db.select({ id: program.id }).from(program).limit(1);
	const coach = await personByEmail(ctx, 'maren@lofte.example');
	const starts = new Date(Date.now() + 40 * 86_400_000).toISOString().slice(0, 10);
	const made = await createCohort(ctx, {
		name,
		programId: taught!.id,
		coachId: coach!.id,
		startsOn: starts,
		priceMinor: 9_200_000,
		currency: 'NOK',
		timeZone: 'Europe/Oslo',
		seats,
		salesOpen: true
	});
	if (!made.ok) throw new Error(made.reason);
	return made.value;
}

type Opened = Awaited<ReturnType<typeof openPage>>;

async function fillIn(
	{ page }: Opened,
	{ email, teamSize = '7' }: { email: string; teamSize?: string }
) {
	await page.fill('#name', `Kari ${email.split('@')[0]}`);
	await page.fill('#email', email);
	await page.fill('#company', 'Nordfisk');
	await page.fill('#teamSize', teamSize);
	await page.fill('[name="towards"]', 'A team that asks each other before it asks me.');
}

const post = (page: Opened['page'], button: string) =>
	Promise.all([page.waitForLoadState('load'), page.locator(button).first().click()]);

/** What a page under a price says of who sells, and a receipt of the tax. */
const sells = {
	en: /Including 25 % VAT\. Sold by Løfte AS, organisation number NO 987 654 321 MVA/,
	nb: /Inkludert 25 % mva\. Selges av Løfte AS, organisasjonsnummer NO 987 654 321 MVA/
};
const taxed = { en: /is 25 % VAT/, nb: /mva\. \(25 %\)/ };

describe.each([
	{ javaScript: true, locale: 'en' as const },
	{ javaScript: false, locale: 'nb' as const }
])('with JavaScript $javaScript, in $locale', ({ javaScript, locale }) => {
	const email = `kari-${javaScript}@nordfisk.example`;
	let cohort: { id: string; slug: string };
	beforeAll(async () => {
		cohort = await cohortOnSale(`Journey ${javaScript}`);
	});

	test('apply, be offered a seat, pay, get it, sign in', async () => {
		const visitor = await openPage({ javaScript, locale });
		const { page } = visitor;
		await page.goto(`${origin}/cohorts/${cohort.slug}`);
		expect(await page.locator('main').innerText()).toMatch(sells[locale]);
		await page.locator(`a[href="/apply/${cohort.slug}"]`).first().click();
		await page.waitForURL(`**/apply/${cohort.slug}`);

		// Without the YES nothing is sent, and nothing that was typed is lost.
		await fillIn(visitor, { email });
		await page.locator('main form button.btn').last().click();
		await page.locator('[role="alert"], .wrong').first().waitFor();
		expect(await page.inputValue('#company')).toBe('Nordfisk');
		expect(await page.inputValue('[name="towards"]')).toContain('asks each other');

		for (const box of await page.locator('input[type="checkbox"][name^="yes."]').all())
			await box.check();
		await page.locator('main form button.btn').last().click();
		await page.waitForURL('**/apply/received**');

		const admin = await openPage({ locale });
		await signIn(admin.page, 'live@lofte.example', '/admin/applications');
		await admin.page
			.locator('main a', { hasText: email.split('@')[0]! })
			.first()
			.click();
		await admin.page.waitForURL('**/admin/applications/*-*');
		await admin.page.locator('form[action="?/offer"] button').click();
		await admin.page.locator('[role="status"]').waitFor();
		admin.quiet();

		const offered = await mailTo(email, ({ text }) => /\/offer\//.test(text ?? ''));
		await page.goto(linkIn(offered, 'offer'));
		// Who sells, and what the price includes, stands there before anybody pays.
		for (const told of [offered.text, await page.locator('main').innerText()])
			expect(told).toMatch(sells[locale]);
		await page.locator('form[action="?/pay"] button').click();
		await page.waitForURL('**/c/pay/**');
		await page.locator('button[value="paid"]').click();
		await page.waitForURL('**/thanks**');
		// The page only reads; the webhook and the worker do the rest.
		await expect
			.poll(
				async () => {
					if (!javaScript) await page.reload();
					return page.locator('.seat').count();
				},
				{ timeout: 30_000 }
			)
			.toBe(1);

		expect(await page.locator('main').innerText()).toMatch(sells[locale]);
		const receipt = await mailTo(email, ({ text }) => taxed[locale].test(text ?? ''));
		expect(receipt.text).toContain('NO 987 654 321 MVA');
		const welcome = await mailTo(email, ({ text }) => /\/sign-in\//.test(text ?? ''));
		await page.goto(linkIn(welcome, 'sign-in'));
		await post(page, 'main button');
		await page.waitForURL('**/leader');
		expect(await page.locator('h1').textContent()).toBeTruthy();
		visitor.quiet();

		const sold = await house().db.execute(
			sql`select count(*)::int as n from seat where cohort_id = ${cohort.id} and state = 'sold'`
		);
		expect(sold).toEqual([{ n: 1 }]);
	});

	test('the language changes in the middle of an application: every word stays, and nothing is sent', async () => {
		const visitor = await openPage({ javaScript, locale });
		const { page } = visitor;
		const other = locale === 'en' ? 'nb' : 'en';
		const email = `switch-${javaScript}@nordfisk.example`;
		const words = () =>
			page
				.locator('#application')
				.evaluate((form) => Object.fromEntries(new FormData(form as HTMLFormElement)));
		const change = async (to: string) => {
			await page.locator(`header button[lang="${to}"]`).click();
			await page.locator(`html[lang="${to}"]`).waitFor();
			if (javaScript) await page.locator('#svelte-announcer').waitFor({ state: 'attached' });
		};
		await page.goto(`${origin}/apply/${cohort.slug}`);
		if (javaScript) await page.locator('#svelte-announcer').waitFor({ state: 'attached' });
		await fillIn(visitor, { email });
		await page.fill('[name="towards"]', 'One line.\nAnother one.');
		await page.fill('#baselineGuess', 'about 60');
		await page.fill('#sponsorName', 'Sunniva');
		await page.locator('input[name^="yes."]').first().check();
		await page.locator('.statement summary').first().click();
		await page.locator('[name^="note."]').first().fill('Yes, from May on.');
		const typed = await words();

		await change(other);
		expect(await words()).toEqual(typed);
		expect(page.url()).not.toContain('nordfisk');
		expect(await page.locator('.wrong, [role="alert"], main .notice.stop').count()).toBe(0);
		// Enter in a field sends, as ever: what is missing is said, in the language that was chosen.
		await page.locator('#name').press('Enter');
		await page.locator('.wrong').first().waitFor();
		expect(await page.locator('html').getAttribute('lang')).toBe(other);
		const faults = await page.locator('.wrong').count();
		const said = await page.locator('.wrong').first().innerText();
		// What is wrong is told again in the other language.
		await change(locale);
		expect(await words()).toEqual({ ...typed, refused: 'yes' });
		expect(await page.locator('.wrong').count()).toBe(faults);
		expect(await page.locator('.wrong').first().innerText()).not.toBe(said);
		const stored = await house().db.execute(
			sql`select count(*)::int as n from application where email = ${email}`
		);
		expect(stored).toEqual([{ n: 0 }]);

		// And it still goes out from there.
		await page.fill('#baselineGuess', '60');
		await page.fill('#sponsorName', '');
		for (const box of await page.locator('input[name^="yes."]').all()) await box.check();
		await page.locator('main form button.btn').last().click();
		await page.waitForURL('**/apply/received**');
		visitor.quiet();
	});

	test('the small team and the high baseline are warned before anything is sent', async () => {
		const visitor = await openPage({ javaScript, locale });
		const { page } = visitor;
		await page.goto(`${origin}/apply/${cohort.slug}`);
		await fillIn(visitor, { email: `small-${javaScript}@team.example`, teamSize: '4' });
		await page.fill('[name="baselineGuess"]', '82');
		if (!javaScript) await page.locator('main form button.btn').last().click();
		await expect.poll(() => page.locator('.notice.warn p').count()).toBe(3);
	});
});

test('fifty people with an offer press Pay at once, on two processes, and four of them pay: four seats, never five', async () => {
	const { fiftyPayersForFourSeats } = await import('./payers.ts');
	const outcome = await fiftyPayersForFourSeats(cohortOnSale);
	expect(outcome.serverErrors).toBe(0);
	expect(outcome.holding).toBe(4);
	expect(outcome.sold).toBe(4);
	expect(outcome.enrolled).toBe(4);
	expect(outcome.toldFull).toBe(46);
	expect(outcome.violations).toEqual([]);
});
