import { createHash } from 'node:crypto';
import { and, eq, gt, inArray, lt, ne, sql } from 'drizzle-orm';
import { alias } from 'drizzle-orm/pg-core';
import { enrollmentForCoach, myEnrollment } from '#lib/cohorts/queries.server.ts';
import { enrollment, seller } from '#lib/cohorts/tables.server.ts';
import { m } from '#lib/paraglide/messages.js';
import type { Coach, Leader } from '#lib/people/actor.ts';
import { person } from '#lib/people/tables.server.ts';
import { audit } from '#lib/server/audit.server.ts';
import { inTransaction, inTransactionOrUndo, type Context } from '#lib/server/context.server.ts';
import { queueMail } from '#lib/server/outbox.server.ts';
import { seal, unsealText } from '#lib/server/seal.server.ts';
import { dayIn } from '#lib/values/day.ts';
import { isId } from '#lib/values/id.ts';
import { ok, refuse, type Ok, type Refusal, type Result } from '#lib/values/result.ts';
import { calendarFile } from './calendar.server.ts';
import { cityOf, sameClock, spokenDay, spokenTime, type Locale } from './meeting-words.ts';
import {
	endOf,
	from,
	hasBegun,
	longestNote,
	may,
	type MoveRefusal,
	type NoteRefusal,
	type Plan,
	type PlanRefusal,
	type Session,
	type SessionKind,
	type Status,
	type Time,
	type Visibility
} from './session.ts';
import { session, sessionNote, touchpoint, touchpointSeller } from './tables.server.ts';
import {
	isForTeam,
	loggableDays,
	mayUndo,
	type NewTouchpoint,
	type TouchpointRefusal
} from './touchpoint.ts';

/**
 * Logs a touchpoint of today or of the last days. The form's key makes a double tap one touchpoint.
 *
 * @returns the touchpoint's id; the same one however often the form is sent
 */
export async function logTouchpoint(
	ctx: Context<Leader>,
	{ kind, sellerId, minutes, note, day: said, requestKey }: NewTouchpoint
): Promise<Result<{ id: string }, TouchpointRefusal>> {
	const part = await myEnrollment(ctx);
	if (!part || part.state !== 'active') return refuse('not-enrolled');
	// The same tap twice is one; another seller from the same page, after an answer that was lost, is another one.
	const today = dayIn(ctx.now, part.timeZone);
	const day = said ?? today;
	if (!loggableDays(today).includes(day)) return refuse('day-wrong');
	const once = createHash('sha256')
		.update(`${requestKey} ${kind} ${sellerId}${said ? ` ${said}` : ''}`)
		.digest('hex');
	const key = once.slice(0, 32);
	return inTransactionOrUndo(
		ctx,
		async (tx): Promise<Result<{ id: string }, TouchpointRefusal>> => {
			if (!isForTeam(kind) && !(await isOnRoster(tx, { sellerId, enrollmentId: part.id, day })))
				return refuse('seller-unknown');
			const [logged] = await tx.db
				.insert(touchpoint)
				.values({
					enrollmentId: part.id,
					kind,
					day,
					minutes,
					noteEnc: note === '' ? null : seal(ctx.keys, 'note', note),
					requestKey: key,
					createdAt: ctx.now
				})
				.onConflictDoNothing({ target: touchpoint.requestKey })
				.returning({ id: touchpoint.id });
			if (!logged) return alreadyLogged(tx, { requestKey: key, enrollmentId: part.id });
			if (sellerId)
				await tx.db.insert(touchpointSeller).values({ touchpointId: logged.id, sellerId });
			return ok(logged);
		}
	);
}

async function isOnRoster(
	{ db }: Context,
	{ sellerId, enrollmentId, day }: { sellerId: string | null; enrollmentId: string; day: string }
) {
	if (!sellerId || !isId(sellerId)) return false;
	const [found] = await db
		.select({ id: seller.id })
		.from(seller)
		.where(
			and(
				eq(seller.id, sellerId),
				eq(seller.enrollmentId, enrollmentId),
				sql`${seller.startedOn} <= ${day} and (${seller.endedOn} is null or ${seller.endedOn} > ${day})`
			)
		);
	return Boolean(found);
}

