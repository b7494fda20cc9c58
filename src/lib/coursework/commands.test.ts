import { eq, sql } from 'drizzle-orm';
import fc from 'fast-check';
import { beforeEach, describe, expect, test } from 'vitest';
import { programFiles } from '../../../scripts/program-files.ts';
import { databasePerTest } from '../../../tests/database.ts';
import { enrolled } from '../../../tests/enrolled.ts';
import { worldOn, type World } from '../../../tests/world.ts';
import { myEnrollment } from '#lib/cohorts/queries.server.ts';
import { fillProgram } from '#lib/curriculum/commands.server.ts';
import { assignment, module } from '#lib/curriculum/tables.server.ts';
import type { Coach, Leader } from '#lib/people/actor.ts';
import type { Context } from '#lib/server/context.server.ts';
import { sqlState } from '#lib/server/database.server.ts';
import { dayIn } from '#lib/values/day.ts';
import { asking } from '#lib/server/question.server.ts';
import { unsealText } from '#lib/server/seal.server.ts';
import { auditLog, emailOutbox } from '#lib/server/tables.server.ts';
import {
	accept,
	addRemark,
	markRead,
	removeRemark,
	returnForRevision,
	saveDraft,
	saveReview,
	startNextAttempt,
	submit
} from './commands.server.ts';
import {
	assignmentForLeader,
	homeWorkOf,
	coachedWorkQuestion,
	homeWorkQuestion,
	lessonToRead,
	progressOf,
	reviewsGiven,
	reviewsWaiting,
	stations,
	stationsForCoach,
	submissionForCoach
} from './queries.server.ts';
import { lessonRead, remark, review, submission } from './tables.server.ts';

const database = databasePerTest();
const origin = 'https://lofte.example';
const text = `## The pattern
When my boss asks about the forecast, I open the deals of whoever sits closest. On 3 February it was Mikkel, and he asked me to stop. From Monday I wait until nine.`;

let world: World;
let leader: Context<Leader>;
let coach: Context<Coach>;
let enrollmentId: string;
let programId: string;
/** The assignment of week 3, open from 25 January. */
let control: string;

beforeEach(async () => {
	world = worldOn(database.db, '2027-02-01T09:00:00Z');
	programId = await fillProgram(world.system(), programFiles());
	({ leader, coach, enrollmentId } = await enrolled(world, {
		programId,
		leader: 'ingrid@nordbris.example'
	}));
	control = await assignmentOf(3);
});

async function assignmentOf(week: number): Promise<string> {
	const [found] = await database.db
		.select({ id: assignment.id })
		.from(assignment)
		.innerJoin(module, eq(module.id, assignment.moduleId))
		.where(eq(module.week, week));
	return found!.id;
}

const draft = (over: Partial<Parameters<typeof saveDraft>[1]> = {}) => ({
	assignmentId: control,
	attempt: 1,
	revision: 0,
	body: text,
	...over
});
const seenByCoach = async (ctx: typeof coach) =>
	stationsForCoach(
		(await asking({ work: coachedWorkQuestion })(ctx, enrollmentId)).work.read(),
		ctx.now
	);
const part = async (ctx = leader) => (await myEnrollment(ctx))!;
const seen = async (ctx = leader) => (await assignmentForLeader(ctx, await part(ctx), control))!;
const latestId = async () => (await seen()).attempts.at(-1)!.id;

/** Hands in attempt 1 and gives its id. */
async function handedIn(): Promise<string> {
	expect(await submit(leader, { ...draft(), origin })).toEqual({ ok: true, value: null });
	return latestId();
}

/** The five criteria of the assignment, each with the next of these levels. */
async function levelled(...given: number[]): Promise<Record<string, number>> {
	const { asked } = await seen();
	return Object.fromEntries(
		asked.criteria.map(({ id }, index) => [id, given[index % given.length]!])
	);
}

const mails = async () =>
	(await database.db.select().from(emailOutbox).orderBy(emailOutbox.createdAt)).map(
		({ requestEnc }) =>
			JSON.parse(unsealText(world.keys, 'mail', requestEnc!)) as {
				to: string;
				subject: string;
				text: string;
			}
	);

