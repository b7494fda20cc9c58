import { and, asc, desc, eq, isNotNull, or, sql, type SQL } from 'drizzle-orm';
import type { EnrollmentInCohort } from '#lib/cohorts/queries.server.ts';
import { enrollment } from '#lib/cohorts/tables.server.ts';
import type { Phase } from '#lib/curriculum/program.ts';
import { dueOn, isOpen, opensOn, partsOf } from '#lib/curriculum/lesson.ts';
import type { Criterion, Level } from '#lib/curriculum/rubric.ts';
import { assignment, criterion, lesson, module, program } from '#lib/curriculum/tables.server.ts';
import type { Coach, Leader } from '#lib/people/actor.ts';
import { person } from '#lib/people/tables.server.ts';
import type { Context } from '#lib/server/context.server.ts';
import { askedAbout, whoAsks, type Question } from '#lib/server/question.server.ts';
import { kept } from '#lib/server/kept.server.ts';
import { blocksOf, plainOf, renderMarked, type Passage } from '#lib/server/markdown.server.ts';
import { unsealText } from '#lib/server/seal.server.ts';
import { dayIn, type Day } from '#lib/values/day.ts';
import { isId } from '#lib/values/id.ts';
import { answerBy } from './answer-time.ts';
import { whatChanged, withPassages } from './change.ts';
import { locate, sentencesOf, type Sentence } from './passage.ts';
import { stationOf, type Progress, type Station, type StationRow } from './progress.ts';
import type { Outcome } from './review.ts';
import { from, type Status } from './submission.ts';
import { lessonRead, remark, review, score, submission } from './tables.server.ts';

/** The coach's latest words about an assignment, once they were given. */
export type Words = { outcome: Outcome; comment: string; givenAt: Date; coachName: string };
type Part = Pick<EnrollmentInCohort, 'id' | 'programId' | 'dayZero' | 'timeZone'>;

type Told<Row> = { [Key in keyof Row]: Date extends Row[Key] ? string | null : Row[Key] };
type StationTold = Told<StationRow> & { handedInId: string | null } & Pick<
		Words,
		'comment' | 'coachName'
	> & { outcome: Outcome | null; givenAt: string };

/** Every module of a program with what the leader of an enrollment has done about it, as one JSON value. */
const stationsOf = (enrollmentId: SQL, programId: SQL) => sql`(
	select json_agg(json_build_object('week', m.week, 'slug', m.slug, 'title', m.title, 'aim', m.aim,
		'minutesToRead', l.minutes_to_read, 'assignmentId', a.id, 'assignmentTitle', a.title,
		'assignmentMinutes', a.minutes, 'readAt', r.read_at, 'attempt', s.attempt, 'status', s.status,
		'handedInId', case when s.status <> 'draft' then s.id else w.submission_id end, 'savedAt', s.saved_at, 'submittedAt', s.submitted_at, 'outcome', w.outcome, 'comment', w.comment,
		'givenAt', w.given_at, 'coachName', w.coach_name) order by m.week)
	from module m
	join lesson l on l.module_id = m.id
	join assignment a on a.module_id = m.id
	left join lesson_read r on r.lesson_id = l.id and r.enrollment_id = ${enrollmentId}
	left join (select distinct on (assignment_id) id, assignment_id, attempt, status, saved_at, submitted_at
		from submission where enrollment_id = ${enrollmentId}
		order by assignment_id, attempt desc) s on s.assignment_id = a.id
	left join (select distinct on (b.assignment_id) b.id as submission_id, b.assignment_id, v.outcome, v.comment, v.given_at, p.name as coach_name
		from submission b join review v on v.submission_id = b.id join person p on p.id = v.coach_id
		where b.enrollment_id = ${enrollmentId} and v.outcome is not null
		order by b.assignment_id, b.attempt desc) w on w.assignment_id = a.id
	where m.program_id = ${programId})`;

const instant = (told: string | null) => (told === null ? null : new Date(told));

