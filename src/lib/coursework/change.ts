/** What changed from one attempt to the next, line by line and word by word. Nobody is blamed: only what is in and what is out. */
import { diffWords } from 'diff';
import type { Block } from '#lib/server/markdown.server.ts';

export type Part = { text: string; kind: 'same' | 'in' | 'out' };
export type ChangedBlock = { tag: Block['tag']; parts: Part[] };

/** Lines less alike than this are shown as one out and one in; a mixture of both would not be readable. */
const alikeEnough = 0.35;
/** Beyond this many lines in one changed stretch, pairing them is not worth its time. */
const mostLinesToPair = 120;

/** Words of Norwegian and English alike; compounds stay whole. */
const intlSegmenter = new Intl.Segmenter('nb', { granularity: 'word' });

/** The lines of the new text, with the removed ones where they stood. */
export function whatChanged(before: Block[], after: Block[]): ChangedBlock[] {
	// Lines that stayed at both ends need no looking at.
	let head = 0;
	while (head < before.length && head < after.length && same(before[head]!, after[head]!))
		head += 1;
	let tail = 0;
	while (
		tail < before.length - head &&
		tail < after.length - head &&
		same(before[before.length - 1 - tail]!, after[after.length - 1 - tail]!)
	)
		tail += 1;
	return [
		...after.slice(0, head).map(whole('same')),
		...changedStretch(
			before.slice(head, before.length - tail),
			after.slice(head, after.length - tail)
		),
		...after.slice(after.length - tail).map(whole('same'))
	];
}

const same = (a: Block, b: Block) => a.tag === b.tag && a.text === b.text;
const whole =
	(kind: Part['kind']) =>
	({ tag, text }: Block): ChangedBlock => ({ tag, parts: [{ text, kind }] });

/** Pairs the lines that are most alike, in order, so that a moved-in paragraph does not shift all that follow. */
function changedStretch(before: Block[], after: Block[]): ChangedBlock[] {
	if (before.length > mostLinesToPair || after.length > mostLinesToPair)
		return [...before.map(whole('out')), ...after.map(whole('in'))];
	const words = (block: Block) => new Set(block.text.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? []);
	const [old, now] = [before.map(words), after.map(words)];
	const alike = (i: number, j: number) => {
		if (same(before[i]!, after[j]!)) return 1;
		const shared = [...old[i]!].filter((word) => now[j]!.has(word)).length;
		return (2 * shared) / Math.max(1, old[i]!.size + now[j]!.size);
	};
	// best[i][j]: the most likeness that lines from i and j on can be paired for.
	const best = Array.from({ length: before.length + 1 }, () => new Float64Array(after.length + 1));
	for (let i = before.length - 1; i >= 0; i -= 1) {
		for (let j = after.length - 1; j >= 0; j -= 1) {
			const likeness = alike(i, j);
			const paired = likeness >= alikeEnough ? likeness + best[i + 1]![j + 1]! : 0;
			best[i]![j] = Math.max(paired, best[i + 1]![j]!, best[i]![j + 1]!);
		}
	}
	const changed: ChangedBlock[] = [];
	let [i, j] = [0, 0];
	while (i < before.length || j < after.length) {
		if (i === before.length) changed.push(whole('in')(after[j++]!));
		else if (j === after.length || best[i + 1]![j]! === best[i]![j]!)
			changed.push(whole('out')(before[i++]!));
		else if (best[i]![j + 1]! === best[i]![j]!) changed.push(whole('in')(after[j++]!));
		else changed.push(wordByWord(before[i++]!, after[j++]!));
	}
	return changed;
}

function wordByWord(before: Block, after: Block): ChangedBlock {
	const parts = diffWords(before.text, after.text, { intlSegmenter }).map(
		({ value, added, removed }): Part => ({
			text: value,
			kind: added ? 'in' : removed ? 'out' : 'same'
		})
	);
	return { tag: after.tag, parts };
}

export type MarkedPart = Part & { marked: boolean; numbers: number[] };
type Passage = { startsAt: number; endsAt: number; number: number };

/** Lays passages of the new text over its changes. Removed words belong to no passage: they are not in the new text. */
export function withPassages(
	blocks: ChangedBlock[],
	passages: Passage[]
): { tag: Block['tag']; parts: MarkedPart[] }[] {
	let at = 0;
	let begun = false;
	return blocks.map(({ tag, parts }) => {
		const stays = parts.some(({ kind }) => kind !== 'out');
		if (stays && begun) at += 1;
		begun ||= stays;
		const marked = parts.flatMap((part): MarkedPart[] => {
			if (part.kind === 'out') return [{ ...part, marked: false, numbers: [] }];
			const [start, end] = [at, at + part.text.length];
			at = end;
			const inside = passages
				.flatMap(({ startsAt, endsAt }) => [startsAt, endsAt])
				.filter((cut) => cut > start && cut < end);
			const ends = [...new Set([start, ...inside, end])].sort((a, b) => a - b);
			return ends.slice(1).map((to, index) => ({
				kind: part.kind,
				text: part.text.slice(ends[index]! - start, to - start),
				marked: passages.some(({ startsAt, endsAt }) => startsAt <= ends[index]! && to <= endsAt),
				numbers: passages.filter(({ endsAt }) => endsAt === to).map(({ number }) => number)
			}));
		});
		return { tag, parts: marked };
	});
}
