/** Journey 5: a 1:1 with its invitation, notes that are shared or one's own, and a touchpoint in two taps. */
import { sql } from 'drizzle-orm';
import { beforeAll, describe, expect, test } from 'vitest';
import { enrolledHere, house, inDays, mailTo, openPage, origin, signIn } from './journey.ts';

describe.each([{ javaScript: true }, { javaScript: false }])(
	'with JavaScript $javaScript',
	({ javaScript }) => {
		const leader = `meets-${javaScript}@nordfisk.example`;
		const coach = `meets-coach-${javaScript}@lofte.example`;
		let enrollmentId: string;
		beforeAll(async () => {
			({ enrollmentId } = await enrolledHere({ dayZero: inDays(-10), leader, coach, sellers: 4 }));
		});

		test('the coach plans, both get a calendar entry, notes stay where they belong', async () => {
			const desk = await openPage({ javaScript });
			const { page } = desk;
			await signIn(page, coach, '/coach/sessions');
			const form = page.locator('form[action="?/plan"]');
			await form.locator('[name="enrollment"]').selectOption(enrollmentId);
			await form.locator('[name="day"]').fill(inDays(3));
			await form.locator('[name="time"]').fill('15:00');
			await form.locator('[name="place"]').fill('https://meet.lofte.example/room');
			await form.locator('button').last().click();
			await expect
				.poll(() =>
					one(sql`select count(*)::int from session where enrollment_id = ${enrollmentId}`)
				)
				.toBe(1);
			for (const address of [leader, coach]) {
				const mail = await mailTo(address, ({ attachments }) => (attachments?.length ?? 0) > 0);
				expect(JSON.stringify(mail.attachments)).toMatch(/\.ics/);
			}
			const session = String(
				await one(sql`select id from session where enrollment_id = ${enrollmentId}`)
			);
			await page.goto(`${origin}/coach/sessions/${session}`);
			const note = (visibility: string) =>
				page.locator(`form:has(input[name="visibility"][value="${visibility}"])`);
			await note('own').locator('[name="body"]').fill('Kanari: he is afraid of the board.');
			await note('own').locator('button').last().click();
			await expect
				.poll(() => one(sql`select count(*)::int from session_note where session_id = ${session}`))
				.toBe(1);
			await note('shared')
				.locator('[name="body"]')
				.fill('Agenda: the pipeline meeting without you.');
			await note('shared').locator('button').last().click();
			await expect
				.poll(() => one(sql`select count(*)::int from session_note where session_id = ${session}`))
				.toBe(2);

			const other = await openPage({ javaScript });
			await signIn(other.page, leader, `/leader/sessions/${session}`);
			const seen = await other.page.content();
			expect(seen).toContain('the pipeline meeting without you');
			expect(seen).not.toContain('Kanari');
			const stored = await house().db.execute<{ raw: string }>(
				sql`select encode(body_enc, 'escape') as raw from session_note where session_id = ${session}`
			);
			expect(stored.map(({ raw }) => raw).join()).not.toContain('Kanari');
			desk.quiet();
			other.quiet();
		});

		test('a touchpoint in two taps, and once, however often it is sent', async () => {
			const { page, quiet } = await openPage({ javaScript, width: 390, height: 844 });
			await signIn(page, leader, '/leader/touchpoints');
			await page.locator('input[name="kind"][value="coaching"]').first().check({ force: true });
			await page.locator('button[name="seller"]').first().click();
			await expect
				.poll(() =>
					one(sql`select count(*)::int from touchpoint where enrollment_id = ${enrollmentId}`)
				)
				.toBe(1);
			await page.goto(`${origin}/leader`);
			// The home has no script: the answer stands where the finger was.
			await page.locator('input[name="kind"][value="listening"]').first().check({ force: true });
			await page.locator('button[name="seller"]:visible').last().click();
			await page.locator('#log .said').waitFor();
			expect(await page.locator('#log .said').evaluate(inView)).toBe(true);
			expect(
				await one(sql`select count(*)::int from touchpoint where enrollment_id = ${enrollmentId}`)
			).toBe(2);
			quiet();
		});
	}
);

test('the page of a leader gives the same reason as the coach’s Today, missed sessions too, and leads to what was handed in', async () => {
	const { page, quiet } = await openPage();
	await signIn(page, 'maren@lofte.example', '/coach');
	const rows = await page.locator('.people > li').evaluateAll((all) =>
		all.map((row) => {
			const needs = row.querySelector('.needs')!;
			const tag = needs.querySelector('.tag')!.textContent!;
			return {
				path: row.querySelector('a')!.getAttribute('href')!,
				why: needs.textContent!.replace(tag, '').trim()
			};
		})
	);
	expect(rows.filter(({ why }) => why === '2 sessions missed')).toHaveLength(1);
	for (const { path, why } of rows) {
		await page.goto(origin + path);
		expect((await page.locator('h1 em').allTextContents()).join(), path).toBe(why);
	}

	const accepted = page.locator('.rows li', { hasText: 'accepted' }).first().locator('a');
	const title = (await accepted.textContent())!.split(': ').at(-1)!;
	await accepted.click();
	await page.waitForURL('**/coach/reviews/*-*');
	expect(await page.locator('h1').textContent()).toBe(title);
	quiet();
});

const inView = (element: Element) => {
	const { top, bottom } = element.getBoundingClientRect();
	return top >= 0 && bottom <= innerHeight;
};

const one = async (query: ReturnType<typeof sql>) =>
	Object.values((await house().db.execute<Record<string, unknown>>(query))[0] ?? {})[0];
