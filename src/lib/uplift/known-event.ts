// Price changes, new territories and the like: printed with the result; a major one inside a
// window caps the evidence (method 4.7).
import * as v from 'valibot';
import { isDay } from '#lib/values/day.ts';

export const eventKinds = [
	'price',
	'territory',
	'compensation',
	'campaign',
	'launch',
	'big-customer',
	'team-merge',
	'other'
] as const;
export type EventKind = (typeof eventKinds)[number];

export const knownEventInput = v.object({
	day: v.pipe(v.string(), v.check(isDay, 'day')),
	kind: v.picklist(eventKinds),
	size: v.picklist(['minor', 'major']),
	note: v.optional(v.pipe(v.string(), v.trim(), v.maxLength(500)), '')
});

/** Enough for any program, and a list that a page can bear. */
export const mostEvents = 100;
