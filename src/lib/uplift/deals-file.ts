import { quantileSorted } from 'd3-array';
import { csvRefusals, readCsv } from '#lib/values/csv.ts';
import type { Csv, CsvRefusal, CsvRow, Delimiter, Encoding } from '#lib/values/csv.ts';
import { addDays } from '#lib/values/day.ts';
import type { Day } from '#lib/values/day.ts';
import { decimalsOf } from '#lib/values/money.ts';
import { ok } from '#lib/values/result.ts';
import type { Result } from '#lib/values/result.ts';
import { dayOrderOf, doubtfulDay, readDay } from '#lib/values/written-day.ts';
import type { DayOrder } from '#lib/values/written-day.ts';
import {
	decimalMarkOf,
	isDoubtful,
	isFormulaLike,
	plain,
	readFigures,
	takeApart,
	toMinor
} from '#lib/values/written-number.ts';
import type { DecimalMark } from '#lib/values/written-number.ts';
import {
	columnsOf,
	crmOf,
	currenciesOf,
	fields,
	fold,
	labelsOf,
	optional,
	statusOf,
	typeOf
} from './deals-columns.ts';
import type { Crm, DealType, Field, Status } from './deals-columns.ts';

/**
 * A CRM's export of deals, read but not stored (method 4.7). Every row ends in one of four
 * places: a deal, left out for a reason, a problem of its own line, or waiting for an answer.
 * Nothing that can be read in two ways is guessed.
 */
export type RosterSeller = {
	sellerId: string;
	name: string;
	externalId: string | null;
	email: string | null;
};

export type Deal = {
	line: number;
	dealId: string;
	name: string;
	sellerId: string;
	status: Status;
	/** Set for won deals; null for open ones. */
	closedOn: Day | null;
	createdOn: Day | null;
	expectedOn: Day | null;
	/** Smallest unit of `currency`; set for won deals. */
	amountMinor: number | null;
	currency: string;
	type: DealType;
};

export const refusals = csvRefusals;
export type RefusalReason = CsvRefusal;

export const problems = {
	'quote-never-closed': 'file_problem_quote_never_closed',
	'cells-missing': 'file_problem_cells_missing',
	'cells-extra': 'file_problem_cells_extra',
	'cell-too-long': 'file_problem_cell_too_long',
	'id-missing': 'file_problem_id_missing',
	'deal-twice': 'file_problem_deal_twice',
	'owner-missing': 'file_problem_owner_missing',
	'owner-conflict': 'file_problem_owner_conflict',
	'stage-missing': 'file_problem_stage_missing',
	'close-missing': 'file_problem_close_missing',
	'not-a-date': 'file_problem_not_a_date',
	'future-date': 'file_problem_future_date',
	'created-after-close': 'file_problem_created_after_close',
	'amount-missing': 'file_problem_amount_missing',
	'formula-in-amount': 'file_problem_formula_in_amount',
	'not-a-number': 'file_problem_not_a_number',
	'negative-amount': 'file_problem_negative_amount',
	'too-many-decimals': 'file_problem_too_many_decimals',
	'amount-too-large': 'file_problem_amount_too_large',
	'unknown-currency': 'file_problem_unknown_currency',
	'currency-conflict': 'file_problem_currency_conflict'
} as const;
export type ProblemReason = keyof typeof problems;

export const leftOutReasons = {
	'by-you': 'file_left_out_by_you',
	'repeated-row': 'file_left_out_repeated_row',
	renewal: 'file_left_out_renewal',
	'not-on-team': 'file_left_out_not_on_team',
	'under-the-table': 'file_left_out_under_the_table'
} as const;
export type LeftOutReason = keyof typeof leftOutReasons;

export const questionKinds = {
	column: 'file_question_column',
	'decimal-mark': 'file_question_decimal_mark',
	'day-order': 'file_question_day_order',
	stage: 'file_question_stage',
	type: 'file_question_type',
	owner: 'file_question_owner',
	'large-amount': 'file_question_large_amount'
} as const;