describe('a draft', () => {
	test('is saved over the revision its writer saw', async () => {
		const first = await saveDraft(leader, draft({ body: 'one' }));
		expect(first).toMatchObject({ ok: true, value: { revision: 1 } });
		expect(await saveDraft(leader, draft({ body: 'two', revision: 1 }))).toMatchObject({
			ok: true,
			value: { revision: 2 }
		});
		expect((await seen()).attempts).toMatchObject([
			{ attempt: 1, status: 'draft', body: 'two', revision: 2 }
		]);
	});

	test('of a second tab is refused with what the first one saved, and nothing is lost', async () => {
		await saveDraft(leader, draft({ body: 'one' }));
		await saveDraft(leader, draft({ body: 'from the first tab', revision: 1 }));
		const late = await saveDraft(leader, draft({ body: 'from the second tab', revision: 1 }));
		expect(late).toMatchObject({
			ok: false,
			reason: 'changed-elsewhere',
			stored: { body: 'from the first tab', revision: 2 }
		});
		// Having seen both, the writer may choose.
		expect(
			await saveDraft(leader, draft({ body: 'from the second tab', revision: 2 }))
		).toMatchObject({ ok: true });
	});

	test('begun in twenty tabs at once is begun once; one text wins and nineteen learn of it', async () => {
		const outcomes = await Promise.all(
			Array.from({ length: 20 }, (_, tab) => saveDraft(leader, draft({ body: `tab ${tab}` })))
		);
		expect(outcomes.filter(({ ok }) => ok)).toHaveLength(1);
		expect(await database.db.$count(submission)).toBe(1);
		const { body } = (await seen()).attempts[0]!;
		expect(
			outcomes.every(
				(outcome) => outcome.ok || ('stored' in outcome && outcome.stored.body === body)
			)
		).toBe(true);
	});

	test('saved twice with the same words is saved once', async () => {
		await saveDraft(leader, draft());
		expect(await saveDraft(leader, draft())).toMatchObject({ ok: true, value: { revision: 1 } });
	});

	test('of a module that is not open yet, of another program or of nothing is refused', async () => {
		expect(await saveDraft(leader, draft({ assignmentId: await assignmentOf(5) }))).toEqual({
			ok: false,
			reason: 'not-open'
		});
		expect(await saveDraft(leader, draft({ assignmentId: 'nothing' }))).toEqual({
			ok: false,
			reason: 'not-found'
		});
		const other = await enrolled(world, { leader: 'tomas@elsewhere.example' });
		expect(await saveDraft(other.leader, draft())).toEqual({ ok: false, reason: 'not-found' });
		expect(await saveDraft(leader, draft({ attempt: 2, revision: 0 }))).toEqual({
			ok: false,
			reason: 'not-found'
		});
	});

	test('longer than the column is refused, and what was saved stays', async () => {
		await saveDraft(leader, draft({ body: 'short' }));
		expect(await saveDraft(leader, draft({ body: 'a'.repeat(60_001), revision: 1 }))).toEqual({
			ok: false,
			reason: 'too-long'
		});
		expect((await seen()).attempts[0]!.body).toBe('short');
	});

	test('goes out of nobody’s sight but the leader’s', async () => {
		await saveDraft(leader, draft());
		expect(await submissionForCoach(coach, await latestId())).toBeNull();
		expect(await reviewsWaiting(coach)).toEqual([]);
	});
});

describe('handing in', () => {
	test('stores the text of the form, tells the coach once, and a second press changes nothing', async () => {
		await saveDraft(leader, draft({ body: 'an older draft' }));
		const pressed = { ...draft({ revision: 1 }), origin };
		const outcomes = await Promise.all([
			submit(leader, pressed),
			submit(leader, pressed),
			submit(leader, pressed)
		]);
		expect(outcomes).toEqual([
			{ ok: true, value: null },
			{ ok: true, value: null },
			{ ok: true, value: null }
		]);
		expect(await submit(leader, pressed)).toEqual({ ok: true, value: null });
		expect((await seen()).attempts).toMatchObject([{ status: 'submitted', body: text }]);
		expect(await mails()).toMatchObject([
			{ to: 'maren@lofte.example', subject: 'Ingrid Solheim has handed in: Control log' }
		]);
	});

	test('of nothing, of the skeleton or of too few words is refused and the draft is kept', async () => {
		const { asked } = await seen();
		expect(await submit(leader, { ...draft({ body: ' ' }), origin })).toMatchObject({
			ok: false,
			reason: 'empty',
			revision: 1
		});
		expect(
			await submit(leader, { ...draft({ body: asked.template, revision: 1 }), origin })
		).toMatchObject({ ok: false, reason: 'empty' });
		expect(
			await submit(leader, { ...draft({ body: 'Three own words', revision: 2 }), origin })
		).toMatchObject({ ok: false, reason: 'too-short', revision: 3 });
		expect((await seen()).attempts).toMatchObject([{ status: 'draft', body: 'Three own words' }]);
		expect(await mails()).toEqual([]);
	});

	test('from a tab with an older text is refused with both texts', async () => {
		await saveDraft(leader, draft({ body: 'one' }));
		await saveDraft(leader, draft({ body: 'two', revision: 1 }));
		expect(await submit(leader, { ...draft({ revision: 1 }), origin })).toMatchObject({
			ok: false,
			reason: 'changed-elsewhere',
			stored: { body: 'two' }
		});
		await submit(leader, { ...draft({ revision: 2 }), origin });
		expect(
			await submit(leader, { ...draft({ body: `${text} More.`, revision: 2 }), origin })
		).toMatchObject({
			ok: false,
			reason: 'handed-in-already',
			stored: { body: text }
		});
	});
});

