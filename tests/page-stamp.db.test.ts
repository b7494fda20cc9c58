/** A page that is kept is never older than what it shows: everything that it reads moves its stamp, in the same transaction. */
import fs from 'node:fs';
import path from 'node:path';
import { sql, type SQL } from 'drizzle-orm';
import { PgDialect } from 'drizzle-orm/pg-core';
import postgres from 'postgres';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { startLogin } from '#lib/people/lucia.server.ts';
import { signedIn } from '#lib/people/queries.server.ts';
import type { Question } from '#lib/server/question.server.ts';
import { root } from '../scripts/stack.ts';
import { homeQuestions } from '../src/routes/leader/home-questions.server.ts';
import { databasePerTest } from './database.ts';
import { enrolled } from './enrolled.ts';
import { everything } from './everything.ts';
import { worldOn } from './world.ts';

const database = databasePerTest();
let pg: postgres.Sql;
beforeEach(() => {
	pg = postgres(database.url, { max: 4, onnotice: () => {} });
});
afterEach(() => pg.end());

/** What each page that is kept reads. */
const keptPages: Record<string, Record<string, Question<never>>> = {
	'src/routes/leader/+page.server.ts': homeQuestions as never
};

test('the pages that are kept are these', () => {
	const pages = fs
		.readdirSync(path.join(root, 'src/routes'), { recursive: true, encoding: 'utf8' })
		.map((file) => path.join('src/routes', file))
		.filter((file) => file.endsWith('.ts'))
		.filter((file) => fs.readFileSync(path.join(root, file), 'utf8').includes('keepUntil'));
	expect(pages).toEqual(Object.keys(keptPages));
});

/** Shown only once a row with a stamp of its own names it, and never taken away while one does. */
const reachedByKey = ['person', 'cohort'];

/** What a page reads and no trigger watches: PostgreSQL itself says which columns a view depends on. */
async function unwatched(questions: Record<string, Question<never>>): Promise<string[]> {
	const columns = Object.entries(questions).map(
		([name, { json }]) => sql`${json} as ${sql.identifier(name)}`
	) as SQL[];
	const { sql: text } = new PgDialect({ casing: 'snake_case' }).sqlToQuery(
		sql`select ${sql.join(columns, sql`, `)}`
	);
	await pg.unsafe(`create view page_reads as ${text.replaceAll(/\$\d+/g, 'null')}`);
	const watched = await pg<{ table: string; column: string | null; events: string[] }[]>`
		select c.relname as "table", a.attname as "column",
			(select coalesce(array_agg(distinct event), '{}') from pg_trigger t join pg_proc f on f.oid = t.tgfoid
				cross join lateral unnest(array[case when t.tgtype & 4 > 0 then 'insert' end, case when t.tgtype & 8 > 0 then 'delete' end,
					case when t.tgtype & 16 > 0 and (t.tgattr = '' or a.attnum = any (t.tgattr)) then 'update' end]) event
				where t.tgrelid = c.oid and t.tgenabled = 'O' and event is not null
					and f.proname in ('leader_sees_change', 'everybody_sees_change')) as events
		from (select distinct refobjid, refobjsubid from pg_depend where classid = 'pg_rewrite'::regclass
			and objid in (select oid from pg_rewrite where ev_class = 'page_reads'::regclass)
			and refclassid = 'pg_class'::regclass and refobjid <> 'page_reads'::regclass) d
		join pg_class c on c.oid = d.refobjid and c.relkind = 'r'
		left join pg_attribute a on a.attrelid = d.refobjid and a.attnum = d.refobjsubid and a.attnum > 0
		order by 1, 2`;
	await pg`drop view page_reads`;
	return watched.flatMap(({ table, column, events }) => {
		const reached = reachedByKey.includes(table);
		// A table as a whole: PostgreSQL does not say whether every column of a row is read, so all count.
		const needed = reached
			? column === null || column === 'id'
				? []
				: ['update']
			: ['insert', 'update', 'delete'];
		return needed
			.filter((event) => !events.includes(event))
			.map((event) => `${event} ${table}${column ? `.${column}` : ''}`);
	});
}

test.each(Object.entries(keptPages))('every column that %s reads is watched', async (_, reads) => {
	expect(await unwatched(reads)).toEqual([]);
});

