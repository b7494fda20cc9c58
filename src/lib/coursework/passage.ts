/** A quoted passage of a text, found again by its words: what a person selected or pasted, whatever its line breaks. */

/** What is shown of a quote and stored with a remark. */
export const longestQuote = 600;

/** White space of any kind becomes one space; what a screen inserts and a pen does not goes. */
export const cleanQuote = (text: string): string =>
	text
		.replace(/[\u00ad\u200b-\u200d\ufeff]/g, '')
		.replace(/\s+/g, ' ')
		.trim();

/**
 * Where a quote stands in the plain form of a text.
 *
 * @param near where the reader selected it, for a passage that occurs more than once
 * @returns the place (from, to) in characters, or null when the text does not say this
 */
export function locate(
	plain: string,
	quote: string,
	near = 0
): { startsAt: number; endsAt: number } | null {
	const wanted = cleanQuote(quote);
	if (wanted === '') return null;
	let found: number | null = null;
	for (let at = plain.indexOf(wanted); at >= 0; at = plain.indexOf(wanted, at + 1)) {
		if (found === null || Math.abs(at - near) < Math.abs(found - near)) found = at;
	}
	return found === null ? null : { startsAt: found, endsAt: found + wanted.length };
}

/** A sentence of a text and its place in the plain form. */
export type Sentence = { startsAt: number; text: string };

const segmenter = new Intl.Segmenter('nb', { granularity: 'sentence' });

/** The sentences of a text, line by line: for somebody who chooses a passage and cannot select it. */
export function sentencesOf(lines: readonly string[]): Sentence[] {
	let next = 0;
	return lines.flatMap((line) => {
		const begins = next;
		next += line.length + 1;
		return [...segmenter.segment(line)]
			.map(({ segment, index }) => ({ startsAt: begins + index, text: segment.trim() }))
			.filter(({ text }) => text !== '');
	});
}
