import postgres from 'postgres';
import { beforeEach, describe, expect, test } from 'vitest';
import { eq, sql } from 'drizzle-orm';
import { changeSeller } from '#lib/cohorts/commands.server.ts';
import type { Coach } from '#lib/people/actor.ts';
import type { Context } from '#lib/server/context.server.ts';
import { asking } from '#lib/server/question.server.ts';
import { unsealText } from '#lib/server/seal.server.ts';
import { auditLog, emailOutbox } from '#lib/server/tables.server.ts';
import { refuse } from '#lib/values/result.ts';
import { confirmedTeam } from '../../../scripts/seed/team.ts';
import { databasePerTest } from '../../../tests/database.ts';
import { enrolled } from '../../../tests/enrolled.ts';
import { worldOn, type World } from '../../../tests/world.ts';
import { sealBox } from './box.server.ts';
import { changeBetween } from './change.ts';
import {
	answerWave,
	closeDueWave,
	closeDueWaves,
	closeWave,
	destroyKeys,
	openDueWaves,
	openWave,
	remind,
	sendReminders,
	setOpensByItself,
	sweepWaves
} from './commands.server.ts';
import {
	publishedResults,
	surveyBehind,
	teamsDueQuestion,
	teamToAsk,
	wavesFor,
	wavesToOpen
} from './queries.server.ts';
import type { Wave } from './score.ts';
import { questionsAt, readReply } from './survey.ts';
import {
	invitation,
	publishedResult,
	response,
	sealedBox,
	teamComment,
	teamPolicy,
	wave
} from './tables.server.ts';

const database = databasePerTest();
const origin = 'https://lofte.example';
const dayZero = '2027-01-11';
const inBaseline = '2027-01-04T09:00:00Z';
const afterBaseline = '2027-01-11T00:00:00Z';
const inPulse = '2027-01-18T09:00:00Z';
const inEndline = '2027-04-06T09:00:00Z';
let world: World;

beforeEach(() => {
	world = worldOn(database.db);
});

type Team = Awaited<ReturnType<typeof enrolled>>;
const coachOf = async (team: Team) =>
	world.as('coach', 'maren@lofte.example', { name: team.coach.who.name });
const enrollmentOf = (team: Team) => ({ id: team.enrollmentId, dayZero, timeZone: 'Europe/Oslo' });

/** The tokens of the newest mails of a category, as their readers would find them. */
async function mailedTokens(category = 'invitation'): Promise<string[]> {
	const mails = await database.db
		.select()
		.from(emailOutbox)
		.where(eq(emailOutbox.category, category))
		.orderBy(emailOutbox.id);
	return mails.map(
		(mail) => /\/survey\/([\w-]+)/.exec(unsealText(world.keys, 'mail', mail.requestEnc!))![1]!
	);
}

/** Opens a wave as the coach does who has just read who is asked. */
async function opens(
	ctx: Context<Coach>,
	asked: { enrollmentId: string; index: number; origin: string }
) {
	return openWave(ctx, { ...(await confirmedTeam(ctx, asked.enrollmentId)), ...asked });
}

async function opened(team: Team, index: Wave = 0, at = inBaseline) {
	world.at(at);
	const made = await opens(await coachOf(team), {
		enrollmentId: team.enrollmentId,
		index,
		origin
	});
	if (!made.ok) throw new Error(made.reason);
	return { waveId: made.value.waveId, tokens: await mailedTokens() };
}

/** A reply in which every question gets the same step, or the top of its scale. */
const same =
	(step: number, { comment = '', given = 99 } = {}) =>
	({ index, withComment }: { index: Wave; withComment: boolean }) =>
		readReply(
			index,
			{
				...Object.fromEntries(
					questionsAt(index)
						.slice(0, given)
						.map(({ id, steps }) => [id, String(Math.min(step, steps))])
				),
				comment,
				anyway: 'yes'
			},
			{ withComment }
		);

const send = (token: string, step = 5, more = {}) =>
	answerWave(world.visitor(), token, same(step, more));
const violations = () => database.db.execute(sql`select * from invariant_violations`);

async function closed(waveId: string, at: string) {
	world.at(at);
	expect(await closeDueWave(world.system(), waveId)).toEqual({ ok: true, value: null });
}

/** The published result of a wave that so many answered. */
async function publishedOf(answers: number, sellers = 6) {
	const team = await enrolled(world, { dayZero, sellers });
	const { waveId, tokens } = await opened(team);
	for (const token of tokens.slice(0, answers)) await send(token);
	await closed(waveId, afterBaseline);
	const [row] = await database.db
		.select()
		.from(publishedResult)
		.where(eq(publishedResult.waveId, waveId));
	return { team, payload: row!.payload as Record<string, unknown> };
}