async function alreadyLogged(
	{ db }: Context,
	{ requestKey, enrollmentId }: { requestKey: string; enrollmentId: string }
): Promise<Result<{ id: string }, TouchpointRefusal>> {
	const [earlier] = await db
		.select({ id: touchpoint.id })
		.from(touchpoint)
		.where(and(eq(touchpoint.requestKey, requestKey), eq(touchpoint.enrollmentId, enrollmentId)));
	return earlier ? ok(earlier) : refuse('form-stale');
}

/** Takes back a touchpoint that the leader logged today: it was a slip, and nothing of it stays. */
export async function undoTouchpoint(
	ctx: Context<Leader>,
	id: string
): Promise<Result<null, 'not-found' | 'not-today'>> {
	if (!isId(id)) return refuse('not-found');
	const [found] = await ctx.db
		.select({ createdAt: touchpoint.createdAt, timeZone: enrollment.timeZone })
		.from(touchpoint)
		.innerJoin(enrollment, eq(enrollment.id, touchpoint.enrollmentId))
		.where(and(eq(touchpoint.id, id), eq(enrollment.leaderId, ctx.who.personId)));
	if (!found) return refuse('not-found');
	const { createdAt, timeZone } = found;
	if (!mayUndo(dayIn(createdAt, timeZone), dayIn(ctx.now, timeZone))) return refuse('not-today');
	await ctx.db.delete(touchpoint).where(eq(touchpoint.id, id));
	return ok(null);
}

/** Refused because the coach is with somebody else then; says with whom and when. */
export type Overlap = Refusal<'overlaps'> & { meets: string; at: Date };

/**
 * Plans a session with one of the coach's own leaders and mails it to both, with a file for the calendar.
 *
 * @param origin of the links in the mail
 * @returns the session's id, and what was told about the hour
 */
export async function planSession(
	ctx: Context<Coach>,
	{ plan, origin }: { plan: Plan; origin: string }
): Promise<
	Ok<{ id: string; hour: Time['hour'] }> | Refusal<Exclude<PlanRefusal, 'overlaps'>> | Overlap
> {
	return inTransactionOrUndo(ctx, async (tx) => {
		const part = await enrollmentForCoach(tx, plan.enrollmentId);
		if (!part || part.state !== 'active') return refuse('leader-missing');
		const overlap = await overlapOf(tx, plan);
		if (overlap) return overlap;
		const [planned] = await tx.db
			.insert(session)
			.values({
				enrollmentId: part.id,
				coachId: ctx.who.personId,
				kind: plan.kind,
				startsAt: plan.startsAt,
				timeZone: ctx.who.timeZone,
				minutes: plan.minutes,
				place: plan.place,
				createdAt: ctx.now
			})
			.returning();
		await tellBoth(tx, { what: 'planned', session: asSession(planned!), hour: plan.hour, origin });
		await audit(tx, { action: 'session-planned', object: { kind: 'session', id: planned!.id } });
		return ok({ id: planned!.id, hour: plan.hour });
	});
}

/** Moves a planned session, or changes its length or place. The same again changes nothing and mails nobody. */
export async function moveSession(
	ctx: Context<Coach>,
	{ id, time, origin }: { id: string; time: Time; origin: string }
): Promise<Ok<{ hour: Time['hour'] }> | Refusal<Exclude<MoveRefusal, 'overlaps'>> | Overlap> {
	return inTransactionOrUndo(ctx, async (tx) => {
		const found = await ownSession(tx, id);
		if (!found) return refuse('not-found');
		if (!may('move', found)) return refuse('not-planned');
		const same =
			found.startsAt.getTime() === time.startsAt.getTime() &&
			found.minutes === time.minutes &&
			found.place === time.place;
		if (same) return ok({ hour: time.hour });
		const overlap = await overlapOf(tx, { ...time, id });
		if (overlap) return overlap;
		const { startsAt, minutes, place } = time;
		const moved = await change(
			tx,
			id,
			{ startsAt, minutes, place, timeZone: ctx.who.timeZone },
			from('move')
		);
		if (!moved) return refuse('not-planned');
		await tellBoth(tx, { what: 'moved', session: moved, hour: time.hour, origin });
		await audit(tx, { action: 'session-moved', object: { kind: 'session', id } });
		return ok({ hour: time.hour });
	});
}