/** Names of the fields, for the mapping of columns. */
export const fieldNames = {
	dealId: 'file_field_deal_id',
	name: 'file_field_name',
	owner: 'file_field_owner',
	ownerEmail: 'file_field_owner_email',
	status: 'file_field_status',
	stage: 'file_field_stage',
	closedOn: 'file_field_closed_on',
	wonOn: 'file_field_won_on',
	lostOn: 'file_field_lost_on',
	createdOn: 'file_field_created_on',
	expectedOn: 'file_field_expected_on',
	amount: 'file_field_amount',
	currency: 'file_field_currency',
	type: 'file_field_type'
} as const satisfies Record<Field, string>;

export type Problem = {
	line: number;
	/** The column as the file names it; null when the whole line is meant. */
	column: string | null;
	value: string;
	reason: ProblemReason;
	/** The other line of a deal that is in the file twice. */
	otherLine?: number;
};

export type LeftOut = {
	line: number;
	reason: LeftOutReason;
	/** What stands there: the deal's name, or its id, or the text of the line. */
	value: string;
	/** The line that a repeated row repeats. */
	otherLine?: number;
};

type Asked = {
	id: string;
	/** The answers that count. */
	options: string[];
	/** The answer that was given, when it is one of the options. */
	answer: string | null;
	/** How many rows wait for it, and the lines of the first five. */
	rows: number;
	lines: number[];
};
export type Question = Asked &
	(
		| { kind: 'column'; field: Field }
		| { kind: 'decimal-mark'; example: string; readings: Record<DecimalMark, string> }
		| { kind: 'day-order'; column: string; example: string; readings: Record<DayOrder, Day> }
		| { kind: 'stage' | 'type' | 'owner'; value: string }
		| {
				kind: 'large-amount';
				dealId: string;
				name: string;
				amountMinor: number;
				/** 95 of 100 deals of the file are at most this large. */
				usualMinor: number;
				currency: string;
		  }
	);

export type Reading = {
	dialect: {
		crm: Crm;
		delimiter: Delimiter;
		encoding: Encoding;
		/** Null when no amount of the file depends on it, or as long as it is asked. */
		decimalMark: DecimalMark | null;
		dayOrders: Partial<Record<Field, DayOrder>>;
	};
	/** The headers, in order, and the one taken for each field. */
	header: string[];
	columns: Partial<Record<Field, string>>;
	deals: Deal[];
	leftOut: LeftOut[];
	problems: Problem[];
	questions: Question[];
	/** rows = deals + leftOut + problemRows + waiting. */
	counts: {
		rows: number;
		deals: number;
		won: number;
		lost: number;
		open: number;
		leftOut: Record<LeftOutReason, number>;
		problemRows: number;
		waiting: number;
		/** Sum of the won deals by currency, in its smallest unit. */
		wonMinor: Record<string, number>;
	};
	/** First and last closing day of the won deals. */
	days: { first: Day; last: Day } | null;
	/** True when nothing is open: no question without an answer, no problem, and a won deal. */
	ready: boolean;
};

export type DealsFileInput = {
	roster: RosterSeller[];
	today: Day;
	/** ISO 4217; taken where the file names none. */
	defaultCurrency: string;
	/** By question id; also `column:<field>` for any field and `leave-out:<line>` = 'yes'. */
	answers: Record<string, string>;
	/** Times that carry a zone become the day in this IANA zone; else they stand as written. */
	timeZone?: string;
};

/** The answers with a meaning of their own. */
export const leaveOut = 'leave-out';
export const confirmed = 'yes';
export const noColumn = 'none';
export const everyRowWon = 'every-row-won';

const longest = { id: 200, text: 1000 };
/** Method 4.7: an amount over five times the 95th percentile is asked. */
const outlier = { times: 5, percentile: 0.95 };
/** With fewer other deals there is no usual amount to compare with. */
const fewestForUsual = 4;

/**
 * Reads a deals file. In: the bytes, the roster, today, the default currency and the answers
 * given so far. Out: everything that was understood, and everything that was not, by line.
 * Refuses only what cannot be read as a table at all. Stores nothing; same input, same output.
 */