describe('every attempt stays', () => {
	test('a handed-in text cannot be changed or deleted, not even past our own code', async () => {
		const id = await handedIn();
		expect(await saveDraft(leader, draft({ body: 'other words', revision: 1 }))).toMatchObject({
			reason: 'handed-in-already'
		});
		const past = async (statement: Promise<unknown>) =>
			sqlState(await statement.catch((error: unknown) => error));
		const { db } = database;
		expect(
			await past(db.update(submission).set({ body: 'x' }).where(eq(submission.id, id)).execute())
		).toBe('23001');
		expect(
			await past(
				db
					.update(submission)
					.set({ status: 'draft', submittedAt: null })
					.where(eq(submission.id, id))
					.execute()
			)
		).toBe('23001');
		expect(await past(db.delete(submission).where(eq(submission.id, id)).execute())).toBe('23001');
	});

	test('after a return the next attempt carries the text over, once, and both are listed', async () => {
		const id = await handedIn();
		expect(await startNextAttempt(leader, control)).toEqual({ ok: false, reason: 'not-returned' });
		await returnForRevision(coach, {
			submissionId: id,
			revision: 0,
			comment: 'What did Mikkel say?',
			levels: {},
			origin
		});
		const pressed = await Promise.all([
			startNextAttempt(leader, control),
			startNextAttempt(leader, control)
		]);
		expect(pressed).toEqual([
			{ ok: true, value: { attempt: 2 } },
			{ ok: true, value: { attempt: 2 } }
		]);
		expect((await seen()).attempts).toMatchObject([
			{
				attempt: 1,
				status: 'returned',
				body: text,
				review: { outcome: 'returned', comment: 'What did Mikkel say?' }
			},
			{ attempt: 2, status: 'draft', body: text, review: null }
		]);
		await submit(leader, {
			...draft({ attempt: 2, revision: 1, body: `${text} He said: let me.` }),
			origin
		});
		const second = await latestId();
		await accept(coach, {
			submissionId: second,
			revision: 0,
			comment: '',
			levels: await levelled(3),
			origin
		});
		expect((await seen()).attempts.map(({ status }) => status)).toEqual(['returned', 'accepted']);
		expect(await startNextAttempt(leader, control)).toEqual({ ok: false, reason: 'not-returned' });
	});

	test('a given review cannot be changed past our own code', async () => {
		const id = await handedIn();
		await returnForRevision(coach, {
			submissionId: id,
			revision: 0,
			comment: 'Why?',
			levels: {},
			origin
		});
		const failed = await database.db
			.update(review)
			.set({ comment: 'x' })
			.where(eq(review.submissionId, id))
			.execute()
			.catch((error: unknown) => error);
		expect(sqlState(failed)).toBe('23001');
	});
});

