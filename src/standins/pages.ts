import type { Answer } from './http.ts';

/** Text that is safe between tags and inside double-quoted attributes. */
export function escape(value: string): string {
	return value.replace(
		/[&<>"']/g,
		(sign) =>
			({ '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' })[sign] ?? sign
	);
}

/** A whole number of minor units as people write it: 4900000 nok → "NOK 49,000.00" or "49 000,00 kr". */
export function money(minor: number, currency: string, locale = 'en'): string {
	const format = (tag: string) =>
		new Intl.NumberFormat(tag, { style: 'currency', currency: currency.toUpperCase() });
	let shown: Intl.NumberFormat;
	try {
		shown = format(locale === 'auto' ? 'en' : locale);
	} catch {
		shown = format('en');
	}
	return shown.format(minor / 10 ** (shown.resolvedOptions().maximumFractionDigits ?? 2));
}

/** "21 Nov 2026, 14:05" in the time zone of the machine. */
export function moment(instant: Date): string {
	return new Intl.DateTimeFormat('en-GB', { dateStyle: 'medium', timeStyle: 'short' }).format(
		instant
	);
}

const STYLE = `
:root { color-scheme: light; --paper: #f3f3ed; --ink: #260e1a; --accent: #faa43a; --line: #260e1a33; }
* { box-sizing: border-box; }
body { margin: 0; background: var(--paper); color: var(--ink); font: 1rem/1.5 system-ui, sans-serif; }
.note { margin: 0; padding: .5rem 1rem; background: var(--ink); color: var(--paper); font-size: .875rem; text-align: center; }
main { max-width: 44rem; margin: 0 auto; padding: 2rem 1rem 4rem; }
main.narrow { max-width: 28rem; }
h1 { font-size: 1.5rem; line-height: 1.25; margin: 0 0 1rem; overflow-wrap: anywhere; }
h2 { font-size: 1rem; margin: 2rem 0 .5rem; }
p { margin: 0 0 1rem; }
a { color: inherit; text-underline-offset: .2em; }
:focus-visible { outline: 3px solid var(--accent); outline-offset: 2px; box-shadow: 0 0 0 2px var(--ink); }
.amount { font-size: 2.25rem; line-height: 1.1; font-weight: 600; margin: 0 0 .5rem; font-variant-numeric: tabular-nums; }
.quiet { font-size: .875rem; }
.message { border: 1px solid var(--ink); border-left-width: 6px; border-radius: 2px; padding: .75rem 1rem; }
.choices { display: grid; gap: .75rem; margin: 1.5rem 0; }
.choices form { display: grid; }
.button { display: block; min-height: 2.75rem; padding: .6rem 1.25rem; border: 1px solid var(--ink); border-radius: 999px; background: none; color: var(--ink); font: inherit; font-weight: 600; text-align: center; text-decoration: none; cursor: pointer; }
.button.first { background: var(--accent); }
.button:hover { text-decoration: underline; }
dl { display: grid; grid-template-columns: max-content 1fr; gap: .25rem 1rem; margin: 0 0 1.5rem; }
dt { font-size: .875rem; } dd { margin: 0; overflow-wrap: anywhere; }
ul.plain { list-style: none; margin: 0; padding: 0; border-top: 1px solid var(--line); }
ul.plain > li { border-bottom: 1px solid var(--line); }
.mail { display: grid; grid-template-columns: 1fr max-content; gap: 0 1rem; padding: .75rem .25rem; text-decoration: none; }
.mail:hover strong { text-decoration: underline; }
.mail > * { min-width: 0; overflow-wrap: anywhere; }
.mail strong { grid-column: 1 / -1; }
@media (max-width: 30rem) { .mail { grid-template-columns: 1fr; } .mail time { font-size: .875rem; } }
form.filter { display: flex; flex-wrap: wrap; gap: .5rem; align-items: end; margin: 0 0 1.5rem; }
form.filter label { flex: 1 1 14rem; font-size: .875rem; }
input { display: block; width: 100%; min-height: 2.75rem; padding: .5rem .75rem; border: 1px solid var(--ink); border-radius: 2px; background: #fff; color: inherit; font: inherit; }
pre { margin: 0; padding: 1rem; border: 1px solid var(--line); border-radius: 2px; background: #fff; font: .875rem/1.5 ui-monospace, monospace; white-space: pre-wrap; overflow-wrap: anywhere; }
iframe { display: block; width: 100%; height: 36rem; border: 1px solid var(--line); border-radius: 2px; background: #fff; }
`;

/**
 * One page of a stand-in: English, without scripts.
 *
 * @param note the line on top that says what this is
 * @param body HTML that is already escaped
 */
export function page(
	title: string,
	note: string,
	body: string,
	{ narrow = false, status = 200 } = {}
): Answer {
	return {
		status,
		headers: {
			'Content-Type': 'text/html; charset=utf-8',
			// Mail may show pictures from anywhere; nothing else is loaded and nothing runs.
			'Content-Security-Policy':
				"default-src 'none'; style-src 'unsafe-inline'; img-src http: https: data:; frame-src 'self'; base-uri 'self'",
			'Referrer-Policy': 'no-referrer'
		},
		body: `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escape(title)}</title>
<link rel="icon" href="data:,">
<style>${STYLE}</style>
</head>
<body>
<header class="note">${escape(note)}</header>
<main${narrow ? ' class="narrow"' : ''}>
${body}
</main>
</body>
</html>
`
	};
}
