import { and, desc, eq, inArray, isNull, sql } from 'drizzle-orm';
import { myEnrollment } from '#lib/cohorts/queries.server.ts';
import { enrollment } from '#lib/cohorts/tables.server.ts';
import { isOpen } from '#lib/curriculum/lesson.ts';
import { isLevel, type Level } from '#lib/curriculum/rubric.ts';
import { assignment, criterion, lesson, module } from '#lib/curriculum/tables.server.ts';
import { m } from '#lib/paraglide/messages.js';
import type { Coach, Leader } from '#lib/people/actor.ts';
import { person } from '#lib/people/tables.server.ts';
import { audit } from '#lib/server/audit.server.ts';
import { inTransaction, type Context } from '#lib/server/context.server.ts';
import type { Database } from '#lib/server/database.server.ts';
import { blocksOf, plainOf } from '#lib/server/markdown.server.ts';
import { queueMail } from '#lib/server/outbox.server.ts';
import { seal, unsealText } from '#lib/server/seal.server.ts';
import { dayIn } from '#lib/values/day.ts';
import { isId } from '#lib/values/id.ts';
import { ok, refuse, type Ok, type Refusal, type Result } from '#lib/values/result.ts';
import { cleanQuote, locate, longestQuote } from './passage.ts';
import {
	acceptRefusal,
	longestComment,
	longestRemark,
	returnRefusal,
	type AcceptRefusal,
	type Outcome,
	type ReturnRefusal
} from './review.ts';
import {
	bodyRefusal,
	cleanBody,
	from,
	longestBody,
	may,
	to,
	type BodyRefusal,
	type Status
} from './submission.ts';
import { lessonRead, remark, review, score, submission } from './tables.server.ts';

// The leader

/** Marks a lesson of the leader's own program as read; a second time keeps the first. */
export async function markRead(
	ctx: Context<Leader>,
	slug: string
): Promise<Result<null, 'not-found' | 'not-open'>> {
	const part = await myEnrollment(ctx);
	if (!part) return refuse('not-found');
	const [found] = await ctx.db
		.select({ id: lesson.id, week: module.week })
		.from(lesson)
		.innerJoin(module, eq(module.id, lesson.moduleId))
		.where(and(eq(module.programId, part.programId), eq(module.slug, slug)));
	if (!found) return refuse('not-found');
	if (!isOpen(found.week, part.dayZero, dayIn(ctx.now, part.timeZone))) return refuse('not-open');
	await ctx.db
		.insert(lessonRead)
		.values({ enrollmentId: part.id, lessonId: found.id, readAt: ctx.now })
		.onConflictDoNothing();
	return ok(null);
}

/** What stands in the database when somebody else, or another tab, was there first. */
export type Stored = { body: string; revision: number; savedAt: Date; status: Status };
type Conflict = Refusal<'changed-elsewhere' | 'handed-in-already'> & { stored: Stored };
type Draft = { assignmentId: string; attempt: number; revision: number; body: string };
type Saved = { revision: number; savedAt: Date };
type NotMine = Refusal<'not-found' | 'not-open'>;

/**
 * Saves a draft over the revision that its writer saw. An older revision is refused with what is
 * stored, so that a second tab cannot overwrite the first; the same text twice is saved once.
 *
 * @param input revision 0 begins the first attempt
 */
export async function saveDraft(
	ctx: Context<Leader>,
	input: Draft
): Promise<Ok<Saved> | Conflict | NotMine | Refusal<'too-long'>> {
	const mine = await mineToWrite(ctx, input.assignmentId);
	return mine.ok ? keepDraft(ctx, mine.value, input) : mine;
}

type Mine = { enrollmentId: string; coachId: string; template: string; title: string };

async function mineToWrite(
	ctx: Context<Leader>,
	assignmentId: string
): Promise<Ok<Mine> | NotMine> {
	const part = await myEnrollment(ctx);
	if (!part || part.state !== 'active' || !isId(assignmentId)) return refuse('not-found');
	const [asked] = await ctx.db
		.select({ template: assignment.template, title: assignment.title, week: module.week })
		.from(assignment)
		.innerJoin(module, eq(module.id, assignment.moduleId))
		.where(and(eq(assignment.id, assignmentId), eq(module.programId, part.programId)));
	if (!asked) return refuse('not-found');
	if (!isOpen(asked.week, part.dayZero, dayIn(ctx.now, part.timeZone))) return refuse('not-open');
	return ok({
		enrollmentId: part.id,
		coachId: part.coachId,
		template: asked.template,
		title: asked.title
	});
}

