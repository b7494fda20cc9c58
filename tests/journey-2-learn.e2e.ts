/** Journey 2: read, draft, hand in, be asked, hand in again, be accepted; with JavaScript and without. */
import type { Page } from 'playwright-core';
import { sql } from 'drizzle-orm';
import { beforeAll, describe, expect, test } from 'vitest';
import { enrolledHere, house, inDays, mailTo, openPage, origin, signIn } from './journey.ts';

const first = `## Diary

On Monday I sold for four hours and helped Ola for one. I took over his call with the fish hall because it was late in the month.

## What the hours say

I am still the best seller here, and that is the problem. Ola said he stopped preparing.`;
const passage = 'I took over his call with the fish hall';

describe.each([{ javaScript: true }, { javaScript: false }])(
	'with JavaScript $javaScript',
	({ javaScript }) => {
		const leader = `learner-${javaScript}@nordfisk.example`;
		const coach = `coach-${javaScript}@lofte.example`;
		beforeAll(async () => {
			await enrolledHere({ dayZero: inDays(-7), leader, coach });
		});

		test('from the lesson to an accepted second version', async () => {
			const { page, quiet } = await openPage({ javaScript });
			await signIn(page, leader, '/leader/program');
			await page.locator('a[href^="/leader/lessons/"]').nth(1).click();
			await page.waitForURL('**/leader/lessons/**');
			await page.locator('form[action="?/read"] button').click();
			// The button is there once the lesson is read; the link before it leads there too, and a click
			// on that one would be overtaken by the answer.
			await page.locator('#next a.btn').click();
			await page.waitForURL('**/leader/assignments/**');
			const assignment = page.url();

			// Too short is refused with everything kept.
			await page.fill('[name="body"]', 'Too short.');
			await page.locator('form[action="?/submit"] button.btn:not([formaction])').first().click();
			await page.locator('#form-trouble').waitFor();
			expect(await page.inputValue('[name="body"]')).toBe('Too short.');

			await page.fill('[name="body"]', first);
			await page.locator('button[formaction="?/save"]').click();
			await expect.poll(() => savedBody(leader)).toContain('fish hall');
			await page.goto(assignment);
			expect(await page.inputValue('[name="body"]')).toContain('fish hall');
			await Promise.all([
				page.waitForLoadState('load'),
				page.locator('form[action="?/submit"] button.btn:not([formaction])').first().click()
			]);
			await expect.poll(() => statusOf(leader, 1)).toBe('submitted');

			await answer({ coach, javaScript, outcome: 'return' });
			await mailTo(leader, ({ subject }) => /answer|svar/i.test(subject));

			await page.goto(assignment);
			expect(await page.locator('.question').textContent()).toContain('What would Ola have done?');
			expect(await page.locator('.asked q').allTextContents()).toContain(passage);
			await page.locator('form[action="?/resubmit"] button').click();
			await page.locator('[name="body"]').waitFor();
			expect(await page.inputValue('[name="body"]')).toContain('fish hall');
			await page.fill(
				'[name="body"]',
				`${first}\n\nOla would have asked for a week, and the customer would have given it. On Thursday he leads the next call, and Kari tells me how it went.`
			);
			await Promise.all([
				page.waitForLoadState('load'),
				page.locator('form[action="?/submit"] button.btn:not([formaction])').first().click()
			]);
			await expect.poll(() => statusOf(leader, 2)).toBe('submitted');

			await answer({ coach, javaScript, outcome: 'accept' });
			await expect.poll(() => statusOf(leader, 2)).toBe('accepted');
			// Every attempt stays.
			expect(await statusOf(leader, 1)).toBe('returned');
			await page.goto(assignment);
			expect(await page.locator('main details').count()).toBeGreaterThanOrEqual(2);
			quiet();
		});
	}
);

/** The remark with these words has the focus and can be seen. */
async function expectAtRemark(page: Page, words: string) {
	const remark = page.locator('[data-remark]:focus', { hasText: words });
	await remark.waitFor();
	const seen = await remark.evaluate((element) => {
		const { top, bottom } = element.getBoundingClientRect();
		return top >= 0 && bottom <= innerHeight;
	});
	expect(seen).toBe(true);
}