test('a trigger that is not there, or watches another column, is found', async () => {
	await pg`drop trigger absence_is_seen on absence`;
	await pg`alter table touchpoint_seller disable trigger touchpoint_seller_is_seen`;
	await pg`drop trigger cohort_is_seen on cohort`;
	await pg`create constraint trigger cohort_is_seen after update of name on cohort deferrable initially deferred
		for each row execute function everybody_sees_change()`;
	const found = await unwatched(homeQuestions as never);
	expect(found).toContain('insert absence.first_day');
	expect(found).toContain('delete absence.seller_id');
	expect(found).toContain('update touchpoint_seller.seller_id');
	expect(found.filter((one) => one.includes(' cohort.'))).toEqual(['update cohort.program_id']);
});

test('so is a table of which no column is named', async () => {
	const whole = {
		events: { json: sql`(select json_agg(k) from known_event k)`, read: () => null },
		log: { json: sql`(select to_json(exists (select 1 from audit_log)))`, read: () => null }
	};
	const found = await unwatched(whole as never);
	expect(found).toContain('update known_event');
	expect(found).toContain('insert audit_log');
});

/** Two leaders with all that there can be of them, and what moves their stamps. */
async function twoLeaders() {
	const world = worldOn(database.db);
	const one = await everything(world, database.url, []);
	const two = await enrolled(world, { coach: 'other@lofte.example' });
	const logins = await Promise.all(
		[one.leaderId, two.leader.who.personId].map((id) => startLogin(database.db, id, world.now))
	);
	const stamps = () =>
		Promise.all(
			logins.map(async (token) => (await signedIn(database.db, token, world.now))!.pageStamp)
		);
	/** Whose stamp this work moves. */
	const moved = async (work: () => Promise<unknown>) => {
		const before = await stamps();
		await work();
		const after = await stamps();
		return ['one', 'two'].filter((_, at) => before[at] !== after[at]);
	};
	return { one, two, stamps, moved };
}

test('whatever changes of a leader moves the stamp of that leader and of nobody else', async () => {
	const { one, two, moved } = await twoLeaders();
	const { enrollmentId, sellerId } = one;
	const ofEnrollment = pg`where enrollment_id = ${enrollmentId}`;
	const ofSecond = pg`where submission_id in (select id from submission ${ofEnrollment} and attempt = 2)`;
	const ofTouchpoint = pg`where touchpoint_id in (select id from touchpoint ${ofEnrollment})`;
	const changes = {
		absent: () => pg`insert into absence (seller_id, first_day, last_day, created_at)
			values (${sellerId}, '2027-02-08', '2027-02-12', now())`,
		'absent longer': () =>
			pg`update absence set last_day = '2027-02-15' where seller_id = ${sellerId}`,
		'absent no more': () => pg`delete from absence where seller_id = ${sellerId}`,
		enrollment: () => pg`update enrollment set company = company where id = ${enrollmentId}`,
		'lesson read': () => pg`update lesson_read set read_at = now() ${ofEnrollment}`,
		'lesson unread': () => pg`delete from lesson_read ${ofEnrollment}`,
		submission: () => pg`update submission set saved_at = now() ${ofEnrollment}`,
		'another attempt':
			() => pg`insert into submission (enrollment_id, assignment_id, attempt, body, saved_at, created_at)
			select enrollment_id, assignment_id, 2, 'x', now(), now() from submission ${ofEnrollment} limit 1`,
		review: () => pg`insert into review (submission_id, coach_id, saved_at)
			select id, ${one.coachId}, now() from submission ${ofEnrollment} and attempt = 2`,
		'review given': () =>
			pg`update review set outcome = 'returned', comment = 'x', given_at = now() ${ofSecond}`,
		seller: () => pg`update seller set name = 'Thea Lund' where id = ${sellerId}`,
		touchpoint: () => pg`update touchpoint set minutes = 30 ${ofEnrollment}`,
		'touchpoint without its seller': () => pg`delete from touchpoint_seller ${ofTouchpoint}`,
		'no touchpoint': () => pg`delete from touchpoint ${ofEnrollment}`,
		session: () => pg`update session set place = 'Room 4' ${ofEnrollment}`
	};
	for (const [name, change] of Object.entries(changes))
		expect(await moved(change), name).toEqual(['one']);
	// The first one's results are final; the other one's begin.
	const results = {
		computed:
			() => pg`insert into pillar_result (enrollment_id, pillar, week, payload, method_version, computed_at)
			select ${two.enrollmentId}, pillar, 3, payload, method_version, now() from pillar_result limit 1`,
		'computed anew': () =>
			pg`update pillar_result set week = 4 where enrollment_id = ${two.enrollmentId}`
	};
	for (const [name, change] of Object.entries(results))
		expect(await moved(change), name).toEqual(['two']);
});