/** Cancels a planned session and takes it out of both calendars. */
export async function cancelSession(
	ctx: Context<Coach>,
	{ id, origin }: { id: string; origin: string }
): Promise<Result<null, 'not-found' | 'not-planned'>> {
	return inTransactionOrUndo(ctx, async (tx) => {
		if (!(await ownSession(tx, id))) return refuse('not-found');
		const canceled = await change(tx, id, { status: 'canceled' }, from('cancel'));
		if (!canceled) return refuse('not-planned');
		await tellBoth(tx, { what: 'canceled', session: canceled, hour: 'exact', origin });
		await audit(tx, { action: 'session-canceled', object: { kind: 'session', id } });
		return ok(null);
	});
}

/** Says whether a session that has begun was held or missed. */
export async function markSession(
	ctx: Context<Coach>,
	{ id, move }: { id: string; move: 'hold' | 'miss' }
): Promise<Result<null, 'not-found' | 'not-planned' | 'not-yet'>> {
	return inTransactionOrUndo(ctx, async (tx) => {
		const found = await ownSession(tx, id);
		if (!found) return refuse('not-found');
		if (!hasBegun(found, ctx.now)) return refuse('not-yet');
		const status: Status = move === 'hold' ? 'held' : 'missed';
		if (found.status === status) return ok(null);
		const [marked] = await tx.db
			.update(session)
			.set({ status })
			.where(and(eq(session.id, id), inArray(session.status, from(move))))
			.returning({ id: session.id });
		if (!marked) return refuse('not-planned');
		await audit(tx, { action: `session-${status}`, object: { kind: 'session', id } });
		return ok(null);
	});
}

const asSession = (row: typeof session.$inferSelect): Session => ({
	...row,
	kind: row.kind as SessionKind,
	status: row.status as Status
});

async function ownSession({ db, who }: Context<Coach>, id: string): Promise<Session | null> {
	if (!isId(id)) return null;
	const [found] = await db
		.select({ session })
		.from(session)
		.innerJoin(enrollment, eq(enrollment.id, session.enrollmentId))
		.where(
			and(
				eq(session.id, id),
				eq(session.coachId, who.personId),
				eq(enrollment.coachId, who.personId)
			)
		);
	return found ? asSession(found.session) : null;
}

/** Compare and set: whoever comes second finds the session no longer in a state to be changed. */
async function change(
	{ db }: Context,
	id: string,
	values: Partial<typeof session.$inferInsert>,
	states: Status[]
): Promise<Session | null> {
	const [changed] = await db
		.update(session)
		.set({ ...values, sequence: sql`${session.sequence} + 1` })
		.where(and(eq(session.id, id), inArray(session.status, states)))
		.returning();
	return changed ? asSession(changed) : null;
}

/** Another planned session of this coach at that time. The lock makes two plans of one coach wait for each other. */
async function overlapOf(
	{ db, who }: Context<Coach>,
	{ id, startsAt, minutes }: { id?: string; startsAt: Date; minutes: number }
): Promise<Overlap | null> {
	await db.execute(
		sql`select pg_advisory_xact_lock(hashtextextended(${`sessions/${who.personId}`}, 0))`
	);
	const [other] = await db
		.select({ name: person.name, at: session.startsAt })
		.from(session)
		.innerJoin(enrollment, eq(enrollment.id, session.enrollmentId))
		.innerJoin(person, eq(person.id, enrollment.leaderId))
		.where(
			and(
				eq(session.coachId, who.personId),
				eq(session.status, 'planned'),
				lt(session.startsAt, endOf({ startsAt, minutes })),
				gt(
					sql`${session.startsAt} + make_interval(mins => ${session.minutes})`,
					sql`${startsAt.toISOString()}::timestamptz`
				),
				id ? ne(session.id, id) : undefined
			)
		)
		.limit(1);
	return other ? { ...refuse('overlaps'), meets: other.name, at: other.at } : null;
}