const readStations = (
	found: StationTold[] | null,
	{ dayZero, today }: { dayZero: Day; today: Day }
): StationWithWords[] =>
	(found ?? []).map(({ handedInId, outcome, comment, givenAt, coachName, ...told }) => {
		const row = {
			...told,
			readAt: instant(told.readAt),
			savedAt: instant(told.savedAt),
			submittedAt: instant(told.submittedAt)
		};
		return {
			...stationOf(row, dayZero, today),
			handedInId,
			words: outcome && { outcome, comment, givenAt: new Date(givenAt), coachName }
		};
	});

export type StationWithWords = Station & {
	/** The latest attempt that was handed in. */
	handedInId: string | null;
	words: Words | null;
};

/** The fourteen stations of the leader's own program, as they stand now. One statement. */
export async function stations(
	{ db, now }: Context<Leader>,
	part: Part
): Promise<StationWithWords[]> {
	const [found] = (await db.execute(
		sql`select ${stationsOf(sql`${part.id}::uuid`, sql`${part.programId}::uuid`)} as rows`
	)) as unknown as [{ rows: StationTold[] | null }];
	return readStations(found.rows, { ...part, today: dayIn(now, part.timeZone) });
}

/** The names of the program's phases. One statement. */
export async function phasesOf(
	{ db }: Context<Leader>,
	{ programId }: Pick<Part, 'programId'>
): Promise<Phase[]> {
	const [found] = await db
		.select({ phases: program.phases })
		.from(program)
		.where(eq(program.id, programId));
	return (found?.phases ?? []) as Phase[];
}

export type WorkFacts = { dayZero: Day; timeZone: string; rows: StationTold[] | null };

const workOf = (
	which: SQL
) => sql`(select json_build_object('dayZero', e.day_zero, 'timeZone', e.time_zone,
		'rows', ${stationsOf(sql`e.id`, sql`e.program_id`)})
		from (select o.id, c.program_id, o.day_zero, o.time_zone from enrollment o join cohort c on c.id = o.cohort_id
			where ${which} limit 1) e)`;

/** The stations of the asker's program, as they are stored. */
export const homeWorkQuestion: Question<WorkFacts | null> = {
	json: workOf(sql`o.leader_id = ${whoAsks} order by o.day_zero desc`),
	read: (found) => found
};

/** The same of the enrollment that is asked about, for its coach. */
export const coachedWorkQuestion: Question<WorkFacts | null> = {
	json: workOf(sql`o.id = ${askedAbout} and o.coach_id = ${whoAsks}`),
	read: (found) => found
};

/** The stations of one of the coach's own leaders, as they stand now; empty for anybody else's. */
export const stationsForCoach = (facts: WorkFacts | null, now: Date): StationWithWords[] =>
	facts ? readStations(facts.rows, { ...facts, today: dayIn(now, facts.timeZone) }) : [];

/**
 * What a leader has to do, for their home: open modules that are not accepted, and what was accepted
 * this week; what came back first, with the coach's latest words.
 */
export function homeWorkOf({ dayZero, rows }: WorkFacts, today: Day): StationWithWords[] {
	const order = ['returned', 'drafted', 'open', 'read', 'handed-in', 'accepted'];
	return readStations(rows, { dayZero, today })
		.filter(({ state, dueOn }) => state !== 'later' && (state !== 'accepted' || dueOn >= today))
		.sort((a, b) => order.indexOf(a.state) - order.indexOf(b.state) || a.week - b.week);
}

/** How far the leaders of these enrollments are; the caller has found the enrollments as their coach, admin or sponsor. One statement. */
export async function progressOf(
	{ db }: Context,
	enrollmentIds: string[]
): Promise<Map<string, Progress>> {
	if (enrollmentIds.length === 0) return new Map();
	const ids = sql.join(
		enrollmentIds.map((id) => sql`${id}::uuid`),
		sql`, `
	);
	const rows = await db.execute<{
		enrollment_id: string;
		total: number;
		read: number;
		handed_in: number;
		accepted: number;
	}>(sql`
		select e.id as enrollment_id, count(a.id)::int as total, count(r.lesson_id)::int as read,
			count(*) filter (where l.attempt > 1 or l.status <> 'draft')::int as handed_in,
			count(*) filter (where l.status = 'accepted')::int as accepted
		from enrollment e
		join cohort c on c.id = e.cohort_id
		join module m on m.program_id = c.program_id
		join assignment a on a.module_id = m.id
		join lesson t on t.module_id = m.id
		left join lesson_read r on r.lesson_id = t.id and r.enrollment_id = e.id
		left join lateral (select attempt, status from submission s
			where s.enrollment_id = e.id and s.assignment_id = a.id order by attempt desc limit 1) l on true
		where e.id in (${ids})
		group by e.id limit 500`);
	return new Map(
		rows.map((row) => [
			row.enrollment_id,
			{ of: row.total, read: row.read, handedIn: row.handed_in, accepted: row.accepted }
		])
	);
}