/** What the coach does with what waits: reads, rates, remarks, gives the outcome. */
async function answer({
	coach,
	javaScript,
	outcome
}: {
	coach: string;
	javaScript: boolean;
	outcome: 'return' | 'accept';
}) {
	const { page, context, quiet } = await openPage({ javaScript });
	await signIn(page, coach, '/coach/reviews');
	await page
		.locator('main a[href^="/coach/reviews/"], ol a[href^="/coach/reviews/"]')
		.first()
		.click();
	await page.waitForURL('**/coach/reviews/*-*');
	if (outcome === 'return') {
		if (javaScript) await page.locator('.offer button').click();
		await page.fill('#quote', passage);
		await page.fill('#remark-body', 'This is the sentence to stay with.');
		await page.locator('form[action="?/remark"] button.btn').last().click();
		await page.locator('mark, .nr').first().waitFor();
		await expectAtRemark(page, 'This is the sentence to stay with.');

		// A passage is there to choose from, for who does not select by mouse.
		if (javaScript) await page.locator('.offer button').click();
		await page.selectOption('#sentence', { index: 1 });
		const chosen = (await page.inputValue('#sentence')).replace(/^\d+ /, '');
		if (javaScript) expect(await page.inputValue('#quote')).toBe(chosen);
		// Without words it is refused; the passage stays, and the focus is where they are missing.
		await page.locator('form[action="?/remark"] button.btn').last().click();
		await page.locator('#remark-wrong').waitFor();
		expect(await page.inputValue('#quote')).toBe(chosen);
		if (!javaScript) expect(await page.locator('#remark-body:focus').count()).toBe(1);
		await page.fill('#remark-body', 'And this one opens it.');
		await page.locator('form[action="?/remark"] button.btn').last().click();
		await expectAtRemark(page, 'And this one opens it.');
		expect(await page.locator('.marked mark').first().textContent()).toBe(chosen);

		// One that goes hands the focus to its neighbor.
		if (javaScript) await page.locator('.offer button').click();
		await page.selectOption('#sentence', { index: 2 });
		await page.fill('#remark-body', 'Not this one after all.');
		await page.locator('form[action="?/remark"] button.btn').last().click();
		await expectAtRemark(page, 'Not this one after all.');
		const before = await page.locator('[data-remark]').count();
		await page
			.locator('[data-remark]', { hasText: 'Not this one after all.' })
			.locator('form[action="?/remove"] button')
			.click();
		await expect.poll(() => page.locator('[data-remark]').count()).toBe(before - 1);
		if (javaScript) await page.locator('[data-remark]:focus').waitFor();
	} else {
		await page.goto(`${page.url().split('?')[0]}?view=changed`);
		expect(await page.locator('ins').count()).toBeGreaterThan(0);
	}
	// A radio lies under its drawn ring.
	const names = new Set(
		await page
			.locator('input[type="radio"][name^="level-"]')
			.evaluateAll((all) => all.map((one) => one.getAttribute('name')))
	);
	expect(names.size).toBe(5);
	for (const name of names)
		await page
			.locator(`input[name="${name}"][value="${outcome === 'accept' ? 3 : 2}"]`)
			.check({ force: true });
	await page.fill(
		'[name="comment"]',
		outcome === 'return' ? 'What would Ola have done?' : 'You waited, and it worked.'
	);
	await Promise.all([page.waitForLoadState('load'), page.locator(`#give-${outcome}`).click()]);
	await expect.poll(async () => waiting(coach)).toBe(0);
	quiet();
	await context.close();
}

const one = async (query: ReturnType<typeof sql>) =>
	Object.values((await house().db.execute<Record<string, unknown>>(query))[0] ?? {})[0];
const of = (email: string) =>
	sql`s.enrollment_id = (select e.id from enrollment e join person p on p.id = e.leader_id where p.email = ${email})`;
const statusOf = (email: string, attempt: number) =>
	one(sql`select s.status from submission s where ${of(email)} and s.attempt = ${attempt}`);
const savedBody = async (email: string) =>
	String(
		await one(
			sql`select s.body from submission s where ${of(email)} order by s.attempt desc limit 1`
		)
	);
const waiting = (email: string) =>
	one(sql`select count(*)::int from submission s join enrollment e on e.id = s.enrollment_id join person p on p.id = e.coach_id
		where p.email = ${email} and s.status in ('submitted', 'in-review')`);

test('two tabs: the older draft is refused, and both texts are there to choose from', async () => {
	const leader = 'two-tabs@nordfisk.example';
	await enrolledHere({ dayZero: inDays(-7), leader, coach: 'tabs@lofte.example' });
	const { page, context } = await openPage({ javaScript: false });
	await signIn(page, leader, '/leader/program');
	const id = await one(
		sql`select a.id from assignment a join module m on m.id = a.module_id where m.week = 1`
	);
	const other = await context.newPage();
	await page.goto(`${origin}/leader/assignments/${id}`);
	await other.goto(`${origin}/leader/assignments/${id}`);
	await page.fill('[name="body"]', 'The text of the first tab, which is saved first.');
	await page.locator('button[formaction="?/save"]').click();
	await other.fill('[name="body"]', 'The text of the second tab, which is saved later.');
	await other.locator('button[formaction="?/save"]').click();
	await other.locator('[role="alert"], .notice').first().waitFor();
	const shown =
		(await other.locator('main').innerText()) +
		(await other
			.locator('main textarea')
			.evaluateAll((all) => all.map((one) => (one as HTMLTextAreaElement).value).join(' ')));
	expect(shown).toContain('first tab');
	expect(shown).toContain('second tab');
	expect(await savedBody(leader)).toContain('first tab');
});
