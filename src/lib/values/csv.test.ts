import fc from 'fast-check';
import { expect, test } from 'vitest';
import { csvLimits, readCsv } from './csv.ts';
import type { CsvRefusal } from './csv.ts';

const bytes = (text: string) => new TextEncoder().encode(text);
const read = (text: string) => {
	const result = readCsv(bytes(text));
	if (!result.ok) throw new Error(result.reason);
	return result.value;
};
const utf16 = (text: string, littleEndian: boolean) => {
	const view = new DataView(new ArrayBuffer(text.length * 2));
	for (let at = 0; at < text.length; at += 1) {
		view.setUint16(at * 2, text.charCodeAt(at), littleEndian);
	}
	return new Uint8Array(view.buffer);
};

test('the delimiter is the one that cuts the header', () => {
	expect(read('a,b;c\n1,2').delimiter).toBe(',');
	expect(read('a;b,c;d\n1;2;3').delimiter).toBe(';');
	expect(read('a\tb\n1\t2').delimiter).toBe('\t');
	expect(read('"a;x;y",b\n1,2').delimiter).toBe(',');
});

test('a first line that names the delimiter is obeyed and not a row', () => {
	const { delimiter, header, rows } = read('sep=;\na;b\n1;2');
	expect(delimiter).toBe(';');
	expect(header).toEqual({ line: 2, cells: ['a', 'b'] });
	expect(rows).toEqual([{ line: 3, cells: ['1', '2'] }]);
});

test('a byte order mark is no part of the first header', () => {
	expect(read('\ufeffid;eier\n1;Kåre').header.cells).toEqual(['id', 'eier']);
});

test('Excel’s UTF-16 and old windows-1252 give the same rows as UTF-8', () => {
	const text = 'id;eier\r\n1;Ola Nygård\r\n';
	const encodings = [
		utf16(`\ufeff${text}`, true),
		utf16(`\ufeff${text}`, false),
		Uint8Array.from(text, (character) => character.charCodeAt(0)),
		bytes(text)
	].map((file) => {
		const result = readCsv(file);
		if (!result.ok) throw new Error(result.reason);
		expect(result.value.rows).toEqual([{ line: 2, cells: ['1', 'Ola Nygård'] }]);
		return result.value.encoding;
	});
	expect(encodings).toEqual(['utf-16', 'utf-16', 'windows-1252', 'utf-8']);
});

test('lines are those of the file, with breaks inside cells and empty lines counted', () => {
	const text = 'id,name\r\n1,"two\r\nlines"\r\n\r\n2,plain\r3,"a\nb\nc"\n4,end';
	expect(read(text).rows.map(({ line }) => line)).toEqual([2, 5, 6, 9]);
});

test('a quote inside a cell is text', () => {
	expect(read('id,name\n1,5" pipe\n2,"he ""said"""').rows.map(({ cells }) => cells[1])).toEqual([
		'5" pipe',
		'he "said"'
	]);
});

test('a quote that is never closed costs its own line and no other', () => {
	const text = 'id,name,amount\n1,a,10\n2,"b,20\n3,c,30\n4,"d\ne",40\n5,f,50';
	const { rows, broken } = read(text);
	expect(broken).toEqual([{ line: 3, cells: ['2,"b,20'] }]);
	expect(rows.map(({ line, cells }) => [line, cells[0]])).toEqual([
		[2, '1'],
		[4, '3'],
		[5, '4'],
		[7, '5']
	]);
});

test('a quote that is open at the end of the file is found too', () => {
	const { rows, broken } = read('id,name\n1,a\n2,"b\n3,c');
	expect(broken.map(({ line }) => line)).toEqual([3]);
	expect(rows.map(({ line }) => line)).toEqual([2, 4]);
});

test('two broken lines that make one whole row together stay two', () => {
	const { rows, broken } = read('a,b,c\n1,"x,2\n3,"y,4\n5,z,6');
	expect(broken.map(({ line }) => line)).toEqual([2, 3]);
	expect(rows).toEqual([{ line: 4, cells: ['5', 'z', '6'] }]);
});

