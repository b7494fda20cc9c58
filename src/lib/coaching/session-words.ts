/** The words for sessions, in the reader's language and zone. */
import { m } from '#lib/paraglide/messages.js';
import {
	cityOf,
	nearness,
	sameClock,
	spokenDay,
	spokenTime,
	weekdayName,
	type Locale
} from './meeting-words.ts';
import type { MoveRefusal, PlanRefusal, SessionKind, Status } from './session.ts';
import { dayIn } from '#lib/values/day.ts';

export const sessionKindWords = {
	first: m.coaching_session_kind_first,
	'one-to-one': m.coaching_session_kind_one_to_one,
	pair: m.coaching_session_kind_pair,
	closing: m.coaching_session_kind_closing
} satisfies Record<SessionKind, () => string>;

export const sessionKindWordsForCoach = {
	...sessionKindWords,
	pair: m.coaching_session_kind_pair_coach
};

export const statusWords = {
	planned: m.coaching_session_status_planned,
	held: m.coaching_session_status_held,
	missed: m.coaching_session_status_missed,
	canceled: m.coaching_session_status_canceled
} satisfies Record<Status, () => string>;

export const sessionRefusals = {
	'leader-missing': m.coaching_refused_leader_missing,
	'kind-wrong': m.coaching_refused_kind_wrong,
	'day-wrong': m.coaching_refused_day_wrong,
	'time-wrong': m.coaching_refused_time_wrong,
	'minutes-wrong': m.coaching_refused_minutes_wrong,
	'place-too-long': m.coaching_refused_place_too_long,
	'in-the-past': m.coaching_refused_in_the_past,
	'not-planned': m.coaching_refused_not_planned,
	'not-yet': m.coaching_refused_not_yet
} satisfies Record<Exclude<PlanRefusal | MoveRefusal, 'overlaps' | 'not-found'>, () => string>;

/** "today at 15:00", "on Thursday at 15:00", "on Thursday 4 March at 15:00". */
export function whenSaid(
	instant: Date,
	{ timeZone, locale, now }: { timeZone: string; locale: Locale; now: Date }
): string {
	const time = spokenTime(instant, timeZone, locale);
	const near = nearness(instant, timeZone, now);
	if (near === 'today') return m.coaching_session_today({ time });
	if (near === 'tomorrow') return m.coaching_session_tomorrow({ time });
	const day =
		near === 'week'
			? weekdayName(dayIn(instant, timeZone), locale, 'long')
			: spokenDay(instant, timeZone, locale, now);
	return m.coaching_session_when({ day, time });
}

/** The other one's clock where it shows another time: "09:00 for Ingrid (New York)"; null where it is the same. */
export function otherClockSaid(
	instant: Date,
	{ own, other, name, locale }: { own: string; other: string; name: string; locale: Locale }
): string | null {
	if (sameClock(instant, own, other)) return null;
	const said = { time: spokenTime(instant, other, locale), name, city: cityOf(other) };
	if (dayIn(instant, own) === dayIn(instant, other)) return m.coaching_session_clock_of(said);
	return m.coaching_session_clock_of_other_day({
		...said,
		day: weekdayName(dayIn(instant, other), locale, 'long')
	});
}

export const firstName = (name: string): string => name.trim().split(/\s+/)[0] ?? name;
