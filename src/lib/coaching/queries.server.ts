import { and, asc, desc, eq, gte, sql, type SQL } from 'drizzle-orm';
import { alias } from 'drizzle-orm/pg-core';
import { cohortIdOf, type EnrollmentInCohort } from '#lib/cohorts/queries.server.ts';
import { enrollment } from '#lib/cohorts/tables.server.ts';
import type { Admin, Coach, Leader, Sponsor } from '#lib/people/actor.ts';
import { person } from '#lib/people/tables.server.ts';
import { audit } from '#lib/server/audit.server.ts';
import type { Context } from '#lib/server/context.server.ts';
import {
	askedAbout,
	askedAt,
	asking,
	whoAsks,
	type Question
} from '#lib/server/question.server.ts';
import { unsealText } from '#lib/server/seal.server.ts';
import { addDays, dayIn, daysBetween, isWorkday, weekOf, type Day } from '#lib/values/day.ts';
import { isId } from '#lib/values/id.ts';
import { pulsePicture, daysShown, type PulsePicture } from './pulse-picture.ts';
import {
	adherence,
	isAway,
	pulseSentence,
	shortNames,
	silences,
	workdaysUntil,
	type Absence,
	type Credit,
	type PulseSentence,
	type Reached,
	type Touch
} from './pulse.ts';
import { nextOf, type Session, type SessionKind, type Status, type Visibility } from './session.ts';
import { session, sessionNote } from './tables.server.ts';
import { loggableDays, type Kind } from './touchpoint.ts';

/** All that the pulse picture, its table and its sentence show. Plain data, fit for a page. */
export type LeadershipPulse = {
	today: Day;
	sentence: PulseSentence;
	/** For screens with room: twenty-one working days. */
	wide: PulsePicture;
	/** For a phone: eleven. */
	narrow: PulsePicture;
	/** The days in the larger drawing, by seller; the team's own row has the id 'team' and no name. */
	table: { id: string; name: string; days: number; touches: { day: Day; kind: Kind }[] }[];
	/** For the log buttons, by name. */
	sellers: { id: string; name: string }[];
	/** The program's week, and how much of its rhythm is kept so far; null before week 1. */
	week: { number: number; percent: number | null; parts: Credit[] } | null;
};

/** What the pulse is made of: plain data, as it stood on a day. */
export type PulseFacts = {
	today: Day;
	dayZero: Day;
	/** The first day on which anything was logged. */
	first: Day | null;
	/** By name; `last` is when they were last reached, where that is longer ago than what `touches` holds. */
	sellers: { id: string; name: string; startedOn: Day; last: Day | null }[];
	/** Leave up to a week from now. */
	absences: [sellerId: string, ...Absence][];
	/** The latest weeks, in the order of the days; without a seller it was for the whole team. */
	touches: [sellerId: string | null, day: Day, kind: Kind, minutes: number | null][];
};

/** The picture's twenty-one working days, and the four weeks that a target may look back. */
const daysNeeded = 35;

/** What is known of whom the leader reached when, however many sellers and touchpoints there are. */
export const pulseQuestion: Question<PulseFacts | null> = {
	json: sql`(select (
		with latest as materialized (
			select ts.seller_id, t.day, t.kind, t.minutes, t.created_at
			from touchpoint t left join touchpoint_seller ts on ts.touchpoint_id = t.id
			where t.enrollment_id = e.id and t.day >= d.today - ${sql.raw(String(daysNeeded))}
		)
		select json_build_object('today', d.today, 'dayZero', e.day_zero,
			'first', (select min(t.day) from touchpoint t where t.enrollment_id = e.id),
			'sellers', (select json_agg(json_build_object('id', s.id, 'name', s.name, 'startedOn', s.started_on,
				'last', case when s.id in (select seller_id from latest where seller_id is not null) then null else
					(select max(t.day) from touchpoint_seller ts join touchpoint t on t.id = ts.touchpoint_id
					where ts.seller_id = s.id) end) order by s.name)
				from seller s
				where s.enrollment_id = e.id and s.started_on <= d.today and (s.ended_on is null or s.ended_on > d.today)),
			'absences', (select json_agg(json_build_array(a.seller_id, a.first_day, a.last_day))
				from seller s join absence a on a.seller_id = s.id
				where s.enrollment_id = e.id and a.first_day < d.today + 7),
			'touches', (select json_agg(json_build_array(seller_id, day, kind, minutes) order by day, created_at)
				from latest where seller_id is not null or kind in ('team-meeting', 'training'))))
		from (select id, day_zero, time_zone from enrollment where leader_id = ${whoAsks}
			order by day_zero desc limit 1) e
		cross join lateral (select (${askedAt} at time zone e.time_zone)::date as today) d)`,
	read: (
		found:
			| (Pick<PulseFacts, 'today' | 'dayZero' | 'first'> & {
					[Name in 'sellers' | 'absences' | 'touches']: PulseFacts[Name] | null;
			  })
			| null
	) =>
		found && {
			...found,
			sellers: found.sellers ?? [],
			absences: found.absences ?? [],
			touches: found.touches ?? []
		}
};

