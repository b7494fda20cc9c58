import { randomUUID } from 'node:crypto';
import { sql } from 'drizzle-orm';
import { beforeEach, describe, expect, test } from 'vitest';
import { bookAbsence } from '#lib/cohorts/commands.server.ts';
import { myEnrollment } from '#lib/cohorts/queries.server.ts';
import { seller } from '#lib/cohorts/tables.server.ts';
import { person } from '#lib/people/tables.server.ts';
import type { MailRequest } from '#lib/server/outbox.server.ts';
import { asking } from '#lib/server/question.server.ts';
import { unsealText } from '#lib/server/seal.server.ts';
import { auditLog, emailOutbox } from '#lib/server/tables.server.ts';
import { addDays, dayIn } from '#lib/values/day.ts';
import { databasePerTest } from '../../../tests/database.ts';
import { enrolled } from '../../../tests/enrolled.ts';
import { worldOn, type World } from '../../../tests/world.ts';
import {
	cancelSession,
	logTouchpoint,
	markSession,
	moveSession,
	planSession,
	saveNote,
	undoTouchpoint
} from './commands.server.ts';
import { clockOf, instantOf } from './meeting-time.ts';
import {
	leadersOf,
	sessionsAhead,
	pulseOf,
	pulseQuestion,
	loggedToday,
	comingSessionsQuestion,
	sessionsOf,
	sessionWithNotes
} from './queries.server.ts';
import { nextOf, type Plan } from './session.ts';
import { session, sessionNote, touchpoint, touchpointSeller } from './tables.server.ts';
import type { NewTouchpoint } from './touchpoint.ts';

const database = databasePerTest();
const origin = 'https://lofte.example';
type Part = Awaited<ReturnType<typeof enrolled>>;
let world: World;
let part: Part;

beforeEach(async () => {
	world = worldOn(database.db, '2027-02-22T09:00:00Z');
	part = await enrolled(world, { dayZero: '2027-01-11' });
});

/** The same people, at the world's present time. */
const leader = () => ({ ...part.leader, now: world.now });
const coach = () => ({ ...part.coach, now: world.now });

const touch = (fields: Partial<NewTouchpoint> = {}): NewTouchpoint => ({
	kind: 'coaching',
	sellerId: part.sellers[0]!.id,
	minutes: null,
	note: '',
	day: null,
	requestKey: randomUUID(),
	...fields
});
const planOf = (day: string, time: string, fields: Partial<Plan> = {}): Plan => ({
	enrollmentId: part.enrollmentId,
	kind: 'one-to-one',
	minutes: 50,
	place: '',
	...instantOf(day, time, 'Europe/Oslo'),
	...fields
});
async function planned(day = '2027-03-04', time = '15:00'): Promise<string> {
	const outcome = await planSession(coach(), { plan: planOf(day, time), origin });
	if (!outcome.ok) throw new Error(outcome.reason);
	return outcome.value.id;
}
async function mails(): Promise<MailRequest[]> {
	const rows = await database.db
		.select()
		.from(emailOutbox)
		.orderBy(emailOutbox.createdAt, emailOutbox.dedupeKey);
	return rows.map(
		(row) => JSON.parse(unsealText(world.keys, 'mail', row.requestEnc!)) as MailRequest
	);
}
/** Opens the pool's connections, so that what is sent at once also runs at once. */
const openAll = () =>
	Promise.all(Array.from({ length: 12 }, () => database.db.execute(sql`select pg_sleep(0.2)`)));
const nextSession = async (who: ReturnType<typeof leader>) =>
	nextOf((await asking({ coming: comingSessionsQuestion })(who)).coming.read(), who.now);
const pulse = async (who = leader()) =>
	pulseOf((await asking({ pulse: pulseQuestion })(who)).pulse.read()!);

