/** One numbered attempt at an assignment: written as a draft, handed in once, answered once, kept for ever. */
export const statuses = ['draft', 'submitted', 'in-review', 'accepted', 'returned'] as const;
export type Status = (typeof statuses)[number];

/** From which states each move may start. Buttons, commands and the guards in SQL all read this one table. */
const moves = {
	save: ['draft'],
	submit: ['draft'],
	pickUp: ['submitted'],
	accept: ['submitted', 'in-review'],
	return: ['submitted', 'in-review'],
	resubmit: ['returned']
} satisfies Record<string, Status[]>;

export type Move = keyof typeof moves;
export const from = (move: Move): Status[] => moves[move];
export const may = (move: Move, { status }: { status: Status }): boolean =>
	from(move).includes(status);

/** Where a move leads; a save stays, and resubmitting begins the next attempt and leaves this one as it is. */
export const to = {
	submit: 'submitted',
	pickUp: 'in-review',
	accept: 'accepted',
	return: 'returned'
} as const satisfies Partial<Record<Move, Status>>;

/** Fewer own words than these tell no event, so there would be nothing to answer. */
export const fewestOwnWords = 20;
/** What the column holds; about ten thousand words. */
export const longestBody = 60_000;

/** Line ends as the database keeps them: a browser's form sends CRLF, a script LF. */
export const cleanBody = (text: string): string => text.replace(/\r\n?/g, '\n').trimEnd();

/** Words that the leader added to the assignment's skeleton: lines of the skeleton do not count. */
export function ownWords(body: string, template: string): number {
	const given = new Set(template.split('\n').map((line) => line.trim()));
	return body
		.split('\n')
		.filter((line) => !given.has(line.trim()))
		.reduce((count, line) => count + (line.match(/[\p{L}\p{N}][^\s]*/gu) ?? []).length, 0);
}

export type BodyRefusal = 'empty' | 'too-short' | 'too-long';

/** Why this text cannot be handed in, or null. */
export function bodyRefusal(body: string, template: string): BodyRefusal | null {
	if (body.length > longestBody) return 'too-long';
	const words = ownWords(body, template);
	if (words === 0) return 'empty';
	return words < fewestOwnWords ? 'too-short' : null;
}