export function readDealsFile(
	bytes: Uint8Array,
	input: DealsFileInput
): Result<Reading, RefusalReason> {
	const csv = readCsv(bytes);
	return csv.ok ? ok(readingOf(csv.value, input)) : csv;
}

function readingOf(csv: Csv, input: DealsFileInput): Reading {
	const questions = new Questions(input.answers);
	const table = tableOf(csv, questions);
	const missing = questions.open();
	const outcome = missing ? waitForAll(csv) : sortRows(csv, table, input, questions);
	return summaryOf(csv, table, outcome, questions);
}

// --- Questions -----------------------------------------------------------------------------

type Distribute<T> = T extends unknown ? Omit<T, 'answer' | 'rows' | 'lines'> : never;
type NewQuestion = Distribute<Question>;

/** The questions of one file. Asking the same thing for a second row counts the row. */
class Questions {
	readonly all = new Map<string, Question>();
	readonly answers: Record<string, string>;

	constructor(answers: Record<string, string>) {
		this.answers = answers;
	}

	given(id: string): string | null {
		return Object.hasOwn(this.answers, id) ? (this.answers[id] ?? null) : null;
	}

	/** The answer, when one of the options was given; the question itself is noted by `ask`. */
	answerTo({ id, options }: NewQuestion): string | null {
		const given = this.given(id);
		return given !== null && options.includes(given) ? given : null;
	}

	ask(question: NewQuestion, line: number | null): void {
		const known =
			this.all.get(question.id) ??
			({ ...question, answer: this.answerTo(question), rows: 0, lines: [] } as Question);
		this.all.set(question.id, known);
		if (line === null) return;
		known.rows += 1;
		if (known.lines.length < 5) known.lines.push(line);
	}

	open(): boolean {
		return [...this.all.values()].some(({ answer }) => answer === null);
	}
}

// --- Columns -------------------------------------------------------------------------------

type Table = {
	labels: string[];
	columns: Partial<Record<Field, number>>;
	everyRowWon: boolean;
	mark: DecimalMark | null;
	mixedMarks: boolean;
	dayOrders: Partial<Record<Field, DayOrder>>;
};

const dayFields = ['closedOn', 'wonOn', 'lostOn', 'createdOn', 'expectedOn'] as const;
type DayField = (typeof dayFields)[number];

function tableOf(csv: Csv, questions: Questions): Table {
	const labels = labelsOf(csv.header.cells);
	const columns = chosenColumns(csv, labels, questions);
	const cellsOf = (column: number) => csv.rows.map(({ cells }) => cells[column] ?? '');

	const dayOrders: Table['dayOrders'] = {};
	for (const field of dayFields) {
		const column = columns[field];
		const order = column === undefined ? null : dayOrderOf(cellsOf(column)).order;
		if (order) dayOrders[field] = order;
	}
	const figures =
		columns.amount === undefined
			? []
			: cellsOf(columns.amount).flatMap((cell) => takeApart(cell)?.figures ?? []);
	const { mark, mixed } = decimalMarkOf(figures);
	const won = questions.given('column:stage') === everyRowWon;
	return { labels, columns, everyRowWon: won, mark, mixedMarks: mixed, dayOrders };
}

/** The known columns, changed by the person's answers; asks for what no deal can do without. */
function chosenColumns(csv: Csv, labels: string[], questions: Questions): Table['columns'] {
	const columns = columnsOf(csv.header.cells);
	for (const field of fields) {
		const given = questions.given(`column:${field}`);
		if (given === noColumn && optional.has(field)) delete columns[field];
		const chosen = given === null ? -1 : labels.indexOf(given);
		if (chosen >= 0) columns[field] = chosen;
	}
	const choices = labels.filter((label) => label !== '');
	const need = (field: Field, options: string[]) =>
		questions.ask({ id: `column:${field}`, kind: 'column', field, options }, null);

	if (columns.dealId === undefined) need('dealId', choices);
	if (columns.owner === undefined && columns.ownerEmail === undefined) need('owner', choices);
	if (columns.amount === undefined) need('amount', choices);
	if (columns.closedOn === undefined && columns.wonOn === undefined) need('closedOn', choices);
	if (columns.status === undefined && columns.stage === undefined) {
		need('stage', [...choices, everyRowWon]);
	}
	return columns;
}