async function keepDraft(
	{ db, now }: Context<Leader>,
	{ enrollmentId }: Mine,
	{ assignmentId, attempt, revision, body: typed }: Draft
): Promise<Ok<Saved> | Conflict | Refusal<'too-long' | 'not-found'>> {
	const body = cleanBody(typed);
	if (body.length > longestBody) return refuse('too-long');
	const saved = { revision: submission.revision, savedAt: submission.savedAt };
	const thisAttempt = attemptOf({ enrollmentId, assignmentId, attempt });
	const [kept] =
		revision === 0 && attempt === 1
			? await db
					.insert(submission)
					.values({
						enrollmentId,
						assignmentId,
						attempt,
						body,
						revision: 1,
						savedAt: now,
						createdAt: now
					})
					.onConflictDoNothing()
					.returning(saved)
			: await db
					.update(submission)
					.set({ body, revision: revision + 1, savedAt: now })
					.where(
						and(
							thisAttempt,
							eq(submission.revision, revision),
							inArray(submission.status, from('save'))
						)
					)
					.returning(saved);
	if (kept) return ok(kept);
	const conflict = await whatStands(db, { enrollmentId, assignmentId, attempt });
	const isSame = conflict.reason === 'changed-elsewhere' && conflict.stored.body === body;
	return isSame
		? ok({ revision: conflict.stored.revision, savedAt: conflict.stored.savedAt })
		: conflict;
}

type AttemptKey = { enrollmentId: string; assignmentId: string; attempt: number };
const attemptOf = ({ enrollmentId, assignmentId, attempt }: AttemptKey) =>
	and(
		eq(submission.enrollmentId, enrollmentId),
		eq(submission.assignmentId, assignmentId),
		eq(submission.attempt, attempt)
	);

/** Why an attempt could not be written: what stands there now. */
async function whatStands(db: Database, key: AttemptKey): Promise<Conflict | Refusal<'not-found'>> {
	const [stored] = await db
		.select({
			body: submission.body,
			revision: submission.revision,
			savedAt: submission.savedAt,
			status: sql<Status>`${submission.status}`
		})
		.from(submission)
		.where(attemptOf(key));
	if (!stored) return refuse('not-found');
	return {
		...refuse(stored.status === 'draft' ? 'changed-elsewhere' : 'handed-in-already'),
		stored
	};
}

/**
 * Hands an attempt in, with the text as it stands in the form. Pressing twice hands in once. A text
 * that is too short is kept as a draft and not handed in.
 */
export async function submit(
	ctx: Context<Leader>,
	{ origin, ...input }: Draft & { origin: string }
): Promise<Ok<null> | Conflict | NotMine | (Refusal<BodyRefusal> & Partial<Saved>)> {
	return inTransaction(ctx, async (tx) => {
		const mine = await mineToWrite(tx, input.assignmentId);
		if (!mine.ok) return mine;
		const body = cleanBody(input.body);
		const isThisText = (other: Conflict | { reason: string }) =>
			other.reason === 'handed-in-already' && 'stored' in other && other.stored.body === body;
		const kept = await keepDraft(tx, mine.value, input);
		if (!kept.ok) return isThisText(kept) ? ok(null) : kept;
		const wrong = bodyRefusal(body, mine.value.template);
		if (wrong) return { ...refuse(wrong), ...kept.value };
		const [handedIn] = await tx.db
			.update(submission)
			.set({ status: to.submit, submittedAt: ctx.now })
			.where(
				and(
					attemptOf({ ...input, enrollmentId: mine.value.enrollmentId }),
					eq(submission.revision, kept.value.revision),
					inArray(submission.status, from('submit'))
				)
			)
			.returning({ id: submission.id });
		if (!handedIn) {
			// Another tab was faster between the two statements.
			const conflict = await whatStands(tx.db, { ...input, enrollmentId: mine.value.enrollmentId });
			return isThisText(conflict) ? ok(null) : conflict;
		}
		await tellCoach(tx, { submissionId: handedIn.id, origin, ...mine.value });
		await audit(tx, {
			action: 'submission-handed-in',
			object: { kind: 'submission', id: handedIn.id },
			detail: { attempt: input.attempt }
		});
		return ok(null);
	});
}