/** The first day in the picture; a target may look back four weeks. */
const firstShown = (today: Day) => workdaysUntil(today, daysShown)[0]!;

/** The leader's pulse: who was reached when, who has heard nothing for how long. */
export function pulseOf({
	sellers,
	absences: leave,
	touches: latest,
	first,
	today,
	dayZero
}: PulseFacts): LeadershipPulse {
	const week = weekOf(today, dayZero);
	const shownFrom = firstShown(today);
	const names = shortNames(sellers.map(({ name }) => name));
	const ofTeam = new Set(sellers.map(({ id }) => id));
	// Whoever left the team takes what was done for them along.
	const touches: Touch[] = latest.flatMap(([sellerId, day, kind, minutes]) =>
		sellerId === null || ofTeam.has(sellerId) ? [{ day, kind, minutes, sellerId }] : []
	);
	const latestOf = new Map(touches.map(({ sellerId, day }) => [sellerId, day]));
	const since = first && first < dayZero ? first : dayZero;
	const reached: Reached[] = sellers.map(({ id, startedOn, last }, index) => ({
		id,
		name: names[index]!,
		startedOn,
		absences: leave.flatMap(([sellerId, from, to]): Absence[] =>
			sellerId === id ? [[from, to]] : []
		),
		lastTouch: latestOf.get(id) ?? last
	}));
	const ordered = silences(reached, since, today);
	const workdays = Array.from({ length: 7 }, (_, day) =>
		addDays(dayZero, 7 * (week - 1) + day)
	).filter(isWorkday);
	const there = reached.filter(({ absences }) => !workdays.every((day) => isAway(absences, day)));
	const picture = { sellers: ordered, touches, since, today };
	const shown = (id: string | null) =>
		touches
			.filter((touch) => touch.sellerId === id && touch.day >= shownFrom)
			.map(({ day, kind }) => ({ day, kind }));
	const forTeam = shown(null);
	return {
		today,
		sentence: pulseSentence(ordered, first !== null),
		wide: pulsePicture('wide', picture),
		narrow: pulsePicture('narrow', picture),
		table: [
			...ordered.map(({ id, name, days }) => ({ id, name, days, touches: shown(id) })),
			...(forTeam.length > 0 ? [{ id: 'team', name: '', days: 0, touches: forTeam }] : [])
		],
		sellers: reached.map(({ id, name }) => ({ id, name })),
		// Nothing is due to somebody who is on leave all week, nor to a team of whom all are.
		week:
			week >= 1 && (there.length > 0 || reached.length === 0)
				? {
						number: week,
						...adherence({
							week,
							dayZero,
							sellers: there.map(({ id }) => id),
							touches
						})
					}
				: null
	};
}

