/**
 * When a team is asked. The baseline lies in the two weeks before day 0, five pulses in weeks 2 to
 * 10, the endline around week 13 (method 1). A wave opens once, closes once, and stays closed.
 */
import { Temporal } from 'temporal-polyfill';
import { addDays, type Day } from '#lib/values/day.ts';
import { baselineWave, endlineWave, waves, type Wave } from './score.ts';

export const statuses = ['open', 'closed'] as const;
export type Status = (typeof statuses)[number];

/** From which states each move may start. Buttons, commands and the SQL guard read this table. */
const moves = {
	answer: ['open'],
	remind: ['open'],
	close: ['open']
} satisfies Record<string, Status[]>;
export type Move = keyof typeof moves;
export const from = (move: Move): Status[] => moves[move];

export type WaveKind = 'baseline' | 'pulse' | 'endline';
export const kindOf = (index: Wave): WaveKind =>
	index === baselineWave ? 'baseline' : index === endlineWave ? 'endline' : 'pulse';

const weeks = [0, 2, 4, 6, 8, 10, 13] as const;
/** The week of the program in which a wave lies; 0 is before the start. */
export const weekOfWave = (index: Wave): number => weeks[index]!;

const openDays = 5;
const hourMs = 3_600_000;
/** Nobody is reminded in the last day, and nobody twice in a day. */
export const quietHours = 24;
/** A coach may close early only after so long: everybody gets a fair chance to answer. */
export const shortestOpenHours = 72;
export const mostReminders = 2;

/** On which days a wave may be opened: from `opensOn` to `lastOn`, both included. */
export type Planned = { index: Wave; kind: WaveKind; week: number; opensOn: Day; lastOn: Day };

/** The seven waves of an enrollment. */
export function plan(dayZero: Day): Planned[] {
	return waves.map((index) => {
		const kind = kindOf(index);
		const week = weekOfWave(index);
		const [first, last] =
			kind === 'baseline'
				? [-14, 2]
				: kind === 'endline'
					? [84, 96]
					: [7 * (week - 1), 7 * (week - 1) + 8];
		return { index, kind, week, opensOn: addDays(dayZero, first), lastOn: addDays(dayZero, last) };
	});
}

/** The first instant of a day in a time zone. */
export const startOfDay = (day: Day, timeZone: string): Date =>
	new Date(Temporal.PlainDate.from(day).toZonedDateTime(timeZone).epochMilliseconds);

/**
 * When a wave that opens on `today` closes: pulses after five days; the baseline when day 0 begins,
 * or after five days if that is later, but not after day 3; the endline after day 97.
 */
export function closesOn(index: Wave, dayZero: Day, today: Day): Day {
	const kind = kindOf(index);
	const inFive = addDays(today, openDays);
	if (kind === 'pulse') return inFive;
	if (kind === 'endline') return addDays(dayZero, 98);
	const latest = addDays(dayZero, 4);
	if (inFive <= dayZero) return dayZero;
	return inFive < latest ? inFive : latest;
}

/** Where a wave stands on a day; `due` is the time to open it. */
export type Stage = 'ahead' | 'due' | 'open' | 'closed' | 'missed';
export function stageOf(planned: Planned, status: Status | null, today: Day): Stage {
	if (status) return status;
	if (today < planned.opensOn) return 'ahead';
	return today <= planned.lastOn ? 'due' : 'missed';
}

export type OpenRefusal =
	| 'no-such-wave'
	| 'not-due-yet'
	| 'too-late'
	| 'already-asked'
	| 'another-wave-open'
	| 'baseline-first'
	| 'nobody-to-ask'
	| 'address-missing'
	| 'team-changed';

/** Whether a wave may be opened now, given what was opened before. */
export function mayOpen(
	index: Wave,
	dayZero: Day,
	today: Day,
	before: readonly { index: number; status: string }[]
): OpenRefusal | null {
	const planned = plan(dayZero)[index];
	if (!planned) return 'no-such-wave';
	if (before.some((wave) => wave.index === index)) return 'already-asked';
	if (before.some(({ status }) => status === 'open')) return 'another-wave-open';
	if (index !== baselineWave && !before.some((wave) => wave.index === baselineWave))
		return 'baseline-first';
	const stage = stageOf(planned, null, today);
	if (stage === 'ahead') return 'not-due-yet';
	return stage === 'missed' ? 'too-late' : null;
}

/** A wave opens by itself on the morning of a working day, so that nobody is asked at night. */
export function isOpeningTime(now: Date, timeZone: string): boolean {
	const { hour, dayOfWeek } = Temporal.Instant.fromEpochMilliseconds(
		now.getTime()
	).toZonedDateTimeISO(timeZone);
	return dayOfWeek <= 5 && hour >= 8 && hour < 12;
}

/** The wave that is due by itself: one after the baseline that may be opened on this day. */
export const dueByItself = (
	dayZero: Day,
	today: Day,
	before: readonly { index: number; status: string }[]
): Wave | null =>
	waves.find(
		(index) => index !== baselineWave && mayOpen(index, dayZero, today, before) === null
	) ?? null;

export type RemindRefusal =
	'not-open' | 'too-late-to-remind' | 'reminded-lately' | 'reminded-enough';

/** Whether those who have not answered may be reminded now. */
export function mayRemind(
	{ closesAt }: { closesAt: Date },
	reminded: { times: number; lastAt: Date | null },
	now: Date
): RemindRefusal | null {
	if (closesAt.getTime() - now.getTime() < quietHours * hourMs) return 'too-late-to-remind';
	if (reminded.times >= mostReminders) return 'reminded-enough';
	if (reminded.lastAt && now.getTime() - reminded.lastAt.getTime() < quietHours * hourMs)
		return 'reminded-lately';
	return null;
}

export type CloseRefusal = 'not-open' | 'too-early-to-close';

/** From when on a coach may close a wave before its time. */
export const closableFrom = ({ opensAt, closesAt }: { opensAt: Date; closesAt: Date }): Date =>
	new Date(Math.min(opensAt.getTime() + shortestOpenHours * hourMs, closesAt.getTime()));

/** The reminder that goes out by itself: two days before the end, unless that is too near the start. */
export function reminderDueAt({
	opensAt,
	closesAt
}: {
	opensAt: Date;
	closesAt: Date;
}): Date | null {
	const at = closesAt.getTime() - 2 * quietHours * hourMs;
	return at - opensAt.getTime() >= quietHours * hourMs ? new Date(at) : null;
}

/** The pairing key goes so many days after the last wave that the team was told of (method 2.5). */
export const pairingKeyDays = 30;
/** The first day after the last wave can have been open. */
export const lastWaveEnds = (dayZero: Day): Day => addDays(dayZero, 98);
/** Comments are kept so long (method 13). */
export const commentMonths = 6;