async function tellCoach(
	ctx: Context<Leader>,
	{ coachId, submissionId, title, origin }: Mine & { submissionId: string; origin: string }
) {
	const [coach] = await ctx.db
		.select({ email: person.email, locale: person.locale })
		.from(person)
		.where(eq(person.id, coachId));
	if (!coach) return;
	const locale = coach.locale as 'en' | 'nb';
	const { name } = ctx.who;
	await queueMail(ctx, {
		to: coach.email,
		category: 'notice',
		fact: `handed-in/${submissionId}`,
		locale,
		subject: m.mail_handed_in_subject({ name, title }, { locale }),
		paragraphs: [m.mail_handed_in_body({ name, title }, { locale })],
		button: {
			label: m.mail_handed_in_button({}, { locale }),
			url: `${origin}/coach/reviews/${submissionId}`
		},
		reason: m.mail_handed_in_reason({}, { locale })
	});
}

/** Begins the next attempt with the text of the returned one. Pressing twice begins one. */
export async function startNextAttempt(
	ctx: Context<Leader>,
	assignmentId: string
): Promise<Result<{ attempt: number }, 'not-found' | 'not-open' | 'not-returned'>> {
	const mine = await mineToWrite(ctx, assignmentId);
	if (!mine.ok) return mine;
	const { enrollmentId } = mine.value;
	const [latest] = await ctx.db
		.select({
			attempt: submission.attempt,
			status: sql<Status>`${submission.status}`,
			body: submission.body
		})
		.from(submission)
		.where(
			and(eq(submission.enrollmentId, enrollmentId), eq(submission.assignmentId, assignmentId))
		)
		.orderBy(desc(submission.attempt))
		.limit(1);
	if (latest?.status === 'draft') return ok({ attempt: latest.attempt });
	if (!latest || !may('resubmit', latest)) return refuse('not-returned');
	const attempt = latest.attempt + 1;
	await ctx.db
		.insert(submission)
		.values({
			enrollmentId,
			assignmentId,
			attempt,
			body: latest.body,
			revision: 1,
			savedAt: ctx.now,
			createdAt: ctx.now
		})
		.onConflictDoNothing();
	return ok({ attempt });
}

// The coach

export type StoredReview = {
	comment: string;
	levels: Record<string, Level>;
	revision: number;
	savedAt: Date;
};
type ReviewConflict = Refusal<'changed-elsewhere'> & { stored: StoredReview };
type NotMineToAnswer = Refusal<'not-found' | 'already-answered'>;
type Written = {
	submissionId: string;
	revision: number;
	comment: string;
	levels: Record<string, number>;
};

/**
 * Keeps the coach's unfinished review, and with it picks the attempt up. Nobody else sees it before
 * it is given. An older revision is refused with what is stored.
 */
export async function saveReview(
	ctx: Context<Coach>,
	input: Written
): Promise<Ok<Saved> | ReviewConflict | NotMineToAnswer> {
	return inTransaction(ctx, async (tx) => {
		const theirs = await lockToAnswer(tx, input.submissionId);
		return theirs.ok ? keepReview(tx, theirs.value, input) : theirs;
	});
}

type Theirs = { submissionId: string; assignmentId: string; programId: string; status: Status };

/** The attempt, if it belongs to one of this coach's leaders and is still to be answered; locked until the transaction ends. */
async function lockToAnswer(
	{ db, who }: Context<Coach>,
	submissionId: string
): Promise<Ok<Theirs> | NotMineToAnswer> {
	if (!isId(submissionId)) return refuse('not-found');
	const [found] = await db
		.select({
			submissionId: submission.id,
			assignmentId: submission.assignmentId,
			programId: module.programId,
			status: sql<Status>`${submission.status}`
		})
		.from(submission)
		.innerJoin(enrollment, eq(enrollment.id, submission.enrollmentId))
		.innerJoin(assignment, eq(assignment.id, submission.assignmentId))
		.innerJoin(module, eq(module.id, assignment.moduleId))
		.where(and(eq(submission.id, submissionId), eq(enrollment.coachId, who.personId)))
		.for('update', { of: submission });
	if (!found || found.status === 'draft') return refuse('not-found');
	return may('accept', found) ? ok(found) : refuse('already-answered');
}

async function pickUp({ db }: Context<Coach>, { submissionId }: { submissionId: string }) {
	await db
		.update(submission)
		.set({ status: to.pickUp })
		.where(and(eq(submission.id, submissionId), inArray(submission.status, from('pickUp'))));
}

