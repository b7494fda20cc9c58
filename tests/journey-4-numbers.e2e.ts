/** Journey 4: a CRM's file, its questions, the lock by two, and the results. */
import { sql } from 'drizzle-orm';
import { beforeAll, describe, expect, test } from 'vitest';
import { exportOn } from '../scripts/seed/exports.ts';
import { teamOf } from '../scripts/seed/cast.ts';
import { addSeller } from '#lib/cohorts/commands.server.ts';
import { addDays, weekday } from '#lib/values/day.ts';
import { cookieOf, enrolledHere, house, inDays, openPage, origin, signIn } from './journey.ts';

const today = inDays(0);
const monday = addDays(today, 1 - weekday(today));

describe.each([{ javaScript: true }, { javaScript: false }])(
	'with JavaScript $javaScript',
	({ javaScript }) => {
		const leader = `numbers-${javaScript}@portside.example`;
		const coach = `numbers-coach-${javaScript}@lofte.example`;
		// The coming Monday: the baseline can still be locked.
		const dayZero = addDays(monday, 7);
		let enrollmentId: string;
		beforeAll(async () => {
			const made = await enrolledHere({ dayZero, leader, coach, sellers: 0 });
			({ enrollmentId } = made);
			for (const { name, externalId, email, startWeek } of teamOf('Tomas Reyes')) {
				const added = await addSeller(made.leader, {
					name,
					email: `${javaScript}.${email}`,
					externalId,
					ftePct: '100',
					startedOn: addDays(dayZero, 7 * startWeek),
					locale: 'nb'
				});
				if (!added.ok) throw new Error(added.reason);
			}
		});

		test('upload, answer what is doubtful, confirm, sign twice, see where it stands', async () => {
			const desk = await openPage({ javaScript });
			const { page } = desk;
			await signIn(page, leader, '/leader/evidence');
			await page.setInputFiles('#file', {
				name: 'not-a-table.xlsx',
				mimeType: 'application/zip',
				buffer: Buffer.from('PK\u0003\u0004 no table')
			});
			await page.locator('form[action="?/upload"] button').click();
			await page.locator('[role="alert"], .notice, .trouble').first().waitFor();

			// A deal of somebody who is not on the roster is asked, never guessed.
			const text = new TextDecoder()
				.decode(exportOn('pipedrive.csv', dayZero, addDays(today, -1)))
				.replace('Håkon Tveit', 'Somebody Else');
			await page.setInputFiles('#file', {
				name: 'pipedrive.csv',
				mimeType: 'text/csv',
				buffer: Buffer.from(text)
			});
			await page.locator('form[action="?/upload"] button').click();
			await page.waitForURL('**/leader/evidence/*-*');
			expect(await page.locator('main').innerText()).toContain('Somebody Else');
			expect(await page.locator('form[action="?/confirm"] button').isDisabled()).toBe(true);
			for (const select of await page.locator('select[name^="a:owner:"]').all())
				await select.selectOption('leave-out');
			for (const radio of await page
				.locator('input[type="radio"][name^="a:owner:"][value="leave-out"]')
				.all())
				await radio.check({ force: true });
			await page.locator('form[action="?/answer"] .save button').click();
			await expect
				.poll(() => page.locator('form[action="?/confirm"] button').isEnabled())
				.toBe(true);
			await page.locator('form[action="?/confirm"] button').click();
			await expect
				.poll(() =>
					count(sql`select count(*)::int from deal where enrollment_id = ${enrollmentId}`)
				)
				.toBeGreaterThan(20);

			await page.goto(`${origin}/leader/baseline`);
			// The country of the leader's clock is proposed; another can be chosen.
			const country = page.locator('form[action="?/propose"] [name="country"]');
			expect(await country.inputValue()).toBe('NO');
			await country.selectOption('IS');
			await page.locator('form[action="?/propose"] button').click();
			await expect
				.poll(() =>
					count(sql`select count(*)::int from baseline_draft where enrollment_id = ${enrollmentId}
						and policy ->> 'country' = 'IS' and jsonb_array_length(policy -> 'holidays') > 10`)
				)
				.toBe(1);
			await page.goto(`${origin}/leader/baseline`);
			expect(await country.inputValue()).toBe('IS');
			await page.locator('form.sign button').click();
			await expect
				.poll(() =>
					count(
						sql`select count(*)::int from baseline_draft where enrollment_id = ${enrollmentId} and leader_signed_at is not null`
					)
				)
				.toBe(1);
			const coachDesk = await openPage({ javaScript });
			await signIn(coachDesk.page, coach, `/coach/leaders/${enrollmentId}/baseline`);
			await coachDesk.page.locator('form.sign button').click();
			await expect
				.poll(() =>
					count(sql`select count(*)::int from baseline where enrollment_id = ${enrollmentId}`)
				)
				.toBe(1);

			await page.goto(`${origin}/leader/uplift`);
			expect((await page.locator('h1').innerText()).length).toBeGreaterThan(5);
			// The weeks before are drawn once the worker has looked at the lock; the panels wait for the
			// first week of the program.
			await expect
				.poll(async () => {
					await page.reload();
					return page.locator('[aria-labelledby="weeks"] svg[role="img"]').count();
				})
				.toBe(3);
			expect(await page.locator('[aria-labelledby="sellers"] h3').count()).toBe(0);

			// Deals from before the start change: the coach signs what is shown, an admin locks it again.
			const before = (amount: ReturnType<typeof sql>) =>
				house().db.execute(sql`update deal set amount_minor = ${amount}
					where enrollment_id = ${enrollmentId} and status = 'won' and closed_on < ${dayZero}`);
			await before(sql`amount_minor * 2`);
			await coachDesk.page.reload();
			await coachDesk.page.locator('#changed').waitFor();
			await coachDesk.page.locator('form.sign button').click();
			await expect.poll(() => coachDesk.page.locator('form.sign').count()).toBe(0);
			const adminDesk = await openPage({ javaScript });
			await signIn(adminDesk.page, 'live@lofte.example', '/admin');
			await adminDesk.page.locator(`a[href="/admin/baselines/${enrollmentId}"]`).click();
			const lock = adminDesk.page.locator('form[action="?/lock"]');
			await lock.locator('textarea').fill('Because of discounts.');
			// Somebody else's file came in between: the reason stays, nothing is locked.
			await before(sql`amount_minor * 3`);
			await lock.locator('button').click();
			await adminDesk.page.locator('#form-trouble').waitFor();
			expect(await lock.locator('textarea').inputValue()).toBe('Because of discounts.');
			await before(sql`amount_minor / 3`);
			await adminDesk.page.goto(`${origin}/admin/baselines/${enrollmentId}`);
			await lock.locator('textarea').fill('Amounts were net of discount.');
			await lock.locator('button').click();
			await expect
				.poll(() =>
					count(sql`select max(version)::int from baseline where enrollment_id = ${enrollmentId}`)
				)
				.toBe(2);
			await page.goto(`${origin}/leader/baseline`);
			expect(await page.locator('main').textContent()).toContain('Amounts were net of discount.');
			desk.quiet();
			coachDesk.quiet();
			adminDesk.quiet();
		});
	}
);