describe('logging a touchpoint', () => {
	test('a double tap is one touchpoint, also when both arrive at once', async () => {
		const twice = touch();
		await openAll();
		const outcomes = await Promise.all(
			Array.from({ length: 8 }, () => logTouchpoint(leader(), twice))
		);
		expect(
			new Set(outcomes.map((outcome) => (outcome.ok ? outcome.value.id : outcome.reason))).size
		).toBe(1);
		expect(await database.db.$count(touchpoint)).toBe(1);
		expect(await database.db.$count(touchpointSeller)).toBe(1);
	});

	test('another seller from a page whose answer was lost is another touchpoint', async () => {
		const first = touch();
		const one = await logTouchpoint(leader(), first);
		const other = await logTouchpoint(leader(), { ...first, sellerId: part.sellers[1]!.id });
		expect(one.ok && other.ok && one.value.id !== other.value.id).toBe(true);
		expect(await logTouchpoint(leader(), first)).toEqual(one);
		expect(await database.db.$count(touchpoint)).toBe(2);
	});

	test('the day is the one where the team is', async () => {
		world.at('2027-02-22T23:30:00Z');
		await logTouchpoint(leader(), touch());
		const [row] = await database.db.select().from(touchpoint);
		expect(row!.day).toBe('2027-02-23');
	});

	test('another leader’s seller, one who has left and one who never was are refused', async () => {
		const other = await enrolled(world, { coach: 'other@lofte.example' });
		const [gone] = await database.db
			.insert(seller)
			.values({
				enrollmentId: part.enrollmentId,
				name: 'Gone',
				startedOn: '2026-01-01',
				endedOn: '2027-02-01',
				createdAt: world.now
			})
			.returning();
		for (const sellerId of [other.sellers[0]!.id, gone!.id, randomUUID(), 'x', null]) {
			expect(await logTouchpoint(leader(), touch({ sellerId }))).toEqual({
				ok: false,
				reason: 'seller-unknown'
			});
		}
		expect(await database.db.$count(touchpoint)).toBe(0);
	});

	test('another leader’s form key gives nothing away', async () => {
		const requestKey = randomUUID();
		const forTeam = { requestKey, kind: 'team-meeting', sellerId: null } as const;
		const one = await logTouchpoint(leader(), touch({ requestKey }));
		await logTouchpoint(leader(), touch(forTeam));
		const other = await enrolled(world, { coach: 'other@lofte.example' });
		const own = await logTouchpoint(
			other.leader,
			touch({ requestKey, sellerId: other.sellers[0]!.id })
		);
		expect(own.ok && one.ok && own.value.id !== one.value.id).toBe(true);
		expect(await logTouchpoint(other.leader, touch(forTeam))).toEqual({
			ok: false,
			reason: 'form-stale'
		});
		expect(await database.db.$count(touchpoint)).toBe(3);
	});

	test('what happened earlier in the week counts on its day, and can be taken back today', async () => {
		const day = addDays(dayIn(world.now, 'Europe/Oslo'), -3);
		const earlier = await logTouchpoint(leader(), touch({ day }));
		if (!earlier.ok) throw new Error(earlier.reason);
		const reached = (await pulse()).table.find(({ id }) => id === part.sellers[0]!.id);
		expect(reached?.touches).toEqual([{ day, kind: 'coaching' }]);
		expect(await loggedToday(leader(), (await myEnrollment(leader()))!)).toMatchObject([
			{ id: earlier.value.id, earlier: day }
		]);
		expect(await undoTouchpoint(leader(), earlier.value.id)).toEqual({ ok: true, value: null });
		const today = dayIn(world.now, 'Europe/Oslo');
		for (const wrong of [addDays(today, 1), addDays(today, -7)])
			expect(await logTouchpoint(leader(), touch({ day: wrong }))).toEqual({
				ok: false,
				reason: 'day-wrong'
			});
		// Somebody who was not on the team then was not reached.
		await database.db
			.update(seller)
			.set({ startedOn: today })
			.where(sql`${seller.id} = ${part.sellers[0]!.id}`);
		expect(await logTouchpoint(leader(), touch({ day }))).toEqual({
			ok: false,
			reason: 'seller-unknown'
		});
		expect(await database.db.$count(touchpoint)).toBe(0);
	});

	test('a leader without a place is told so', async () => {
		const nobody = await world.as('leader', 'new@team.example');
		expect(await logTouchpoint(nobody, touch())).toEqual({ ok: false, reason: 'not-enrolled' });
	});

	test('what was done for the team reaches nobody in particular', async () => {
		await logTouchpoint(leader(), touch({ kind: 'team-meeting', sellerId: null, minutes: 45 }));
		expect(await database.db.$count(touchpointSeller)).toBe(0);
		expect((await pulse()).sentence).toMatchObject({ say: 'silence', days: 31 });
	});

	test('a slip is taken back today, by its leader, and leaves nothing; tomorrow it stays', async () => {
		const slip = await logTouchpoint(leader(), touch());
		const kept = await logTouchpoint(leader(), touch());
		if (!slip.ok || !kept.ok) throw new Error('not logged');
		const other = await enrolled(world, { coach: 'other@lofte.example' });
		expect(await undoTouchpoint(other.leader, slip.value.id)).toEqual({
			ok: false,
			reason: 'not-found'
		});
		expect(await undoTouchpoint(leader(), slip.value.id)).toMatchObject({ ok: true });
		expect(await database.db.$count(touchpoint)).toBe(1);
		world.at('2027-02-23T09:00:00Z');
		expect(await undoTouchpoint(leader(), kept.value.id)).toEqual({
			ok: false,
			reason: 'not-today'
		});
		expect(await undoTouchpoint(leader(), 'nothing')).toEqual({ ok: false, reason: 'not-found' });
		expect(await database.db.$count(touchpointSeller)).toBe(1);
	});
});