async function keepReview(
	ctx: Context<Coach>,
	theirs: Theirs,
	input: Written
): Promise<Ok<Saved> | ReviewConflict> {
	const { db, now, who } = ctx;
	const { submissionId } = theirs;
	const comment = cleanBody(input.comment).slice(0, longestComment);
	const returned = { id: review.id, revision: review.revision, savedAt: review.savedAt };
	const [kept] =
		input.revision === 0
			? await db
					.insert(review)
					.values({ submissionId, coachId: who.personId, comment, revision: 1, savedAt: now })
					.onConflictDoNothing()
					.returning(returned)
			: await db
					.update(review)
					.set({ comment, revision: input.revision + 1, savedAt: now })
					.where(
						and(
							eq(review.submissionId, submissionId),
							eq(review.coachId, who.personId),
							eq(review.revision, input.revision),
							isNull(review.outcome)
						)
					)
					.returning(returned);
	if (!kept) return conflictOf(ctx, theirs, { comment, levels: input.levels });
	await pickUp(ctx, theirs);
	await keepLevels(ctx, theirs, { reviewId: kept.id, levels: input.levels });
	return ok({ revision: kept.revision, savedAt: kept.savedAt });
}

/** What stands in the way of a save: nothing, when it is the same review. */
async function conflictOf(
	{ db, who }: Context<Coach>,
	{ submissionId }: Theirs,
	mine: Pick<Written, 'comment' | 'levels'>
): Promise<Ok<Saved> | ReviewConflict> {
	const [found] = await db
		.select({
			comment: review.comment,
			revision: review.revision,
			savedAt: review.savedAt,
			levels: sql<Record<
				string,
				Level
			> | null>`(select json_object_agg(${score.criterionId}, ${score.level})
				from ${score} where ${score.reviewId} = ${review.id})`
		})
		.from(review)
		.where(and(eq(review.submissionId, submissionId), eq(review.coachId, who.personId)));
	// Another coach began this review and the leader was given to this one: rare, and theirs to end.
	const stored = found
		? { ...found, levels: found.levels ?? {} }
		: { comment: '', levels: {}, revision: 0, savedAt: new Date(0) };
	const same =
		found?.comment === mine.comment &&
		Object.keys(mine.levels).length === Object.keys(stored.levels).length &&
		Object.entries(mine.levels).every(([id, level]) => stored.levels[id] === level);
	return same
		? ok({ revision: stored.revision, savedAt: stored.savedAt })
		: { ...refuse('changed-elsewhere'), stored };
}

async function keepLevels(
	{ db }: Context<Coach>,
	{ assignmentId, programId }: Theirs,
	{ reviewId, levels }: { reviewId: string; levels: Record<string, number> }
) {
	const criteria = await db
		.select({ id: criterion.id })
		.from(criterion)
		.where(
			and(
				eq(criterion.programId, programId),
				sql`(${criterion.assignmentId} is null or ${criterion.assignmentId} = ${assignmentId})`
			)
		);
	await db.delete(score).where(eq(score.reviewId, reviewId));
	const rows = criteria.flatMap(({ id: criterionId }) => {
		const level = levels[criterionId];
		return level !== undefined && isLevel(level) ? [{ reviewId, criterionId, level }] : [];
	});
	if (rows.length > 0) await db.insert(score).values(rows);
}

type Given = Written & { origin: string };
type GiveRefusal = NotMineToAnswer | ReviewConflict;

/** Accepts an attempt. Refused, with the draft kept, when the levels are not enough (method 12). */
export async function accept(
	ctx: Context<Coach>,
	input: Given
): Promise<Ok<null> | GiveRefusal | (Refusal<AcceptRefusal> & Saved)> {
	return give(ctx, { ...input, outcome: 'accepted', refusal: ({ given }) => acceptRefusal(given) });
}

/** Returns an attempt with a question. Refused, with the draft kept, when there is none. */
export async function returnForRevision(
	ctx: Context<Coach>,
	input: Given
): Promise<Ok<null> | GiveRefusal | (Refusal<ReturnRefusal> & Saved)> {
	return give(ctx, {
		...input,
		outcome: 'returned',
		refusal: ({ comment }) => returnRefusal(comment)
	});
}

