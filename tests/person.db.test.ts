/** Everything about a person comes out of an export, and nothing but the listed holds outlives an erasure. */
import { randomUUID } from 'node:crypto';
import { sql } from 'drizzle-orm';
import { beforeEach, expect, test } from 'vitest';
import { submitApplication } from '#lib/admissions/commands.server.ts';
import { teamPolicy } from '#lib/engagement/tables.server.ts';
import { markOf } from '#lib/engagement/team.server.ts';
import { requestSignIn } from '#lib/people/commands.server.ts';
import { signedIn } from '#lib/people/queries.server.ts';
import { queueMail } from '#lib/server/outbox.server.ts';
import { erasedName } from '#lib/server/personal.server.ts';
import {
	confirmBatch,
	refreshResults,
	signBaseline,
	uploadDeals
} from '#lib/uplift/commands.server.ts';
import { baselinePage } from '#lib/uplift/queries.server.ts';
import { addDays } from '#lib/values/day.ts';
import { erasePerson, exportPerson } from '../scripts/lofte/person.ts';
import { offered, origin, selling, typed } from './cohort.ts';
import { databasePerTest } from './database.ts';
import { enrolled } from './enrolled.ts';
import {
	canary,
	coachAddress,
	dumpOf,
	everything,
	leaderAddress,
	ownFile,
	sellerAddress,
	sponsorAddress
} from './everything.ts';
import { lofte } from './operator.ts';
import { worldOn, type World } from './world.ts';

const database = databasePerTest();
let world: World;
beforeEach(() => {
	world = worldOn(database.db);
});

/** Columns that say something about somebody, and whose export they are in. */
const personal: Record<string, 'leader' | 'seller'> = {
	'application.answers': 'leader',
	'application.company': 'leader',
	'application.decision_reason': 'leader',
	'application.locale': 'leader',
	'application.name': 'leader',
	'application.sponsor_name': 'leader',
	'application.towards': 'leader',
	'baseline.computed': 'leader',
	'baseline.policy': 'leader',
	'baseline.reason': 'leader',
	'baseline_draft.policy': 'leader',
	'checkout.failure': 'leader',
	'checkout.stripe_payment_intent': 'leader',
	'checkout.stripe_session_id': 'leader',
	'deal.external_id': 'seller',
	'deal.name': 'seller',
	'deal_version.after': 'seller',
	'deal_version.before': 'seller',
	'email_outbox.last_error': 'leader',
	'email_outbox.provider_id': 'leader',
	'email_suppression.reason': 'leader',
	'enrollment.company': 'leader',
	'enrollment.time_zone': 'leader',
	'enrollment.towards': 'leader',
	'import_batch.file_name': 'leader',
	'import_batch.summary': 'leader',
	'known_event.kind': 'leader',
	'known_event.note': 'leader',
	'login_token.next': 'leader',
	'payment.stripe_payment_intent': 'leader',
	'person.name': 'leader',
	'person.time_zone': 'leader',
	'pillar_result.payload': 'leader',
	'provider_call.request': 'leader',
	'published_result.payload': 'leader',
	'refund.reason': 'leader',
	'refund.stripe_refund_id': 'leader',
	'remark.body': 'leader',
	'remark.body_enc': 'leader',
	'remark.quote': 'leader',
	'review.comment': 'leader',
	'seller.external_id': 'seller',
	'seller.name': 'seller',
	'session.place': 'leader',
	'session.time_zone': 'leader',
	'session_note.body_enc': 'leader',
	'submission.body': 'leader',
	'touchpoint.note_enc': 'leader',
	'webhook_event.payload': 'leader'
};

/** Personal columns that hold something of their own here instead of a canary: an address, a mail. */
const ofOneKind = {
	'application.email': leaderAddress,
	'application.sponsor_email': sponsorAddress,
	'email_outbox.request_enc': canary('email_outbox.request_enc'),
	'person.email': leaderAddress,
	'rate_bucket.key': `sign-in-mailbox:${leaderAddress}`,
	'seller.email': sellerAddress
};

/** Personal, but not in anybody's export. */
const notExported: Record<string, string> = {
	'import_batch.answers': 'names sellers as a leader’s file does: the sellers’, not the leader’s',
	'import_batch.file_enc': 'a file that waits for confirmation, thirty days at most: the company’s'
};