describe('a review', () => {
	test('is kept as the coach’s own draft, which picks the attempt up; opening it does not', async () => {
		const id = await handedIn();
		await submissionForCoach(coach, id);
		expect((await seen()).attempts[0]!.status).toBe('submitted');
		const saved = await saveReview(coach, {
			submissionId: id,
			revision: 0,
			comment: 'Not ready',
			levels: await levelled(2, 3)
		});
		expect(saved).toMatchObject({ ok: true, value: { revision: 1 } });
		await addRemark(coach, {
			submissionId: id,
			visibility: 'shared',
			quote: 'he asked me to stop',
			body: 'Say more.'
		});
		const [attempt] = (await seen()).attempts;
		expect(attempt).toMatchObject({ status: 'in-review', review: null, remarks: [] });
		const theirs = await submissionForCoach(coach, id);
		expect(theirs!.current).toMatchObject({
			review: { outcome: null, comment: 'Not ready', revision: 1 },
			remarks: [{ body: 'Say more.' }]
		});
		expect(Object.values(theirs!.current.review!.levels).sort()).toEqual([2, 2, 2, 3, 3]);
	});

	test.each([
		['levels-missing', [3, 3]],
		['a-criterion-at-one', [1, 4, 4, 4, 4]],
		['mean-too-low', [2, 2, 2, 3, 3]]
	] as const)('that says %s does not accept, and keeps what was written', async (reason, given) => {
		const id = await handedIn();
		const all = await levelled(...given);
		const levels =
			reason === 'levels-missing' ? Object.fromEntries(Object.entries(all).slice(0, 2)) : all;
		expect(
			await accept(coach, { submissionId: id, revision: 0, comment: 'Nearly', levels, origin })
		).toMatchObject({ ok: false, reason, revision: 1 });
		expect((await seen()).attempts[0]!.status).toBe('in-review');
		expect((await submissionForCoach(coach, id))!.current.review).toMatchObject({
			comment: 'Nearly',
			outcome: null
		});
	});

	test('returns only with a question', async () => {
		const id = await handedIn();
		expect(
			await returnForRevision(coach, {
				submissionId: id,
				revision: 0,
				comment: 'Again.',
				levels: {},
				origin
			})
		).toMatchObject({ ok: false, reason: 'question-missing', revision: 1 });
		expect(
			await returnForRevision(coach, {
				submissionId: id,
				revision: 1,
				comment: 'When?',
				levels: {},
				origin
			})
		).toMatchObject({ ok: true });
	});

	test('given in two tabs at once is given once', async () => {
		const id = await handedIn();
		const levels = await levelled(3);
		await saveReview(coach, { submissionId: id, revision: 0, comment: 'Why?', levels });
		const both = await Promise.all([
			accept(coach, { submissionId: id, revision: 1, comment: 'Why?', levels, origin }),
			returnForRevision(coach, { submissionId: id, revision: 1, comment: 'Why?', levels, origin }),
			accept(coach, { submissionId: id, revision: 1, comment: 'Other words', levels, origin })
		]);
		expect(both.filter(({ ok }) => ok)).toHaveLength(1);
		expect((await mails()).filter(({ subject }) => subject.includes('answered'))).toHaveLength(1);
		const given = (await seen()).attempts[0]!;
		expect(given.review!.outcome).toBe(given.status);
	});

	test('saved from an older tab is refused with what is stored', async () => {
		const id = await handedIn();
		await saveReview(coach, { submissionId: id, revision: 0, comment: 'One', levels: {} });
		await saveReview(coach, {
			submissionId: id,
			revision: 1,
			comment: 'Two',
			levels: await levelled(3)
		});
		expect(
			await saveReview(coach, { submissionId: id, revision: 1, comment: 'Other', levels: {} })
		).toMatchObject({
			ok: false,
			reason: 'changed-elsewhere',
			stored: { comment: 'Two', revision: 2 }
		});
	});

	test('tells the leader by mail that there is an answer, and not what it says', async () => {
		const id = await handedIn();
		await addRemark(coach, {
			submissionId: id,
			visibility: 'shared',
			quote: 'he asked me to stop',
			body: 'Secret remark'
		});
		await addRemark(coach, { submissionId: id, visibility: 'own', quote: '', body: 'Secret note' });
		await accept(coach, {
			submissionId: id,
			revision: 0,
			comment: 'Secret word',
			levels: await levelled(4),
			origin
		});
		const [, mail] = await mails();
		expect(mail).toMatchObject({
			to: 'ingrid@nordbris.example',
			subject: 'Maren Holt has answered: Control log'
		});
		expect(JSON.stringify(mail)).not.toMatch(/Secret|Silje|forecast/);
		expect(mail!.text).toContain(`${origin}/leader/assignments/${control}`);
	});
});