/** What the leader logged today, the newest first: what can still be taken back. One statement. */
export async function loggedToday(
	{ db, keys, now, who }: Context<Leader>,
	part: Pick<EnrollmentInCohort, 'id' | 'timeZone'>
) {
	const today = dayIn(now, part.timeZone);
	const rows = (await db.execute(sql`
		select t.id, t.kind, t.day, t.minutes, t.note_enc, string_agg(s.name, ', ' order by s.name) as names
		from touchpoint t
		join enrollment e on e.id = t.enrollment_id and e.leader_id = ${who.personId}
		left join touchpoint_seller ts on ts.touchpoint_id = t.id
		left join seller s on s.id = ts.seller_id
		where t.enrollment_id = ${part.id} and t.day >= ${loggableDays(today).at(-1)}
			and (t.created_at at time zone ${part.timeZone})::date = ${today}
		group by t.id order by t.created_at desc limit 50`)) as unknown as {
		id: string;
		kind: Kind;
		day: Day;
		minutes: number | null;
		note_enc: Uint8Array | null;
		names: string | null;
	}[];
	return rows.map(({ id, kind, day, minutes, note_enc, names }) => ({
		id,
		kind,
		/** When it happened, if that was not today. */
		earlier: day === today ? null : day,
		minutes,
		names,
		note: note_enc ? unsealText(keys, 'note', new Uint8Array(note_enc)) : null
	}));
}

const leaderOf = alias(person, 'leader_of');
const coachOf = alias(person, 'coach_of');

const columns = {
	id: session.id,
	enrollmentId: session.enrollmentId,
	kind: sql<SessionKind>`${session.kind}`,
	startsAt: session.startsAt,
	timeZone: session.timeZone,
	minutes: session.minutes,
	place: session.place,
	status: sql<Status>`${session.status}`,
	sequence: session.sequence,
	leaderName: leaderOf.name,
	leaderTimeZone: leaderOf.timeZone,
	coachName: coachOf.name,
	coachTimeZone: coachOf.timeZone
};

export type SessionWithPeople = Session & {
	leaderName: string;
	leaderTimeZone: string;
	coachName: string;
	coachTimeZone: string;
};

const withPeople = ({ db }: Pick<Context, 'db'>) =>
	db
		.select(columns)
		.from(session)
		.innerJoin(enrollment, eq(enrollment.id, session.enrollmentId))
		.innerJoin(leaderOf, eq(leaderOf.id, enrollment.leaderId))
		.innerJoin(coachOf, eq(coachOf.id, session.coachId));

/** Whose sessions: the leader's own, or those of the coach with people who are still theirs. */
const mine = (who: Leader | Coach) =>
	who.role === 'leader'
		? eq(enrollment.leaderId, who.personId)
		: and(eq(session.coachId, who.personId), eq(enrollment.coachId, who.personId));

/** The leader's next session, or the one under way; null when nothing is planned. */
export const comingSessionsQuestion: Question<SessionWithPeople[]> = {
	json: sql`(select json_agg(p) from (
		select s.id, s.enrollment_id as "enrollmentId", s.kind, s.starts_at as "startsAt", s.time_zone as "timeZone",
			s.minutes, s.place, s.status, s.sequence, l.name as "leaderName", l.time_zone as "leaderTimeZone",
			c.name as "coachName", c.time_zone as "coachTimeZone"
		from session s join enrollment e on e.id = s.enrollment_id
		join person l on l.id = e.leader_id join person c on c.id = s.coach_id
		where e.leader_id = ${whoAsks} and s.status = 'planned' and s.starts_at >= ${askedAt} - interval '1 day'
			and s.starts_at + make_interval(mins => s.minutes) > ${askedAt}
		order by s.starts_at limit 5) p)`,
	read: (found: (Omit<SessionWithPeople, 'startsAt'> & { startsAt: string })[] | null) =>
		(found ?? []).map((one) => ({ ...one, startsAt: new Date(one.startsAt) }))
};

const dayBefore = (now: Date) => new Date(now.getTime() - 24 * 3600_000);

/** The leader's sessions, or the coach's: what is ahead in its order, then what was, the newest first. */
export async function sessionsOf(ctx: Context<Leader> | Context<Coach>) {
	const rows = await withPeople(ctx)
		.where(mine(ctx.who))
		.orderBy(desc(session.startsAt))
		.limit(300);
	const isAhead = (one: SessionWithPeople) => one.status === 'planned' && one.startsAt >= ctx.now;
	const underWay = nextOf(rows, ctx.now);
	const ahead = rows.filter((one) => isAhead(one) || one === underWay).reverse();
	return { ahead, behind: rows.filter((one) => !ahead.includes(one)).slice(0, 100) };
}

