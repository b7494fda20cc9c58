/** Journey 3: the roster, the baseline wave, answers on a phone, and what is shown afterwards. */
import { sql } from 'drizzle-orm';
import { beforeAll, describe, expect, test } from 'vitest';
import { closeDueWave } from '#lib/engagement/commands.server.ts';
import {
	enrolledHere,
	house,
	inDays,
	linkIn,
	mailTo,
	openPage,
	origin,
	signIn
} from './journey.ts';
import { visit } from './addresses.ts';

const phone = { width: 390, height: 844 };

describe.each([
	{ javaScript: true, locale: 'nb' as const },
	{ javaScript: false, locale: 'en' as const }
])('with JavaScript $javaScript, in $locale', ({ javaScript, locale }) => {
	const leader = `asker-${javaScript}@nordfisk.example`;
	const coach = `askcoach-${javaScript}@lofte.example`;
	let enrollmentId: string;
	const sellers = Array.from({ length: 5 }, (_, n) => `s${n}-${javaScript}@nordfisk.example`);
	beforeAll(async () => {
		({ enrollmentId } = await enrolledHere({ dayZero: inDays(7), leader, coach, sellers: 0 }));
	});

	test('a team is put on the roster, asked, and answers; five are shown, and only as a band', async () => {
		const desk = await openPage({ ...phone, javaScript, locale });
		await signIn(desk.page, leader, '/leader/team');
		for (const [n, email] of sellers.entries()) {
			await desk.page.goto(`${origin}/leader/team`);
			const form = desk.page.locator('form[action="?/add"]');
			if (!(await form.isVisible()))
				await desk.page.locator('details:has(form[action="?/add"]) summary').click();
			await form.locator('[name="name"]').fill(`Seller ${n}`);
			await form.locator('[name="email"]').fill(email);
			await form.locator('[name="startedOn"]').fill(inDays(-400));
			await form.locator('button').click();
			await expect
				.poll(() =>
					count(sql`select count(*)::int from seller where enrollment_id = ${enrollmentId}`)
				)
				.toBe(n + 1);
			// That it worked can be seen, whatever was on the screen.
			const notice = desk.page.locator('.notice.ok:focus');
			await notice.waitFor();
			await expect
				.poll(() =>
					notice.evaluate((element) => {
						const { top, bottom } = element.getBoundingClientRect();
						return top >= 0 && bottom <= innerHeight;
					})
				)
				.toBe(true);
		}
		// Leave: what is refused stays as it was typed; what is booked can be taken back.
		await desk.page.goto(`${origin}/leader/team`);
		const firstSeller = desk.page.locator('.team > li').first();
		const book = firstSeller.locator('form[action="?/absence"]');
		const absences = () =>
			count(sql`select count(*)::int from absence a join seller s on s.id = a.seller_id
				where s.enrollment_id = ${enrollmentId}`);
		await expect
			.poll(async () => {
				if (!(await book.isVisible())) await firstSeller.locator('summary').click();
				return book.isVisible();
			})
			.toBe(true);
		const leave = async (from: string, to: string) => {
			await book.locator('[name="from"]').fill(from);
			await book.locator('[name="to"]').fill(to);
			await book.locator('button').click();
		};
		await leave(inDays(9), inDays(8));
		await expect.poll(() => book.locator('[role="alert"]').count()).toBe(1);
		expect(await book.locator('[name="from"]').inputValue()).toBe(inDays(9));
		expect(await absences()).toBe(0);
		await book.locator('[name="everybody"]').check();
		await leave(inDays(8), inDays(9));
		await expect.poll(absences).toBe(5);
		const back = firstSeller.locator('form[action="?/present"]');
		await expect
			.poll(async () => {
				if ((await back.count()) === 1 && !(await back.isVisible()))
					await firstSeller.locator('summary').click();
				return back.isVisible();
			})
			.toBe(true);
		await back.locator('button').click();
		await expect.poll(absences).toBe(4);
		desk.quiet();

		const coachDesk = await openPage({ javaScript, locale });
		await signIn(coachDesk.page, coach, `/coach/leaders/${enrollmentId}`);
		await coachDesk.page.locator(`a[href="/coach/leaders/${enrollmentId}/ask"]`).click();
		await expect.poll(() => coachDesk.page.locator('tbody tr').count()).toBe(5);
		expect(await coachDesk.page.locator('tbody').textContent()).toContain(sellers[0]!);
		// An address that changes between reading and opening stops it, and the list is read anew.
		const first = sellers[0]!;
		const moves = (to: string, now: string) =>
			house().db.execute(sql`update seller set email = ${to} where email = ${now}`);
		const press = () => coachDesk.page.locator('form[action="?/open"] button').click();
		const other = `other-${first}`;
		await moves(other, first);
		await press();
		await expect.poll(() => coachDesk.page.locator('tbody').textContent()).toContain(other);
		expect(await coachDesk.page.locator('[role="alert"]').count()).toBe(1);
		await moves(first, other);
		await press();
		await expect.poll(() => coachDesk.page.locator('tbody').textContent()).not.toContain(other);
		await press();
		await expect
			.poll(() =>
				count(
					sql`select count(*)::int from invitation i join wave w on w.id = i.wave_id where w.enrollment_id = ${enrollmentId}`
				)
			)
			.toBe(5);

		for (const [n, email] of sellers.entries()) {
			const link = linkIn(
				await mailTo(email, ({ text }) => /\/survey\//.test(text ?? '')),
				'survey'
			);
			// One question a screen for the first; the others answer on one page, which is quicker to test.
			const stepping = javaScript && n === 0;
			const seller = await openPage({ ...phone, javaScript: stepping, locale });
			await seller.page.goto(link);
			await answerAll(seller.page, stepping);
			await expect.poll(() => seller.page.locator('main h1').textContent()).not.toBe('');
			// The link was used: pressing it again says the same and stores nothing.
			await seller.page.goto(link);
			expect(await seller.page.locator('input[type="radio"]').count()).toBe(0);
			expect(await seller.context.cookies()).toEqual([]);
			seller.quiet();
			await seller.context.close();
		}
		expect(
			await count(
				sql`select count(*)::int from sealed_box b join wave w on w.id = b.wave_id where w.enrollment_id = ${enrollmentId}`
			)
		).toBe(5);

		// Nothing is known while the wave is open.
		await desk.page.goto(`${origin}/leader/team`);
		const before = await desk.page.locator('main').innerText();
		expect(before).not.toMatch(/\b5 (of|av) 5\b/);

		// Only this team's wave: other journeys have waves of their own.
		const waveId = String(
			await count(sql`select id from wave where enrollment_id = ${enrollmentId}`)
		);
		const later = { ...house(), now: new Date(Date.now() + 30 * 86_400_000) };
		expect(await closeDueWave(later, waveId)).toMatchObject({ ok: true });
		expect(
			await count(
				sql`select count(*)::int from response r join wave w on w.id = r.wave_id where w.enrollment_id = ${enrollmentId}`
			)
		).toBe(5);
		expect(
			await count(
				sql`select count(*)::int from invitation i join wave w on w.id = i.wave_id where w.enrollment_id = ${enrollmentId}`
			)
		).toBe(0);
		await desk.page.goto(`${origin}/leader/team`);
		expect(await desk.page.locator('main').innerText()).not.toBe(before);
		const [stored] = await house().db.execute<{ payload: { level?: { kind: string } } }>(
			sql`select payload from published_result where enrollment_id = ${enrollmentId}`
		);
		expect(JSON.stringify(stored!.payload)).not.toMatch(/respondent|"mean"|seller/i);
	});
});

test.each([true, false])(
	'the language changes in the middle of a survey, with JavaScript %s: every answer stays, and nothing is stored',
	async (javaScript) => {
		const { path } = await visit('/survey/[token]');
		const { page, context, quiet } = await openPage({ ...phone, javaScript, locale: 'en' });
		const stored = () =>
			count(sql`select count(*) + (select count(*) from invitation where done) from sealed_box`);
		const before = await stored();
		const given = () =>
			page.locator('#survey').evaluate((form) => {
				const { language, ...answers } = Object.fromEntries(new FormData(form as HTMLFormElement));
				return { language, answers };
			});
		await page.goto(origin + path);
		if (javaScript) await page.locator('form.stepping .intro button').click();
		for (const step of ['2', '4', '3']) {
			const open = page.locator('fieldset:visible:not(:has(:checked))').first();
			await open.locator(`label:has([value="${step}"])`).click();
			if (javaScript) await open.waitFor({ state: 'visible' });
		}
		const { answers } = await given();
		expect(Object.values(answers)).toEqual(expect.arrayContaining(['2', '4', '3']));
		const asked = javaScript ? await page.locator('legend:visible').getAttribute('id') : null;

		await page.locator('header button').click();
		await page.locator('.phone[lang="nb"]').waitFor();
		expect(await given()).toEqual({ language: 'nb', answers });
		if (asked) expect(await page.locator('legend:visible').getAttribute('id')).toBe(asked);
		await page.locator('header button').click();
		await page.locator('.phone[lang="en"]').waitFor();
		expect(await given()).toEqual({ language: 'en', answers });
		expect(await stored()).toBe(before);
		expect(await context.cookies()).toEqual([]);
		quiet();
	}
);

async function answerAll(page: Awaited<ReturnType<typeof openPage>>['page'], javaScript: boolean) {
	const names = [
		...new Set(
			await page
				.locator('input[type="radio"]')
				.evaluateAll((all) => all.map((one) => one.getAttribute('name')!))
		)
	];
	expect(names.length).toBeGreaterThanOrEqual(8);
	if (!javaScript) {
		for (const name of names)
			await page.locator(`input[name="${name}"][value="4"]`).check({ force: true });
		await page.locator('.review button.btn-ink').click();
	} else {
		await page.locator('.intro button').click();
		for (const name of names) {
			const pill = page.locator(`label:has(input[name="${name}"][value="4"])`);
			await pill.click();
			await pill.waitFor({ state: 'hidden' });
		}
		await page.locator('.review button.btn-ink').click();
	}
	await page.locator('input[type="radio"]').first().waitFor({ state: 'detached' });
}

const count = async (query: ReturnType<typeof sql>) =>
	Object.values((await house().db.execute<Record<string, number>>(query))[0] ?? {})[0];

test('an unknown link is a friendly page, and gives nothing away', async () => {
	const { page } = await openPage(phone);
	const answer = await page.goto(`${origin}/survey/there-never-was-such-a-link`);
	expect([404, 410]).toContain(answer!.status());
	expect((await page.locator('main').innerText()).length).toBeGreaterThan(40);
	expect(answer!.headers()['referrer-policy']).toBe('no-referrer');
});
