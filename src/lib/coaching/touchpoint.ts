/**
 * A touchpoint: something the leader did for one seller, or for the whole team. It is logged within
 * the week in which it happened, by the leader, and belongs to nobody else.
 */
import { addDays, isDay, type Day } from '#lib/values/day.ts';
import { isId } from '#lib/values/id.ts';
import { ok, refuse, type Result } from '#lib/values/result.ts';

/** What is done for one person; the design has one glyph for each. */
export const sellerKinds = [
	'coaching',
	'feedback',
	'listening',
	'recognition',
	'stepped-back'
] as const;
/** What is done for everybody at once. */
export const teamKinds = ['team-meeting', 'training'] as const;
export const kinds = [...sellerKinds, ...teamKinds] as const;

export type SellerKind = (typeof sellerKinds)[number];
export type TeamKind = (typeof teamKinds)[number];
export type Kind = (typeof kinds)[number];

export const isKind = (text: string): text is Kind => (kinds as readonly string[]).includes(text);
export const isForTeam = (kind: Kind): kind is TeamKind =>
	(teamKinds as readonly string[]).includes(kind);

/** A working day has eight hours; a longer touchpoint is a slip of the finger. */
export const mostMinutes = 480;
export const longestNote = 2_000;

export type NewTouchpoint = {
	kind: Kind;
	/** Null for the team. */
	sellerId: string | null;
	minutes: number | null;
	note: string;
	/** When it happened; null for today. */
	day: Day | null;
	/** Made once for a form: sent twice, it is stored once. */
	requestKey: string;
};

export type TouchpointRefusal =
	| 'kind-missing'
	| 'seller-missing'
	| 'kind-is-for-team'
	| 'minutes-wrong'
	| 'note-too-long'
	| 'day-wrong'
	| 'form-stale'
	| 'seller-unknown'
	| 'not-enrolled';

/** The value of the button that means everybody. */
export const wholeTeam = 'team';

/**
 * Reads the log form.
 *
 * @param field gives a field's text, '' when it was not sent
 * @returns the touchpoint, or the first thing that is missing or wrong
 */
export function readTouchpoint(
	field: (name: string) => string
): Result<NewTouchpoint, TouchpointRefusal> {
	const kind = field('kind');
	const seller = field('seller');
	const minutes = field('minutes').trim();
	const note = field('note').trim();
	const day = field('day');
	const requestKey = field('requestKey');
	if (!isKind(kind)) return refuse('kind-missing');
	if (isForTeam(kind) && seller !== wholeTeam && seller !== '') return refuse('kind-is-for-team');
	if (!isForTeam(kind) && !isId(seller)) return refuse('seller-missing');
	if (
		minutes !== '' &&
		!(/^\d{1,3}$/.test(minutes) && Number(minutes) >= 1 && Number(minutes) <= mostMinutes)
	)
		return refuse('minutes-wrong');
	if (note.length > longestNote) return refuse('note-too-long');
	if (day !== '' && !isDay(day)) return refuse('day-wrong');
	if (!isId(requestKey)) return refuse('form-stale');
	return ok({
		kind,
		sellerId: isForTeam(kind) ? null : seller,
		minutes: minutes === '' ? null : Number(minutes),
		note,
		day: day === '' ? null : day,
		requestKey
	});
}

/** Memory is good for a week; what is older would be a guess. */
const daysBack = 6;

/** The days on which a touchpoint that is logged today may have happened, the latest first. */
export const loggableDays = (today: Day): Day[] =>
	Array.from({ length: daysBack + 1 }, (_, back) => addDays(today, -back));

/**
 * A slip can be taken back on the day it was logged; later the log stays as it is.
 *
 * @param loggedOn the day in the leader's time zone
 */
export const mayUndo = (loggedOn: Day, today: Day): boolean => loggedOn === today;