type News = {
	what: 'planned' | 'moved' | 'canceled';
	session: Session;
	hour: Time['hour'];
	origin: string;
};

/** One mail to each of the two, in their language and on their clock, never with a word of a note. */
async function tellBoth(
	ctx: Context<Coach>,
	{ what, session: meeting, hour, origin }: News
): Promise<void> {
	const leaderOf = alias(person, 'leader_of');
	const coachOf = alias(person, 'coach_of');
	const party = (of: typeof leaderOf | typeof coachOf) => ({
		id: of.id,
		name: of.name,
		email: of.email,
		locale: sql<Locale>`${of.locale}`,
		timeZone: of.timeZone
	});
	const [both] = await ctx.db
		.select({ leader: party(leaderOf), coach: party(coachOf) })
		.from(enrollment)
		.innerJoin(leaderOf, eq(leaderOf.id, enrollment.leaderId))
		.innerJoin(coachOf, eq(coachOf.id, enrollment.coachId))
		.where(eq(enrollment.id, meeting.enrollmentId));
	const { leader, coach } = both!;
	for (const [reader, other, home] of [
		[leader, coach, 'leader'],
		[coach, leader, 'coach']
	] as const) {
		const { locale } = reader;
		const url = `${origin}/${home}/sessions/${meeting.id}`;
		const title = m.mail_session_title({ name: other.name }, { locale });
		const words = {
			name: other.name,
			day: spokenDay(meeting.startsAt, reader.timeZone, locale, ctx.now),
			time: spokenTime(meeting.startsAt, reader.timeZone, locale)
		};
		await queueMail(ctx, {
			to: reader.email,
			category: 'notice',
			fact: `session/${meeting.id}/${meeting.sequence}/${reader.id}`,
			locale,
			subject: {
				planned: m.mail_session_planned_subject,
				moved: m.mail_session_moved_subject,
				canceled: m.mail_session_canceled_subject
			}[what](words, { locale }),
			paragraphs: [
				{
					planned: m.mail_session_planned_body,
					moved: m.mail_session_moved_body,
					canceled: m.mail_session_canceled_body
				}[what]({ ...words, city: cityOf(reader.timeZone), minutes: meeting.minutes }, { locale }),
				...clocksOf(meeting, { reader, hour, canceled: what === 'canceled' }),
				...(meeting.place && what !== 'canceled'
					? [m.mail_session_place({ place: meeting.place }, { locale })]
					: [])
			],
			button: { label: m.mail_session_button({}, { locale }), url },
			reason: m.mail_session_reason({ name: other.name }, { locale }),
			attachments: [
				calendarFile(meeting, {
					title,
					url,
					coach: { name: coach.name, email: coach.email },
					leader: { name: leader.name, email: leader.email },
					canceled: what === 'canceled',
					stamp: ctx.now
				})
			]
		});
	}
}

/** The clock it was agreed in where the reader's shows another time, and what the night did to the hour. */
function clocksOf(
	{ startsAt, timeZone }: Session,
	{
		reader,
		hour,
		canceled
	}: { reader: { locale: Locale; timeZone: string }; hour: Time['hour']; canceled: boolean }
): string[] {
	const { locale } = reader;
	if (canceled) return [];
	const agreed = {
		day: spokenDay(startsAt, timeZone, locale),
		time: spokenTime(startsAt, timeZone, locale),
		city: cityOf(timeZone)
	};
	return [
		...(sameClock(startsAt, timeZone, reader.timeZone)
			? []
			: [m.mail_session_other_clock(agreed, { locale })]),
		...(hour === 'first-of-two' ? [m.mail_session_first_of_two(agreed, { locale })] : []),
		...(hour === 'moved-forward' ? [m.mail_session_moved_forward(agreed, { locale })] : [])
	];
}