describe('a remark', () => {
	test('is anchored to the passage it quotes, and refused when the text does not say that', async () => {
		const id = await handedIn();
		const say = (quote: string, body = 'Why?') =>
			addRemark(coach, { submissionId: id, visibility: 'shared', quote, body });
		expect(await say('he  asked\nme to stop')).toMatchObject({ ok: true });
		expect(await say('she asked me to stop')).toEqual({ ok: false, reason: 'quote-not-found' });
		expect(await say('')).toEqual({ ok: false, reason: 'quote-missing' });
		expect(await say('From Monday', ' ')).toEqual({ ok: false, reason: 'words-missing' });
		const { remarks } = (await submissionForCoach(coach, id))!.current;
		expect(remarks).toMatchObject([{ quote: 'he asked me to stop', body: 'Why?' }]);
		expect(remarks[0]!.startsAt).toBe(
			'The pattern '.length + text.split('\n')[1]!.indexOf('he asked')
		);
	});

	test('of the coach’s own is encrypted, never the leader’s, and can be written after the answer too', async () => {
		const id = await handedIn();
		await accept(coach, {
			submissionId: id,
			revision: 0,
			comment: '',
			levels: await levelled(3),
			origin
		});
		const note = (body: string) =>
			addRemark(coach, { submissionId: id, visibility: 'own', quote: '', body });
		expect(await note('Ask for a pair session')).toMatchObject({ ok: true });
		expect(await note('Ask for a pair session with Henrik')).toMatchObject({ ok: true });
		await addRemark(coach, {
			submissionId: id,
			visibility: 'own',
			quote: 'From Monday',
			body: 'We shall see'
		});
		expect((await submissionForCoach(coach, id))!.current.remarks.map(({ body }) => body)).toEqual([
			'Ask for a pair session with Henrik',
			'We shall see'
		]);
		expect((await seen()).attempts[0]!.remarks).toEqual([]);
		const rows = await database.db.select().from(remark);
		expect(rows.map(({ body }) => body)).toEqual([null, null]);
		expect(Buffer.from(rows[0]!.bodyEnc!).toString('latin1')).not.toContain('session');
		await note('');
		expect((await submissionForCoach(coach, id))!.current.remarks).toHaveLength(1);
		expect(
			await addRemark(coach, {
				submissionId: id,
				visibility: 'shared',
				quote: 'From Monday',
				body: 'Late'
			})
		).toEqual({ ok: false, reason: 'already-answered' });
	});

	test('can be taken back until the leader has been given it', async () => {
		const id = await handedIn();
		await addRemark(coach, {
			submissionId: id,
			visibility: 'shared',
			quote: 'From Monday',
			body: 'One'
		});
		await addRemark(coach, { submissionId: id, visibility: 'shared', quote: 'nine', body: 'Two' });
		const [one, two] = (await submissionForCoach(coach, id))!.current.remarks;
		expect(await removeRemark(coach, one!.id)).toEqual({ ok: true, value: null });
		await returnForRevision(coach, {
			submissionId: id,
			revision: 0,
			comment: 'When?',
			levels: {},
			origin
		});
		expect(await removeRemark(coach, two!.id)).toEqual({ ok: false, reason: 'already-answered' });
		expect((await seen()).attempts[0]!.remarks).toMatchObject([{ body: 'Two', quote: 'nine' }]);
	});

	test('is noted in the audit log without its words', async () => {
		const id = await handedIn();
		await addRemark(coach, { submissionId: id, visibility: 'own', quote: '', body: 'Secret note' });
		const entries = await database.db.select().from(auditLog).orderBy(auditLog.seq);
		expect(entries.slice(-2).map(({ action }) => action)).toEqual([
			'submission-handed-in',
			'remark-written'
		]);
		expect(JSON.stringify(entries.map(({ detail }) => detail))).not.toContain('Secret');
	});
});