// --- Rows ----------------------------------------------------------------------------------

type Outcome = {
	deals: Deal[];
	leftOut: LeftOut[];
	problems: Problem[];
	problemRows: number;
	waiting: number;
	rows: number;
};

const emptyOutcome = (): Outcome => ({
	deals: [],
	leftOut: [],
	problems: [],
	problemRows: 0,
	waiting: 0,
	rows: 0
});

const rowCount = (csv: Csv) => csv.rows.length + csv.broken.length + csv.footer.length;

/** Without its columns a file says nothing about its rows. */
const waitForAll = (csv: Csv): Outcome => ({
	...emptyOutcome(),
	rows: rowCount(csv),
	waiting: rowCount(csv)
});

/** What one row turned out to be. */
type Sorted =
	| { as: 'deal'; deal: Deal }
	| { as: 'left-out'; leftOut: LeftOut }
	| { as: 'problem'; problems: Problem[] }
	| { as: 'waiting' };

function sortRows(csv: Csv, table: Table, input: DealsFileInput, questions: Questions): Outcome {
	const leftByHand = (line: number) => questions.given(`leave-out:${line}`) === confirmed;
	const firstOf = new Map<string, CsvRow>();
	const reader = new RowReader(table, input, questions);

	const sort = (row: CsvRow): Sorted => {
		const { line } = row;
		if (leftByHand(line)) return leftOutAs('by-you', line, reader.titleOf(row));
		const width = csv.header.cells.length;
		const extra = row.cells.slice(width).some((cell) => cell.trim() !== '');
		if (extra) return problem(line, null, row.cells.slice(width).join(' '), 'cells-extra');
		if (row.cells.length < width) {
			return problem(line, null, row.cells.join(' '), 'cells-missing');
		}
		const id = reader.cell(row, 'dealId');
		const first = firstOf.get(id);
		if (id !== '' && first) {
			const otherLine = first.line;
			if (sameCells(first, row))
				return leftOutAs('repeated-row', line, reader.titleOf(row), otherLine);
			return problem(line, reader.label('dealId'), id, 'deal-twice', otherLine);
		}
		firstOf.set(id, row);
		return reader.read(row);
	};

	const sorted = csv.rows.map(sort);
	for (const { line, cells } of csv.broken) {
		const value = cells[0] ?? '';
		sorted.push(
			leftByHand(line)
				? leftOutAs('by-you', line, value)
				: problem(line, null, value, 'quote-never-closed')
		);
	}
	for (const { line, cells } of csv.footer) {
		sorted.push(leftOutAs('under-the-table', line, cells[0] ?? ''));
	}
	return collect(askForLargeAmounts(sorted, questions));
}

const shortened = (value: string) => (value.length > 200 ? `${value.slice(0, 199)}…` : value);

function problem(
	line: number,
	column: string | null,
	value: string,
	reason: ProblemReason,
	otherLine?: number
): Sorted & { as: 'problem' } {
	const other = otherLine === undefined ? {} : { otherLine };
	return { as: 'problem', problems: [{ line, column, value: shortened(value), reason, ...other }] };
}

function leftOutAs(reason: LeftOutReason, line: number, value: string, otherLine?: number): Sorted {
	const other = otherLine === undefined ? {} : { otherLine };
	return { as: 'left-out', leftOut: { line, reason, value: shortened(value), ...other } };
}

const sameCells = (one: CsvRow, other: CsvRow) =>
	one.cells.length === other.cells.length &&
	one.cells.every((cell, at) => cell.trim() === other.cells[at]?.trim());