describe('opening', () => {
	test('freezes the threshold, makes keys and mails everybody on the roster a link of their own', async () => {
		const team = await enrolled(world, { dayZero });
		const { waveId, tokens } = await opened(team);
		expect(new Set(tokens).size).toBe(6);
		const [row] = await database.db.select().from(wave).where(eq(wave.id, waveId));
		expect(row).toMatchObject({
			index: 0,
			status: 'open',
			minGroup: 5,
			invited: 6,
			answered: null
		});
		expect(row!.closesAt.toISOString()).toBe('2027-01-10T23:00:00.000Z');
		const [policy] = await database.db.select().from(teamPolicy);
		expect(policy!.frozenAt).toEqual(new Date(inBaseline));
		const stored = await database.db.select().from(invitation);
		for (const token of tokens) expect(JSON.stringify(stored)).not.toContain(token);
		expect(await surveyBehind(world.visitor(), tokens[0]!)).toMatchObject({
			state: 'open',
			leaderName: 'Ingrid Solheim',
			minGroup: 5,
			withComment: false
		});
		expect(await violations()).toEqual([]);
	});

	test('is refused before its time, after it, twice, and while another wave is open', async () => {
		const team = await enrolled(world, { dayZero });
		const attempt = async (index: number, at: string) => {
			world.at(at);
			return opens(await coachOf(team), { enrollmentId: team.enrollmentId, index, origin });
		};
		expect(await attempt(0, '2026-12-01T09:00:00Z')).toEqual(refuse('not-due-yet'));
		expect(await attempt(1, inBaseline)).toEqual(refuse('baseline-first'));
		expect(await attempt(7, inBaseline)).toEqual(refuse('no-such-wave'));
		expect((await attempt(0, inBaseline)).ok).toBe(true);
		expect(await attempt(0, inBaseline)).toEqual(refuse('already-asked'));
		expect(await attempt(1, inPulse)).toEqual(refuse('another-wave-open'));
		expect(await closeDueWaves(world.system())).toBe(1);
		expect(await attempt(0, inPulse)).toEqual(refuse('already-asked'));
		expect(await attempt(6, inPulse)).toEqual(refuse('not-due-yet'));
		expect(await attempt(1, '2027-02-10T09:00:00Z')).toEqual(refuse('too-late'));
	});

	test('by two tabs at once opens one wave', async () => {
		const team = await enrolled(world, { dayZero });
		world.at(inBaseline);
		const ctx = await coachOf(team);
		const outcomes = await Promise.all(
			Array.from({ length: 5 }, () =>
				opens(ctx, { enrollmentId: team.enrollmentId, index: 0, origin })
			)
		);
		expect(outcomes.filter(({ ok }) => ok)).toHaveLength(1);
		expect(await database.db.$count(wave)).toBe(1);
		expect(await mailedTokens()).toHaveLength(6);
	});

	test('is for the leader’s own coach alone', async () => {
		const team = await enrolled(world, { dayZero });
		const other = await world.as('coach', 'other@lofte.example');
		const asked = { enrollmentId: team.enrollmentId, index: 0, origin };
		expect(await opens(other, asked)).toEqual(refuse('no-such-enrollment'));
		expect(await opens(other, { ...asked, enrollmentId: 'x' })).toEqual(
			refuse('no-such-enrollment')
		);
		const { waveId } = await opened(team);
		expect(await remind(other, waveId)).toEqual(refuse('not-open'));
		world.at('2027-01-08T09:00:00Z');
		const later = await world.as('coach', 'other@lofte.example');
		expect(await closeWave(later, waveId)).toEqual(refuse('not-open'));
	});

	test('asks everybody who is there for 28 days, or, without an address, nobody', async () => {
		const team = await enrolled(world, { dayZero });
		await database.db.execute(
			sql`update seller set started_on = '2026-12-08' where external_id = 'S1'`
		);
		await database.db.execute(
			sql`update seller set started_on = '2026-12-07' where external_id = 'S2'`
		);
		await database.db.execute(
			sql`update seller set ended_on = '2027-01-04' where external_id = 'S3'`
		);
		await database.db.execute(sql`update seller set email = null where external_id = 'S4'`);
		world.at(inBaseline);
		const asked = { enrollmentId: team.enrollmentId, index: 0, origin };
		expect(await opens(await coachOf(team), asked)).toEqual(refuse('address-missing'));
		await database.db.execute(
			sql`update seller set email = 's4@team.example' where external_id = 'S4'`
		);
		const made = await opens(await coachOf(team), asked);
		expect(made.ok && made.value.invited).toBe(4);
	});

	test('asks nobody whom the coach has not read: a name or an address put there meanwhile stops it', async () => {
		const team = await enrolled(world, { dayZero });
		world.at(inBaseline);
		const coach = await coachOf(team);
		const asked = { enrollmentId: team.enrollmentId, index: 0, origin };
		const read = await confirmedTeam(coach, team.enrollmentId);
		const nothing = async () => {
			expect(await database.db.$count(wave)).toBe(0);
			expect(await mailedTokens()).toEqual([]);
		};
		const isMine = sql`update seller set email = 'ingrid+1@team.example' where external_id = 'S1'`;
		await database.db.execute(isMine);
		expect(await openWave(coach, { ...asked, ...read })).toEqual(refuse('team-changed'));
		await nothing();
		await database.db.execute(
			sql`update seller set email = 's1@team.example' where external_id = 'S1'`
		);
		expect(await openWave(coach, { ...asked, ...read, confirmed: [] })).toEqual(
			refuse('team-changed')
		);
		await nothing();
		// Nor may somebody be left out: who is heard is not the leader's to choose.
		const again = await confirmedTeam(coach, team.enrollmentId);
		await database.db.execute(
			sql`update seller set ended_on = '2027-01-04' where external_id = 'S2'`
		);
		expect(await openWave(coach, { ...asked, ...again })).toEqual(refuse('team-changed'));
		await nothing();
		const last = await confirmedTeam(coach, team.enrollmentId);
		const made = await openWave(coach, { ...asked, ...last });
		expect(made.ok && made.value.invited).toBe(5);
	});

	test('cannot be asked for another threshold, and nobody can change it afterwards', async () => {
		const team = await enrolled(world, { dayZero });
		world.at(inBaseline);
		const tampered = { enrollmentId: team.enrollmentId, index: 0, origin, minGroup: 1 };
		await opens(await coachOf(team), tampered);
		const [row] = await database.db.select().from(wave);
		expect(row!.minGroup).toBe(5);
		const lowerPolicy = database.db.update(teamPolicy).set({ minGroup: 4 });
		await expect(lowerPolicy).rejects.toMatchObject({ cause: { code: '23001' } });
		await expect(database.db.update(wave).set({ minGroup: 4 })).rejects.toMatchObject({
			cause: { code: '23001' }
		});
		const four = database.db
			.insert(teamPolicy)
			.values({ enrollmentId: team.enrollmentId, minGroup: 3 });
		await expect(four).rejects.toThrow();
	});
});

