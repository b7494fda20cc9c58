// A table as CSV that a spreadsheet opens without running anything in it.

/**
 * Numbers are written as they are, with the decimal sign and the separator that a spreadsheet of the
 * language opens by a double click; words that it would take for a formula are disarmed.
 */
export function csvOf(
	rows: readonly (readonly (string | number | null)[])[],
	locale: 'en' | 'nb' = 'en'
): string {
	const between = locale === 'nb' ? ';' : ',';
	const line = (row: readonly (string | number | null)[]) =>
		row.map((value) => cell(value, locale)).join(between);
	return `\uFEFF${rows.map(line).join('\r\n')}\r\n`;
}

function cell(value: string | number | null, locale: 'en' | 'nb'): string {
	if (value === null) return '';
	if (typeof value === 'number')
		return locale === 'nb' ? String(value).replace('.', ',') : String(value);
	// Line breaks inside a cell are where importers differ; one line is enough for a name.
	const text = value.replace(/[\r\n\t\0]+/g, ' ').trim();
	const safe = /^[=+\-@＝＋－＠]/.test(text) ? `'${text}` : text;
	return `"${safe.replaceAll('"', '""')}"`;
}
