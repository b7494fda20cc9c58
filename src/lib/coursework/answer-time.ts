/** The promise to a leader: an answer within two working days, at the same time of day. */
import { isWorkday } from '#lib/values/day.ts';
import { Temporal } from 'temporal-polyfill';

export const answerWithinWorkdays = 2;

/** The instant by which a text handed in at `submittedAt` is answered, by the coach's own calendar. */
export function answerBy(submittedAt: Date, timeZone: string): Date {
	let day = Temporal.Instant.fromEpochMilliseconds(submittedAt.getTime()).toZonedDateTimeISO(
		timeZone
	);
	for (let left = answerWithinWorkdays; left > 0;) {
		day = day.add({ days: 1 });
		if (isWorkday(day.toPlainDate().toString())) left -= 1;
	}
	return new Date(day.epochMilliseconds);
}