describe('answering', () => {
	test('stores one sealed box of the usual size and nothing else', async () => {
		const team = await enrolled(world, { dayZero, sellers: 8 });
		const { tokens } = await opened(team);
		const audits = await database.db.$count(auditLog);
		const mails = await database.db.$count(emailOutbox);
		await send(tokens[0]!, 5);
		await send(tokens[1]!, 7, { comment: '🧊'.repeat(500) });
		await send(tokens[2]!, 7, { comment: '\uD800"\\\n'.repeat(250) });
		const boxes = await database.db.select().from(sealedBox);
		expect(boxes.map(({ sealed }) => sealed.length)).toEqual([4096, 4096, 4096]);
		expect(await database.db.$count(auditLog)).toBe(audits);
		expect(await database.db.$count(emailOutbox)).toBe(mails);
		expect(await database.db.$count(response)).toBe(0);
	});

	test('counts once, however often and however many at once it is posted', async () => {
		const team = await enrolled(world, { dayZero });
		const { waveId, tokens } = await opened(team);
		const outcomes = await Promise.all(Array.from({ length: 20 }, () => send(tokens[0]!)));
		expect(outcomes.every(({ ok }) => ok)).toBe(true);
		for (let again = 0; again < 5; again += 1) expect((await send(tokens[0]!, 1)).ok).toBe(true);
		expect(await surveyBehind(world.visitor(), tokens[0]!)).toEqual({ state: 'used' });
		await closed(waveId, afterBaseline);
		const rows = await database.db.select().from(response);
		expect(rows.map(({ answers }) => answers[0])).toEqual([5]);
	});

	test('of one link five times does not reach the threshold of five', async () => {
		const team = await enrolled(world, { dayZero });
		const { waveId, tokens } = await opened(team);
		for (let again = 0; again < 5; again += 1) await send(tokens[0]!);
		// Somebody with the database, but without the key, copies a box four times.
		for (let copy = 0; copy < 4; copy += 1) {
			await database.db.execute(
				sql`insert into sealed_box (wave_id, sealed) select wave_id, sealed from sealed_box limit 1`
			);
		}
		await closed(waveId, afterBaseline);
		expect(await database.db.$count(response)).toBe(1);
		const results = await publishedResults({ db: database.db }, [team.enrollmentId]);
		expect(results.get(team.enrollmentId)).toMatchObject([{ state: 'suppressed' }]);
	});

	test('an unknown link, a late one and a closed one say so, and store nothing', async () => {
		const team = await enrolled(world, { dayZero });
		const { waveId, tokens } = await opened(team);
		expect(await send('never-made')).toEqual(refuse('unknown'));
		expect(await surveyBehind(world.visitor(), 'never-made')).toEqual({ state: 'unknown' });
		await send(tokens[0]!);
		world.at(afterBaseline);
		// After the end a used link looks like any other.
		for (const token of tokens.slice(0, 2)) {
			expect(await send(token)).toEqual(refuse('closed'));
			expect(await surveyBehind(world.visitor(), token)).toEqual({ state: 'closed' });
		}
		await closed(waveId, afterBaseline);
		for (const token of tokens.slice(0, 2)) {
			expect(await send(token)).toEqual(refuse('unknown'));
			expect(await surveyBehind(world.visitor(), token)).toEqual({ state: 'unknown' });
		}
		expect(await database.db.$count(sealedBox)).toBe(0);
	});

	test('a refused reply leaves the link usable', async () => {
		const team = await enrolled(world, { dayZero });
		const { tokens } = await opened(team);
		const few = await answerWave(world.visitor(), tokens[0]!, ({ index }) =>
			readReply(index, { EI1: '4' }, { withComment: false })
		);
		expect(few).toEqual(refuse('few-answers'));
		expect(await surveyBehind(world.visitor(), tokens[0]!)).toMatchObject({ state: 'open' });
		expect((await send(tokens[0]!)).ok).toBe(true);
	});

	test('a copy of the database taken while the wave is open holds no answer in clear', async () => {
		const team = await enrolled(world, { dayZero, sellers: 8 });
		const { tokens } = await opened(team);
		for (const token of tokens) await send(token, 6, { comment: 'CANARY-7f3a kontoret er kaldt' });
		const client = postgres(database.url, { max: 1 });
		const tables = await client<
			{ name: string }[]
		>`select quote_ident(schemaname) || '.' || quote_ident(tablename) as name
			from pg_tables where schemaname not in ('pg_catalog', 'information_schema')`;
		let dump = '';
		for (const { name } of tables) {
			const rows = await client.unsafe(`select t::text as row from ${name} t`);
			dump += rows.map((row) => String(row.row)).join('\n');
		}
		await client.end();
		expect(dump).toContain(team.enrollmentId);
		expect(dump).not.toContain('CANARY');
		expect(dump).not.toContain(Buffer.from('CANARY').toString('hex'));
		expect(dump).not.toContain(Buffer.from('CANARY').toString('base64').slice(0, 7));
		for (const token of tokens) expect(dump).not.toContain(token);
	});

	test('somebody answering while the wave closes is counted or told, fifty times', async () => {
		const rounds = 50;
		let [told, received, late] = [0, 0, 0];
		// The second sender starts a little later in each round, so that it meets every step of the close.
		const afterStatements = async (count: number) => {
			for (let at = 0; at < count; at += 1) await database.db.execute(sql`select 1`);
		};
		for (let round = 0; round < rounds; round += 1) {
			const one = await enrolled(world, { dayZero, sellers: 2, leader: `l${round}@team.example` });
			await database.db.delete(emailOutbox);
			const { waveId: racing, tokens } = await opened(one);
			world.at('2027-01-08T09:00:00Z');
			const ctx = await coachOf(one);
			const [end, first, second] = await Promise.all([
				closeWave(ctx, racing),
				send(tokens[0]!),
				afterStatements(round % 12).then(() => send(tokens[1]!))
			]);
			expect(end.ok).toBe(true);
			const stored = await database.db.$count(response, eq(response.waveId, racing));
			const counted = [first, second].filter(({ ok }) => ok).length;
			expect(stored).toBe(counted);
			for (const outcome of [first, second]) {
				if (!outcome.ok) expect(['closed', 'unknown']).toContain(outcome.reason);
			}
			told += 2 - counted;
			received += counted;
			late += (await send(tokens[0]!)).ok ? 1 : 0;
		}
		expect(told).toBeGreaterThan(0);
		expect(received).toBeGreaterThan(rounds);
		expect(told + received).toBe(2 * rounds);
		expect(late).toBe(0);
		expect(await violations()).toEqual([]);
	}, 120_000);
});