describe('the pulse', () => {
	test('who has heard nothing comes out of the log, the longest silence first', async () => {
		for (const [index, day] of [
			'2027-02-10',
			'2027-02-19',
			'2027-02-22',
			'2027-02-22',
			'2027-02-22',
			'2027-02-22'
		].entries()) {
			world.at(`${day}T10:00:00Z`);
			await logTouchpoint(leader(), touch({ sellerId: part.sellers[index]!.id }));
		}
		const { sentence, wide, table, sellers } = await pulse();
		expect(sentence).toEqual({ say: 'silence', names: ['Seller 1'], days: 8 });
		expect(wide.rows.map(({ tinted }) => tinted)).toEqual([
			true,
			false,
			false,
			false,
			false,
			false
		]);
		expect(table[0]).toMatchObject({
			name: 'Seller 1',
			days: 8,
			touches: [{ day: '2027-02-10', kind: 'coaching' }]
		});
		expect(sellers).toHaveLength(6);
	});

	test('the week’s rhythm is counted over the four weeks that targets look back', async () => {
		world.at('2027-02-02T10:00:00Z'); // week 4
		for (const { id } of part.sellers)
			await logTouchpoint(leader(), touch({ kind: 'listening', sellerId: id }));
		const { week } = await pulse();
		expect(week!.number).toBe(4);
		expect(week!.percent).toBeCloseTo(15, 6);
	});

	test('somebody who left is not in the picture, and somebody who begins tomorrow is not yet', async () => {
		await database.db
			.update(seller)
			.set({ endedOn: '2027-02-19' })
			.where(sql`${seller.id} = ${part.sellers[0]!.id}`);
		await database.db
			.update(seller)
			.set({ startedOn: '2027-02-23' })
			.where(sql`${seller.id} = ${part.sellers[1]!.id}`);
		expect((await pulse()).wide.rows).toHaveLength(4);
	});

	test('leave is no silence, and nothing is due to somebody who is away all week', async () => {
		world.at('2027-02-02T10:00:00Z'); // Tuesday of week 4
		for (const { id } of part.sellers.slice(1))
			await logTouchpoint(leader(), touch({ kind: 'listening', sellerId: id }));
		const [away] = part.sellers;
		const daysOf = async () =>
			(await pulse()).table.find(({ id }) => id === away!.id)?.days ?? Number.NaN;
		const before = await daysOf();
		const { percent } = (await pulse()).week!;
		await bookAbsence(leader(), { sellerId: away!.id, from: '2027-02-01', to: '2027-02-03' });
		expect(await daysOf()).toBe(before - 2);
		expect((await pulse()).week!.percent).toBe(percent);
		await bookAbsence(leader(), { sellerId: away!.id, from: '2027-02-04', to: '2027-02-07' });
		expect((await pulse()).week!.percent).toBeCloseTo((percent! * 6) / 5, 6);
		// Nor is a meeting of a team of whom nobody is there.
		await bookAbsence(leader(), { sellerId: 'everybody', from: '2027-02-01', to: '2027-02-05' });
		expect((await pulse()).week).toBeNull();
	});

	test('another leader sees nobody of this team', async () => {
		await logTouchpoint(leader(), touch());
		const other = await enrolled(world, { coach: 'other@lofte.example' });
		const theirs = await pulse(other.leader);
		const own = other.sellers.map(({ id }) => id).sort();
		expect(theirs.sellers.map(({ id }) => id).sort()).toEqual(own);
		expect(theirs.table.flatMap(({ touches }) => touches)).toEqual([]);
		expect((await pulse()).table.flatMap(({ touches }) => touches)).toHaveLength(1);
		expect(await loggedToday(other.leader, (await myEnrollment(leader()))!)).toEqual([]);
	});

	test('today’s log shows the leader’s own note', async () => {
		await logTouchpoint(leader(), touch({ note: 'Asked about the Bodø deal', minutes: 20 }));
		expect(await loggedToday(leader(), (await myEnrollment(leader()))!)).toMatchObject([
			{ kind: 'coaching', names: 'Seller 1', minutes: 20, note: 'Asked about the Bodø deal' }
		]);
	});
});