async function give<Reason extends string>(
	ctx: Context<Coach>,
	{
		outcome,
		refusal,
		origin,
		...input
	}: Given & {
		outcome: Outcome;
		refusal: (review: { given: Level[]; comment: string }) => Reason | null;
	}
): Promise<Ok<null> | GiveRefusal | (Refusal<Reason> & Saved)> {
	return inTransaction(ctx, async (tx) => {
		const theirs = await lockToAnswer(tx, input.submissionId);
		if (!theirs.ok) return theirs;
		const kept = await keepReview(tx, theirs.value, input);
		if (!kept.ok) return kept;
		const given = await tx.db
			.select({ level: sql<Level>`${score.level}` })
			.from(score)
			.innerJoin(review, eq(review.id, score.reviewId))
			.where(eq(review.submissionId, input.submissionId));
		const reason = refusal({ given: given.map(({ level }) => level), comment: input.comment });
		if (reason) return { ...(refuse(reason) as Refusal<Reason>), ...kept.value };

		const move = outcome === 'accepted' ? 'accept' : 'return';
		const [moved] = await tx.db
			.update(submission)
			.set({ status: to[move] })
			.where(and(eq(submission.id, input.submissionId), inArray(submission.status, from(move))))
			.returning({ id: submission.id });
		if (!moved) return refuse('already-answered');
		await tx.db
			.update(review)
			.set({ outcome, givenAt: ctx.now })
			.where(and(eq(review.submissionId, input.submissionId), isNull(review.outcome)));
		await tellLeader(tx, { submissionId: input.submissionId, outcome, origin });
		await audit(tx, {
			action: 'review-given',
			object: { kind: 'submission', id: input.submissionId },
			detail: { outcome }
		});
		return ok(null);
	});
}

/** Says that there is an answer, and nothing of what it says: mail is read over shoulders. */
async function tellLeader(
	ctx: Context<Coach>,
	{ submissionId, outcome, origin }: { submissionId: string; outcome: Outcome; origin: string }
) {
	const [found] = await ctx.db
		.select({
			email: person.email,
			locale: person.locale,
			assignmentId: assignment.id,
			title: assignment.title
		})
		.from(submission)
		.innerJoin(enrollment, eq(enrollment.id, submission.enrollmentId))
		.innerJoin(person, eq(person.id, enrollment.leaderId))
		.innerJoin(assignment, eq(assignment.id, submission.assignmentId))
		.where(eq(submission.id, submissionId));
	if (!found) return;
	const { email, title, assignmentId } = found;
	const locale = found.locale as 'en' | 'nb';
	const { name } = ctx.who;
	const body = outcome === 'accepted' ? m.mail_review_accepted_body : m.mail_review_returned_body;
	await queueMail(ctx, {
		to: email,
		category: 'notice',
		fact: `reviewed/${submissionId}`,
		locale,
		subject: m.mail_review_subject({ name, title }, { locale }),
		paragraphs: [body({ name, title }, { locale })],
		button: {
			label: m.mail_review_button({}, { locale }),
			url: `${origin}/leader/assignments/${assignmentId}`
		},
		reason: m.mail_review_reason({}, { locale })
	});
}

type NewRemark = {
	submissionId: string;
	visibility: 'shared' | 'own';
	/** The passage as selected or pasted; empty on a coach's own note on the whole. */
	quote: string;
	/** Where in the text it was selected. */
	near?: number;
	body: string;
};
export type RemarkRefusal =
	'not-found' | 'already-answered' | 'words-missing' | 'quote-missing' | 'quote-not-found';

/**
 * Writes a remark beside a passage, or the coach's own note on the whole (one for each attempt: a
 * second writes over it, an empty one takes it away). Shared ones are read by the leader once the
 * review is given, and end with it; own ones are encrypted and can be written at any time.
 *
 * @returns the id of the remark; null for the note on the whole
 */
export async function addRemark(
	ctx: Context<Coach>,
	input: NewRemark
): Promise<Result<string | null, RemarkRefusal>> {
	const body = cleanBody(input.body).trim().slice(0, longestRemark);
	const quote = cleanQuote(input.quote).slice(0, longestQuote).trim();
	return inTransaction(ctx, async (tx) => {
		const text = await lockToRemark(tx, input.submissionId);
		if (!text) return refuse('not-found');
		if (input.visibility === 'shared' && !may('accept', text)) return refuse('already-answered');
		if (input.visibility === 'own' && quote === '')
			return keepOwnNote(tx, input.submissionId, body);
		if (quote === '') return refuse('quote-missing');
		if (body === '') return refuse('words-missing');
		const place = locate(plainOf(blocksOf(text.body)), quote, input.near);
		if (!place) return refuse('quote-not-found');
		await pickUp(tx, text);
		return ok(await insertRemark(tx, { ...input, body, quote, startsAt: place.startsAt }));
	});
}