describe('closing', () => {
	test('leaves answers in random order under the pairing key, and no way back to a seller', async () => {
		const team = await enrolled(world, { dayZero, sellers: 12 });
		const { waveId, tokens } = await opened(team);
		for (const [at, token] of tokens.entries())
			await send(token, 1 + (at % 7), { comment: `word ${at}` });
		const sent = tokens.map((_, at) => 1 + (at % 7));
		await closed(waveId, afterBaseline);
		const rows = (await database.db.execute(
			sql`select xmin::text as xmin, ctid::text as ctid, t.* from response t order by ctid`
		)) as unknown as { xmin: string; answers: number[]; respondent_key: Uint8Array }[];
		expect(rows).toHaveLength(12);
		expect(new Set(rows.map(({ xmin }) => xmin)).size).toBe(1);
		expect(rows.map(({ answers }) => answers[0])).not.toEqual(sent);
		expect(Object.keys(rows[0]!)).toEqual([
			'xmin',
			'ctid',
			'id',
			'wave_id',
			'respondent_key',
			'answers'
		]);
		const keys = rows.map(({ respondent_key: key }) => Buffer.from(key).toString('hex'));
		for (const { id } of team.sellers) {
			expect(JSON.stringify(rows)).not.toContain(id);
			expect(keys).not.toContain(Buffer.from(id).toString('hex'));
		}
		const comments = await database.db.execute(sql`select body from team_comment order by ctid`);
		expect(comments).toHaveLength(12);
		expect(comments.map(({ body }) => body)).not.toEqual(tokens.map((_, at) => `word ${at}`));
		expect(await database.db.$count(invitation)).toBe(0);
		expect(await database.db.$count(sealedBox)).toBe(0);
		expect(await mailedTokens()).toEqual([]);
		const [row] = await database.db.select().from(wave).where(eq(wave.id, waveId));
		expect(row).toMatchObject({ status: 'closed', privateKeyEnc: null, invited: 12, answered: 12 });
		expect(await violations()).toEqual([]);
	});

	test('takes what was deleted off the disk', async () => {
		const team = await enrolled(world, { dayZero });
		const { waveId, tokens } = await opened(team);
		for (const token of tokens) await send(token);
		await closed(waveId, afterBaseline);
		await sweepWaves(world.system());
		const [size] = await database.db.execute(
			sql`select pg_relation_size('sealed_box') + pg_relation_size('invitation') as bytes`
		);
		expect(Number(size!.bytes)).toBe(0);
	});

	test('the order of twenty closes is not the order of sending', async () => {
		let inOrder = 0;
		for (let run = 0; run < 20; run += 1) {
			const team = await enrolled(world, { dayZero, sellers: 7, leader: `l${run}@team.example` });
			await database.db.delete(emailOutbox);
			const { waveId, tokens } = await opened(team);
			for (const [at, token] of tokens.entries()) await send(token, at + 1);
			await closed(waveId, afterBaseline);
			const rows = await database.db.select().from(response).where(eq(response.waveId, waveId));
			if (rows.every(({ answers }, at) => answers[0] === at + 1)) inOrder += 1;
		}
		expect(inOrder).toBeLessThan(3);
	}, 60_000);

	test('drops what is not a reply to this wave', async () => {
		const team = await enrolled(world, { dayZero });
		const { waveId, tokens } = await opened(team);
		await send(tokens[0]!);
		const [row] = await database.db.select().from(wave).where(eq(wave.id, waveId));
		const junk = [
			new Uint8Array(4096),
			new Uint8Array(3),
			sealBox(row!.publicKey, waveId, 'not json'),
			sealBox(row!.publicKey, waveId, JSON.stringify({ key: 'x', steps: [], comment: '' })),
			sealBox(
				row!.publicKey,
				waveId,
				JSON.stringify({ key: 'A'.repeat(43), steps: [9], comment: '' })
			),
			sealBox(
				row!.publicKey,
				team.enrollmentId,
				JSON.stringify({ key: 'A'.repeat(43), steps: Array(19).fill(1), comment: '' })
			)
		];
		await database.db.insert(sealedBox).values(junk.map((sealed) => ({ waveId, sealed })));
		await closed(waveId, afterBaseline);
		expect(await database.db.$count(response)).toBe(1);
	});

	test('is refused to the coach in the first three days, happens once, and is never undone', async () => {
		const team = await enrolled(world, { dayZero });
		const { waveId } = await opened(team);
		world.at('2027-01-07T08:59:00Z');
		expect(await closeWave(await coachOf(team), waveId)).toEqual(refuse('too-early-to-close'));
		expect(await closeDueWave(world.system(), waveId)).toEqual(refuse('too-early-to-close'));
		world.at('2027-01-07T09:00:00Z');
		const ctx = await coachOf(team);
		const outcomes = await Promise.all(Array.from({ length: 5 }, () => closeWave(ctx, waveId)));
		expect(outcomes.filter(({ ok }) => ok)).toHaveLength(1);
		expect(await database.db.$count(publishedResult)).toBe(1);
		await expect(
			database.db.execute(sql`update wave set status = 'open', closed_at = null`)
		).rejects.toMatchObject({
			cause: { code: '23001' }
		});
	});

	test('publishes once: nobody can change or remove it', async () => {
		await publishedOf(6);
		await expect(database.db.update(publishedResult).set({ payload: {} })).rejects.toMatchObject({
			cause: { code: '23001' }
		});
		await expect(database.db.delete(publishedResult)).rejects.toMatchObject({
			cause: { code: '23001' }
		});
	});

	test('nothing can be added to a closed wave or changed in it', async () => {
		const { payload } = await publishedOf(5);
		expect(payload.state).toBe('baseline');
		const refused = (statement: ReturnType<typeof sql>) =>
			expect(database.db.execute(statement)).rejects.toMatchObject({ cause: { code: '23001' } });
		await refused(sql`insert into response (wave_id, respondent_key, answers)
			select id, '\\x00', array[7, 7, 7, 7, 7, 7, 7]::smallint[] from wave`);
		await refused(sql`update response set answers = array[7]::smallint[]`);
		await refused(sql`insert into team_comment (wave_id, body) select id, 'x' from wave`);
		await refused(sql`insert into invitation (wave_id, seller_id, token_hash)
			select wave.id, seller.id, seller.id::text from wave, seller`);
	});

	test('asks for results to be computed again', async () => {
		const { team } = await publishedOf(6);
		const jobs = await database.db
			.execute(sql`select j.task_identifier, p.payload from graphile_worker.jobs j
			join graphile_worker._private_jobs p on p.id = j.id where j.task_identifier = 'refresh-results'`);
		expect(jobs).toMatchObject([{ payload: { enrollmentId: team.enrollmentId } }]);
	});
});