describe('planning a session', () => {
	test('both get a mail with the same meeting for their calendars, each in their language and on their clock', async () => {
		await database.db
			.update(person)
			.set({ locale: 'nb', timeZone: 'America/New_York' })
			.where(sql`${person.id} = ${part.leader.who.personId}`);
		const id = await planned();
		const sent = await mails();
		expect(sent).toHaveLength(2);
		const toLeader = sent.find(({ to }) => to.startsWith('leader-'))!;
		const toCoach = sent.find(({ to }) => to === 'maren@lofte.example')!;
		expect(toLeader.subject).toBe('Møte med Maren Holt torsdag 4. mars kl. 09:00');
		expect(toLeader.text).toContain('torsdag 4. mars kl. 15:00, tid i Oslo');
		expect(toLeader.text).toContain(`${origin}/leader/sessions/${id}`);
		expect(toCoach.subject).toBe('Meeting with Ingrid Solheim on Thursday 4 March at 15:00');
		for (const mail of sent) {
			const [file] = mail.attachments!;
			expect(file!.contentType).toContain('method=REQUEST');
			expect(file!.content).toContain('METHOD:REQUEST');
			expect(file!.content).toContain('DTSTART:20270304T140000Z');
			expect(file!.content).toContain('DTEND:20270304T145000Z');
			expect(file!.content).toContain(`UID:${id}@lofte.example`);
			expect(file!.content).toContain('SEQUENCE:0');
		}
	});

	test('moving keeps the meeting’s id and goes one up; canceling goes one further and takes it out', async () => {
		const id = await planned();
		world.later(60_000);
		const time = {
			...instantOf('2027-03-05', '10:00', 'Europe/Oslo'),
			minutes: 50,
			place: 'Room 4'
		};
		expect(await moveSession(coach(), { id, time, origin })).toMatchObject({ ok: true });
		expect(await moveSession(coach(), { id, time, origin })).toMatchObject({ ok: true });
		world.later(60_000);
		expect(await cancelSession(coach(), { id, origin })).toMatchObject({ ok: true });
		expect(await cancelSession(coach(), { id, origin })).toEqual({
			ok: false,
			reason: 'not-planned'
		});
		expect(await moveSession(coach(), { id, time, origin })).toEqual({
			ok: false,
			reason: 'not-planned'
		});
		const files = (await mails()).map(({ attachments }) => attachments![0]!.content);
		expect(files).toHaveLength(6);
		expect(
			files.filter(
				(file) =>
					file.includes('SEQUENCE:1') &&
					file.includes('METHOD:REQUEST') &&
					file.includes('20270305T090000Z')
			)
		).toHaveLength(2);
		expect(
			files.filter(
				(file) =>
					file.includes('SEQUENCE:2') &&
					file.includes('METHOD:CANCEL') &&
					file.includes('STATUS:CANCELLED')
			)
		).toHaveLength(2);
		expect(files.every((file) => file.includes(`UID:${id}@lofte.example`))).toBe(true);
	});

	test('the nights in which clocks change: the first of two hours, and the hour after a missing one, both told', async () => {
		world.at('2027-03-01T09:00:00Z');
		const spring = await planSession(coach(), { plan: planOf('2027-03-28', '02:30'), origin });
		expect(spring).toMatchObject({ ok: true, value: { hour: 'moved-forward' } });
		const autumn = await planSession(coach(), { plan: planOf('2027-10-31', '02:30'), origin });
		expect(autumn).toMatchObject({ ok: true, value: { hour: 'first-of-two' } });
		const rows = await database.db.select().from(session).orderBy(session.startsAt);
		expect(rows.map(({ startsAt }) => startsAt.toISOString())).toEqual([
			'2027-03-28T01:30:00.000Z',
			'2027-10-31T00:30:00.000Z'
		]);
		expect(clockOf(rows[0]!.startsAt, 'Europe/Oslo').time).toBe('03:30');
		const texts = (await mails()).map(({ text }) => text);
		expect(
			texts.filter((text) => text.includes('The meeting begins at 03:30 instead'))
		).toHaveLength(2);
		expect(texts.filter((text) => text.includes('so 02:30 comes twice'))).toHaveLength(2);
	});

	test('the coach is not in two rooms at once, and is told who they meet then', async () => {
		await planned('2027-03-04', '15:00');
		const other = await enrolled(world, { leader: 'tomas@team.example' });
		const clash = await planSession(coach(), {
			plan: planOf('2027-03-04', '15:30', { enrollmentId: other.enrollmentId }),
			origin
		});
		expect(clash).toEqual({
			ok: false,
			reason: 'overlaps',
			meets: 'Ingrid Solheim',
			at: new Date('2027-03-04T14:00:00Z')
		});
		// One ends as the next begins: no overlap.
		expect(
			await planSession(coach(), {
				plan: planOf('2027-03-04', '15:50', { enrollmentId: other.enrollmentId }),
				origin
			})
		).toMatchObject({ ok: true });
		expect(
			await planSession(coach(), { plan: planOf('2027-03-04', '14:10'), origin })
		).toMatchObject({ ok: true });
		expect(await database.db.$count(session)).toBe(3);
	});

	test('eight plans for one hour at once are one session', async () => {
		await openAll();
		const outcomes = await Promise.all(
			Array.from({ length: 8 }, () =>
				planSession(coach(), { plan: planOf('2027-03-04', '15:00'), origin })
			)
		);
		expect(outcomes.filter(({ ok }) => ok)).toHaveLength(1);
		expect(await database.db.$count(session)).toBe(1);
		expect(await database.db.$count(emailOutbox)).toBe(2);
	});

	test('a canceled session leaves its hour free, and moving a session does not meet itself', async () => {
		const id = await planned();
		await cancelSession(coach(), { id, origin });
		const again = await planned();
		const time = { ...instantOf('2027-03-04', '15:10', 'Europe/Oslo'), minutes: 50, place: '' };
		expect(await moveSession(coach(), { id: again, time, origin })).toMatchObject({ ok: true });
	});

	test('held or missed is said once it has begun, and can be put right', async () => {
		const id = await planned();
		expect(await markSession(coach(), { id, move: 'hold' })).toEqual({
			ok: false,
			reason: 'not-yet'
		});
		world.at('2027-03-04T15:00:00Z');
		expect(await markSession(coach(), { id, move: 'miss' })).toMatchObject({ ok: true });
		expect(await markSession(coach(), { id, move: 'hold' })).toMatchObject({ ok: true });
		expect(await cancelSession(coach(), { id, origin })).toEqual({
			ok: false,
			reason: 'not-planned'
		});
		const [row] = await database.db.select().from(session);
		expect(row!.status).toBe('held');
	});
});