/** What a note says now, given back when it was changed in another window. */
export type Changed = Refusal<'changed-elsewhere'> & {
	current: { body: string; revision: number };
};

type NoteInput = { sessionId: string; visibility: Visibility; body: string; revision: number };

/**
 * Saves one of the two notes that a person has on a session. Two windows never overwrite each other:
 * who saves on an old revision gets back what the note says now. The same text again is no change.
 *
 * @param revision of the note that the page showed; 0 for a new one
 */
export async function saveNote(
	ctx: Context<Coach> | Context<Leader>,
	{ sessionId, visibility, body, revision }: NoteInput
): Promise<
	| Ok<{ revision: number; savedAt: Date }>
	| Refusal<Exclude<NoteRefusal, 'changed-elsewhere'>>
	| Changed
> {
	if (!isId(sessionId)) return refuse('not-found');
	if (body.length > longestNote) return refuse('note-too-long');
	return inTransaction(ctx as Context<Coach | Leader>, async (tx) => {
		const [found] = await tx.db
			.select({ id: session.id })
			.from(session)
			.innerJoin(enrollment, eq(enrollment.id, session.enrollmentId))
			.where(and(eq(session.id, sessionId), partOf(tx.who)));
		if (!found) return refuse('not-found');
		const note = await ownNote(tx, { sessionId, visibility });
		const current = note ?? { body: '', revision: 0 };
		if (current.body === body)
			return ok({ revision: current.revision, savedAt: note?.savedAt ?? tx.now });
		const changed = ({ body, revision }: typeof current) => ({
			...refuse('changed-elsewhere'),
			current: { body, revision }
		});
		if (current.revision !== revision) return changed(current);
		const next = { bodyEnc: seal(tx.keys, 'note', body), revision: revision + 1, savedAt: tx.now };
		// Compare and set in one statement: whoever was overtaken since the look above writes nothing.
		const [saved] = await tx.db
			.insert(sessionNote)
			.values({ sessionId, authorId: tx.who.personId, visibility, ...next })
			.onConflictDoUpdate({
				target: [sessionNote.sessionId, sessionNote.authorId, sessionNote.visibility],
				set: next,
				setWhere: eq(sessionNote.revision, revision)
			})
			.returning({ id: sessionNote.id });
		if (!saved) return changed((await ownNote(tx, { sessionId, visibility })) ?? current);
		// Saved while typing: one entry for a sitting is enough to know who wrote when.
		if (!note || tx.now.getTime() - note.savedAt.getTime() > sittingMs)
			await audit(tx, {
				action: 'session-note-written',
				object: { kind: 'session', id: sessionId },
				detail: { visibility }
			});
		return ok({ revision: next.revision, savedAt: next.savedAt });
	});
}

const sittingMs = 10 * 60_000;

async function ownNote(
	{ db, keys, who }: Context<Coach | Leader>,
	{ sessionId, visibility }: Pick<NoteInput, 'sessionId' | 'visibility'>
) {
	const [note] = await db
		.select()
		.from(sessionNote)
		.where(
			and(
				eq(sessionNote.sessionId, sessionId),
				eq(sessionNote.authorId, who.personId),
				eq(sessionNote.visibility, visibility)
			)
		);
	return (
		note && {
			body: unsealText(keys, 'note', note.bodyEnc),
			revision: note.revision,
			savedAt: note.savedAt
		}
	);
}

const partOf = (who: Coach | Leader) =>
	who.role === 'leader'
		? eq(enrollment.leaderId, who.personId)
		: and(eq(session.coachId, who.personId), eq(enrollment.coachId, who.personId));