describe('what is published', () => {
	test('is the same to the byte for nobody and for four, and something for five', async () => {
		const texts: string[] = [];
		for (let answers = 0; answers <= 6; answers += 1) {
			world = worldOn(database.db);
			await database.db.delete(emailOutbox);
			const { team, payload } = await publishedOf(answers);
			const text = JSON.stringify(payload).replaceAll(team.enrollmentId, 'E');
			texts.push(text);
			const coach = await coachOf(team);
			const page = JSON.stringify(await wavesFor(coach, enrollmentOf(team)));
			expect(page).not.toContain('"answered"');
			if (answers >= 5) expect(text).toContain('"baseline"');
		}
		expect(new Set(texts.slice(0, 5)).size).toBe(1);
		expect(JSON.parse(texts[0]!)).toEqual({
			enrollment: 'E',
			wave: 0,
			methodVersion: '1.0',
			responseRatePct: null,
			state: 'suppressed'
		});
		expect(texts[5]).not.toBe(texts[4]);
	}, 60_000);

	test('would show four people, if it were not for the threshold', async () => {
		const team = await enrolled(world, { dayZero });
		const baseline = await opened(team);
		for (const token of baseline.tokens.slice(0, 4)) await send(token, 4);
		await closed(baseline.waveId, afterBaseline);
		const pulse = await opened(team, 1, inPulse);
		for (const token of pulse.tokens.slice(0, 4)) await send(token, 6);
		await closed(pulse.waveId, '2027-01-24T00:00:00Z');
		const scores = async (waveId: string) => {
			const rows = await database.db.select().from(response).where(eq(response.waveId, waveId));
			return new Map(
				rows.map(({ respondentKey, answers }) => [
					Buffer.from(respondentKey).toString('hex'),
					(100 * (answers.slice(0, 7).reduce((sum, step) => sum + step, 0) / 7 - 1)) / 6
				])
			);
		};
		const [before, after] = [await scores(baseline.waveId), await scores(pulse.waveId)];
		const pairs = [...before.keys()].filter((key) => after.has(key)).length;
		// Whoever answered, the same sellers lie under the same keys in both waves.
		expect(pairs).toBeGreaterThan(1);
		expect(changeBetween(before, after, { minGroup: 1 }).delta).toBeCloseTo(100 / 3);
		const results = await publishedResults({ db: database.db }, [team.enrollmentId]);
		expect(results.get(team.enrollmentId)!.map(({ state }) => state)).toEqual([
			'suppressed',
			'suppressed'
		]);
	});

	test('of a baseline, a pulse and an endline is what the method allows', async () => {
		const team = await enrolled(world, { dayZero });
		const steps: [Wave, string, string, number][] = [
			[0, inBaseline, afterBaseline, 4],
			[1, inPulse, '2027-01-24T00:00:00Z', 5],
			[6, inEndline, '2027-04-20T00:00:00Z', 6]
		];
		for (const [index, at, end, step] of steps) {
			const { waveId, tokens } = await opened(team, index, at);
			for (const token of tokens) await send(token, step);
			await closed(waveId, end);
		}
		const [baseline, pulse, endline] = (
			await publishedResults({ db: database.db }, [team.enrollmentId])
		).get(team.enrollmentId)!;
		expect(baseline).toMatchObject({
			state: 'baseline',
			n: { wave: 6 },
			level: { wave: { band: 'middle' } }
		});
		expect(pulse).toMatchObject({ state: 'same_people', changePoints: 17, talks: 'nearly all' });
		expect(pulse).not.toHaveProperty('upliftPct');
		expect(endline).toMatchObject({
			state: 'same_people',
			upliftPct: 67,
			verdict: 'met_robust',
			behavior: { changePoints: 25 }
		});
		expect(await violations()).toEqual([]);
	});

	test('warns the coach alone of guarded answers', async () => {
		const team = await enrolled(world, { dayZero });
		const { waveId, tokens } = await opened(team);
		for (const token of tokens) await send(token, 2);
		await closed(waveId, afterBaseline);
		const ofCoach = await wavesFor(await coachOf(team), enrollmentOf(team));
		expect(ofCoach[0]!.result?.forCoach).toEqual({ guarded: true });
		const ofLeader = await wavesFor(team.leader, enrollmentOf(team));
		expect(ofLeader[0]!.result).not.toHaveProperty('forCoach');
		expect(
			JSON.stringify([...(await publishedResults({ db: database.db }, [team.enrollmentId]))])
		).not.toContain('guarded');
	});

	test('keeps words only where they can be shown', async () => {
		const few = await enrolled(world, { dayZero, sellers: 9 });
		const one = await opened(few);
		for (const token of one.tokens.slice(0, 7)) await send(token, 5, { comment: 'kept by seven' });
		await closed(one.waveId, afterBaseline);
		expect(await database.db.$count(teamComment)).toBe(0);
		const small = await enrolled(world, { dayZero, sellers: 7, leader: 'small@team.example' });
		await database.db.delete(emailOutbox);
		const two = await opened(small);
		for (const token of two.tokens) await send(token, 5, { comment: 'not asked for' });
		await closed(two.waveId, afterBaseline);
		expect(await database.db.$count(teamComment)).toBe(0);
		const many = await enrolled(world, { dayZero, sellers: 8, leader: 'many@team.example' });
		await database.db.delete(emailOutbox);
		const three = await opened(many);
		for (const token of three.tokens) await send(token, 5, { comment: 'kept by eight' });
		await closed(three.waveId, afterBaseline);
		const rows = await wavesFor(many.leader, enrollmentOf(many));
		expect(rows[0]!.comments).toHaveLength(8);
	}, 60_000);

	test('while a wave is open, pages are the same whoever has answered', async () => {
		const team = await enrolled(world, { dayZero });
		const { tokens } = await opened(team);
		const coach = await coachOf(team);
		const look = async () =>
			JSON.stringify([
				await wavesFor(coach, enrollmentOf(team)),
				await wavesFor({ ...team.leader, now: coach.now }, enrollmentOf(team)),
				[...(await publishedResults({ db: database.db }, [team.enrollmentId]))]
			]);
		const before = await look();
		for (const token of tokens) {
			await send(token);
			expect(await look()).toBe(before);
		}
	});
});