describe('somebody else’s session', () => {
	test('another coach and another leader find nothing, and change nothing', async () => {
		const id = await planned();
		const other = await enrolled(world, { coach: 'other@lofte.example' });
		const time = { ...instantOf('2027-03-05', '10:00', 'Europe/Oslo'), minutes: 50, place: '' };
		const note = { sessionId: id, visibility: 'shared' as const, body: 'mine now', revision: 0 };
		expect(await sessionWithNotes(other.coach, id)).toBeNull();
		expect(await sessionWithNotes(other.leader, id)).toBeNull();
		expect(await sessionWithNotes(coach(), 'nothing')).toBeNull();
		expect(await planSession(other.coach, { plan: planOf('2027-03-09', '10:00'), origin })).toEqual(
			{ ok: false, reason: 'leader-missing' }
		);
		expect(await moveSession(other.coach, { id, time, origin })).toEqual({
			ok: false,
			reason: 'not-found'
		});
		expect(await cancelSession(other.coach, { id, origin })).toEqual({
			ok: false,
			reason: 'not-found'
		});
		expect(await markSession(other.coach, { id, move: 'hold' })).toEqual({
			ok: false,
			reason: 'not-found'
		});
		expect(await saveNote(other.coach, note)).toEqual({ ok: false, reason: 'not-found' });
		expect(await saveNote(other.leader, note)).toEqual({ ok: false, reason: 'not-found' });
		expect(await sessionsOf(other.coach)).toEqual({ ahead: [], behind: [] });
		expect(await nextSession(other.leader)).toBeNull();
		expect(await database.db.$count(sessionNote)).toBe(0);
	});

	test('a coach whose leader was given to another coach is out at once', async () => {
		const id = await planned();
		const heir = await world.as('coach', 'heir@lofte.example');
		await database.db.execute(
			sql`update enrollment set coach_id = ${heir.who.personId} where id = ${part.enrollmentId}`
		);
		expect(await sessionWithNotes(coach(), id)).toBeNull();
		expect(
			await saveNote(coach(), { sessionId: id, visibility: 'own', body: 'x', revision: 0 })
		).toEqual({ ok: false, reason: 'not-found' });
	});
});

