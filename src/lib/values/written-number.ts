/**
 * Numbers as people and programs write them. Whether `1.000` is one or a thousand is a fact
 * about the file, found from all its cells or asked; it is never a fact about one cell.
 */
export type DecimalMark = 'point' | 'comma';

/** A cell taken apart: sign, the figures with their marks, and the words for the currency. */
export type WrittenNumber = { negative: boolean; figures: string; currencies: string[] };

/** An exact decimal number: digits before and after the mark, no needless zeros. */
export type Decimal = { whole: string; fraction: string };

const currencyWord = String.raw`(?:kroner|kr\.?|us\$|[€$£]|\p{L}{3}(?!\p{L}))`;
const leading = new RegExp(`^(${currencyWord})\\s*`, 'iu');
const trailing = new RegExp(`\\s*(${currencyWord})$`, 'iu');
const minus = /^[-−–]\s*|(?<=\d)\s*[-−–]$/u;
const noOre = /,[-–—]$/u;

/** A spreadsheet would calculate a cell that begins like this; here it stays text. */
export const isFormulaLike = (cell: string): boolean =>
	/^[=+\-@\t\r\n\uff1d\uff0b\uff0d\uff20]/u.test(cell);

/**
 * Takes a cell apart; null when there is no number in it. Knows currency words before and
 * after, all kinds of spaces, minus before or after, parentheses for negative, and `1 200,-`.
 */
export function takeApart(cell: string): WrittenNumber | null {
	let text = cell.trim().replace(/\s+/gu, ' ').replace(noOre, '');
	let negative = false;
	const currencies: string[] = [];
	const strip = (pattern: RegExp) => {
		const found = pattern.exec(text);
		if (found) text = text.replace(pattern, '').trim();
		return found;
	};
	if (/^\(.*\)$/u.test(text)) {
		negative = true;
		text = text.slice(1, -1).trim();
	}
	// A minus may stand outside the currency word or inside it, once.
	for (const pattern of [minus, leading, trailing, minus]) {
		const found = strip(pattern);
		if (found && pattern === minus) {
			if (negative) return null;
			negative = true;
		} else if (found?.[1]) currencies.push(found[1]);
		text = text.replace(noOre, '');
	}
	return /^\d[\d.,'’ ]*$/u.test(text) ? { negative, figures: text, currencies } : null;
}

const grammar = (decimal: string, groups: string) =>
	new RegExp(`^(\\d{1,3}(?:([${groups}])\\d{3})(?:\\2\\d{3})*|\\d+)(?:${decimal}(\\d+))?$`, 'u');
const grammars = { point: grammar('\\.', ",'’ "), comma: grammar(',', ".'’ ") };

/** The figures read with the given decimal mark; null when they cannot be. */
export function readFigures(figures: string, mark: DecimalMark): Decimal | null {
	const [, whole, , fraction] = grammars[mark].exec(figures) ?? [];
	if (whole === undefined) return null;
	return {
		whole: whole.replace(/\D/gu, '').replace(/^0+(?=\d)/u, ''),
		fraction: (fraction ?? '').replace(/0+$/u, '')
	};
}

export type MarkFinding = {
	/** Set when at least one cell can be read in one way only, and none speaks against it. */
	mark: DecimalMark | null;
	/** Some cells speak for the point and some for the comma. */
	mixed: boolean;
};

/** Finds the decimal mark of a column from the figures of all its cells. */
export function decimalMarkOf(column: string[]): MarkFinding {
	const votes = { point: 0, comma: 0 };
	for (const figures of column) {
		const point = readFigures(figures, 'point');
		const comma = readFigures(figures, 'comma');
		if (point && !comma) votes.point += 1;
		if (comma && !point) votes.comma += 1;
	}
	const mixed = votes.point > 0 && votes.comma > 0;
	if (mixed || votes.point + votes.comma === 0) return { mark: null, mixed };
	return { mark: votes.point > 0 ? 'point' : 'comma', mixed };
}

/** Whether the two decimal marks make two different numbers of it: `1.000`, `1,000`. */
export function isDoubtful(figures: string): boolean {
	const point = readFigures(figures, 'point');
	const comma = readFigures(figures, 'comma');
	return !!point && !!comma && plain(point) !== plain(comma);
}

/** The number in plain digits with a point: '1234.5'. */
export const plain = ({ whole, fraction }: Decimal): string =>
	fraction === '' ? whole : `${whole}.${fraction}`;

/**
 * In the smallest unit of a currency with that many decimals, exactly; no floating point is
 * involved. Names what is wrong when it has finer parts than the currency or is too large.
 */
export function toMinor(
	{ whole, fraction }: Decimal,
	decimals: number
): number | 'too-many-decimals' | 'too-large' {
	if (fraction.length > decimals) return 'too-many-decimals';
	const minor = Number(whole + fraction.padEnd(decimals, '0'));
	return Number.isSafeInteger(minor) ? minor : 'too-large';
}
