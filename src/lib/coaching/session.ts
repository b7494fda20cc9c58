/** A session: a meeting of coach and leader, planned by the coach, held, missed or canceled. */
import { addDays, isDay, type Day } from '#lib/values/day.ts';
import { isId } from '#lib/values/id.ts';
import { ok, refuse, type Result } from '#lib/values/result.ts';
import { instantOf, isTime, startOf, type HourNote } from './meeting-time.ts';

export const sessionKinds = ['first', 'one-to-one', 'pair', 'closing'] as const;
export type SessionKind = (typeof sessionKinds)[number];

export const statuses = ['planned', 'held', 'missed', 'canceled'] as const;
export type Status = (typeof statuses)[number];

/** From which states each move may start; a wrong "held" or "missed" can be put right. */
const moves = {
	move: ['planned'],
	cancel: ['planned'],
	hold: ['planned', 'missed'],
	miss: ['planned', 'held']
} satisfies Record<string, Status[]>;

export type Move = keyof typeof moves;
export const from = (move: Move): Status[] => moves[move];
export const may = (move: Move, session: { status: Status }): boolean =>
	from(move).includes(session.status);

export type Session = {
	id: string;
	enrollmentId: string;
	kind: SessionKind;
	startsAt: Date;
	timeZone: string;
	minutes: number;
	place: string;
	status: Status;
	sequence: number;
};

export const fewestMinutes = 10;
export const mostMinutes = 240;
export const usualMinutes = 50;
export const longestPlace = 200;

export type Time = { startsAt: Date; hour: HourNote; minutes: number; place: string };
export type Plan = Time & { enrollmentId: string; kind: SessionKind };

export type TimeRefusal =
	'day-wrong' | 'time-wrong' | 'minutes-wrong' | 'place-too-long' | 'in-the-past';
export type PlanRefusal = TimeRefusal | 'leader-missing' | 'kind-wrong' | 'overlaps';
export type MoveRefusal = TimeRefusal | 'overlaps' | 'not-planned' | 'not-yet' | 'not-found';

type Field = (name: string) => string;

/**
 * Reads day, time, length and place as the coach typed them.
 *
 * @param timeZone the coach's own: the clock they typed is theirs
 * @param now a meeting is planned ahead, not written in afterwards
 */
export function readTime(field: Field, timeZone: string, now: Date): Result<Time, TimeRefusal> {
	const day = field('day');
	const time = field('time');
	const minutes = field('minutes').trim();
	const place = field('place').trim();
	if (!isDay(day) || !isNear(day, now)) return refuse('day-wrong');
	if (!isTime(time)) return refuse('time-wrong');
	if (
		!/^\d{1,3}$/.test(minutes) ||
		Number(minutes) < fewestMinutes ||
		Number(minutes) > mostMinutes
	)
		return refuse('minutes-wrong');
	if (place.length > longestPlace) return refuse('place-too-long');
	const { startsAt, hour } = instantOf(day, time, timeZone);
	if (startsAt <= now) return refuse('in-the-past');
	return ok({ startsAt, hour, minutes: Number(minutes), place });
}

/** A year typed as 0207 or 20277 is a slip, not a plan. */
const isNear = (day: Day, now: Date) =>
	Math.abs(Number(day.slice(0, 4)) - now.getUTCFullYear()) <= 2;

/** Reads the form that plans a session. */
export function readPlan(field: Field, timeZone: string, now: Date): Result<Plan, PlanRefusal> {
	const enrollmentId = field('enrollment');
	const kind = sessionKinds.find((one) => one === field('kind'));
	if (!isId(enrollmentId)) return refuse('leader-missing');
	if (!kind) return refuse('kind-wrong');
	const time = readTime(field, timeZone, now);
	return time.ok ? ok({ ...time.value, enrollmentId, kind }) : time;
}

export const endOf = ({ startsAt, minutes }: Pick<Session, 'startsAt' | 'minutes'>): Date =>
	new Date(startsAt.getTime() + minutes * 60_000);

/** A session can be marked held or missed once it has begun. */
export const hasBegun = ({ startsAt }: Pick<Session, 'startsAt'>, now: Date): boolean =>
	startsAt <= now;

/** A place that is an address of a web page, so that it can be a link; null when it is words. */
export function linkOf(place: string): string | null {
	if (!/^https?:\/\/\S+$/i.test(place) || !URL.canParse(place)) return null;
	return new URL(place).href;
}

/** The session that comes next, or is under way. */
export const nextOf = <T extends Pick<Session, 'startsAt' | 'minutes' | 'status'>>(
	sessions: T[],
	now: Date
): T | null =>
	sessions
		.filter((one) => one.status === 'planned' && endOf(one) > now)
		.sort((a, b) => a.startsAt.getTime() - b.startsAt.getTime())[0] ?? null;

/** Until when a page says the same that names the next session and days as seen from `today`. */
export function saysTheSameUntil(
	next: Pick<Session, 'startsAt' | 'minutes'> | null,
	today: Day,
	timeZone: string
): Date {
	const tomorrow = startOf(addDays(today, 1), timeZone);
	return next && endOf(next) < tomorrow ? endOf(next) : tomorrow;
}

/** A note: shared with the other one, or the author's own. A new note is the author's own until they say otherwise. */
export const visibilities = ['own', 'shared'] as const;
export type Visibility = (typeof visibilities)[number];
export const readVisibility = (text: string): Visibility => (text === 'shared' ? 'shared' : 'own');

export const longestNote = 20_000;
export type NoteRefusal = 'not-found' | 'note-too-long' | 'changed-elsewhere';

/** What a page says after a note was sent: the new revision, or why not and what the note says now. */
export type NoteAnswer = {
	visibility: Visibility;
	revision?: number;
	savedAt?: Date;
	/** The text as it was typed, kept when it was refused. */
	body?: string;
	reason?: Exclude<NoteRefusal, 'not-found'>;
	current?: { body: string; revision: number };
};

/** Reads the note form; a revision that is no number is that of a new note. */
export function readNote(field: Field): { visibility: Visibility; body: string; revision: number } {
	const revision = field('revision');
	// Browsers send line ends as two signs; what was typed had one.
	const body = field('body').replaceAll('\r\n', '\n');
	return {
		visibility: readVisibility(field('visibility')),
		body,
		revision: /^\d{1,9}$/.test(revision) ? Number(revision) : 0
	};
}