test('a row that lies across two pieces of a large file stays one row', () => {
	const filler = `1,${'x'.repeat(998)}\n`.repeat(130);
	const { rows, broken } = read(`id,name\n${filler}2,"${'a\nb'.repeat(9_000)}"\n3,c`);
	expect(broken).toEqual([]);
	expect(rows.slice(-2).map(({ line, cells }) => [line, cells[0]])).toEqual([
		[132, '2'],
		[9_133, '3']
	]);
});

test('broken lines in a large file cost little', () => {
	const torn = '1,"open,2\n'.repeat(csvLimits.brokenLines - 1);
	const rest = `1,${'x'.repeat(200)},2\n`.repeat(40_000);
	const started = performance.now();
	const { rows, broken } = read(`a,b,c\n${torn}${rest}`);
	expect([rows.length, broken.length]).toEqual([40_000, csvLimits.brokenLines - 1]);
	// Reading all that follows again for each of them would take over half a minute.
	expect(performance.now() - started).toBeLessThan(15_000);
});

test('notes under the table are kept apart from rows', () => {
	const text = '"id","name"\n"1","a"\n\n\n"Won deals"\n"Copyright"\n';
	const { rows, footer } = read(text);
	expect(rows).toHaveLength(1);
	expect(footer.map(({ line }) => line)).toEqual([5, 6]);
});

test('a lone cell without an empty line before it is a row', () => {
	expect(read('id,name\n1,a\n2').rows).toHaveLength(2);
});

test.each<[CsvRefusal, Uint8Array]>([
	['empty-file', new Uint8Array()],
	['empty-file', bytes('\ufeff \r\n\n')],
	['not-a-text-file', Uint8Array.of(0x50, 0x4b, 3, 4, 20, 0)],
	['not-a-text-file', Uint8Array.of(0xd0, 0xcf, 0x11, 0xe0, 0xa1)],
	['not-a-text-file', bytes('%PDF-1.7 a,b\n1,2')],
	['not-a-text-file', bytes('a,b\n1,\0')],
	['not-a-text-file', bytes('a,b\n\u0001\u0002,\u0003')],
	['too-large', new Uint8Array(csvLimits.bytes + 1).fill(0x61)],
	['too-many-rows', bytes(`a,b\n${'1,2\n'.repeat(csvLimits.rows + 1)}`)],
	['no-header', bytes('1,2026-01-01,100\n2,2026-01-02,200')],
	['no-header', bytes('just a text\nwith lines')],
	['no-rows', bytes('a,b\n\n')],
	['broken-quotes', bytes(`a,b\n${'1,"x,2\n'.repeat(csvLimits.brokenLines * 2 + 1)}`)]
])('%s is refused', (reason, file) => {
	expect(readCsv(file)).toEqual({ ok: false, reason });
});

test('a stray control character does not make a text something else', () => {
	expect(read(`a,b\n1,${'x'.repeat(200)}\u0001`).rows).toHaveLength(1);
});

test('as many rows as allowed are read', () => {
	expect(read(`a,b\n${'1,2\n'.repeat(csvLimits.rows)}`).rows).toHaveLength(csvLimits.rows);
});

test('any cells that are written with quotes come back as they were, on their lines', () => {
	const cell = fc.string({ unit: fc.constantFrom('a', 'å', '"', ',', ';', '\t', '\n', ' ', '=') });
	const rows = fc.array(fc.tuple(cell, cell, cell), { minLength: 1, maxLength: 8 });
	fc.assert(
		fc.property(rows, fc.constantFrom(',', ';', '\t'), (table, delimiter) => {
			// An empty line is no row, and a row of blanks is none either.
			const full = table.map(([first, ...rest]) => [`x${first}`, ...rest]);
			const quoted = full.map((cells) =>
				cells.map((text) => `"${text.replaceAll('"', '""')}"`).join(delimiter)
			);
			const result = read([['h1', 'h2', 'h3'].join(delimiter), ...quoted].join('\n'));
			expect(result.rows.map(({ cells }) => cells)).toEqual(full);
			let line = 2;
			for (const [at, text] of quoted.entries()) {
				expect(result.rows[at]?.line).toBe(line);
				line += text.split('\n').length;
			}
		})
	);
});