const criteriaOf = () =>
	sql<
		Criterion[]
	>`(select json_agg(json_build_object('id', ${criterion.id}, 'key', ${criterion.key}, 'name', ${criterion.name},
			'levels', ${criterion.levels}, 'common', ${criterion.assignmentId} is null)
			order by ${criterion.assignmentId} is not null, ${criterion.position})
		from ${criterion} where ${or(eq(criterion.assignmentId, assignment.id), and(sql`${criterion.assignmentId} is null`, eq(criterion.programId, module.programId)))})`.mapWith(
		(value: Criterion[] | null) => value ?? []
	);

const askedColumns = () => ({
	id: assignment.id,
	week: module.week,
	slug: module.slug,
	moduleTitle: module.title,
	title: assignment.title,
	brief: assignment.brief,
	evidence: assignment.evidence,
	template: assignment.template,
	minutes: assignment.minutes,
	criteria: criteriaOf()
});

export type Asked = {
	id: string;
	week: number;
	slug: string;
	moduleTitle: string;
	title: string;
	brief: string;
	evidence: string[];
	template: string;
	minutes: number;
	criteria: Criterion[];
};

export type LessonToRead = {
	aim: string;
	draws: string[];
	reading: string;
	fieldTask: string | null;
	minutesToRead: number;
	readAt: Date | null;
	dueOn: Day;
	/** Null while it is open; the day it opens before that, with nothing to read yet. */
	opensOn: Day | null;
	asked: Asked;
	/** Where the leader stands with the assignment. */
	status: Status | null;
	before: { slug: string; title: string } | null;
	after: { slug: string; title: string; week: number } | null;
};

/** A lesson of the leader's own program with its assignment; null for another program's. One statement. */
export async function lessonToRead(
	{ db, now }: Context<Leader>,
	part: Part,
	slug: string
): Promise<LessonToRead | null> {
	const neighbor = (step: number) => sql<{
		slug: string;
		title: string;
		week: number;
	} | null>`(select json_build_object(
		'slug', n.slug, 'title', n.title, 'week', n.week) from module n
		where n.program_id = ${module.programId} and n.week = ${module.week} + ${step}::int)`;
	const [found] = await db
		.select({
			aim: module.aim,
			draws: module.draws,
			html: lesson.html,
			minutesToRead: lesson.minutesToRead,
			readAt: lessonRead.readAt,
			asked: askedColumns(),
			status: sql<Status | null>`(select ${submission.status} from ${submission}
				where ${submission.enrollmentId} = ${part.id} and ${submission.assignmentId} = ${assignment.id}
				order by ${submission.attempt} desc limit 1)`,
			before: neighbor(-1),
			after: neighbor(1)
		})
		.from(module)
		.innerJoin(lesson, eq(lesson.moduleId, module.id))
		.innerJoin(assignment, eq(assignment.moduleId, module.id))
		.leftJoin(
			lessonRead,
			and(eq(lessonRead.lessonId, lesson.id), eq(lessonRead.enrollmentId, part.id))
		)
		.where(and(eq(module.programId, part.programId), eq(module.slug, slug)))
		.limit(1);
	if (!found) return null;
	const { html, ...rest } = found;
	const { week } = rest.asked;
	const open = isOpen(week, part.dayZero, dayIn(now, part.timeZone));
	return {
		...rest,
		...(open ? partsOf(html) : { reading: '', fieldTask: null }),
		dueOn: dueOn(week, part.dayZero),
		opensOn: open ? null : opensOn(week, part.dayZero)
	};
}

export type Remark = {
	id: string;
	visibility: 'shared' | 'own';
	quote: string | null;
	startsAt: number | null;
	body: string;
	createdAt: Date;
};