describe('notes', () => {
	const text = 'Henrik sat in on the review and answered for Silje';

	test('one’s own stays one’s own; what is shared is read by the other', async () => {
		const id = await planned();
		await saveNote(coach(), { sessionId: id, visibility: 'own', body: text, revision: 0 });
		await saveNote(coach(), {
			sessionId: id,
			visibility: 'shared',
			body: 'Agenda: the review',
			revision: 0
		});
		await saveNote(leader(), {
			sessionId: id,
			visibility: 'own',
			body: 'I was afraid',
			revision: 0
		});
		const seen = await sessionWithNotes(leader(), id);
		expect(seen).toMatchObject({
			own: { body: 'I was afraid' },
			shared: { body: '' },
			theirs: { body: 'Agenda: the review' }
		});
		expect(JSON.stringify(seen)).not.toContain('Henrik');
		const byCoach = await sessionWithNotes(coach(), id);
		expect(byCoach).toMatchObject({
			own: { body: text },
			shared: { body: 'Agenda: the review' },
			theirs: null
		});
		expect(JSON.stringify(byCoach)).not.toContain('afraid');
	});

	test('two tabs do not overwrite each other: the second gets back what the note says', async () => {
		const id = await planned();
		const save = (body: string, revision: number) =>
			saveNote(coach(), { sessionId: id, visibility: 'own', body, revision });
		expect(await save('from the first tab', 0)).toMatchObject({ ok: true, value: { revision: 1 } });
		expect(await save('from the second tab', 0)).toEqual({
			ok: false,
			reason: 'changed-elsewhere',
			current: { body: 'from the first tab', revision: 1 }
		});
		expect(await save('both together', 1)).toMatchObject({ ok: true, value: { revision: 2 } });
		// A form that is sent twice is no conflict.
		expect(await save('both together', 1)).toMatchObject({ ok: true, value: { revision: 2 } });
	});

	test('ten first saves at once: one wins, nine are told', async () => {
		const id = await planned();
		await openAll();
		const outcomes = await Promise.all(
			Array.from({ length: 10 }, (_, index) =>
				saveNote(leader(), {
					sessionId: id,
					visibility: 'shared',
					body: `tab ${index}`,
					revision: 0
				})
			)
		);
		expect(outcomes.filter(({ ok }) => ok)).toHaveLength(1);
		expect(outcomes.filter((one) => !one.ok && one.reason === 'changed-elsewhere')).toHaveLength(9);
	});

	test('a dump of the database shows no word of a note, nor do mails and the log', async () => {
		const id = await planned();
		await saveNote(coach(), { sessionId: id, visibility: 'own', body: text, revision: 0 });
		await saveNote(leader(), { sessionId: id, visibility: 'shared', body: text, revision: 0 });
		await logTouchpoint(leader(), touch({ note: text }));
		await sessionWithNotes(coach(), id);
		const tables = ['session_note', 'touchpoint', 'session', 'email_outbox', 'audit_log'];
		for (const table of tables) {
			const rows = await database.db.execute(
				sql`select row_to_json(t)::text as line from ${sql.identifier(table)} t`
			);
			expect(rows.length).toBeGreaterThan(0);
			const dump = rows.map(({ line }) => String(line)).join();
			for (const form of [
				text,
				Buffer.from(text).toString('hex'),
				Buffer.from(text).toString('base64')
			])
				expect(dump).not.toContain(form);
		}
		for (const mail of await mails()) expect(JSON.stringify(mail)).not.toContain('Henrik');
		// The control: with the key the words are there.
		const [note] = await database.db.select().from(sessionNote).limit(1);
		expect(unsealText(world.keys, 'note', note!.bodyEnc)).toBe(text);
	});

	test('when the coach reads the leader’s words, the log says so; reading one’s own leaves no trace', async () => {
		const id = await planned();
		await saveNote(coach(), { sessionId: id, visibility: 'own', body: text, revision: 0 });
		await sessionWithNotes(coach(), id);
		const reads = () => database.db.$count(auditLog, sql`${auditLog.action} = 'session-note-read'`);
		expect(await reads()).toBe(0);
		await saveNote(leader(), {
			sessionId: id,
			visibility: 'shared',
			body: 'My agenda',
			revision: 0
		});
		await sessionWithNotes(coach(), id);
		await sessionWithNotes(leader(), id);
		expect(await reads()).toBe(1);
	});

	test('saving while typing is one entry in the log, an hour later it is another', async () => {
		const id = await planned();
		const writes = () =>
			database.db.$count(auditLog, sql`${auditLog.action} = 'session-note-written'`);
		for (let revision = 0; revision < 5; revision += 1) {
			await saveNote(coach(), {
				sessionId: id,
				visibility: 'own',
				body: `draft ${revision}`,
				revision
			});
			world.later(2_000);
		}
		expect(await writes()).toBe(1);
		world.later(3600_000);
		await saveNote(coach(), { sessionId: id, visibility: 'own', body: 'later', revision: 5 });
		expect(await writes()).toBe(2);
	});

	test('a note that is too long is refused whole', async () => {
		const id = await planned();
		expect(
			await saveNote(coach(), {
				sessionId: id,
				visibility: 'own',
				body: 'x'.repeat(20_001),
				revision: 0
			})
		).toEqual({ ok: false, reason: 'note-too-long' });
	});
});