describe('reminding', () => {
	test('mails the same link again, to those who have not answered', async () => {
		const team = await enrolled(world, { dayZero });
		const { waveId, tokens } = await opened(team);
		await send(tokens[0]!);
		world.at('2027-01-06T09:00:00Z');
		expect(await remind(await coachOf(team), waveId)).toEqual({ ok: true, value: null });
		const round = { waveId, round: '1', origin };
		await sendReminders(world.system(), round);
		await sendReminders(world.system(), round);
		const reminded = await mailedTokens('reminder');
		expect([...reminded].sort()).toEqual(tokens.slice(1).sort());
		const [row] = (await wavesFor(await coachOf(team), enrollmentOf(team))).filter(
			({ stage }) => stage === 'open'
		);
		expect(row).toMatchObject({ reminders: 1, remindRefusal: 'reminded-lately' });
	});

	test('goes only where the invitation went, whatever the roster says by then', async () => {
		const team = await enrolled(world, { dayZero });
		const { waveId, tokens } = await opened(team);
		const [moved] = team.sellers;
		const { name, locale, externalId, startedOn } = moved!;
		const changed = await changeSeller(team.leader, moved!.id, {
			...{ name, locale, externalId: externalId ?? '', startedOn, ftePct: '100' },
			email: 'someone-else@team.example'
		});
		expect(changed.ok).toBe(true);
		world.at('2027-01-06T09:00:00Z');
		await sendReminders(world.system(), { waveId, round: '1', origin });
		const reminded = await mailedTokens('reminder');
		expect(reminded).toHaveLength(5);
		expect(tokens).toEqual(expect.arrayContaining(reminded));
		const mails = await database.db
			.select()
			.from(emailOutbox)
			.where(eq(emailOutbox.category, 'reminder'));
		const texts = mails.map(({ requestEnc }) => unsealText(world.keys, 'mail', requestEnc!));
		expect(texts.join()).not.toContain('someone-else@team.example');
	});

	test('asked for in five tabs at once is one round', async () => {
		const team = await enrolled(world, { dayZero });
		const { waveId } = await opened(team);
		world.at('2027-01-06T09:00:00Z');
		const coach = await coachOf(team);
		const asked = await Promise.all(Array.from({ length: 5 }, () => remind(coach, waveId)));
		expect(asked.filter(({ ok }) => ok)).toHaveLength(1);
		expect(await database.db.$count(auditLog, eq(auditLog.action, 'wave-reminder'))).toBe(1);
	});

	test('is refused in the last day, twice in a day and a third time', async () => {
		const team = await enrolled(world, { dayZero });
		const { waveId } = await opened(team);
		const at = async (iso: string) => {
			world.at(iso);
			return remind(await coachOf(team), waveId);
		};
		expect((await at('2027-01-05T09:00:00Z')).ok).toBe(true);
		expect(await at('2027-01-05T20:00:00Z')).toEqual(refuse('reminded-lately'));
		expect((await at('2027-01-06T10:00:00Z')).ok).toBe(true);
		expect(await at('2027-01-08T10:00:00Z')).toEqual(refuse('reminded-enough'));
		expect(await at('2027-01-10T10:00:00Z')).toEqual(refuse('too-late-to-remind'));
		world.at('2027-01-10T10:00:00Z');
		await sendReminders(world.system(), { waveId, round: 'late', origin });
		expect(await mailedTokens('reminder')).toEqual([]);
	});
});

