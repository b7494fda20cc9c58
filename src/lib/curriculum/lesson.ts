/** Something to read in one week of the program, ending in one field task. */
import { addDays, type Day } from '#lib/values/day.ts';

/** The last module waits for the endline's results: two weeks after the thirteen (method 12). */
export const closingWeek = 13;
const closingDueAfterDays = 91 + 14;

/** The day a module opens: week w with its week, week 0 at once (null). */
export const opensOn = (week: number, dayZero: Day): Day | null =>
	week === 0 ? null : addDays(dayZero, 7 * (week - 1));

/** The last day of the week that a module belongs to; its assignment is meant to be handed in by then. */
export const dueOn = (week: number, dayZero: Day): Day =>
	addDays(dayZero, week === closingWeek ? closingDueAfterDays : 7 * week - 1);

export const isOpen = (week: number, dayZero: Day, today: Day): boolean => {
	const opens = opensOn(week, dayZero);
	return opens === null || opens <= today;
};

/** Minutes to read a text at 200 words a minute. */
export const minutesToRead = (text: string): number =>
	Math.max(1, Math.ceil((text.match(/\S+/g) ?? []).length / 200));

/** A rendered lesson in two parts: what is read, and the one task to do in the field. */
export function partsOf(html: string): { reading: string; fieldTask: string | null } {
	const at = html.lastIndexOf('<h2>Field task</h2>');
	if (at < 0) return { reading: html, fieldTask: null };
	return { reading: html.slice(0, at), fieldTask: html.slice(at + '<h2>Field task</h2>'.length) };
}