const secret = 'a secret, or the hash of one';
const words = 'words of the code, or an id that says nothing';
const texts = 'texts and terms of the program, the same for everybody';
const nobodys = 'nobody can tell whose it is';
const notPersonal: Record<string, string> = {
	'assignment.brief': texts,
	'assignment.evidence': texts,
	'assignment.template': texts,
	'assignment.title': texts,
	'audit_head.h': words,
	'audit_log.action': words,
	'audit_log.actor_kind': words,
	'audit_log.detail': 'counts and words of the code; never what a person wrote',
	'audit_log.h': words,
	'audit_log.object_kind': words,
	'audit_log.prev': words,
	'baseline.inputs_sha256': words,
	'baseline.method_version': words,
	'baseline_draft.inputs_sha256': words,
	'checkout.currency': texts,
	'checkout.url': 'a key to a page of payment',
	'cohort.currency': texts,
	'cohort.name': texts,
	'cohort.pledge': texts,
	'cohort.slug': texts,
	'cohort.time_zone': texts,
	'cohort_result.method_version': words,
	'cohort_result.payload': 'of a cohort as a whole',
	'criterion.key': texts,
	'criterion.levels': texts,
	'criterion.name': texts,
	'deal.currency': texts,
	'email_outbox.category': words,
	'email_outbox.dedupe_key': words,
	'email_outbox.recipient_hash': 'a keyed hash of an address that is told in clear',
	'email_suppression.recipient_hash': 'a keyed hash of an address that is told in clear',
	'email_suppression.scope': words,
	'enrollment.currency': texts,
	'heartbeat.name': words,
	'import_batch.sha256': words,
	'invitation.token_hash': secret,
	'lesson.html': texts,
	'lesson.markdown': texts,
	'lesson.title': texts,
	'login.id': secret,
	'login_token.hash': secret,
	'module.aim': texts,
	'module.draws': texts,
	'module.slug': texts,
	'module.title': texts,
	'offer.currency': texts,
	'offer.token_hash': secret,
	'payment.currency': texts,
	'pillar_result.method_version': words,
	'program.phases': texts,
	'program.slug': texts,
	'program.summary': texts,
	'program.title': texts,
	'provider_call.idem_key': words,
	'provider_call.provider': words,
	'provider_call.purpose': words,
	'provider_call.response_ref':
		'the same reference as in checkout.stripe_session_id or refund.stripe_refund_id',
	'published_result.method_version': words,
	'passkey.id': secret,
	'passkey.public_key': secret,
	'passkey.transports': words,
	'passkey_challenge.hash': secret,
	'passkey_challenge.login_id': secret,
	'recovery_code.hash': secret,
	'response.respondent_key': nobodys,
	'sealed_box.sealed': nobodys,
	'second_factor.secret_enc': secret,
	'team_comment.body': nobodys,
	'team_policy.confirmed': 'hashes of addresses that are told in clear',
	'team_policy.pairing_key_enc': secret,
	'wave.private_key_enc': secret,
	'wave.public_key': secret,
	'webhook_event.event_id': words,
	'webhook_event.last_error': words,
	'webhook_event.object_id': 'the same reference as in checkout.stripe_session_id',
	'webhook_event.provider': words,
	'webhook_event.type': words
};

/** What stays when a leader is erased. */
const held: Record<string, string> = {
	'baseline.computed': 'the team’s measured result',
	'baseline.policy': 'the team’s measured result',
	'baseline.reason': 'why a locked baseline was replaced: a part of the result, and never changed',
	'baseline_draft.policy': 'the team’s measured result',
	'checkout.failure': 'bookkeeping: the provider’s code',
	'checkout.stripe_payment_intent': 'bookkeeping',
	'checkout.stripe_session_id': 'bookkeeping',
	'email_suppression.reason': 'that the address wants no mail, by its hash',
	'enrollment.time_zone': 'the days of the result are counted in it',
	'import_batch.summary': 'how a file was read: its columns and counts',
	'known_event.kind': 'a word of ours, printed with the result',
	'payment.stripe_payment_intent': 'bookkeeping',
	'pillar_result.payload': 'the team’s measured result',
	'published_result.payload': 'the team’s measured result',
	'refund.stripe_refund_id': 'bookkeeping',
	'session.time_zone': 'a time without it is none'
};
const heldOfSeller: Record<string, string> = {
	'deal.external_id': 'the company’s number of a deal: the next file is matched by it',
	'deal_version.after': 'amounts and days, without the name',
	'deal_version.before': 'amounts and days, without the name'
};

