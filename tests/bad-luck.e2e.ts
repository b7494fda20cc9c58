/**
 * Bad luck: whatever is killed, stopped, frozen or forged in the middle of a journey, nothing that
 * was said to be done is lost, nothing happens twice, and people read a sentence instead of a fault.
 */
import Stripe from 'stripe';
import { Webhook } from 'standardwebhooks';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { closeDueWaves, openWave } from '#lib/engagement/commands.server.ts';
import { questionsAt } from '#lib/engagement/survey.ts';
import { makeLink } from '#lib/people/commands.server.ts';
import { personByEmail } from '#lib/people/queries.server.ts';
import { addDays } from '#lib/values/day.ts';
import { openBrowser } from '../scripts/browser.ts';
import { offered, selling } from './cohort.ts';
import { enrolled } from './enrolled.ts';
import { openHouseOfItsOwn, type Answer } from './house-of-its-own.ts';
import { confirmedTeam } from '../scripts/seed/team.ts';

type House = Awaited<ReturnType<typeof openHouseOfItsOwn>>;
let house: House;
beforeAll(async () => {
	house = await openHouseOfItsOwn(4500);
	await Promise.all([house.start('stripe'), house.start('resend')]);
	await Promise.all([house.start('app'), house.start('worker')]);
});
afterAll(() => house?.close());

/** Every mail that was written so far is sent. */
const quiet = () =>
	expect
		.poll(() => house.one`select count(*)::int from email_outbox where state = 'queued'`, {
			timeout: 60_000
		})
		.toBe(0);
const inDays = (count: number) => addDays(new Date().toISOString().slice(0, 10), count);
const broken = async () => [...(await house.sql`select rule, subject from invariant_violations`)];

/** Somebody with an offer in their hands, in a cohort of their own. */
async function withOffer(name: string, seats = 1) {
	const { world, programId } = house;
	const run = await selling(world, { seats, startsOn: inDays(40), programId });
	const { token } = await offered(world, run, `${name}@bad-luck.example`);
	return { token, cohortId: run.id, email: `${name}@bad-luck.example` };
}

/** A leader of their own who signed in. */
async function withLeader(name: string, { dayZero = inDays(-7), sellers = 6 } = {}) {
	const leader = `${name}@bad-luck.example`;
	const coach = `coach-${name}@bad-luck.example`;
	const made = await enrolled(house.world, {
		dayZero,
		sellers,
		leader,
		coach,
		programId: house.programId
	});
	return { ...made, email: leader, coachEmail: coach };
}