export type Note = { body: string; revision: number; savedAt: Date | null };
const noNote: Note = { body: '', revision: 0, savedAt: null };

export type SessionPage = {
	session: SessionWithPeople;
	own: Note;
	shared: Note;
	/** What the other one shared; null when there is nothing. */
	theirs: Note | null;
};

/**
 * A session with the notes that this person may read: their own two, and what the other one shared.
 * Null for anybody else's. When the coach reads the leader's words it is written into the log.
 */
export async function sessionWithNotes(
	ctx: Context<Leader> | Context<Coach>,
	id: string
): Promise<SessionPage | null> {
	if (!isId(id)) return null;
	const [[found], notes] = await Promise.all([
		withPeople(ctx).where(and(eq(session.id, id), mine(ctx.who))),
		readableNotes(ctx, id)
	]);
	if (!found) return null;
	const of = (author: 'me' | 'other', visibility: Visibility) =>
		notes.find(
			(note) =>
				(note.authorId === ctx.who.personId) === (author === 'me') && note.visibility === visibility
		);
	const opened = (note: (typeof notes)[number] | undefined): Note | null =>
		note
			? {
					body: unsealText(ctx.keys, 'note', note.bodyEnc),
					revision: note.revision,
					savedAt: note.savedAt
				}
			: null;
	const theirs = opened(of('other', 'shared'));
	if (theirs && theirs.body !== '' && ctx.who.role === 'coach')
		await audit(ctx as Context<Coach>, {
			action: 'session-note-read',
			object: { kind: 'session', id }
		});
	return {
		session: found,
		own: opened(of('me', 'own')) ?? noNote,
		shared: opened(of('me', 'shared')) ?? noNote,
		theirs: theirs?.body ? theirs : null
	};
}

/** The condition stands in the statement: another person's own note never leaves the database. */
const readableNotes = ({ db, who }: Context<Leader> | Context<Coach>, sessionId: string) =>
	db
		.select({
			authorId: sessionNote.authorId,
			visibility: sessionNote.visibility,
			bodyEnc: sessionNote.bodyEnc,
			revision: sessionNote.revision,
			savedAt: sessionNote.savedAt
		})
		.from(sessionNote)
		.innerJoin(session, eq(session.id, sessionNote.sessionId))
		.innerJoin(enrollment, eq(enrollment.id, session.enrollmentId))
		.where(
			and(
				eq(sessionNote.sessionId, sessionId),
				mine(who),
				sql`(${sessionNote.visibility} = 'shared' or ${sessionNote.authorId} = ${who.personId})`
			)
		)
		.limit(4);

export type CoachedLeader = {
	enrollmentId: string;
	leaderName: string;
	dayZero: Day;
	/** The last session that was held; null when there was none. */
	lastMetAt: Date | null;
	/** Days since then by the coach's calendar. */
	daysSinceMet: number | null;
	nextAt: Date | null;
	/** How many of the latest sessions were missed, one after the other. */
	missedInRow: number;
	/** The last day on which the leader logged a touchpoint; what it was stays the leader's. */
	lastTouchOn: Day | null;
};

/** The coach's sessions that are ahead or under way, the next first. One statement. */
export async function sessionsAhead(ctx: Context<Coach>): Promise<SessionWithPeople[]> {
	const rows = await withPeople(ctx)
		.where(
			and(mine(ctx.who), eq(session.status, 'planned'), gte(session.startsAt, dayBefore(ctx.now)))
		)
		.orderBy(asc(session.startsAt))
		.limit(20);
	return rows.filter((one) => one.startsAt.getTime() + one.minutes * 60_000 > ctx.now.getTime());
}

type LeaderRow = {
	id: string;
	name: string;
	dayZero: Day;
	met: string | null;
	next: string | null;
	missed: number;
	touched: Day | null;
};