const keysOf = (...of: object[]) => of.flatMap((one) => Object.keys(one)).sort();
const planted = keysOf(personal, { 'import_batch.answers': 1, 'import_batch.file_enc': 1 });
const foundIn = (text: string, columns: readonly string[]) =>
	columns.filter((one) => new RegExp(`${canary(one)}\\b`).test(text)).sort();
const whole = (lines: readonly string[]) => lines.join('\n');
const invariants = () => world.db.execute(sql`select rule, subject from invariant_violations`);
const exported = async (email: string, withPrivate = true) => {
	const found = await exportPerson(world.system(), email, { withPrivate });
	return found && JSON.stringify(found);
};

test('every column that can hold words is known to be personal or not, and why', async () => {
	const columns = await world.db.execute<{ name: string }>(sql`
		select c.table_name || '.' || c.column_name as name from information_schema.columns c
		join information_schema.tables t using (table_schema, table_name)
		where c.table_schema = 'public' and t.table_type = 'BASE TABLE'
			and c.data_type not in ('uuid', 'boolean', 'smallint', 'integer', 'bigint', 'numeric', 'date', 'timestamp with time zone')
			and c.table_name || '.' || c.column_name <> 'response.answers'
			-- Where the database lets only a few words stand, nobody can write anything.
			and not exists (select 1 from pg_constraint k where k.contype = 'c' and k.conrelid = c.table_name::regclass
				and pg_get_constraintdef(k.oid) ~ ('\\m' || c.column_name || ' (= ANY|<@) '))`);
	expect(columns.map(({ name }) => name).sort()).toEqual(
		keysOf(personal, ofOneKind, notExported, notPersonal)
	);
});

