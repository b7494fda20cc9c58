/**
 * When a meeting is. It is agreed as a wall clock in a zone and kept as an instant. In the night when
 * clocks go back, an hour comes twice: the first is meant. In the night when they go forward, an hour
 * is missing: the meeting moves on by as much. Both are told, never guessed in silence (reliability (d) 11).
 */
import { Temporal } from 'temporal-polyfill';
import type { Day } from '#lib/values/day.ts';

export type HourNote = 'exact' | 'first-of-two' | 'moved-forward';

export const isTime = (text: string): boolean => /^([01]\d|2[0-3]):[0-5]\d$/.test(text);

const wallOf = (day: Day, time: string) => Temporal.PlainDateTime.from(`${day}T${time}`);
const dateOf = (zoned: Temporal.ZonedDateTime) => new Date(zoned.epochMilliseconds);

/**
 * The instant of a wall clock.
 *
 * @param day 'YYYY-MM-DD', a real one
 * @param time 'HH:MM'
 * @param timeZone an IANA zone
 * @returns the instant, and whether the clock was plain, came twice, or did not exist that day
 */
export function instantOf(
	day: Day,
	time: string,
	timeZone: string
): { startsAt: Date; hour: HourNote } {
	const wall = wallOf(day, time);
	// 'compatible' is the earlier of two, and moves a missing hour forward.
	const meant = wall.toZonedDateTime(timeZone, { disambiguation: 'compatible' });
	return { startsAt: dateOf(meant), hour: noteOn(wall, meant, timeZone) };
}

/** The instant at which a day begins in a zone; not midnight where the clock jumps over it. */
export const startOf = (day: Day, timeZone: string): Date =>
	instantOf(day, '00:00', timeZone).startsAt;

function noteOn(
	wall: Temporal.PlainDateTime,
	meant: Temporal.ZonedDateTime,
	timeZone: string
): HourNote {
	if (!meant.toPlainDateTime().equals(wall)) return 'moved-forward';
	const later = wall.toZonedDateTime(timeZone, { disambiguation: 'later' });
	return later.epochMilliseconds === meant.epochMilliseconds ? 'exact' : 'first-of-two';
}

/** Whether this instant's clock comes twice in the zone that night; then it is worth saying which is meant. */
export function hourComesTwice(instant: Date, timeZone: string): boolean {
	const { day, time } = clockOf(instant, timeZone);
	return instantOf(day, time, timeZone).hour === 'first-of-two';
}

/** Day and time of an instant as a form's two fields hold them. */
export function clockOf(instant: Date, timeZone: string): { day: Day; time: string } {
	const zoned = Temporal.Instant.fromEpochMilliseconds(instant.getTime()).toZonedDateTimeISO(
		timeZone
	);
	return {
		day: zoned.toPlainDate().toString(),
		time: zoned.toPlainTime().toString({ smallestUnit: 'minute' })
	};
}
