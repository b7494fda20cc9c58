import fc from 'fast-check';
import { expect, test } from 'vitest';
import { whatChanged, withPassages, type ChangedBlock } from './change.ts';

const p = (text: string) => ({ tag: 'p' as const, text });
const said = (blocks: ChangedBlock[]) =>
	blocks.map(({ parts }) =>
		parts
			.map(({ kind, text }) =>
				kind === 'same' ? text : kind === 'in' ? `[+${text}+]` : `[-${text}-]`
			)
			.join('')
	);

test('a changed sentence shows its words, an unchanged line stays plain', () => {
	const before = [p('There were 22.'), p('Silje runs the review on her own.')];
	const after = [p('There were 22.'), p('Silje runs the pipeline review on her own.')];
	expect(said(whatChanged(before, after))).toEqual([
		'There were 22.',
		'Silje runs the [+pipeline +]review on her own.'
	]);
});

test('a new paragraph in front does not shift those behind it', () => {
	const before = [p('Silje runs the review.'), p('Amir signs up to 400 000 kr.')];
	const after = [
		p('I told the team on Monday.'),
		p('Silje runs the review.'),
		p('Amir signs up to 300 000 kr.')
	];
	expect(said(whatChanged(before, after))).toEqual([
		'[+I told the team on Monday.+]',
		'Silje runs the review.',
		'Amir signs up to [-400-][+300+] 000 kr.'
	]);
});

test('lines that have nothing in common are one out and one in', () => {
	expect(
		said(whatChanged([p('Most of them could wait.')], [p('Seventeen belong to the team.')]))
	).toEqual(['[-Most of them could wait.-]', '[+Seventeen belong to the team.+]']);
});

test('a Norwegian compound is one word', () => {
	const changed = whatChanged(
		[p('Vi holdt et salgsmøte i går kveld.')],
		[p('Vi holdt et salgslagsmøte i går kveld.')]
	);
	expect(said(changed)).toEqual(['Vi holdt et [-salgsmøte-][+salgslagsmøte+] i går kveld.']);
});

const blocks = fc.array(
	fc
		.array(fc.constantFrom('team', 'Silje', 'review', 'her', 'own', '22', 'I', 'tell'), {
			minLength: 1,
			maxLength: 8
		})
		.map((words) => p(words.join(' '))),
	{ maxLength: 12 }
);
const kept = (changed: ChangedBlock[], without: 'in' | 'out') =>
	changed
		.map(({ parts }) =>
			parts
				.filter(({ kind }) => kind !== without)
				.map(({ text }) => text)
				.join('')
		)
		.filter((text) => text !== '');

test('without what came in, the old text stands; without what went out, the new', () => {
	fc.assert(
		fc.property(blocks, blocks, (before, after) => {
			const changed = whatChanged(before, after);
			const squeezed = (texts: string[]) => texts.map((text) => text.replace(/\s+/g, ' ').trim());
			expect(squeezed(kept(changed, 'in'))).toEqual(before.map(({ text }) => text));
			expect(kept(changed, 'out')).toEqual(after.map(({ text }) => text));
		})
	);
});

test('a passage of the new text is marked among the changes, with its number at its end', () => {
	const before = [p('Silje runs the review.')];
	const after = [p('I said so.'), p('Silje runs the pipeline review.')];
	const plain = 'I said so. Silje runs the pipeline review.';
	const startsAt = plain.indexOf('runs the pipeline');
	const marked = withPassages(whatChanged(before, after), [
		{ startsAt, endsAt: startsAt + 17, number: 1 }
	]);
	expect(
		marked[1]!.parts
			.filter((part) => part.marked)
			.map(({ text }) => text)
			.join('')
	).toBe('runs the pipeline');
	expect(
		marked.flatMap(({ parts }) => parts).filter(({ numbers }) => numbers.length > 0)
	).toHaveLength(1);
});

test('two rewritten texts of five thousand words are compared in the blink of an eye', () => {
	const text = (seed: number) =>
		Array.from({ length: 100 }, (_, line) =>
			p(Array.from({ length: 50 }, (__, word) => `w${(line * 31 + word * seed) % 997}`).join(' '))
		);
	const started = performance.now();
	whatChanged(text(7), text(11));
	expect(performance.now() - started).toBeLessThan(1500);
});