describe('another person gets nothing', () => {
	test('another coach', async () => {
		const id = await handedIn();
		await addRemark(coach, { submissionId: id, visibility: 'own', quote: '', body: 'Mine' });
		const remarkId = (await database.db.select().from(remark))[0]!.id;
		const { coach: other } = await enrolled(world, { programId, coach: 'other@lofte.example' });
		expect(await submissionForCoach(other, id)).toBeNull();
		expect(await reviewsWaiting(other)).toEqual([]);
		expect(await reviewsGiven(other)).toEqual([]);
		expect(await seenByCoach(other)).toEqual([]);
		const words = {
			submissionId: id,
			revision: 0,
			comment: 'Why?',
			levels: await levelled(3),
			origin
		};
		expect(await saveReview(other, words)).toEqual({ ok: false, reason: 'not-found' });
		expect(await accept(other, words)).toEqual({ ok: false, reason: 'not-found' });
		expect(await returnForRevision(other, words)).toEqual({ ok: false, reason: 'not-found' });
		expect(
			await addRemark(other, { submissionId: id, visibility: 'own', quote: '', body: 'x' })
		).toEqual({ ok: false, reason: 'not-found' });
		expect(await removeRemark(other, remarkId)).toEqual({ ok: false, reason: 'not-found' });
		expect(await submissionForCoach(coach, 'no-id')).toBeNull();
	});

	test('a coach who took the leader over reads what was given, not what the other one kept', async () => {
		const id = await handedIn();
		await addRemark(coach, {
			submissionId: id,
			visibility: 'own',
			quote: '',
			body: 'Kept by Maren'
		});
		await addRemark(coach, {
			submissionId: id,
			visibility: 'shared',
			quote: 'nine',
			body: 'Given by Maren'
		});
		const { coach: other } = await enrolled(world, { programId, coach: 'other@lofte.example' });
		await database.db.execute(
			sql`update enrollment set coach_id = ${other.who.personId} where id = ${enrollmentId}`
		);
		expect((await submissionForCoach(other, id))!.current).toMatchObject({ remarks: [] });
		await database.db.execute(
			sql`update enrollment set coach_id = ${coach.who.personId} where id = ${enrollmentId}`
		);
		await returnForRevision(coach, {
			submissionId: id,
			revision: 0,
			comment: 'When?',
			levels: {},
			origin
		});
		await database.db.execute(
			sql`update enrollment set coach_id = ${other.who.personId} where id = ${enrollmentId}`
		);
		const theirs = (await submissionForCoach(other, id))!.current;
		expect(theirs.remarks.map(({ body }) => body)).toEqual(['Given by Maren']);
	});

	test('another leader of the same program has their own attempts and sees none of these', async () => {
		await handedIn();
		const { leader: other } = await enrolled(world, {
			programId,
			leader: 'tomas@elsewhere.example'
		});
		expect((await seen(other)).attempts).toEqual([]);
		expect(await saveDraft(other, draft({ body: 'mine' }))).toMatchObject({ ok: true });
		expect((await seen()).attempts).toMatchObject([{ body: text }]);
		const elsewhere = await enrolled(world, { leader: 'far@elsewhere.example' });
		expect(
			await assignmentForLeader(elsewhere.leader, await part(elsewhere.leader), control)
		).toBeNull();
		expect(
			await lessonToRead(elsewhere.leader, await part(elsewhere.leader), 'meet-my-control-reflex')
		).toBeNull();
		expect(await markRead(elsewhere.leader, 'meet-my-control-reflex')).toEqual({
			ok: false,
			reason: 'not-found'
		});
	});
});