describe('what pages ask', () => {
	test('the leader’s next session is the nearest planned one, or the one under way', async () => {
		expect(await nextSession(leader())).toBeNull();
		const later = await planned('2027-03-11', '15:00');
		const next = await planned('2027-03-04', '15:00');
		expect(await nextSession(leader())).toMatchObject({
			id: next,
			coachName: 'Maren Holt',
			leaderTimeZone: 'Europe/Oslo'
		});
		world.at('2027-03-04T14:30:00Z');
		expect((await nextSession(leader()))!.id).toBe(next);
		world.at('2027-03-04T15:00:00Z');
		expect((await nextSession(leader()))!.id).toBe(later);
		const { ahead, behind } = await sessionsOf(leader());
		expect([ahead.map(({ id }) => id), behind.map(({ id }) => id)]).toEqual([[later], [next]]);
	});

	test('the coach’s agenda says how long ago each leader was met, and nothing of another coach’s', async () => {
		const id = await planned('2027-02-23', '15:00');
		world.at('2027-02-23T15:00:00Z');
		await markSession(coach(), { id, move: 'hold' });
		const next = await planned('2027-03-04', '15:00');
		await logTouchpoint(leader(), touch());
		await enrolled(world, { coach: 'other@lofte.example' });
		world.at('2027-03-02T09:00:00Z');
		expect(await sessionsAhead(coach())).toMatchObject([
			{ id: next, leaderName: 'Ingrid Solheim' }
		]);
		const told = {
			enrollmentId: part.enrollmentId,
			leaderName: 'Ingrid Solheim',
			daysSinceMet: 7,
			lastTouchOn: '2027-02-23'
		};
		expect(await leadersOf(coach())).toMatchObject([
			{ ...told, nextAt: new Date('2027-03-04T14:00:00Z'), missedInRow: 0 }
		]);
		world.at('2027-03-04T15:00:00Z');
		await markSession(coach(), { id: next, move: 'miss' });
		expect(await leadersOf(coach())).toMatchObject([
			{ ...told, daysSinceMet: 9, nextAt: null, missedInRow: 1 }
		]);
	});
});