test('a name and the program move everybody’s stamp; what no page shows moves nobody’s', async () => {
	const { one, moved } = await twoLeaders();
	const everybody = ['one', 'two'];
	expect(
		await moved(() => pg`update person set name = 'Maren Lie' where id = ${one.coachId}`)
	).toEqual(everybody);
	expect(await moved(() => pg`update module set title = 'The promise'`)).toEqual(everybody);
	expect(await moved(() => pg`update lesson set minutes_to_read = 9`)).toEqual(everybody);
	expect(await moved(() => pg`update assignment set minutes = 20`)).toEqual(everybody);
	expect(await moved(() => pg`update cohort set name = name || ' again'`)).toEqual(everybody);
	expect(await moved(() => pg`update person set name = name, theme = 'night'`)).toEqual([]);
	expect(await moved(() => pg`update known_event set note = 'x'`)).toEqual([]);
});

test('a change moves the stamp when it is committed, not before, and not when it is taken back', async () => {
	const { one, stamps, moved } = await twoLeaders();
	const rename = (tx: postgres.TransactionSql) =>
		tx`update seller set name = 'Thea Lund' where id = ${one.sellerId}`;
	const before = await stamps();
	await pg.begin(async (tx) => {
		await rename(tx);
		expect(await stamps()).toEqual(before);
	});
	expect(await stamps()).not.toEqual(before);
	const undone = () =>
		pg.begin(async (tx) => {
			await rename(tx);
			throw new Error('changed my mind');
		});
	expect(await moved(() => expect(undone()).rejects.toThrow('changed my mind'))).toEqual([]);
});

/** Waits until a statement is through, or its connection waits for another one's lock. */
async function throughOrWaiting(statement: Promise<unknown>, pid: number) {
	let through = false;
	const end = () => (through = true);
	statement.then(end, end);
	for (let waiting = false; !through && !waiting;) {
		const [found] = await pg`select cardinality(pg_blocking_pids(${pid})) > 0 as waiting`;
		waiting = found!.waiting as boolean;
	}
}

/**
 * Two transactions of the same leader: one changes a touchpoint and then a seller, the other one that
 * seller in between. @returns how each of them ended
 */
async function crossing(one: { enrollmentId: string; sellerId: string }, constraints: string) {
	const first = await pg.reserve();
	const second = await pg.reserve();
	const rename = (tx: postgres.Sql) =>
		tx`update seller set name = name || '.' where id = ${one.sellerId}`.execute();
	try {
		for (const tx of [first, second]) {
			await tx`begin`;
			await tx.unsafe(`set constraints all ${constraints}`);
		}
		const [{ pid }] = (await second`select pg_backend_pid() as pid`) as unknown as [
			{ pid: number }
		];
		await first`update touchpoint set minutes = 5 where enrollment_id = ${one.enrollmentId}`;
		const between = rename(second);
		await throughOrWaiting(between, pid);
		const outcomes = await Promise.allSettled(
			[
				[second, between],
				[first, rename(first)]
			].map(async ([tx, renamed]) => {
				await renamed;
				await (tx as postgres.Sql)`commit`;
			})
		);
		return outcomes.map((outcome) =>
			outcome.status === 'fulfilled' ? 'done' : (outcome.reason as { code: string }).code
		);
	} finally {
		for (const tx of [first, second]) {
			await tx`rollback`;
			tx.release();
		}
	}
}

test('a leader’s stamp is the last lock that a change of theirs takes, so that two never wait for each other', async () => {
	const { one } = await twoLeaders();
	expect(await crossing(one, 'deferred')).toEqual(['done', 'done']);
	// The control: taken at once, one of the two is the database's victim.
	expect((await crossing(one, 'immediate')).sort()).toEqual(['40P01', 'done']);
});