/** How many sessions were missed since the last one that was held. */
const missedInRow = (enrollmentId: SQL) =>
	sql`(select count(*)::int from session m where m.enrollment_id = ${enrollmentId} and m.status = 'missed'
		and m.starts_at > coalesce((select max(h.starts_at) from session h
			where h.enrollment_id = ${enrollmentId} and h.status = 'held'), '-infinity'::timestamptz))`;

/** The same of the enrollment that is asked about, for its coach; 0 for anybody else. */
export const missedInRowQuestion: Question<number> = {
	json: sql`(select ${missedInRow(sql`e.id`)} from enrollment e
		where e.id = ${askedAbout} and e.coach_id = ${whoAsks})`,
	read: (found: number | null) => found ?? 0
};

/** The asking coach's leaders who are still taking part, by name. */
export const coachedLeadersQuestion: Question<LeaderRow[]> = {
	json: sql`(select json_agg(x order by x.name, x.id) from (
		select e.id, p.name, e.day_zero as "dayZero", max(s.starts_at) filter (where s.status = 'held') as met,
			min(s.starts_at) filter (where s.status = 'planned' and s.starts_at > ${askedAt}) as next,
			${missedInRow(sql`e.id`)} as missed,
			(select max(t.day) from touchpoint t where t.enrollment_id = e.id) as touched
		from enrollment e join person p on p.id = e.leader_id
		left join session s on s.enrollment_id = e.id
		where e.coach_id = ${whoAsks} and e.state = 'active'
		group by e.id, p.name order by p.name, e.id limit 200) x)`,
	read: (found: LeaderRow[] | null) => found ?? []
};

/** The same with what a day makes of it. */
export function coachedLeaders(
	rows: readonly LeaderRow[],
	{ now, who }: Pick<Context<Coach>, 'now' | 'who'>
): CoachedLeader[] {
	const today = dayIn(now, who.timeZone);
	return rows.map(({ id, name, dayZero, met, next, missed, touched }) => {
		const lastMetAt = met === null ? null : new Date(met);
		return {
			enrollmentId: id,
			leaderName: name,
			dayZero,
			lastMetAt,
			daysSinceMet: lastMetAt && daysBetween(dayIn(lastMetAt, who.timeZone), today),
			nextAt: next === null ? null : new Date(next),
			missedInRow: missed,
			lastTouchOn: touched
		};
	});
}

const askLeaders = asking({ leaders: coachedLeadersQuestion });
/** The coach's leaders who are still taking part, by name. One statement. */
export const leadersOf = async (ctx: Context<Coach>): Promise<CoachedLeader[]> =>
	coachedLeaders((await askLeaders(ctx)).leaders.read(), ctx);

/**
 * How many sessions were held with one of the sponsor's leaders; null unless the leader agreed that
 * this sponsor is told. Never when, and never what about. One statement.
 */
export async function sessionsHeld(
	{ db, who }: Context<Sponsor>,
	enrollmentId: string
): Promise<number | null> {
	if (!isId(enrollmentId)) return null;
	const [row] = (await db.execute(sql`
		select (select count(*)::int from session s where s.enrollment_id = a.enrollment_id and s.status = 'held') as held
		from sponsorship a
		where a.enrollment_id = ${enrollmentId} and a.sponsor_id = ${who.personId} and 'sessions' = any(a.shares)`)) as unknown as {
		held: number;
	}[];
	return row?.held ?? null;
}

/**
 * How many of the latest sessions were missed in a row, by enrollment of a cohort: the one thing
 * about sessions that an admin needs, to know whom to call. One statement.
 */
export async function missedSessions(
	{ db }: Context<Admin>,
	cohortKey: string
): Promise<Map<string, number>> {
	const rows = (await db.execute(sql`
		select s.enrollment_id as id, count(*)::int as missed
		from session s
		join enrollment e on e.id = s.enrollment_id
		where e.cohort_id = ${cohortIdOf(cohortKey)} and s.status = 'missed'
			and s.starts_at > coalesce((select max(h.starts_at) from session h
				where h.enrollment_id = s.enrollment_id and h.status = 'held'), '-infinity'::timestamptz)
		group by s.enrollment_id`)) as unknown as { id: string; missed: number }[];
	return new Map(rows.map(({ id, missed }) => [id, missed]));
}