describe('the pairing key', () => {
	test('is destroyed thirty days after the last wave, and stays destroyed', async () => {
		const team = await enrolled(world, { dayZero });
		const { waveId } = await opened(team);
		await closed(waveId, afterBaseline);
		const endline = await opened(team, 6, inEndline);
		world.at('2027-04-12T09:00:00Z');
		await closeWave(await coachOf(team), endline.waveId);
		world.at('2027-05-12T08:59:00Z');
		expect(await destroyKeys(world.system())).toBe(0);
		world.at('2027-05-12T09:00:00Z');
		expect(await destroyKeys(world.system())).toBe(1);
		expect(await destroyKeys(world.system())).toBe(0);
		const [policy] = await database.db.select().from(teamPolicy);
		expect(policy).toMatchObject({ pairingKeyEnc: null, pairingKeyDestroyedAt: world.now });
		await expect(
			database.db.update(teamPolicy).set({ pairingKeyEnc: new Uint8Array(32) })
		).rejects.toMatchObject({ cause: { code: '23001' } });
	});

	test('of a team that never reached the endline goes all the same', async () => {
		const team = await enrolled(world, { dayZero });
		const { waveId } = await opened(team);
		world.at('2027-05-18T21:59:00Z');
		expect(await destroyKeys(world.system())).toBe(0);
		await closed(waveId, '2027-05-18T21:59:00Z');
		expect(await destroyKeys(world.system())).toBe(0);
		world.at('2027-05-18T22:00:00Z');
		expect(await destroyKeys(world.system())).toBe(1);
	});
});