const count = async (query: ReturnType<typeof sql>) =>
	Object.values((await house().db.execute<Record<string, number>>(query))[0] ?? {})[0];

describe('the demo’s people', () => {
	test('the leader, the coach, the admin and the sponsor each see what is theirs', async () => {
		const leader = await openPage();
		await signIn(leader.page, 'ingrid@nordbris.example', '/leader');
		expect(await leader.page.locator('h1').innerText()).toMatch(/Sales|Revenue|Engagement/);
		expect(await leader.page.locator('svg[role="img"]').count()).toBeGreaterThan(0);

		const admin = await openPage({ locale: 'nb' });
		await signIn(admin.page, 'live@lofte.example', '/admin/cohorts/cohort-3');
		expect(await admin.page.locator('table.matrix tbody tr').count()).toBe(4);

		const sponsor = await openPage();
		await signIn(sponsor.page, 'henrik@nordbris.example', '/sponsor');
		const seen = await sponsor.page.locator('body').innerText();
		expect(seen).toContain('Ingrid');
		for (const { quiet } of [leader, admin, sponsor]) quiet();
	});

	test('the leader sees the weeks seller by seller, of sales and revenue and of nothing else', async () => {
		const { page, quiet } = await openPage({ javaScript: false });
		await signIn(page, 'ingrid@nordbris.example', '/leader/uplift');
		const names = () => page.locator('[aria-labelledby="sellers"] h3').allInnerTexts();
		const team = await names();
		expect(team).toContain('Jonas Berg');
		expect(team).toEqual(team.toSorted(new Intl.Collator('en').compare));
		expect(await page.locator('.hero').innerHTML()).toContain('Campaign');
		await page.locator('nav.measures a').nth(2).click();
		expect(await names()).toEqual(team);
		const href = await page.locator('a[download]').getAttribute('href');
		expect(href).toBe('/leader/uplift/numbers.csv?measure=revenue');
		await page.locator('nav.measures a').first().click();
		expect(await names()).toEqual([]);
		expect(await page.content()).not.toContain('Jonas Berg');
		quiet();

		for (const [email, at] of [
			['henrik@nordbris.example', '/sponsor'],
			['live@lofte.example', '/admin/cohorts/cohort-3']
		] as const) {
			const { page: other } = await openPage({ javaScript: false });
			await signIn(other, email, at);
			const own = other.locator('a[href^="/sponsor/"]').first();
			if (at === '/sponsor') await own.click();
			expect(await other.content()).not.toContain('Jonas Berg');
		}
	});

	test('the numbers as a sheet are the caller’s own, whatever the address says', async () => {
		const [enrollment] = await house().db.execute<{ id: string }>(
			sql`select e.id from enrollment e join person p on p.id = e.leader_id where p.email = 'ingrid@nordbris.example'`
		);
		const sheet = async (email: string, query: string) => {
			const answer = await fetch(`${origin}/leader/uplift/numbers.csv?${query}`, {
				headers: { cookie: `${await cookieOf(email)}; locale=nb` }
			});
			expect(answer.status).toBe(200);
			expect(answer.headers.get('content-type')).toBe('text/csv; charset=utf-8');
			expect(answer.headers.get('cache-control')).toContain('no-store');
			return answer.text();
		};
		const ingrid = await sheet('ingrid@nordbris.example', 'measure=sales');
		expect(ingrid).toMatch(/"Salg";"Vunne avtaler";"Jonas Berg";1;/);
		const engagement = await sheet('ingrid@nordbris.example', 'measure=engagement');
		expect(engagement).not.toContain('Jonas Berg');
		const id = enrollment!.id;
		const peter = await sheet(
			'peter@vidapack.example',
			`measure=sales&enrollment=${id}&id=${id}&leader=${id}`
		);
		expect(peter).toMatch(/"Salg";"Vunne avtaler";"(?!Team)/);
		expect(peter).not.toContain('Jonas Berg');
	});

	test('no page carries an exact engagement figure before the endline, nor a key, nor a note of somebody else', async () => {
		const { page } = await openPage({ javaScript: false });
		await signIn(page, 'live@lofte.example', '/admin');
		const html = await (await page.goto(`${origin}/admin/cohorts/cohort-3`))!.text();
		expect(html).not.toMatch(/respondentKey|pairingKey|basis/);
		const [note] = await house().db.execute<{ body: string }>(
			sql`select body from submission where status = 'accepted' limit 1`
		);
		expect(html).not.toContain(note!.body.slice(30, 80));
	});
});