function collect(sorted: Sorted[]): Outcome {
	const outcome = emptyOutcome();
	outcome.rows = sorted.length;
	for (const row of sorted) {
		if (row.as === 'deal') outcome.deals.push(row.deal);
		if (row.as === 'left-out') outcome.leftOut.push(row.leftOut);
		if (row.as === 'waiting') outcome.waiting += 1;
		if (row.as === 'problem') {
			outcome.problemRows += 1;
			outcome.problems.push(...row.problems);
		}
	}
	const byLine = (one: { line: number }, other: { line: number }) => one.line - other.line;
	outcome.leftOut.sort(byLine);
	outcome.problems.sort(byLine);
	return outcome;
}

/**
 * Asks for won amounts over five times the 95th percentile of their currency (method 4.7). The
 * largest amount is not part of the percentile, else one slip in a small file would hide itself.
 */
function askForLargeAmounts(sorted: Sorted[], questions: Questions): Sorted[] {
	const won = sorted.flatMap((row) =>
		row.as === 'deal' && row.deal.status === 'won' ? [row.deal] : []
	);
	const usual = new Map<string, number>();
	for (const [currency, deals] of Map.groupBy(won, (deal) => deal.currency)) {
		const amounts = deals.map(({ amountMinor }) => amountMinor ?? 0);
		const others = amounts.sort((one, other) => one - other).slice(0, -1);
		if (others.length < fewestForUsual) continue;
		usual.set(currency, quantileSorted(others, outlier.percentile) ?? 0);
	}
	return sorted.map((row) => {
		if (row.as !== 'deal' || row.deal.status !== 'won' || row.deal.amountMinor === null) return row;
		const { dealId, name, amountMinor, currency, line } = row.deal;
		const usualMinor = Math.round(usual.get(currency) ?? Infinity);
		if (!(amountMinor > outlier.times * usualMinor)) return row;
		const question: NewQuestion = {
			id: `large-amount:${dealId}:${amountMinor}`,
			kind: 'large-amount',
			options: [confirmed, leaveOut],
			dealId,
			name,
			amountMinor,
			usualMinor,
			currency
		};
		questions.ask(question, line);
		const answer = questions.answerTo(question);
		if (answer === leaveOut) return leftOutAs('by-you', line, name || dealId);
		return answer === confirmed ? row : { as: 'waiting' };
	});
}

/** Reads single rows of one file; collects what is wrong with a row and what must be asked. */
class RowReader {
	readonly table: Table;
	readonly input: DealsFileInput;
	readonly questions: Questions;
	readonly match: (cells: string[]) => RosterSeller | 'unknown' | 'conflict';
	private faults: Problem[] = [];
	private doubts: NewQuestion[] = [];

	constructor(table: Table, input: DealsFileInput, questions: Questions) {
		this.table = table;
		this.input = input;
		this.questions = questions;
		this.match = rosterMatch(input.roster);
	}

	label(field: Field): string {
		return this.table.labels[this.table.columns[field] ?? -1] ?? '';
	}

	has(field: Field): boolean {
		return this.table.columns[field] !== undefined;
	}

	/** The cell as written; amounts need to see a leading tab. */
	raw({ cells }: CsvRow, field: Field): string {
		return cells[this.table.columns[field] ?? -1] ?? '';
	}

	cell(row: CsvRow, field: Field): string {
		return this.raw(row, field).trim();
	}

	titleOf(row: CsvRow): string {
		return this.cell(row, 'name') || this.cell(row, 'dealId') || row.cells.join(' ').trim();
	}

	read(row: CsvRow): Sorted {
		this.faults = [];
		this.doubts = [];
		const type = this.type(row);
		if (type === 'renewal') return leftOutAs('renewal', row.line, this.titleOf(row));
		const owner = this.owner(row);
		if (owner === leaveOut) return leftOutAs('not-on-team', row.line, this.titleOf(row));
		const status = this.status(row);
		if (status === leaveOut) return leftOutAs('by-you', row.line, this.titleOf(row));
		const id = this.id(row);
		const days = this.days(row, status);
		const money = this.money(row, status);

		for (const doubt of this.doubts) this.questions.ask(doubt, row.line);
		if (this.faults.length > 0) return { as: 'problem', problems: this.faults };
		if (!type || !owner || !status || !days || !money) return { as: 'waiting' };
		const name = this.cell(row, 'name');
		const deal = { line: row.line, dealId: id, name, sellerId: owner, status, type };
		return { as: 'deal', deal: { ...deal, ...days, ...money } };
	}