describe('progress', () => {
	test('moves when a lesson is read, an assignment handed in, and accepted', async () => {
		expect((await stations(leader, await part())).map(({ state }) => state).slice(0, 6)).toEqual([
			'open',
			'open',
			'open',
			'open',
			'open',
			'later'
		]);
		expect(await markRead(leader, 'meet-my-control-reflex')).toEqual({ ok: true, value: null });
		expect(await markRead(leader, 'meet-my-control-reflex')).toEqual({ ok: true, value: null });
		expect(await markRead(leader, 'coach-the-how')).toEqual({ ok: false, reason: 'not-open' });
		expect(await database.db.$count(lessonRead)).toBe(1);
		const at = async () => (await stations(leader, await part()))[3]!.state;
		expect(await at()).toBe('read');
		const id = await handedIn();
		expect(await at()).toBe('handed-in');
		await returnForRevision(coach, {
			submissionId: id,
			revision: 0,
			comment: 'Why?',
			levels: {},
			origin
		});
		expect(await at()).toBe('returned');
		const returned = await latestId();
		await startNextAttempt(leader, control);
		expect(await at()).toBe('drafted');
		// The draft is the leader's alone: the coach is led to what came before it.
		expect((await seenByCoach(coach))[3]!.handedInId).toBe(returned);
		await submit(leader, { ...draft({ attempt: 2, revision: 1 }), origin });
		await accept(coach, {
			submissionId: await latestId(),
			revision: 0,
			comment: 'Good.',
			levels: await levelled(3),
			origin
		});
		expect(await at()).toBe('accepted');
		expect((await progressOf(coach, [enrollmentId])).get(enrollmentId)).toEqual({
			of: 14,
			read: 1,
			handedIn: 1,
			accepted: 1
		});
		expect((await seenByCoach(coach))[3]).toMatchObject({
			state: 'accepted',
			handedInId: await latestId(),
			words: { comment: 'Good.' }
		});
	});

	test('the leader’s work: what came back first, with the coach’s words and their date', async () => {
		const id = await handedIn();
		await saveDraft(leader, draft({ assignmentId: await assignmentOf(1) }));
		await returnForRevision(coach, {
			submissionId: id,
			revision: 0,
			comment: 'What did Mikkel say?',
			levels: {},
			origin
		});
		const told = await asking({ work: homeWorkQuestion })(leader);
		const items = homeWorkOf(told.work.read()!, dayIn(leader.now, 'Europe/Oslo'));
		expect(items.map(({ week, state }) => [week, state])).toEqual([
			[3, 'returned'],
			[1, 'drafted'],
			[0, 'open'],
			[2, 'open'],
			[4, 'open']
		]);
		expect(items[0]).toMatchObject({
			dueOn: '2027-01-31',
			words: {
				outcome: 'returned',
				comment: 'What did Mikkel say?',
				coachName: 'Maren Holt',
				givenAt: world.now
			}
		});
	});

	test('the coach’s queue has the oldest promise first', async () => {
		await handedIn();
		world.at('2027-02-02T10:00:00Z');
		const later = { ...leader, now: world.now };
		await submit(later, { ...draft({ assignmentId: await assignmentOf(1) }), origin });
		const queue = await reviewsWaiting({ ...coach, now: world.now });
		expect(queue.map(({ week, answerBy }) => [week, answerBy.toISOString()])).toEqual([
			[3, '2027-02-03T09:00:00.000Z'],
			[1, '2027-02-04T10:00:00.000Z']
		]);
	});
});

test('whatever both press in whatever order, attempts are numbered without a gap and one at most is open', async () => {
	const press = fc.constantFrom(
		'save',
		'submit',
		'next',
		'review',
		'accept',
		'return'
	) as fc.Arbitrary<'save' | 'submit' | 'next' | 'review' | 'accept' | 'return'>;
	const levels = await levelled(3);
	let week = 0;
	await fc.assert(
		fc.asyncProperty(fc.array(press, { minLength: 4, maxLength: 14 }), async (presses) => {
			const assignmentId = await assignmentOf(week++ % 5);
			const all = async () =>
				(await assignmentForLeader(leader, await part(), assignmentId))!.attempts;
			for (const pressed of presses) {
				const latest = (await all()).at(-1);
				const mine = {
					assignmentId,
					attempt: latest?.attempt ?? 1,
					revision: latest?.revision ?? 0,
					body: `${text} ${pressed}`
				};
				const before = await all();
				const theirs = {
					submissionId: latest?.id ?? 'none',
					revision: latest?.review?.revision ?? 0,
					comment: 'Why?',
					levels,
					origin
				};
				if (pressed === 'save') await saveDraft(leader, mine);
				if (pressed === 'submit') await submit(leader, { ...mine, origin });
				if (pressed === 'next') await startNextAttempt(leader, assignmentId);
				if (pressed === 'review') await saveReview(coach, theirs);
				if (pressed === 'accept') await accept(coach, theirs);
				if (pressed === 'return') await returnForRevision(coach, theirs);
				const after = await all();
				for (const [index, attempt] of before.entries()) {
					if (attempt.status !== 'draft') expect(after[index]!.body).toBe(attempt.body);
					if (['accepted', 'returned'].includes(attempt.status))
						expect(after[index]!.status).toBe(attempt.status);
				}
			}
			const attempts = await all();
			expect(attempts.map(({ attempt }) => attempt)).toEqual(attempts.map((_, index) => index + 1));
			expect(attempts.slice(0, -1).every(({ status }) => status === 'returned')).toBe(true);
		}),
		{ numRuns: 12 }
	);
	expect(
		await database.db.execute(sql`select * from invariant_violations where rule like '%attempt%'`)
	).toHaveLength(0);
});