/** The text that a person reads; a page without a sentence, or with a stack, is a fault. */
function readable({ body, headers }: Answer): string {
	if (!headers.get('content-type')?.startsWith('text/html')) return body;
	const text = body
		.replace(/^[\s\S]*<body[^>]*>/, '')
		.replace(/<(script|style|svg)[\s\S]*?<\/\1>/g, '')
		.replace(/<[^>]+>/g, ' ')
		.replace(/\s+/g, ' ');
	expect(text.length).toBeGreaterThan(40);
	expect(body).not.toMatch(/\bat .*\.(js|ts):\d+|node_modules|postgres:\/\//);
	return text;
}

/** A lock that makes whoever wants the table wait, until it is let go or the database ends. */
async function holdTable(table: 'submission' | 'deal' | 'login_token') {
	const connection = await house.sql.reserve();
	await connection`begin`;
	await connection.unsafe(`lock table ${table} in access exclusive mode`);
	return async () => {
		await connection`rollback`.catch(() => {});
		connection.release();
	};
}
const somebodyWaitsFor = (table: string) =>
	expect
		.poll(
			() =>
				house.one`select count(*)::int from pg_locks l join pg_class c on c.oid = l.relation where not l.granted and c.relname = ${table}`,
			{ timeout: 10_000, interval: 20 }
		)
		.toBe(1);

describe('a webhook of Stripe', () => {
	const stripe = new Stripe('sk_test_bad_luck');
	const seconds = () => Math.floor(Date.now() / 1000);
	const payload = (id: string, livemode = false) =>
		JSON.stringify(
			{
				id,
				object: 'event',
				type: 'customer.created',
				livemode,
				data: { object: { id: 'cus_1' } }
			},
			null,
			2
		);
	const signed = (body: string, { secret = '', timestamp = seconds() } = {}) =>
		stripe.webhooks.generateTestHeaderString({
			payload: body,
			secret: secret || house.env.STRIPE_WEBHOOK_SECRETS!,
			timestamp
		});
	const send = (body: string, signature: string | null) =>
		house.request('/webhooks/stripe', {
			method: 'POST',
			headers: {
				'content-type': 'application/json',
				...(signature !== null && { 'stripe-signature': signature })
			},
			body
		});
	const stored = (id: string) =>
		house.one`select count(*)::int from webhook_event where event_id = ${id}`;

	test.each<[string, (body: string) => [body: string, signature: string | null]]>([
		['without a signature', (body) => [body, null]],
		['with an invented signature', (body) => [body, `t=${seconds()},v1=${'0'.repeat(64)}`]],
		['signed with another secret', (body) => [body, signed(body, { secret: 'whsec_another' })]],
		['signed 301 seconds ago', (body) => [body, signed(body, { timestamp: seconds() - 301 })]],
		['signed an hour ahead', (body) => [body, signed(body, { timestamp: seconds() + 3600 })]],
		['with a byte changed', (body) => [body.replace('cus_1', 'cus_2'), signed(body)]],
		['written anew', (body) => [JSON.stringify(JSON.parse(body)), signed(body)]],
		['cut short', (body) => [body.slice(0, -1), signed(body)]]
	])('%s is refused and stored nowhere', async (name, forge) => {
		const id = `evt_${name.replaceAll(' ', '_')}`;
		const answer = await send(...forge(payload(id)));
		expect(answer.status).toBe(400);
		expect(answer.body).not.toContain(id);
		expect(await stored(id)).toBe(0);
	});

	test('of the other mode is nobody’s business, and that is said politely', async () => {
		const body = payload('evt_live', true);
		expect((await send(body, signed(body))).status).toBe(200);
		expect(await stored('evt_live')).toBe(0);
	});

	test('that is genuine is stored once, however often it comes', async () => {
		const body = payload('evt_genuine');
		const answers = await Promise.all(Array.from({ length: 5 }, () => send(body, signed(body))));
		answers.push(await send(body, signed(body, { timestamp: seconds() - 200 })));
		expect(answers.map(({ status }) => status)).toEqual(Array(6).fill(200));
		expect(await stored('evt_genuine')).toBe(1);
	});
});

describe('a webhook of Resend', () => {
	const body = (to: string) => JSON.stringify({ type: 'email.bounced', data: { to: [to] } });
	const headers = (id: string, text: string, { secret = '', at = new Date() } = {}) => ({
		'svix-id': id,
		'svix-timestamp': String(Math.floor(at.getTime() / 1000)),
		'svix-signature': new Webhook(secret || house.env.RESEND_WEBHOOK_SECRET!).sign(id, at, text)
	});
	const send = (text: string, more: Record<string, string>) =>
		house.request('/webhooks/resend', {
			method: 'POST',
			headers: { 'content-type': 'application/json', ...more },
			body: text
		});
	const suppressed = () => house.one`select count(*)::int from email_suppression`;
	const other = `whsec_${Buffer.from('another secret of 24 bytes').toString('base64')}`;

	test.each<[string, (text: string) => [string, Record<string, string>]]>([
		['without a signature', (text) => [text, {}]],
		['signed with another secret', (text) => [text, headers('m1', text, { secret: other })]],
		[
			'signed 301 seconds ago',
			(text) => [text, headers('m2', text, { at: new Date(Date.now() - 301_000) })]
		],
		['with a byte changed', (text) => [text.replace('victim', 'nobody'), headers('m3', text)]],
		['under another name', (text) => [text, { ...headers('m4', text), 'svix-id': 'm5' }]]
	])('%s is refused, and nobody is cut off from mail', async (_, forge) => {
		const before = await suppressed();
		expect((await send(...forge(body('victim@bad-luck.example')))).status).toBe(400);
		expect(await suppressed()).toBe(before);
	});

	test('that is genuine counts once, however often it comes', async () => {
		const before = (await suppressed()) as number;
		const text = body('gone@bad-luck.example');
		for (let n = 0; n < 3; n += 1)
			expect((await send(text, headers('genuine', text))).status).toBe(200);
		expect(await suppressed()).toBe(before + 1);
	});
});

describe('paying', () => {
	const press = (token: string) => house.post(`/offer/${token}?/pay`);
	const sessionIn = (answer: Answer) => answer.headers.get('location')!.split('/').at(-1)!;
	const pay = (session: string) => house.tell('stripe', 'pay', { session, outcome: 'paid' });
	const openCalls = async () =>
		(await house.tell<{ method: string; path: string }[]>('stripe', 'calls')).filter(
			({ method, path }) => method === 'POST' && path === '/v1/checkout/sessions'
		).length;

	/** One seat, one enrollment, one payment, one welcome, one receipt. */
	async function paidOnce({ cohortId, email }: { cohortId: string; email: string }) {
		await expect
			.poll(() => house.one`select count(*)::int from enrollment where cohort_id = ${cohortId}`, {
				timeout: 40_000
			})
			.toBe(1);
		await expect
			.poll(
				async () =>
					(await house.mailsTo(email)).filter(({ text }) => /\/sign-in\//.test(text ?? '')).length,
				{ timeout: 60_000 }
			)
			.toBe(1);
		expect(
			await house.one`select count(*)::int from payment p join checkout c on c.id = p.checkout_id where c.cohort_id = ${cohortId}`
		).toBe(1);
		expect(
			await house.one`select count(*)::int from seat where cohort_id = ${cohortId} and state = 'sold'`
		).toBe(1);
		const mails = await house.mailsTo(email);
		expect(new Set(mails.map(({ subject }) => subject)).size).toBe(mails.length);
		expect(await broken()).toEqual([]);
	}

	test('the worker is killed between the payment and the seat', async () => {
		const payer = await withOffer('worker-killed');
		const begun = await press(payer.token);
		expect(begun.status).toBe(303);
		await house.end('worker');
		await pay(sessionIn(begun));
		await expect
			.poll(() => house.one`select count(*)::int from webhook_event where state = 'new'`)
			.toBeGreaterThan(0);
		expect(
			await house.one`select count(*)::int from enrollment where cohort_id = ${payer.cohortId}`
		).toBe(0);
		await house.start('worker');
		await paidOnce(payer);
	});

	test.each(['timeout', 'timeout-after'] as const)(
		'the app is killed while the payment page is being opened (%s)',
		async (mode) => {
			const payer = await withOffer(`app-killed-${mode}`);
			const before = await openCalls();
			await house.tell('stripe', 'faults', { mode, next: 1, match: 'POST /v1/checkout/sessions' });
			const lost = press(payer.token).catch(() => null);
			await expect.poll(openCalls).toBe(before + 1);
			await house.end('app');
			expect(await lost).toBe(null);
			expect(
				await house.one`select count(*)::int from seat where cohort_id = ${payer.cohortId} and state = 'held'`
			).toBe(1);
			await house.start('app');
			const again = await press(payer.token);
			const third = await press(payer.token);
			expect([again.status, third.status]).toEqual([303, 303]);
			expect(sessionIn(third)).toBe(sessionIn(again));
			const listed = await house.request(`${house.env.STRIPE_API_BASE}/v1/checkout/sessions`, {
				headers: { authorization: `Bearer ${house.env.STRIPE_SECRET_KEY}` }
			});
			const sessions = (
				JSON.parse(listed.body) as { data: { customer_email: string }[] }
			).data.filter(({ customer_email }) => customer_email === payer.email);
			expect(sessions).toHaveLength(1);
			await pay(sessionIn(again));
			await paidOnce(payer);
		}
	);

	test('Stripe answers with errors, and then is gone: a sentence, and the next try works', async () => {
		const payer = await withOffer('stripe-away');
		await house.tell('stripe', 'faults', { mode: '500' });
		const refused = await press(payer.token);
		expect(refused.status).toBe(503);
		expect(refused.ms).toBeLessThan(14_000);
		expect(readable(refused)).toContain('Nothing was paid');
		await house.end('stripe');
		const nobody = await press(payer.token);
		expect(nobody.status).toBe(503);
		readable(nobody);
		await house.start('stripe');
		const begun = await press(payer.token);
		expect(begun.status).toBe(303);
		await pay(sessionIn(begun));
		await paidOnce(payer);
	});

	test('every webhook is lost: coming back to the page is enough', async () => {
		const payer = await withOffer('webhooks-held');
		await house.tell('stripe', 'deliveries', { hold: true });
		const begun = await press(payer.token);
		await pay(sessionIn(begun));
		const thanks = await house.get(`/offer/${payer.token}/thanks`);
		expect(thanks.status).toBe(200);
		await paidOnce(payer);
		// Now they all arrive at last, and change nothing.
		await house.tell('stripe', 'deliveries', { hold: false });
		await expect
			.poll(
				() =>
					house.one`select count(*)::int from webhook_event where state = 'new' and provider = 'stripe'`,
				{ timeout: 20_000 }
			)
			.toBe(0);
		await paidOnce(payer);
	});

	test('no event is ever made, and nobody comes back: the books are compared', async () => {
		const payer = await withOffer('no-events');
		await house.tell('stripe', 'deliveries', { generate: false });
		const begun = await press(payer.token);
		await pay(sessionIn(begun));
		// The clock does this every ten minutes.
		await house.sql`select graphile_worker.add_job('reconcile')`;
		await paidOnce(payer);
		await house.tell('stripe', 'deliveries', { generate: true });
	});
});

describe('giving back what does not match', () => {
	type Sent = { id: string; amount: number; status: string; payment_intent: string };
	const refundsOf = async (intent: string) =>
		(
			JSON.parse(
				(
					await house.request(`${house.env.STRIPE_API_BASE}/v1/refunds?payment_intent=${intent}`, {
						headers: { authorization: `Bearer ${house.env.STRIPE_SECRET_KEY}` }
					})
				).body
			) as { data: Sent[] }
		).data;
	const mailsAbout = async (to: string, words: RegExp) =>
		(await house.mailsTo(to)).filter(({ text }) => words.test(text ?? '')).length;

	test('two tabs, a killed worker, a bank that says no later: one refund each time, and it is said', async () => {
		const payer = await withOffer('flagged');
		await house.tell('stripe', 'deliveries', { hold: true });
		const begun = await house.post(`/offer/${payer.token}?/pay`);
		const session = begun.headers.get('location')!.split('/').at(-1)!;
		await house.tell('stripe', 'pay', { session, outcome: 'paid' });
		await house.tell('stripe', 'objects', { id: session, set: { amount_total: 8_699_999 } });
		await house.tell('stripe', 'deliveries', { hold: false });
		const intent = () =>
			house.one`select stripe_payment_intent from checkout where cohort_id = ${payer.cohortId} and status = 'flagged'`;
		await expect.poll(intent, { timeout: 40_000 }).toMatch(/^pi_/);
		const payment = String(await intent());

		const cookie = await house.cookieOf('liv@lofte.example');
		const fields = async () => {
			const { body } = await house.get('/admin/payments', cookie);
			const form = /action="\?\/refundFlagged"[\s\S]*?<\/form>/.exec(body)?.[0] ?? '';
			const value = (name: string) =>
				new RegExp(`name="${name}" value="([^"]+)"`).exec(form)?.[1] ?? '';
			return { checkoutId: value('checkoutId'), attempt: value('attempt') };
		};
		const press = (typed: Record<string, string>) =>
			house.post('/admin/payments?/refundFlagged', typed, cookie);
		const [one, other] = [await fields(), await fields()];
		expect(one).toEqual({ checkoutId: expect.stringMatching(/-/), attempt: '1' });

		// Stripe has it, and the worker dies before it hears so.
		await house.tell('stripe', 'faults', {
			mode: 'timeout-after',
			next: 1,
			match: 'POST /v1/refunds'
		});
		const answers = await Promise.all([press(one), press(other)]);
		expect(answers.map(({ status }) => status)).toEqual([200, 200]);
		expect(readable(answers[0]!)).toContain('on its way back');
		await expect.poll(() => refundsOf(payment), { timeout: 40_000 }).toHaveLength(1);
		await house.end('worker');
		await house.start('worker');
		// The clock asks again after five minutes.
		await house.sql`update provider_call set created_at = created_at - interval '6 minutes' where purpose = 'refund-flagged'`;
		await house.sql`select graphile_worker.add_job('sweep')`;
		const state = () =>
			house.one`select state from provider_call where purpose = 'refund-flagged' order by attempt desc limit 1`;
		await expect.poll(state, { timeout: 40_000 }).toBe('done');
		expect((await press(other)).status).toBe(200);
		expect(await refundsOf(payment)).toMatchObject([{ status: 'succeeded' }]);
		await quiet();
		expect(await mailsAbout(payer.email, /sent .* back to the card/)).toBe(1);
		expect((await fields()).attempt).toBe('');

		// Days later the bank sends it back.
		const [sent] = await refundsOf(payment);
		await house.tell('stripe', 'refund', { refund: sent!.id, status: 'failed' });
		await expect.poll(state, { timeout: 40_000 }).toBe('failed');
		await quiet();
		expect(await mailsAbout('liv@lofte.example', /refund did not go through/)).toBe(1);
		expect(readable(await house.get('/admin/payments', cookie))).toContain('refund failed');
		expect((await fields()).attempt).toBe('2');
		await press(await fields());
		await expect.poll(state, { timeout: 40_000 }).toBe('done');
		expect((await refundsOf(payment)).map(({ status }) => status)).toEqual(['succeeded', 'failed']);
		expect(await broken()).toEqual([]);
	});
});

describe('handing in', () => {
	test('the database is stopped while a draft is saved: 503, and the same post is saved once', async () => {
		const { email, enrollmentId } = await withLeader('drafting');
		const cookie = await house.cookieOf(email);
		const id = String(
			await house.one`select a.id from assignment a join module m on m.id = a.module_id where m.week = 1 limit 1`
		);
		const draft = { attempt: '1', revision: '0', body: 'On Monday I sold for four hours.' };
		const save = () => house.post(`/leader/assignments/${id}?/save`, draft, cookie);
		const letGo = await holdTable('submission');
		const saving = save();
		await somebodyWaitsFor('submission');
		house.database.stop();
		const lost = await saving;
		await letGo();
		expect(lost.status).toBe(503);
		expect(lost.headers.get('retry-after')).toMatch(/^\d+$/);
		expect(readable(lost)).toContain('send it again');
		// Who comes while it is away is told so.
		const away = await save();
		expect(away.status).toBe(503);
		expect(away.headers.get('retry-after')).toMatch(/^\d+$/);
		const probe = await house.get('/readyz');
		expect(probe.status).toBe(503);
		expect(JSON.parse(probe.body)).toMatchObject({ checks: { database: 'fail' } });
		expect((await house.get('/livez')).status).toBe(200);

		await house.database.start();
		await expect.poll(async () => (await save()).status, { timeout: 5_000 }).toBe(200);
		expect((await save()).status).toBe(200);
		expect([
			...(await house.sql`select body, revision, attempt from submission where enrollment_id = ${enrollmentId}`)
		]).toEqual([{ body: draft.body, revision: 1, attempt: 1 }]);
		expect(await broken()).toEqual([]);
	});
});

describe('answering for the team', () => {
	test('the database is started anew between reading and answering: the answer counts once', async () => {
		const made = await withLeader('asked', { dayZero: inDays(7) });
		const opened = await openWave(made.coach, {
			enrollmentId: made.enrollmentId,
			index: 0,
			origin: house.origin,
			...(await confirmedTeam(made.coach, made.enrollmentId))
		});
		expect(opened).toMatchObject({ ok: true });
		const to = 'seller1@team.example';
		await expect
			.poll(async () => (await house.mailsTo(to)).length, { timeout: 20_000 })
			.toBeGreaterThan(0);
		const token = /\/survey\/([\w-]+)/.exec((await house.mailsTo(to))[0]!.text ?? '')![1]!;
		expect((await house.get(`/survey/${token}`)).status).toBe(200);

		house.database.stop();
		const reply = {
			language: 'en',
			...Object.fromEntries(questionsAt(0).map(({ id }) => [id, '2']))
		};
		const answer = () => house.post(`/survey/${token}?/answer`, reply);
		const lost = await answer();
		expect(lost.status).toBe(503);
		readable(lost);
		await house.database.start();
		await expect.poll(async () => (await answer()).status, { timeout: 5_000 }).toBe(303);
		const again = await answer();
		expect(again.status).toBe(303);
		expect(again.headers.get('location')).toContain('/survey/thanks');
		expect(
			await house.one`select count(*)::int from sealed_box b join wave w on w.id = b.wave_id where w.enrollment_id = ${made.enrollmentId}`
		).toBe(1);

		// The used link leads to the thanks; the wave closed, the link says so.
		expect((await house.get(`/survey/${token}`)).headers.get('location')).toContain('thanks');
		await closeDueWaves({ ...house.ctx(), now: new Date(Date.now() + 40 * 86_400_000) });
		for (const gone of [token, 'there-never-was-such-a-link']) {
			const page = await house.get(`/survey/${gone}`);
			expect(page.status).toBe(410);
			expect(page.headers.get('referrer-policy')).toBe('no-referrer');
			readable(page);
		}
	});
});

describe('bringing the numbers', () => {
	test('the app is killed while a file is taken over: nothing or all of it, and confirming again is the same', async () => {
		const { email, enrollmentId } = await withLeader('importing', { dayZero: inDays(14) });
		const cookie = await house.cookieOf(email);
		const rows = Array.from(
			{ length: 40 },
			(_, n) =>
				`D${n},S${(n % 6) + 1},Deal ${n},won,${inDays(-20 - 2 * n)},${inDays(-60 - 2 * n)},${50_000 + n},NOK,new`
		);
		const form = new FormData();
		form.set(
			'file',
			new File(
				[
					`deal_id,owner_id,deal_name,status,close_date,created_date,amount,currency,type\n${rows.join('\n')}\n`
				],
				'deals.csv',
				{ type: 'text/csv' }
			)
		);
		const taken = await house.request('/leader/evidence?/upload', {
			method: 'POST',
			headers: { cookie, origin: house.origin },
			body: form
		});
		expect(taken.status).toBe(303);
		const batch = taken.headers.get('location')!;
		const state = async () => [
			await house.one`select status from import_batch where enrollment_id = ${enrollmentId}`,
			await house.one`select count(*)::int from deal where enrollment_id = ${enrollmentId}`,
			await house.one`select count(*)::int from deal_version v join deal d on d.id = v.deal_id where d.enrollment_id = ${enrollmentId}`
		];
		const confirm = () => house.post(`${batch}?/confirm`, {}, cookie);
		const letGo = await holdTable('deal');
		const lost = confirm().catch(() => null);
		await somebodyWaitsFor('deal');
		await house.end('app');
		await letGo();
		expect(await lost).toBe(null);
		await house.start('app');
		const between = await state();
		expect([
			['preview', 0, 0],
			['confirmed', 40, 40]
		]).toContainEqual(between);
		for (let n = 0; n < 2; n += 1) {
			expect((await confirm()).status).toBe(303);
			expect(await state()).toEqual(['confirmed', 40, 40]);
		}
	});
});

describe('mail', () => {
	/** How many calendar entries somebody got. */
	const invitationsTo = async (address: string) =>
		(await house.mailsTo(address)).filter(
			({ to, attachments }) => to.includes(address) && attachments.length > 0
		).length;
	const plan = (enrollment: string, hour: string) => ({
		enrollment,
		kind: 'one-to-one',
		day: inDays(5),
		time: `${hour}:00`,
		minutes: '50',
		place: 'https://meet.example/room'
	});
	/** What was put off for later is due. */
	const later = async () => {
		await house.sql`update email_outbox set next_try_at = now() where state = 'queued'`;
		await house.sql`select graphile_worker.add_job('deliver-mail', queue_name := 'mail')`;
	};

	test('the mail service is gone: a session is planned all the same, and its mail comes later, once', async () => {
		const { email, coachEmail, enrollmentId } = await withLeader('mail-gone');
		const cookie = await house.cookieOf(coachEmail);
		await house.end('resend');
		const planned = await house.post('/coach/sessions?/plan', plan(enrollmentId, '10'), cookie);
		expect(planned.status).toBe(303);
		await expect
			.poll(
				() =>
					house.one`select count(*)::int from email_outbox where state = 'queued' and last_error is not null`,
				{ timeout: 20_000 }
			)
			.toBeGreaterThan(0);
		await house.start('resend');
		await later();
		await expect.poll(() => invitationsTo(email), { timeout: 20_000 }).toBe(1);
		await later();
		await quiet();
		for (const address of [email, coachEmail]) expect(await invitationsTo(address)).toBe(1);
	});

	test('the worker is killed while it sends: the next one takes its mail over, and sends it once', async () => {
		const { email, coachEmail, enrollmentId } = await withLeader('mail-killed');
		const cookie = await house.cookieOf(coachEmail);
		await quiet();
		await house.tell('resend', 'faults', { mode: 'timeout-after', next: 1 });
		await house.post('/coach/sessions?/plan', plan(enrollmentId, '12'), cookie);
		await expect
			.poll(async () => (await invitationsTo(email)) + (await invitationsTo(coachEmail)), {
				timeout: 20_000
			})
			.toBe(1);
		await house.end('worker');
		// A minute passes.
		await house.sql`update graphile_worker._private_jobs set locked_at = locked_at - interval '1 minute' where locked_at is not null`;
		await house.sql`update heartbeat set at = at - interval '1 minute' where name like 'worker/%'`;
		await house.sql`update email_outbox set next_try_at = now() where state = 'queued'`;
		await house.start('worker');
		await quiet();
		for (const address of [email, coachEmail]) expect(await invitationsTo(address)).toBe(1);
	});
});

describe('the database stands still', () => {
	test('everybody is told so in time, the process stays well, and all goes on afterwards', async () => {
		const { email } = await withLeader('frozen');
		const cookie = await house.cookieOf(email);
		const pages: [string, string][] = [
			['/', ''],
			['/leader', cookie],
			['/leader/team', cookie],
			['/sign-in/unknown', ''],
			['/offer/unknown', '']
		];
		for (const [page, who] of pages) expect((await house.get(page, who)).status).toBeLessThan(500);
		const goOn = house.database.freeze();
		try {
			const asked = pages.map(([page, who]) => house.get(page, who));
			const alive = await house.get('/livez');
			expect(alive.status).toBe(200);
			expect(alive.ms).toBeLessThan(500);
			const ready = await house.get('/readyz');
			expect(ready.status).toBe(503);
			expect(ready.ms).toBeLessThan(3_000);
			expect(JSON.parse(ready.body)).toMatchObject({ checks: { database: 'fail' } });
			for (const answer of await Promise.all(asked)) {
				expect(answer.status).toBe(503);
				expect(answer.headers.get('retry-after')).toMatch(/^\d+$/);
				expect(answer.ms).toBeLessThan(14_000);
				readable(answer);
			}
		} finally {
			goOn();
		}
		const since = performance.now();
		for (const [page, who] of pages) {
			await expect
				.poll(async () => (await house.get(page, who)).status, { timeout: 5_000 })
				.toBeLessThan(500);
		}
		expect(performance.now() - since).toBeLessThan(5_000);
	});
});

describe('a form in a browser', () => {
	test('keeps what was typed while the database is away, and sends it when it is back', async () => {
		const run = await selling(house.world, {
			seats: 2,
			startsOn: inDays(40),
			programId: house.programId
		});
		const browser = await openBrowser();
		try {
			const page = await browser.newPage({ locale: 'en-GB' });
			await page.goto(`${house.origin}/apply/${run.slug}`);
			for (const box of await page.locator('input[type="checkbox"][name^="yes."]').all())
				await box.check();
			const typed: Record<string, string> = {
				name: 'Nils Away',
				email: 'nils@bad-luck.example',
				company: 'Away AS',
				teamSize: '8',
				towards: 'A team that decides without me.'
			};
			for (const [name, value] of Object.entries(typed))
				await page.locator(`[name="${name}"]`).fill(value);
			// Hydrated: from here on the post is a script's, and the page stays.
			await page.locator('#svelte-announcer').waitFor({ state: 'attached' });
			const send = page.locator('main form button').last();
			house.database.stop();
			for (const press of [send, page.locator('header button[name="locale"]')]) {
				const answered = page.waitForResponse((answer) => answer.request().method() === 'POST');
				await press.click();
				expect((await answered).status()).toBe(503);
				await page.locator('form .unsent').waitFor();
				for (const [name, value] of Object.entries(typed))
					expect(await page.locator(`[name="${name}"]`).inputValue()).toBe(value);
			}

			await house.database.start();
			await expect.poll(async () => (await house.get('/')).status, { timeout: 10_000 }).toBe(200);
			await send.click();
			await page.waitForURL('**/apply/received*');
			const count =
				await house.one`select count(*)::int from application where email = ${typed.email!}`;
			expect(count).toBe(1);
		} finally {
			await browser.close();
		}
	});
});

describe('a form in a browser, whose login ended meanwhile', () => {
	test('keeps what was typed and says where to sign in', async () => {
		const { email, leader } = await withLeader('gone');
		const cookie = await house.cookieOf(email);
		const browser = await openBrowser();
		try {
			const context = await browser.newContext({ locale: 'en-GB' });
			const [name, value] = cookie.split('=') as [string, string];
			await context.addCookies([{ name, value, url: house.origin }]);
			const page = await context.newPage();
			await page.goto(`${house.origin}/account`);
			await page.locator('#svelte-announcer').waitFor({ state: 'attached' });
			await page.fill('#name', 'Nils the New');
			await house.sql`delete from login where person_id = ${leader.who.personId}`;
			await page.locator('form[action="?/save"] button').click();
			await page.locator('form .unsent a[href="/sign-in"]').waitFor();
			expect(await page.inputValue('#name')).toBe('Nils the New');
		} finally {
			await browser.close();
		}
	});
});

describe('stopping', () => {
	test('the app answers what it began, ends with 0 in time, and a second signal does no harm', async () => {
		const letGo = await holdTable('login_token');
		const slow = house.get('/sign-in/some-token');
		await somebodyWaitsFor('login_token');
		const { child } = house.program('app');
		const ending = house.end('app', 'SIGTERM');
		child.kill('SIGTERM');
		await expect
			.poll(() =>
				house.get('/livez').then(
					() => 'open',
					() => 'closed'
				)
			)
			.toBe('closed');
		child.kill('SIGTERM');
		await letGo();
		const answer = await slow;
		expect(answer.status).toBe(200);
		readable(answer);
		const { code, ms } = await ending;
		expect(code).toBe(0);
		expect(ms).toBeLessThan(15_000);
		await house.start('app');
	});

	test('the worker ends what it began, with 0 and in time, and a second signal does no harm', async () => {
		const { coachEmail } = await withLeader('worker-stops');
		await house.tell('resend', 'faults', { mode: 'timeout', next: 1 });
		await house.post('/sign-in', { email: coachEmail });
		await expect
			.poll(
				() =>
					house.one`select count(*)::int from email_outbox where state = 'queued' and attempts > 0`,
				{ timeout: 20_000 }
			)
			.toBe(1);
		const { child } = house.program('worker');
		const ending = house.end('worker', 'SIGTERM');
		child.kill('SIGTERM');
		const { code, ms } = await ending;
		expect(code).toBe(0);
		expect(ms).toBeLessThan(15_000);
		expect(
			await house.one`select count(*)::int from graphile_worker.jobs where locked_at is not null`
		).toBe(0);

		// Nobody works: that is what /readyz says, and only that.
		await house.sql`update heartbeat set at = at - interval '10 minutes'`;
		const ready = await house.get('/readyz');
		expect(ready.status).toBe(503);
		expect(JSON.parse(ready.body)).toEqual({
			status: 'fail',
			checks: { database: 'pass', migrations: 'pass', worker: 'fail' }
		});
		await house.start('worker');
		expect((await house.get('/readyz')).status).toBe(200);
		await house.sql`update email_outbox set next_try_at = now() where state = 'queued'`;
		await house.sql`select graphile_worker.add_job('deliver-mail', queue_name := 'mail')`;
		await expect
			.poll(async () => (await house.mailsTo(coachEmail)).length, { timeout: 20_000 })
			.toBe(1);
	});
});

describe('a link', () => {
	test('to sign in that is unknown, used or too old says which, and offers a new one', async () => {
		const { email } = await withLeader('links');
		const { id } = (await personByEmail(house.ctx(), email))!;
		const link = (now = new Date()) =>
			makeLink({ ...house.ctx(), now }, { personId: id, purpose: 'sign-in', next: null });
		const used = await link();
		// Looking never uses it.
		expect((await house.get(`/sign-in/${used}`)).status).toBe(200);
		expect((await house.post(`/sign-in/${used}`)).status).toBe(303);
		const expired = await link(new Date(Date.now() - 3_600_000));
		const said = new Set<string>();
		for (const token of ['unknown', expired, used]) {
			const page = await house.get(`/sign-in/${token}`);
			said.add(readable(page));
			expect(page.body).toContain('href="/sign-in"');
			const pressed = await house.post(`/sign-in/${token}`);
			expect(pressed.status).toBe(410);
			expect(pressed.headers.getSetCookie().join()).not.toContain('login=');
			readable(pressed);
		}
		expect(said.size).toBe(3);
	});

	test('to an offer that is unknown, too old or given up says so, and takes no money', async () => {
		expect((await house.get('/offer/unknown')).status).toBe(404);
		readable(await house.get('/offer/unknown'));
		const old = await withOffer('too-old');
		await house.sql`update offer set good_until = now() - interval '1 hour'
			where application_id in (select id from application where email = ${old.email})`;
		const given = await withOffer('given-up');
		expect((await house.post(`/offer/${given.token}?/withdraw`, { sure: 'on' })).status).toBe(200);
		for (const { token, cohortId } of [old, given]) {
			const page = await house.get(`/offer/${token}`);
			expect(page.status).toBe(200);
			readable(page);
			const pressed = await house.post(`/offer/${token}?/pay`);
			expect(pressed.status).toBe(409);
			readable(pressed);
			expect(
				await house.one`select count(*)::int from seat where cohort_id = ${cohortId} and state <> 'free'`
			).toBe(0);
		}
	});
});