	private fault(row: CsvRow, field: Field, reason: ProblemReason): null {
		const value = shortened(this.cell(row, field));
		this.faults.push({ line: row.line, column: this.label(field) || null, value, reason });
		return null;
	}

	/** Notes the question and gives the answer, when there is one. */
	private doubt(question: NewQuestion): string | null {
		this.doubts.push(question);
		return this.questions.answerTo(question);
	}

	private id(row: CsvRow): string {
		const id = this.cell(row, 'dealId');
		if (id === '') this.fault(row, 'dealId', 'id-missing');
		if (id.length > longest.id) this.fault(row, 'dealId', 'cell-too-long');
		if (this.cell(row, 'name').length > longest.text) this.fault(row, 'name', 'cell-too-long');
		return id;
	}

	private type(row: CsvRow): DealType | null {
		const value = this.cell(row, 'type');
		const options = ['new', 'expansion', 'renewal'];
		const id = `type:${wordKey(value)}`;
		const known = typeOf(value);
		return known ?? (this.doubt({ id, kind: 'type', value, options }) as DealType | null);
	}

	private owner(row: CsvRow): string | null {
		const cells = [this.cell(row, 'owner'), this.cell(row, 'ownerEmail')].filter(Boolean);
		const [value] = cells;
		const field = this.has('owner') ? 'owner' : 'ownerEmail';
		if (value === undefined) return this.fault(row, field, 'owner-missing');
		const found = this.match(cells);
		if (found === 'conflict') return this.fault(row, field, 'owner-conflict');
		if (found !== 'unknown') return found.sellerId;
		const options = [...this.input.roster.map(({ sellerId }) => sellerId), leaveOut];
		return this.doubt({ id: `owner:${wordKey(value)}`, kind: 'owner', value, options });
	}

	private status(row: CsvRow): Status | typeof leaveOut | null {
		if (!this.has('status') && !this.has('stage') && this.table.everyRowWon) return 'won';
		const field = this.has('status') ? 'status' : 'stage';
		const value = this.cell(row, field);
		if (value === '') return this.fault(row, field, 'stage-missing');
		const known = statusOf(value);
		if (known) return known;
		const options = ['won', 'lost', 'open', leaveOut];
		const answer = this.doubt({ id: `stage:${wordKey(value)}`, kind: 'stage', value, options });
		return answer as Status | typeof leaveOut | null;
	}

	private days(
		row: CsvRow,
		status: Status | null
	): Pick<Deal, 'closedOn' | 'createdOn' | 'expectedOn'> | null {
		const createdOn = this.day(row, 'createdOn');
		const closing = this.closingField(row, status);
		const closed = closing ? this.day(row, closing) : '';
		const expected = this.day(row, 'expectedOn');
		if (status === 'won' && closed === '') {
			const column = this.has('wonOn') ? 'wonOn' : 'closedOn';
			return this.fault(row, column, 'close-missing');
		}
		if (closed === null || createdOn === null || expected === null || !status) return null;
		if (status === 'open') {
			this.notAfterTomorrow(row, 'createdOn', createdOn);
			// Of an open deal, the closing day that CRMs export is the one they expect.
			const expectedOn = expected || closed || null;
			return { closedOn: null, createdOn: createdOn || null, expectedOn };
		}
		if (closing) this.notAfterTomorrow(row, closing, closed);
		if (createdOn !== '' && closed !== '' && createdOn > closed) {
			this.fault(row, 'createdOn', 'created-after-close');
		}
		return {
			closedOn: closed || null,
			createdOn: createdOn || null,
			expectedOn: expected || null
		};
	}

