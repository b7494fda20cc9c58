/** Who is asked, and what a link leads to. */
import { daysBetween, type Day } from '#lib/values/day.ts';

/** A seller is asked from so many days on the roster (method 2.4). */
export const daysOnRoster = 28;

type OnRoster = { startedOn: Day; endedOn: Day | null };

/** Whether a seller is asked by a wave that opens on this day. */
export const isEligible = ({ startedOn, endedOn }: OnRoster, opensOn: Day): boolean =>
	daysBetween(startedOn, opensOn) >= daysOnRoster && (endedOn === null || endedOn > opensOn);

/**
 * What a link leads to. `closed` comes before `used`, so that after the end nobody can tell from a
 * link whether its holder answered.
 */
export type LinkState = 'open' | 'used' | 'closed' | 'unknown';
export function linkState(
	found: { status: string; closesAt: Date; done: boolean } | null | undefined,
	now: Date
): LinkState {
	if (!found) return 'unknown';
	if (found.status !== 'open' || found.closesAt <= now) return 'closed';
	return found.done ? 'used' : 'open';
}
