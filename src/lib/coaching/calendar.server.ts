/** A session as a calendar understands it. The text of the file is written by a library. */
import ical, {
	ICalAttendeeRole,
	ICalAttendeeStatus,
	ICalAttendeeType,
	ICalCalendarMethod,
	ICalEventClass,
	ICalEventStatus
} from 'ical-generator';
import { endOf, linkOf, type Session } from './session.ts';

type Party = { name: string; email: string };

/**
 * The file that goes with a mail about a session.
 *
 * Times are in UTC, which every calendar shows in its owner's zone; a single meeting needs no zone
 * table. The title names nobody but the other person and no topic: calendars are read by others.
 *
 * @param canceled takes the meeting out of the calendar again
 * @param stamp when this version was made; the id stays and `sequence` goes up, so calendars replace
 */
export function calendarFile(
	session: Pick<Session, 'id' | 'startsAt' | 'minutes' | 'place' | 'sequence'>,
	{
		title,
		url,
		coach,
		leader,
		canceled,
		stamp
	}: { title: string; url: string; coach: Party; leader: Party; canceled: boolean; stamp: Date }
) {
	const method = canceled ? ICalCalendarMethod.CANCEL : ICalCalendarMethod.REQUEST;
	const calendar = ical({
		method,
		prodId: { company: 'Lofte', product: 'Sessions', language: 'EN' }
	});
	const link = linkOf(session.place);
	calendar.createEvent({
		id: `${session.id}@${new URL(url).hostname}`,
		sequence: session.sequence,
		start: session.startsAt,
		end: endOf(session),
		stamp,
		summary: title,
		description: link ? `${link}\n\n${url}` : url,
		url,
		...(session.place && { location: session.place }),
		class: ICalEventClass.PRIVATE,
		status: canceled ? ICalEventStatus.CANCELLED : ICalEventStatus.CONFIRMED,
		organizer: coach,
		attendees: [coach, leader].map((party) => ({
			...party,
			type: ICalAttendeeType.INDIVIDUAL,
			role: ICalAttendeeRole.REQ,
			status: party === coach ? ICalAttendeeStatus.ACCEPTED : ICalAttendeeStatus.NEEDSACTION,
			rsvp: party !== coach
		}))
	});
	return {
		filename: 'session.ics',
		content: calendar.toString(),
		contentType: `text/calendar; charset=utf-8; method=${method}`
	};
}