export type Review = {
	outcome: Outcome | null;
	comment: string;
	revision: number;
	savedAt: Date;
	givenAt: Date | null;
	coachName: string;
	/** Level by criterion. */
	levels: Record<string, Level>;
};

export type Attempt = {
	id: string;
	attempt: number;
	status: Status;
	body: string;
	revision: number;
	savedAt: Date;
	submittedAt: Date | null;
	review: Review | null;
	/** In the order of the passages; those on the whole first. */
	remarks: Remark[];
};

/**
 * All attempts of one enrollment at one assignment, the first one first. A leader sees reviews that
 * were given and shared remarks of those; a coach also what they themselves are writing, and none of
 * what another coach keeps. One statement.
 */
async function attemptsFor(
	{ db, keys, who }: Context<Leader> | Context<Coach>,
	{ enrollmentId, assignmentId }: { enrollmentId: string; assignmentId: string }
): Promise<Attempt[]> {
	const isCoach = who.role === 'coach';
	const given = isNotNull(review.outcome);
	const readable = isCoach ? or(given, eq(review.coachId, who.personId)) : given;
	const readableRemark = isCoach
		? or(eq(remark.authorId, who.personId), and(eq(remark.visibility, 'shared'), given))
		: and(eq(remark.visibility, 'shared'), given);
	type RawRemark = Omit<Remark, 'createdAt' | 'body'> & {
		createdAt: string;
		body: string | null;
		sealed: string | null;
	};
	const rows = await db
		.select({
			id: submission.id,
			attempt: submission.attempt,
			status: sql<Status>`${submission.status}`,
			body: submission.body,
			revision: submission.revision,
			savedAt: submission.savedAt,
			submittedAt: submission.submittedAt,
			reviewId: review.id,
			outcome: review.outcome,
			comment: review.comment,
			reviewRevision: review.revision,
			reviewSavedAt: review.savedAt,
			givenAt: review.givenAt,
			coachName: person.name,
			levels: sql<Record<
				string,
				Level
			> | null>`(select json_object_agg(${score.criterionId}, ${score.level})
				from ${score} where ${score.reviewId} = ${review.id})`,
			// An own remark is opened only by the coach who wrote it; it is not even read for anybody else.
			remarks: sql<
				RawRemark[] | null
			>`(select json_agg(json_build_object('id', ${remark.id}, 'visibility', ${remark.visibility},
					'quote', ${remark.quote}, 'startsAt', ${remark.startsAt}, 'body', ${remark.body},
					'sealed', encode(${remark.bodyEnc}, 'base64'), 'createdAt', ${remark.createdAt})
					order by ${remark.startsAt} nulls first, ${remark.createdAt})
				from ${remark} where ${and(eq(remark.submissionId, submission.id), readableRemark)})`
		})
		.from(submission)
		.leftJoin(review, and(eq(review.submissionId, submission.id), readable))
		.leftJoin(person, eq(person.id, review.coachId))
		.where(
			and(eq(submission.enrollmentId, enrollmentId), eq(submission.assignmentId, assignmentId))
		)
		.orderBy(asc(submission.attempt))
		.limit(40);
	return rows.map(
		({
			reviewId,
			outcome,
			comment,
			reviewRevision,
			reviewSavedAt,
			givenAt,
			coachName,
			levels,
			remarks,
			...attempt
		}) => ({
			...attempt,
			review: reviewId
				? {
						outcome: outcome as Outcome | null,
						comment: comment ?? '',
						revision: reviewRevision ?? 0,
						savedAt: reviewSavedAt!,
						givenAt,
						coachName: coachName ?? '',
						levels: levels ?? {}
					}
				: null,
			remarks: (remarks ?? []).map(({ sealed, body, createdAt, ...rest }) => ({
				...rest,
				createdAt: new Date(createdAt),
				body: sealed
					? unsealText(keys, 'remark', new Uint8Array(Buffer.from(sealed, 'base64')))
					: (body ?? '')
			}))
		})
	);
}

/** A text as it is read: passages that were remarked on carry the remarks' numbers. */
export type NumberedRemark = Remark & { number: number | null };
export type Sheet = { html: string; remarks: NumberedRemark[] };

