import { expect, test } from 'vitest';
import { csvOf } from './sheet.ts';

test('numbers stay numbers, words are quoted, nothing is an empty cell', () => {
	expect(csvOf([['Ingrid "Is" Solheim', 17, -3, null]])).toBe(
		'\uFEFF"Ingrid ""Is"" Solheim",17,-3,\r\n'
	);
});

test('a Norwegian spreadsheet finds its own decimal sign and separator', () => {
	expect(csvOf([['Løft', 1.35, -0.5, null]], 'nb')).toBe('\uFEFF"Løft";1,35;-0,5;\r\n');
});

test.each([
	'=1+1',
	'+47 22',
	'-2+3',
	'@SUM(A1)',
	'\t=1',
	'\r=1',
	' =1',
	'＝1+1',
	'=HYPERLINK("http://x.example")'
])('%j does nothing in a spreadsheet', (text) => {
	const [line] = csvOf([[text]])
		.slice(1)
		.split('\r\n');
	expect(line).toMatch(/^"'/);
});

test('a line break inside a name does not start a row', () => {
	expect(csvOf([['a\r\n=b', 'c']]).split('\r\n')).toHaveLength(2);
});
