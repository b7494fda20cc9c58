// A table as CSV that a spreadsheet opens without running anything in it.

/** Numbers are written as they are; words that a spreadsheet would take for a formula are disarmed. */
export function csvOf(rows: readonly (readonly (string | number | null)[])[]): string {
	return `\uFEFF${rows.map((row) => row.map(cell).join(',')).join('\r\n')}\r\n`;
}

function cell(value: string | number | null): string {
	if (value === null) return '';
	if (typeof value === 'number') return String(value);
	// Line breaks inside a cell are where importers differ; one line is enough for a name.
	const text = value.replace(/[\r\n\t\0]+/g, ' ').trim();
	const safe = /^[=+\-@＝＋－＠]/.test(text) ? `'${text}` : text;
	return `"${safe.replaceAll('"', '""')}"`;
}