function numbered(plain: string, remarks: Remark[]) {
	const passages: Passage[] = [];
	const withNumbers = remarks.map((remark): NumberedRemark => {
		const place = remark.quote === null ? null : locate(plain, remark.quote, remark.startsAt ?? 0);
		if (!place) return { ...remark, number: null };
		const number = passages.length + 1;
		passages.push({ ...place, number });
		return { ...remark, number };
	});
	return { passages, remarks: withNumbers };
}

function sheetOf({ attempt, body, remarks }: Pick<Attempt, 'attempt' | 'body' | 'remarks'>): Sheet {
	const { passages, remarks: withNumbers } = numbered(plainOf(blocksOf(body)), remarks);
	return { html: renderMarked(body, passages, `${attempt}-`), remarks: withNumbers };
}

export type ChangedSheet = { blocks: ReturnType<typeof withPassages>; remarks: NumberedRemark[] };

/** The later text with what came in and what went out since the earlier one. */
function changedSheetOf(
	before: Pick<Attempt, 'body'>,
	after: Pick<Attempt, 'body' | 'remarks'>
): ChangedSheet {
	const blocks = blocksOf(after.body);
	const { passages, remarks } = numbered(plainOf(blocks), after.remarks);
	return { blocks: withPassages(whatChanged(blocksOf(before.body), blocks), passages), remarks };
}

export type AssignmentForLeader = {
	asked: Asked;
	dueOn: Day;
	/** Null while it can be written; the day it opens before that. */
	opensOn: Day | null;
	/** Handed in and read-only from the first on; the last may be a draft. */
	attempts: (Attempt & Sheet & { answerBy: Date | null })[];
};

/** An assignment of the leader's own program with everything they have handed in to it; null for another program's. Two statements. */
export async function assignmentForLeader(
	ctx: Context<Leader>,
	part: Part,
	id: string
): Promise<AssignmentForLeader | null> {
	if (!isId(id)) return null;
	const [[asked], attempts] = await Promise.all([
		ctx.db
			.select(askedColumns())
			.from(assignment)
			.innerJoin(module, eq(module.id, assignment.moduleId))
			.where(and(eq(assignment.id, id), eq(module.programId, part.programId))),
		attemptsFor(ctx, { enrollmentId: part.id, assignmentId: id })
	]);
	if (!asked) return null;
	const today = dayIn(ctx.now, part.timeZone);
	return {
		asked,
		dueOn: dueOn(asked.week, part.dayZero),
		opensOn: isOpen(asked.week, part.dayZero, today) ? null : opensOn(asked.week, part.dayZero),
		attempts: attempts.map((attempt) => ({
			...attempt,
			...sheetOf(attempt),
			answerBy: attempt.submittedAt && answerBy(attempt.submittedAt, part.timeZone)
		}))
	};
}

export type WaitingReview = {
	submissionId: string;
	enrollmentId: string;
	title: string;
	week: number;
	leaderName: string;
	attempt: number;
	status: Status;
	submittedAt: Date;
	answerBy: Date;
};

const waitingColumns = {
	submissionId: submission.id,
	enrollmentId: enrollment.id,
	title: assignment.title,
	week: module.week,
	leaderName: person.name,
	attempt: submission.attempt,
	status: sql<Status>`${submission.status}`,
	submittedAt: sql<Date>`${submission.submittedAt}`.mapWith(submission.submittedAt)
};

/**
 * Written out, not sent as values: only then can PostgreSQL see, before it knows the values, that
 * its partial indices of open work hold all of these, and keep one plan instead of making one a visit.
 */
const waits = sql`${submission.status} in (${sql.raw(
	from('accept')
		.map((status) => `'${status}'`)
		.join(', ')
)})`;

/** What waits for this coach's answer, the oldest promise first. One statement; at most 50 rows. */
export async function reviewsWaiting({ db, who }: Context<Coach>): Promise<WaitingReview[]> {
	const rows = await db
		.select(waitingColumns)
		.from(submission)
		.innerJoin(enrollment, eq(enrollment.id, submission.enrollmentId))
		.innerJoin(person, eq(person.id, enrollment.leaderId))
		.innerJoin(assignment, eq(assignment.id, submission.assignmentId))
		.innerJoin(module, eq(module.id, assignment.moduleId))
		.where(and(eq(enrollment.coachId, who.personId), waits))
		.orderBy(asc(submission.submittedAt))
		.limit(50);
	return rows.map((row) => ({ ...row, answerBy: answerBy(row.submittedAt, who.timeZone) }));
}