test('a canary in every personal column is found in the export of whom it is about, and no secret', async () => {
	await everything(world, database.url, planted);
	const ofLeader = (await exported(leaderAddress))!;
	const ofSeller = (await exported(sellerAddress))!;
	const of = (whose: string) => keysOf(personal).filter((name) => personal[name] === whose);
	expect(foundIn(ofLeader, planted)).toEqual(of('leader'));
	expect(foundIn(ofSeller, planted)).toEqual(
		// The seller of a touchpoint that reached them; the words only when both were heard.
		[...of('seller'), 'touchpoint.note_enc'].sort()
	);
	for (const [column, value] of Object.entries(ofOneKind))
		expect(ofLeader.includes(value) || ofSeller.includes(value), column).toBe(true);
	for (const text of [ofLeader, ofSeller]) {
		expect(text).not.toMatch(/secret-|cdcdcd|"token/);
		expect(text).toContain('nobody can tell whose they are');
	}
	expect(ofLeader).not.toContain(sellerAddress);
	expect(ofLeader).not.toContain('somebody else');
	expect(ofLeader).not.toContain(`xingrid`);
	expect(ofSeller).not.toMatch(/ingrid|maren/);
});

test('words that somebody noted for themselves are told only on request, and that they exist always', async () => {
	await everything(world, database.url, planted);
	const both = ['session_note.body_enc', 'remark.body_enc'];
	for (const address of [leaderAddress, coachAddress]) {
		expect(foundIn((await exported(address, false))!, both)).toEqual([]);
		expect(foundIn((await exported(address, true))!, both)).toEqual([...both].sort());
		const document = await exportPerson(world.system(), address, { withPrivate: false });
		expect(document!.ownRemarks).toMatchObject([{ words: null }]);
		expect(document!.sessionNotes).toMatchObject([
			{ visibility: 'own', words: null },
			{ visibility: 'shared', words: 'shared by the coach' }
		]);
	}
	expect(await exported(sellerAddress, false)).not.toContain(canary('touchpoint.note_enc'));
});

test('coach, admin, sponsor, applicant and somebody who was only named get what is theirs', async () => {
	const team = await everything(world, database.url, []);
	const run = await selling(world);
	const sponsor = { sponsorName: 'Ola Nordmann', sponsorEmail: 'ola@canary.example' };
	await submitApplication(world.visitor(), {
		slug: run.slug,
		typed: typed('nora@canary.example', sponsor),
		locale: 'en',
		origin
	});
	const told = (await exportPerson(world.system(), leaderAddress, { withPrivate: false }))!;
	expect(told.toldByProvider).toHaveLength(2);
	const lists = async (email: string) => {
		const found = await exportPerson(world.system(), email, { withPrivate: false });
		return Object.keys(found!).filter(
			(name) => !['about', 'at', 'notes'].includes(name) && (found![name] as unknown[]).length > 0
		);
	};
	expect(await lists(coachAddress)).toEqual([
		'person', 'cohortsCoached', 'enrollmentsCoached', 'reviews', 'remarks', 'ownRemarks', 'sessions',
		'sessionNotes', 'baselinesSignedAsCoach'
	]); // prettier-ignore
	expect(await lists('liv@lofte.example')).toEqual(['person', 'decisionsMade', 'mails', 'audit']);
	expect(await lists(sponsorAddress)).toEqual(['person', 'namedAsSponsor', 'sponsorships']);
	expect(await lists('nora@canary.example')).toEqual(['applications', 'mails']);
	expect(await lists('ola@canary.example')).toEqual(['namedAsSponsor']);
	expect(await exported('nobody@canary.example')).toBeNull();
	const entries = await world.db.execute(
		sql`select object_id as id from audit_log where action = 'person-exported' and object_id = ${team.coachId}`
	);
	expect(entries).toHaveLength(1);
});

/** What others rely on, as it lies there. */
/** Whom the coach confirmed, and what a file is called, is of people; nothing is computed from it. */
async function measured() {
	const lines = await dumpOf(world);
	return lines
		.filter((line) =>
			/^(response|published_result|team_comment|wave|team_policy|pillar_result|cohort_result|baseline|payment|seat) /.test(
				line
			)
		)
		.map((line) => line.replace(/"confirmed": \[[^\]]*\]|"fileName": "[^"]*"/, ''));
}

test('a leader is erased: nothing is left but the holds, and nobody else notices', async () => {
	world.at('2027-06-01T09:00:00Z');
	const team = await everything(world, database.url, planted);
	const before = await measured();
	expect(foundIn(whole(await dumpOf(world)), planted)).toEqual(planted);
	expect(await invariants()).toEqual([]);
	expect(await erasePerson(world.system(), leaderAddress)).toBe('erased');
	const left = whole(await dumpOf(world));
	expect(left).not.toContain(ownFile);
	const ofSeller = planted.filter((one) => personal[one] === 'seller');
	expect(foundIn(left, planted)).toEqual([...keysOf(held), ...ofSeller].sort());
	expect(left.replaceAll(`x${leaderAddress}`, '')).not.toContain(leaderAddress);
	expect(await measured()).toEqual(before);
	expect(await invariants()).toEqual([]);
	// The cookie, the link and the address open nothing.
	expect(await signedIn(world.db, team.token, world.now)).toBeNull();
	const mails = await world.db.execute(sql`select id from email_outbox`);
	await requestSignIn(world.visitor(), { email: leaderAddress, origin });
	expect(await world.db.execute(sql`select id from email_outbox`)).toHaveLength(mails.length);
	expect(await world.db.execute(sql`select 1 from login_token`)).toEqual([]);
	const entry = await world.db.execute(
		sql`select object_id as who, detail::text from audit_log where action = 'person-erased'`
	);
	expect(entry).toEqual([
		{ who: team.leaderId, detail: '{"rosters": 0, "enrollments": 1, "applications": 1}' }
	]);
	// The guards stand again.
	await expect(world.db.execute(sql`update submission set body = 'x'`)).rejects.toThrow();
	await expect(world.db.execute(sql`update review set comment = 'x'`)).rejects.toThrow();
	// Again: harmless.
	const after = await dumpOf(world);
	expect(await erasePerson(world.system(), leaderAddress)).toBe('unknown');
	expect(await erasePerson(world.system(), `${team.leaderId}@erased.invalid`)).toBe('unknown');
	expect(await dumpOf(world)).toEqual(after);
	expect(await exported(leaderAddress)).toBeNull();
});

test('a seller is erased: name and address go, and every answer and result stays', async () => {
	world.at('2027-06-01T09:00:00Z');
	const team = await everything(world, database.url, planted);
	const member = { id: team.sellerId, email: sellerAddress };
	const marks = [markOf(member), markOf({ ...member, email: 'old@team.example' })];
	const others = markOf({ id: randomUUID(), email: 'other@team.example' });
	await world.db
		.insert(teamPolicy)
		.values({ enrollmentId: team.enrollmentId, confirmed: [...marks, others] })
		.onConflictDoUpdate({
			target: teamPolicy.enrollmentId,
			set: { confirmed: [...marks, others] }
		});
	const before = await measured();
	expect(await erasePerson(world.system(), sellerAddress)).toBe('erased');
	const [policy] = await world.db.select().from(teamPolicy);
	expect(policy!.confirmed).toEqual([others]);
	const left = whole(await dumpOf(world));
	const ofSeller = planted.filter((one) => personal[one] === 'seller');
	expect(foundIn(left, ofSeller)).toEqual(keysOf(heldOfSeller));
	expect(left).not.toContain(sellerAddress);
	expect(await measured()).toEqual(before);
	expect(await invariants()).toEqual([]);
	const [deal] = await world.db.execute(
		sql`select name, amount_minor::int as amount from deal where seller_id = ${team.sellerId}`
	);
	expect(deal).toEqual({ name: '', amount: 5_000_000 });
	await expect(world.db.execute(sql`update deal_version set at = now()`)).rejects.toThrow();
	expect(await erasePerson(world.system(), sellerAddress)).toBe('unknown');
});

test('results computed after a seller was erased are those computed before', async () => {
	world.at('2027-01-10T11:00:00Z');
	const team = await enrolled(world, { sellers: 2 });
	const leader = () => ({ ...team.leader, now: world.now });
	const take = async (first: string, count: number, every: number) => {
		const lines = Array.from({ length: count }, (_, n) => {
			const day = addDays(first, every * n);
			return `${first}-${n},S${(n % 2) + 1},won,${day},,${9000 + 500 * n}`;
		});
		const text = ['deal_id,owner_id,status,close_date,created_date,amount', ...lines].join('\n');
		const bytes = new TextEncoder().encode(text);
		const taken = await uploadDeals(leader(), { fileName: 'deals.csv', bytes });
		if (!taken.ok) throw new Error(taken.reason);
		expect(await confirmBatch(leader(), taken.value.batchId)).toMatchObject({ ok: true });
	};
	await take('2026-07-15', 24, 7);
	const { enrollmentId } = team;
	const page = await baselinePage(leader(), enrollmentId);
	const seen = { enrollmentId, inputsSha256: page!.inputsSha256, origin };
	await signBaseline(leader(), seen);
	const signed = await signBaseline({ ...team.coach, now: world.now }, seen);
	expect(signed).toEqual({ ok: true, value: { locked: true } });
	world.at('2027-03-08T09:00:00Z');
	await take('2027-01-12', 8, 6);
	await world.db.execute(
		sql`update seller set ended_on = '2027-02-26' where email = 'seller2@team.example'`
	);
	const results = async () => {
		await refreshResults(world.system(), enrollmentId);
		const rows = await world.db.execute(
			sql`select pillar, payload from pillar_result order by pillar`
		);
		return JSON.stringify(rows);
	};
	const before = await results();
	const hash = (await baselinePage(leader(), enrollmentId))!.inputsSha256;
	expect(await erasePerson(world.system(), 'seller2@team.example')).toBe('erased');
	expect(await results()).toBe(before);
	expect((await baselinePage(leader(), enrollmentId))!.inputsSha256).toBe(hash);
	// The control: had a deal gone with the name, it would show.
	await world.db.execute(sql`update deal set status = 'lost', amount_minor = null
		where seller_id = (select id from seller where name = ${erasedName})`);
	expect(await results()).not.toBe(before);
});

test('a coach is erased: their own notes go, what they gave a leader stays the leader’s', async () => {
	world.at('2027-06-01T09:00:00Z');
	await everything(world, database.url, planted);
	expect(await erasePerson(world.system(), coachAddress)).toBe('erased');
	const left = whole(await dumpOf(world));
	expect(left).not.toContain(coachAddress);
	expect(left).not.toContain('Maren Holt');
	expect(foundIn(left, ['session_note.body_enc', 'remark.body_enc'])).toEqual([]);
	expect(left).toContain('shared by the coach');
	expect(foundIn(left, ['review.comment', 'remark.body', 'submission.body'])).toHaveLength(3);
	expect(await invariants()).toEqual([]);
});

test('what is under way is waited for, each in a sentence, and nothing is changed', async () => {
	const team = await enrolled(world, { leader: leaderAddress, sellers: 5 });
	const waits = async (email: string) => {
		const before = await dumpOf(world);
		const outcome = await erasePerson(world.system(), email);
		expect(await dumpOf(world)).toEqual(before);
		return typeof outcome === 'string' ? outcome : outcome.waits.join(' ');
	};
	world.at('2027-02-01T09:00:00Z');
	expect(await waits(leaderAddress)).toMatch(/program \(day 0: 2027-01-11\) runs/);
	expect(await waits('maren@lofte.example')).toMatch(
		/coach a cohort that is not over.*Leaders of theirs \(1\)/
	);
	expect(await waits('liv@lofte.example')).toMatch(/the only admin/);
	expect(await waits('seller1@team.example')).toMatch(/leader sets their last day first/);
	await world.db
		.execute(sql`insert into wave (enrollment_id, index, min_group, opens_at, closes_at, public_key)
		values (${team.enrollmentId}, 1, 5, '2027-01-30', '2027-02-10', '')`);
	await world.db.execute(sql`insert into invitation (wave_id, seller_id, token_hash)
		select w.id, s.id, s.id::text from wave w, seller s where s.email = 'seller1@team.example'`);
	await world.db.execute(sql`update seller set ended_on = '2027-01-31'`);
	expect(await waits('seller1@team.example')).toBe(
		'A survey that they are part of is open until 2027-02-10.'
	);
	expect(await waits(leaderAddress)).toMatch(/open until 2027-02-10/);
	await world.db
		.execute(sql`insert into import_batch (enrollment_id, file_name, sha256, uploaded_by, created_at)
		values (${team.enrollmentId}, 'f', 'f', ${team.leader.who.personId}, now())`);
	expect(await waits('seller2@team.example')).toMatch(/waits for their leader to confirm/);
	await queueMail(world.system(), {
		to: 'live@lofte.example',
		category: 'notice',
		fact: 'about-a-seller',
		locale: 'en',
		subject: 'A word',
		paragraphs: ['seller3@team.example asked.'],
		reason: '…'
	});
	expect(await waits('seller3@team.example')).toMatch(/names them waits to be sent/);
	await world.as('admin', 'second@lofte.example');
	expect(await erasePerson(world.system(), 'liv@lofte.example')).toBe('erased');
	await world.db.execute(sql`update checkout set status = 'disputed'`);
	expect(await waits(leaderAddress)).toMatch(/A payment of theirs is still open/);
});

test('at the command line: an applicant is exported, erased, and unknown afterwards', async () => {
	const run = await selling(world);
	await offered(world, run, 'nora@canary.example', { name: 'Nora Lie', towards: 'canary-towards' });
	await world.db.execute(sql`update email_outbox set state = 'sent'`);
	const at = { url: database.url, keys: world.keys };
	const out = await lofte(['export', '--person', 'Nora@canary.example'], at).ended;
	expect(out.err).toBe('');
	expect(JSON.parse(out.out)).toMatchObject({
		about: 'nora@canary.example',
		applications: [{ towards: 'canary-towards', status: 'offered' }]
	});
	const erased = await lofte(['erase', '--person', 'nora@canary.example'], at).ended;
	expect(erased).toEqual({ code: 0, out: 'Erased. They sign in nowhere any more.\n', err: '' });
	const left = whole(await dumpOf(world));
	expect(left).not.toMatch(/nora@|Nora Lie|canary-towards/);
	const twice = await lofte(['erase', '--person', 'nora@canary.example'], at).ended;
	expect(twice).toEqual({ code: 0, out: 'We hold nothing about this address.\n', err: '' });
	expect(await lofte(['export', '--person', 'nora@canary.example'], at).ended).toMatchObject({
		code: 1,
		out: ''
	});
	expect((await lofte(['erase', 'nora@canary.example'], at).ended).code).toBe(2);
});