describe('a wave after the baseline', () => {
	async function baselineOver(opensByItself: boolean) {
		const team = await enrolled(world, { dayZero });
		world.at(inBaseline);
		const coach = await coachOf(team);
		const asked = { enrollmentId: team.enrollmentId, index: 0, origin };
		const read = await confirmedTeam(coach, team.enrollmentId);
		expect((await openWave(coach, { ...asked, ...read, opensByItself })).ok).toBe(true);
		world.at(afterBaseline);
		await closeDueWaves(world.system());
		return team;
	}
	const openAt = (at: string) => {
		world.at(at);
		return openDueWaves(world.system(), { origin });
	};
	const askTeams = asking({ teams: teamsDueQuestion });
	const waitingFor = async (who: Context<Coach>) =>
		wavesToOpen((await askTeams({ ...who, now: world.now })).teams.read(), world.now);
	const waiting = async (team: Team) => waitingFor(await coachOf(team));

	test('opens by itself, once, on the morning of a working day in the leader’s zone', async () => {
		const team = await baselineOver(true);
		expect(await openAt('2027-01-17T09:00:00Z')).toBe(0);
		expect(await openAt('2027-01-18T06:59:00Z')).toBe(0);
		expect(await waiting(team)).toEqual([]);
		world.at('2027-01-18T07:00:00Z');
		const both = await Promise.all([
			openDueWaves(world.system(), { origin }),
			openDueWaves(world.system(), { origin })
		]);
		expect(both.sort()).toEqual([0, 1]);
		expect(await openAt('2027-01-18T08:00:00Z')).toBe(0);
		expect(await database.db.$count(wave)).toBe(2);
		expect(await mailedTokens()).toHaveLength(6);
		expect(await violations()).toEqual([]);
	});

	test('does not open on a weekend, nor in the afternoon', async () => {
		await baselineOver(true);
		expect(await openAt('2027-01-23T09:00:00Z')).toBe(0);
		expect(await openAt('2027-01-19T11:00:00Z')).toBe(0);
		expect(await openAt('2027-01-25T09:00:00Z')).toBe(1);
	});

	test('waits for the coach when somebody on the team is not the one they confirmed', async () => {
		const team = await baselineOver(true);
		await database.db.execute(
			sql`update seller set email = 'another@team.example' where external_id = 'S1'`
		);
		expect(await openAt(inPulse)).toBe(0);
		expect(await waiting(team)).toMatchObject([
			{ enrollmentId: team.enrollmentId, kind: 'pulse', week: 2, lastOn: '2027-01-26' }
		]);
		expect(await mailedTokens()).toEqual([]);
		await opened(team, 1, inPulse);
		expect(await waiting(team)).toEqual([]);
	});

	test('waits for the coach when one of the confirmed would not be asked', async () => {
		const team = await baselineOver(true);
		await database.db.execute(
			sql`update seller set ended_on = '2027-01-18' where external_id = 'S2'`
		);
		expect(await openAt(inPulse)).toBe(0);
		expect(await waiting(team)).toHaveLength(1);
		const part = { id: team.enrollmentId, timeZone: 'Europe/Oslo' };
		const { members, gone } = await teamToAsk({ ...(await coachOf(team)), now: world.now }, part);
		expect([members.length, gone.length]).toEqual([5, 1]);
		// Nobody left at all is no team that was confirmed either.
		await database.db.execute(sql`update seller set ended_on = '2027-01-18'`);
		expect(await openAt(inPulse)).toBe(0);
		expect(await waiting(team)).toHaveLength(1);
	});

	test('of one team that is stuck keeps no other team waiting', async () => {
		const first = await baselineOver(true);
		const second = await enrolled(world, { dayZero, coach: 'second@lofte.example' });
		world.at(inBaseline);
		const coach = await world.as('coach', 'second@lofte.example');
		const read = await confirmedTeam(coach, second.enrollmentId);
		const asked = { enrollmentId: second.enrollmentId, index: 0, origin };
		expect((await openWave(coach, { ...asked, ...read, opensByItself: true })).ok).toBe(true);
		world.at(afterBaseline);
		await closeDueWaves(world.system());
		const [stuck, other] = [first.enrollmentId, second.enrollmentId].sort();
		const holder = postgres(database.url, { max: 1 });
		try {
			await holder.begin(async (tx) => {
				await tx`select 1 from team_policy where enrollment_id = ${stuck!} for update`;
				await expect(openAt(inPulse)).rejects.toThrow();
			});
		} finally {
			await holder.end();
		}
		expect(await database.db.$count(wave, eq(wave.enrollmentId, other!))).toBe(2);
		expect(await openAt(inPulse)).toBe(1);
	});

	test('does not open when the coach chose to open by hand while it was about to', async () => {
		const team = await baselineOver(true);
		world.at(inPulse);
		const coach = postgres(database.url, { max: 1 });
		try {
			let opening: Promise<number> | undefined;
			await coach.begin(async (tx) => {
				await tx`update team_policy set opens_by_itself = false where enrollment_id = ${team.enrollmentId}`;
				opening = openDueWaves(world.system(), { origin });
				await expect
					.poll(async () => {
						const [row] = await database.db.execute<{ n: number }>(
							sql`select count(*)::int as n from pg_stat_activity where wait_event_type = 'Lock' and datname = current_database()`
						);
						return row!.n;
					})
					.toBe(1);
			});
			expect(await opening).toBe(0);
		} finally {
			await coach.end();
		}
		expect(await database.db.$count(wave)).toBe(1);
	});

	test('waits for the coach who wants to open by hand, and only that coach decides it', async () => {
		const team = await baselineOver(false);
		expect(await openAt(inPulse)).toBe(0);
		expect(await waiting(team)).toHaveLength(1);
		const other = await world.as('coach', 'other@lofte.example');
		const byItself = { enrollmentId: team.enrollmentId, opensByItself: true };
		expect(await setOpensByItself(other, byItself)).toEqual(refuse('no-such-enrollment'));
		expect(await openAt(inPulse)).toBe(0);
		expect(await waitingFor(other)).toEqual([]);
		expect((await setOpensByItself(await coachOf(team), byItself)).ok).toBe(true);
		expect(await openAt(inPulse)).toBe(1);
	});
});