/** The coach's latest answers, for looking something up again. One statement. */
export async function reviewsGiven({ db, who }: Context<Coach>) {
	return db
		.select({
			submissionId: submission.id,
			title: assignment.title,
			leaderName: person.name,
			attempt: submission.attempt,
			outcome: sql<Outcome>`${review.outcome}`,
			givenAt: sql<Date>`${review.givenAt}`.mapWith(review.givenAt)
		})
		.from(review)
		.innerJoin(submission, eq(submission.id, review.submissionId))
		.innerJoin(enrollment, eq(enrollment.id, submission.enrollmentId))
		.innerJoin(person, eq(person.id, enrollment.leaderId))
		.innerJoin(assignment, eq(assignment.id, submission.assignmentId))
		.where(
			and(
				eq(review.coachId, who.personId),
				eq(enrollment.coachId, who.personId),
				isNotNull(review.outcome)
			)
		)
		.orderBy(desc(review.givenAt))
		.limit(12);
}

/** Telling the sentences of a text apart is work that need not be done with every look at it. */
const sentencesIn = kept(
	(body: string) => sentencesOf(blocksOf(body).map(({ text }) => text.replaceAll('\t', ' '))),
	{
		mostBytes: 8 * 1024 * 1024,
		bytesOf: (sentences) => sentences.reduce((sum, { text }) => sum + 2 * text.length + 60, 0),
		textOf: (body) => body
	}
);

export type View = number | 'changed';
export type SubmissionForCoach = {
	submissionId: string;
	enrollmentId: string;
	leaderName: string;
	asked: Asked;
	/** The attempt to answer. */
	current: Attempt;
	/** Its sentences, to choose one from. */
	sentences: Sentence[];
	/** The one before it, with the review that it answers. */
	before: Attempt | null;
	/** The numbers of all attempts that were handed in up to the current one. */
	versions: number[];
	view: View;
	sheet: Sheet | ChangedSheet;
	/** The attempt that the sheet shows. */
	shown: Attempt;
};

/**
 * A handed-in attempt of one of the coach's own leaders; null for anybody else's and for drafts. Two statements.
 *
 * @param wanted the number of the version to show, or 'changed'; anything else shows the most telling one
 */
export async function submissionForCoach(
	ctx: Context<Coach>,
	id: string,
	wanted?: string | null
): Promise<SubmissionForCoach | null> {
	if (!isId(id)) return null;
	const [found] = await ctx.db
		.select({
			submissionId: submission.id,
			enrollmentId: enrollment.id,
			leaderName: person.name,
			asked: askedColumns()
		})
		.from(submission)
		.innerJoin(enrollment, eq(enrollment.id, submission.enrollmentId))
		.innerJoin(person, eq(person.id, enrollment.leaderId))
		.innerJoin(assignment, eq(assignment.id, submission.assignmentId))
		.innerJoin(module, eq(module.id, assignment.moduleId))
		.where(
			and(
				eq(submission.id, id),
				eq(enrollment.coachId, ctx.who.personId),
				// A draft belongs to the leader alone until it is handed in.
				isNotNull(submission.submittedAt)
			)
		);
	if (!found) return null;
	const all = await attemptsFor(ctx, {
		enrollmentId: found.enrollmentId,
		assignmentId: found.asked.id
	});
	const current = all.find((attempt) => attempt.id === id)!;
	const upToHere = all.filter(({ attempt }) => attempt <= current.attempt);
	const before = upToHere.at(-2) ?? null;
	const older = upToHere.find(({ attempt }) => String(attempt) === wanted);
	const view: View = older ? older.attempt : before ? 'changed' : current.attempt;
	const shown = older ?? current;
	return {
		...found,
		current,
		sentences: sentencesIn(current.body),
		before,
		versions: upToHere.map(({ attempt }) => attempt),
		view,
		shown,
		sheet: view === 'changed' && before ? changedSheetOf(before, current) : sheetOf(shown)
	};
}