	/** The column that holds this row's closing day: that of its status, else the common one. */
	private closingField(row: CsvRow, status: Status | null): DayField | null {
		if (status === 'won' && this.cell(row, 'wonOn') !== '') return 'wonOn';
		if (status === 'lost' && this.cell(row, 'lostOn') !== '') return 'lostOn';
		return this.has('closedOn') ? 'closedOn' : null;
	}

	private notAfterTomorrow(row: CsvRow, field: DayField, day: Day | ''): void {
		if (day > addDays(this.input.today, 1)) this.fault(row, field, 'future-date');
	}

	/** '' for an empty cell, null for one that is wrong or waits for an answer. */
	private day(row: CsvRow, field: DayField): Day | '' | null {
		const value = this.cell(row, field);
		if (value === '') return '';
		let order = this.table.dayOrders[field] ?? null;
		const readings = doubtfulDay(value);
		if (readings && !order) {
			order = this.doubt({
				id: `day-order:${field}`,
				kind: 'day-order',
				column: this.label(field),
				example: value,
				readings,
				options: ['day-first', 'month-first']
			}) as DayOrder | null;
			if (!order) return null;
		}
		const settled = order ?? this.settledOrder(field, value);
		return readDay(value, settled, this.input.timeZone) ?? this.fault(row, field, 'not-a-date');
	}

	/** A column with both orders in it: clear cells are read as they are, unless answered. */
	private settledOrder(field: DayField, value: string): DayOrder {
		const given = this.questions.given(`day-order:${field}`);
		if (given === 'day-first' || given === 'month-first') return given;
		return readDay(value, 'day-first') ? 'day-first' : 'month-first';
	}

	private money(row: CsvRow, status: Status | null): Pick<Deal, 'amountMinor' | 'currency'> | null {
		const raw = this.raw(row, 'amount');
		if (raw.trim() === '') {
			const currency = this.currency(row, []);
			if (status === 'won') return this.fault(row, 'amount', 'amount-missing');
			return currency === null ? null : { amountMinor: null, currency };
		}
		const number = takeApart(raw);
		const clean = raw.replace(/^ +/u, '');
		if (isFormulaLike(clean) && !(number?.negative && /^[-－]/u.test(clean))) {
			return this.fault(row, 'amount', 'formula-in-amount');
		}
		if (!number) return this.fault(row, 'amount', 'not-a-number');
		if (number.negative) return this.fault(row, 'amount', 'negative-amount');
		const currency = this.currency(row, number.currencies);
		if (currency === null) return null;
		const amountMinor = this.amount(row, number.figures, currency);
		return amountMinor === null ? null : { amountMinor, currency };
	}

	private amount(row: CsvRow, figures: string, currency: string): number | null {
		const mark = this.decimalMark(figures);
		if (mark === null) return null;
		const decimal = readFigures(figures, mark);
		if (!decimal) return this.fault(row, 'amount', 'not-a-number');
		const minor = toMinor(decimal, decimalsOf(currency));
		if (minor === 'too-many-decimals') return this.fault(row, 'amount', 'too-many-decimals');
		if (minor === 'too-large') return this.fault(row, 'amount', 'amount-too-large');
		return minor;
	}

	/** The file's decimal mark; asked when no cell shows it or two cells contradict each other. */
	private decimalMark(figures: string): DecimalMark | null {
		if (this.table.mark) return this.table.mark;
		const point = readFigures(figures, 'point');
		const comma = readFigures(figures, 'comma');
		if (!isDoubtful(figures) && !this.table.mixedMarks) return point ? 'point' : 'comma';
		return this.doubt({
			id: 'decimal-mark',
			kind: 'decimal-mark',
			example: figures,
			readings: { point: point ? plain(point) : '', comma: comma ? plain(comma) : '' },
			options: ['comma', 'point']
		}) as DecimalMark | null;
	}