async function lockToRemark({ db, who }: Context<Coach>, submissionId: string) {
	if (!isId(submissionId)) return null;
	const [found] = await db
		.select({
			submissionId: submission.id,
			status: sql<Status>`${submission.status}`,
			body: submission.body
		})
		.from(submission)
		.innerJoin(enrollment, eq(enrollment.id, submission.enrollmentId))
		.where(and(eq(submission.id, submissionId), eq(enrollment.coachId, who.personId)))
		.for('update', { of: submission });
	return found && found.status !== 'draft' ? found : null;
}

type Row = {
	submissionId: string;
	visibility: 'shared' | 'own';
	body: string;
	quote: string | null;
	startsAt: number | null;
};

async function insertRemark(
	ctx: Context<Coach>,
	{ submissionId, visibility, body, quote, startsAt }: Row
): Promise<string> {
	// Sent again after an answer that was lost: it stands there already. The caller holds the hand-in's row.
	const there = await ctx.db
		.select({ id: remark.id, body: remark.body, bodyEnc: remark.bodyEnc })
		.from(remark)
		.where(
			and(
				eq(remark.submissionId, submissionId),
				eq(remark.authorId, ctx.who.personId),
				eq(remark.visibility, visibility),
				sql`${remark.quote} is not distinct from ${quote}`,
				sql`${remark.startsAt} is not distinct from ${startsAt}`
			)
		);
	const bodyOf = (row: (typeof there)[number]) =>
		row.bodyEnc ? unsealText(ctx.keys, 'remark', row.bodyEnc) : row.body;
	const same = there.find((row) => bodyOf(row) === body);
	if (same) return same.id;
	const words =
		visibility === 'own'
			? { bodyEnc: seal(ctx.keys, 'remark', body), body: null }
			: { body, bodyEnc: null };
	const [written] = await ctx.db
		.insert(remark)
		.values({
			submissionId,
			authorId: ctx.who.personId,
			visibility,
			quote,
			startsAt,
			createdAt: ctx.now,
			...words
		})
		.returning({ id: remark.id });
	await audit(ctx, {
		action: 'remark-written',
		object: { kind: 'submission', id: submissionId },
		detail: { visibility }
	});
	return written!.id;
}

async function keepOwnNote(
	ctx: Context<Coach>,
	submissionId: string,
	body: string
): Promise<Ok<null>> {
	const mine = and(
		eq(remark.submissionId, submissionId),
		eq(remark.authorId, ctx.who.personId),
		eq(remark.visibility, 'own'),
		isNull(remark.quote)
	);
	if (body === '') {
		await ctx.db.delete(remark).where(mine);
		return ok(null);
	}
	const kept = await ctx.db
		.update(remark)
		.set({ bodyEnc: seal(ctx.keys, 'remark', body) })
		.where(mine)
		.returning({ id: remark.id });
	if (kept.length === 0)
		await insertRemark(ctx, { submissionId, visibility: 'own', body, quote: null, startsAt: null });
	return ok(null);
}

/** Takes one of the coach's own remarks away; a shared one only as long as the leader has not been given it. */
export async function removeRemark(
	ctx: Context<Coach>,
	id: string
): Promise<Result<null, 'not-found' | 'already-answered'>> {
	if (!isId(id)) return refuse('not-found');
	return inTransaction(ctx, async (tx) => {
		const [found] = await tx.db
			.select({
				visibility: remark.visibility,
				submissionId: remark.submissionId,
				status: sql<Status>`${submission.status}`
			})
			.from(remark)
			.innerJoin(submission, eq(submission.id, remark.submissionId))
			.where(and(eq(remark.id, id), eq(remark.authorId, ctx.who.personId)))
			.for('update', { of: submission });
		if (!found) return refuse('not-found');
		if (found.visibility === 'shared' && !may('accept', found)) return refuse('already-answered');
		await tx.db.delete(remark).where(eq(remark.id, id));
		await audit(tx, {
			action: 'remark-removed',
			object: { kind: 'submission', id: found.submissionId }
		});
		return ok(null);
	});
}
