import fc from 'fast-check';
import { expect, test } from 'vitest';
import { cleanQuote, locate, sentencesOf } from './passage.ts';

const plain = 'Silje runs the review. I told the team. Silje runs the review. Amir signs.';

test('a quote is found with the line breaks of a selection', () => {
	expect(locate(plain, '  I told\n\nthe\tteam. ')).toEqual({ startsAt: 23, endsAt: 39 });
	expect(locate(plain, 'I\u00a0told the team.')).toEqual({ startsAt: 23, endsAt: 39 });
});

test('of two that read the same, the one nearest to the selection', () => {
	expect(locate(plain, 'Silje runs')?.startsAt).toBe(0);
	expect(locate(plain, 'Silje runs', 38)?.startsAt).toBe(40);
});

test('what the text does not say is not found', () => {
	expect(locate(plain, 'Silje ran the review')).toBeNull();
	expect(locate(plain, '')).toBeNull();
	expect(locate(plain, ' \n ')).toBeNull();
	expect(locate('', 'x')).toBeNull();
});

test('any passage of any text is found where it stands', () => {
	fc.assert(
		fc.property(fc.string({ maxLength: 80 }), fc.nat(80), fc.nat(80), (text, a, b) => {
			const clean = cleanQuote(text);
			const [start, end] = [Math.min(a, b), Math.max(a, b)];
			const quote = cleanQuote(clean.slice(start, end));
			const place = locate(clean, quote, start);
			if (quote === '') expect(place).toBeNull();
			else expect(clean.slice(place!.startsAt, place!.endsAt)).toBe(quote);
		})
	);
});

test('the sentences of a text, each at its place; a heading is one of its own', () => {
	const lines = ['What I did', plain];
	expect(sentencesOf(lines).map(({ text }) => text)).toEqual([
		'What I did',
		'Silje runs the review.',
		'I told the team.',
		'Silje runs the review.',
		'Amir signs.'
	]);
	for (const { startsAt, text } of sentencesOf(lines))
		expect(locate(lines.join(' '), text, startsAt)).toEqual({
			startsAt,
			endsAt: startsAt + text.length
		});
	expect(sentencesOf([])).toEqual([]);
});