	private currency(row: CsvRow, words: string[]): string | null {
		const meant = words.map(currenciesOf);
		if (meant.some((codes) => codes.length === 0)) return this.fault(row, 'amount', 'not-a-number');
		const fits = (code: string) => meant.every((codes) => codes.includes(code));
		const written = this.cell(row, 'currency');
		const named = written === '' ? [] : currenciesOf(written);
		if (written !== '' && named.length === 0) {
			return this.fault(row, 'currency', 'unknown-currency');
		}
		const possible = named.length > 0 ? named : (meant[0] ?? [this.input.defaultCurrency]);
		const fitting = possible.filter(fits);
		if (fitting.includes(this.input.defaultCurrency)) return this.input.defaultCurrency;
		return fitting.length === 1 ? fitting[0]! : this.fault(row, 'amount', 'currency-conflict');
	}
}

// --- Owners --------------------------------------------------------------------------------

/** Names and mails meet in folded form; an id or a mail keeps its punctuation. */
const wordKey = (value: string) => value.trim().toLowerCase().replace(/\s+/gu, ' ');

/** Finds the seller by external id, mail, or name; two sellers that fit are not one. */
function rosterMatch(roster: RosterSeller[]) {
	const keys: ((seller: RosterSeller) => string | null)[] = [
		({ externalId }) => externalId && wordKey(externalId),
		({ email }) => email && wordKey(email),
		({ name }) => wordKey(name),
		({ name }) => fold(name)
	];
	const indexes = keys.map((key) => Map.groupBy(roster, key));
	const one = (cell: string): RosterSeller | null => {
		for (const [at, index] of indexes.entries()) {
			const found = index.get(at === indexes.length - 1 ? fold(cell) : wordKey(cell));
			if (found) return found.length === 1 ? found[0]! : null;
		}
		return null;
	};
	return (cells: string[]): RosterSeller | 'unknown' | 'conflict' => {
		const found = new Set(cells.map(one).filter((seller) => seller !== null));
		if (found.size > 1) return 'conflict';
		return [...found][0] ?? 'unknown';
	};
}

// --- Summary -------------------------------------------------------------------------------

function summaryOf(csv: Csv, table: Table, outcome: Outcome, questions: Questions): Reading {
	const { deals, leftOut, problems: found, problemRows, waiting, rows } = outcome;
	const won = deals.filter(({ status }) => status === 'won');
	const days = won.flatMap(({ closedOn }) => closedOn ?? []).sort();
	const wonMinor: Record<string, number> = {};
	for (const { currency, amountMinor } of won) {
		wonMinor[currency] = (wonMinor[currency] ?? 0) + (amountMinor ?? 0);
	}
	const columns: Reading['columns'] = {};
	for (const field of fields) {
		const label = table.labels[table.columns[field] ?? -1];
		if (label !== undefined) columns[field] = label;
	}
	const asked = [...questions.all.values()];
	const answeredMark = asked.find(({ kind }) => kind === 'decimal-mark')?.answer ?? null;
	const [first] = days;
	const last = days.at(-1);
	return {
		dialect: {
			crm: crmOf(csv.header.cells),
			delimiter: csv.delimiter,
			encoding: csv.encoding,
			decimalMark: table.mark ?? (answeredMark as DecimalMark | null),
			dayOrders: table.dayOrders
		},
		header: table.labels,
		columns,
		deals,
		leftOut,
		problems: found,
		questions: asked,
		counts: {
			rows,
			deals: deals.length,
			won: won.length,
			lost: deals.filter(({ status }) => status === 'lost').length,
			open: deals.filter(({ status }) => status === 'open').length,
			leftOut: countByReason(leftOut),
			problemRows,
			waiting,
			wonMinor
		},
		days: first && last ? { first, last } : null,
		ready: found.length === 0 && !questions.open() && won.length > 0
	};
}

function countByReason(leftOut: LeftOut[]): Record<LeftOutReason, number> {
	const counts = Object.fromEntries(Object.keys(leftOutReasons).map((reason) => [reason, 0]));
	for (const { reason } of leftOut) counts[reason] = (counts[reason] ?? 0) + 1;
	return counts as Record<LeftOutReason, number>;
}
