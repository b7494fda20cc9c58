/** A file of deals in the reader's words: what was read, what is asked, what is wrong by line. */
import { m } from '#lib/paraglide/messages.js';
import { sayDay } from '#lib/values/say-day.ts';
import { formatMoney } from '#lib/values/money.ts';
import type { BatchPage, Evidence } from './queries.server.ts';
import type { BatchRefusal, BatchStatus, BatchSummary, Drift, Preview } from './batch.ts';
import { fields, optional, type Crm, type Field } from './deals-columns.ts';
import type {
	LeftOut,
	LeftOutReason,
	Problem,
	ProblemReason,
	Question,
	RefusalReason
} from './deals-file.ts';

type Locale = 'en' | 'nb';
type Words<Params = void> = (params: Params, options: { locale: Locale }) => string;

const refusalWords: Record<RefusalReason, Words<Record<string, never>>> = {
	'empty-file': m.file_refusal_empty_file,
	'too-large': m.file_refusal_too_large,
	'too-many-rows': m.file_refusal_too_many_rows,
	'not-a-text-file': m.file_refusal_not_a_text_file,
	'broken-quotes': m.file_refusal_broken_quotes,
	'no-header': m.file_refusal_no_header,
	'no-rows': m.file_refusal_no_rows
};
const batchRefusalWords: Record<BatchRefusal, Words<Record<string, never>>> = {
	'no-enrollment': m.uplift_refusal_no_enrollment,
	'no-file': m.uplift_refusal_no_file,
	'not-found': m.uplift_refusal_not_found,
	'not-ready': m.uplift_refusal_not_ready,
	'already-decided': m.uplift_refusal_already_decided,
	'too-many-deals': m.uplift_refusal_too_many_deals
};

/** Why a file, or a step with it, is refused. */
export function fileRefusal(reason: RefusalReason | BatchRefusal, locale: Locale): string {
	const words = { ...refusalWords, ...batchRefusalWords }[reason];
	return words({}, { locale });
}

type InLine = { line: number; value: string; column: string; otherLine: number };
const problemWords: Record<ProblemReason, Words<InLine>> = {
	'quote-never-closed': m.file_problem_quote_never_closed,
	'cells-missing': m.file_problem_cells_missing,
	'cells-extra': m.file_problem_cells_extra,
	'cell-too-long': m.file_problem_cell_too_long,
	'id-missing': m.file_problem_id_missing,
	'deal-twice': m.file_problem_deal_twice,
	'owner-missing': m.file_problem_owner_missing,
	'owner-conflict': m.file_problem_owner_conflict,
	'stage-missing': m.file_problem_stage_missing,
	'close-missing': m.file_problem_close_missing,
	'not-a-date': m.file_problem_not_a_date,
	'future-date': m.file_problem_future_date,
	'created-after-close': m.file_problem_created_after_close,
	'amount-missing': m.file_problem_amount_missing,
	'formula-in-amount': m.file_problem_formula_in_amount,
	'not-a-number': m.file_problem_not_a_number,
	'negative-amount': m.file_problem_negative_amount,
	'too-many-decimals': m.file_problem_too_many_decimals,
	'amount-too-large': m.file_problem_amount_too_large,
	'unknown-currency': m.file_problem_unknown_currency,
	'currency-conflict': m.file_problem_currency_conflict
};
const leftOutWords: Record<LeftOutReason, Words<InLine>> = {
	'by-you': m.file_left_out_by_you,
	'repeated-row': m.file_left_out_repeated_row,
	renewal: m.file_left_out_renewal,
	'not-on-team': m.file_left_out_not_on_team,
	'under-the-table': m.file_left_out_under_the_table
};
const fieldWords: Record<Field, Words<Record<string, never>>> = {
	dealId: m.file_field_deal_id,
	name: m.file_field_name,
	owner: m.file_field_owner,
	ownerEmail: m.file_field_owner_email,
	status: m.file_field_status,
	stage: m.file_field_stage,
	closedOn: m.file_field_closed_on,
	wonOn: m.file_field_won_on,
	lostOn: m.file_field_lost_on,
	createdOn: m.file_field_created_on,
	expectedOn: m.file_field_expected_on,
	amount: m.file_field_amount,
	currency: m.file_field_currency,
	type: m.file_field_type
};
const optionWords: Record<string, Words<Record<string, never>>> = {
	won: m.file_answer_won,
	lost: m.file_answer_lost,
	open: m.file_answer_open,
	new: m.file_answer_new,
	expansion: m.file_answer_expansion,
	renewal: m.file_answer_renewal,
	'leave-out': m.file_answer_leave_out,
	none: m.file_answer_no_column,
	'every-row-won': m.file_answer_every_row_won
};
const crmNames: Record<Exclude<Crm, 'other' | 'deals'>, string> = {
	hubspot: 'HubSpot',
	salesforce: 'Salesforce',
	pipedrive: 'Pipedrive'
};

/** Where a file comes from, as far as its columns tell. */
export function crmName(crm: Crm, locale: Locale): string {
	if (crm === 'deals') return m.uplift_crm_own({}, { locale });
	return crm === 'other' ? m.uplift_crm_other({}, { locale }) : crmNames[crm];
}

const inLine = ({
	line,
	value,
	column,
	otherLine
}: Pick<Problem, 'line' | 'value' | 'otherLine'> & { column?: string | null }): InLine => ({
	line,
	value,
	column: column ?? '',
	otherLine: otherLine ?? 0
});

export type QuestionView = {
	id: string;
	sentence: string;
	options: { value: string; label: string }[];
	answer: string | null;
	/** "Lines 4, 9 and 12" */
	where: string;
};

function questionView(
	question: Question,
	sellers: Map<string, string>,
	locale: Locale
): QuestionView {
	const { id, answer, options, lines } = question;
	const money = (amountMinor: number, currency: string) =>
		formatMoney({ amountMinor, currency }, locale);
	const sentence = (): string => {
		switch (question.kind) {
			case 'column':
				return m.file_question_column(
					{ field: fieldWords[question.field]({}, { locale }) },
					{ locale }
				);
			case 'decimal-mark':
				return m.file_question_decimal_mark({ example: question.example }, { locale });
			case 'day-order':
				return m.file_question_day_order(
					{ example: question.example, column: question.column },
					{ locale }
				);
			case 'stage':
				return m.file_question_stage({ value: question.value, rows: question.rows }, { locale });
			case 'type':
				return m.file_question_type({ value: question.value, rows: question.rows }, { locale });
			case 'owner':
				return m.file_question_owner({ value: question.value, rows: question.rows }, { locale });
			case 'large-amount':
				return m.file_question_large_amount(
					{
						amount: money(question.amountMinor, question.currency),
						deal: question.name || question.dealId,
						usual: money(question.usualMinor, question.currency)
					},
					{ locale }
				);
		}
	};
	const label = (option: string): string => {
		if (question.kind === 'decimal-mark')
			return m.file_answer_reads_as(
				{ value: question.readings[option as 'comma' | 'point'] },
				{ locale }
			);
		if (question.kind === 'day-order')
			return m.file_answer_day(
				{ day: sayDay(question.readings[option as 'day-first' | 'month-first'], locale) },
				{ locale }
			);
		if (question.kind === 'large-amount')
			return option === 'yes'
				? m.file_answer_amount_is_right({}, { locale })
				: m.file_answer_leave_line_out({ line: lines[0] ?? 0 }, { locale });
		if (question.kind === 'owner')
			return option === 'leave-out'
				? m.file_answer_not_on_team({}, { locale })
				: (sellers.get(option) ?? option);
		return optionWords[option]?.({}, { locale }) ?? option;
	};
	return {
		id,
		sentence: sentence(),
		options: options.map((value) => ({ value, label: label(value) })),
		answer,
		where:
			lines.length === 0
				? ''
				: m.uplift_lines(
						{
							lines: new Intl.ListFormat(locale).format(lines.map(String)),
							count: lines.length
						},
						{ locale }
					)
	};
}

/** A line that may be left out, or taken back. */
export type LineView = { line: number; sentence: string; leftOut: boolean };

export type BatchView = {
	id: string;
	fileName: string;
	status: BatchStatus;
	say: { first: string; second: string };
	/** What was understood: label and value. */
	facts: { label: string; value: string }[];
	rows: { used: number; leftOut: number; open: number; all: number };
	/** Sums of won deals, to be held against the CRM. */
	sums: string[];
	wonDeals: number;
	ready: boolean;
	drift: Drift | null;
	columns: {
		field: Field;
		label: string;
		chosen: string | null;
		optional: boolean;
	}[];
	header: string[];
	questions: QuestionView[];
	moreQuestions: number;
	problems: LineView[];
	moreProblems: number;
	leftOut: LineView[];
	moreLeftOut: number;
};

const empty = {
	columns: [],
	header: [],
	questions: [],
	moreQuestions: 0,
	problems: [],
	moreProblems: 0,
	leftOut: [],
	moreLeftOut: 0
};

/** What the file's page says. */
export function batchView(page: BatchPage, locale: Locale): BatchView {
	const { id, fileName, status, preview, summary } = page;
	const common = { id, fileName, status };
	if (status === 'preview' && preview)
		return { ...common, ...previewView(preview, page, locale), say: sayOf(preview, locale) };
	const say =
		status === 'confirmed'
			? {
					first: m.uplift_batch_say_confirmed({ count: summary?.used ?? 0 }, { locale }),
					second: m.uplift_batch_say_confirmed_then({}, { locale })
				}
			: {
					first: m.uplift_batch_say_discarded({}, { locale }),
					second: m.uplift_batch_say_discarded_then({}, { locale })
				};
	return {
		...common,
		...empty,
		say,
		facts: summary ? summaryFacts(summary, locale) : [],
		rows: {
			used: summary?.used ?? 0,
			leftOut: summary?.leftOut ?? 0,
			open: 0,
			all: (summary?.used ?? 0) + (summary?.leftOut ?? 0)
		},
		sums: summary ? sumsOf(summary.wonMinor, locale) : [],
		wonDeals: summary?.won ?? 0,
		ready: false,
		drift: summary?.drift ?? null
	};
}

const sumsOf = (wonMinor: Record<string, number>, locale: Locale): string[] =>
	Object.entries(wonMinor).map(([currency, amountMinor]) =>
		formatMoney({ amountMinor, currency }, locale)
	);

const summaryFacts = ({ crm, first, last }: BatchSummary, locale: Locale) => [
	{ label: m.uplift_fact_crm({}, { locale }), value: crmName(crm, locale) },
	{
		label: m.uplift_fact_days({}, { locale }),
		value: m.uplift_from_to({ from: sayDay(first, locale), to: sayDay(last, locale) }, { locale })
	}
];

function sayOf(preview: Preview, locale: Locale): BatchView['say'] {
	const open = preview.questions.shown.filter(({ answer }) => answer === null).length;
	if (open > 0)
		return {
			first: m.uplift_batch_say_questions({ count: open }, { locale }),
			second: m.uplift_batch_say_nothing_yet({}, { locale })
		};
	if (preview.problems.all > 0)
		return {
			first: m.uplift_batch_say_problems({ count: preview.counts.problemRows }, { locale }),
			second: m.uplift_batch_say_nothing_yet({}, { locale })
		};
	if (!preview.ready)
		return {
			first: m.uplift_batch_say_no_won({}, { locale }),
			second: m.uplift_batch_say_no_won_then({}, { locale })
		};
	return {
		first: m.uplift_batch_say_ready({ count: preview.counts.deals }, { locale }),
		second: m.uplift_batch_say_ready_then({}, { locale })
	};
}

function previewView(preview: Preview, { sellers }: BatchPage, locale: Locale) {
	const { dialect, counts, days, columns, header, answers } = preview;
	const names = new Map(sellers.map(({ sellerId, name }) => [sellerId, name]));
	const separators = {
		',': m.uplift_separator_comma,
		';': m.uplift_separator_semicolon,
		'\t': m.uplift_separator_tab
	};
	const facts = [
		{ label: m.uplift_fact_crm({}, { locale }), value: crmName(dialect.crm, locale) },
		{
			label: m.uplift_fact_separator({}, { locale }),
			value: separators[dialect.delimiter]({}, { locale })
		},
		...(dialect.decimalMark
			? [
					{
						label: m.uplift_fact_decimal({}, { locale }),
						value: (dialect.decimalMark === 'comma'
							? m.uplift_separator_comma
							: m.uplift_decimal_point)({}, { locale })
					}
				]
			: []),
		...(days
			? [
					{
						label: m.uplift_fact_days({}, { locale }),
						value: m.uplift_from_to(
							{ from: sayDay(days.first, locale), to: sayDay(days.last, locale) },
							{ locale }
						)
					}
				]
			: [])
	];
	const leftOutAll = preview.leftOut.all;
	return {
		facts,
		rows: {
			used: counts.deals,
			leftOut: leftOutAll,
			open: counts.problemRows + counts.waiting,
			all: counts.rows
		},
		sums: sumsOf(counts.wonMinor, locale),
		wonDeals: counts.won,
		ready: preview.ready,
		drift: preview.drift,
		columns: fields
			.filter((field) => !preview.questions.shown.some(({ id }) => id === `column:${field}`))
			.map((field) => ({
				field,
				label: fieldWords[field]({}, { locale }),
				chosen: columns[field] ?? null,
				optional: optional.has(field)
			})),
		header: header.filter((label) => label !== ''),
		questions: preview.questions.shown.map((question) => questionView(question, names, locale)),
		moreQuestions: preview.questions.all - preview.questions.shown.length,
		problems: problemLines(preview.problems.shown, answers, locale),
		moreProblems: preview.problems.all - preview.problems.shown.length,
		leftOut: preview.leftOut.shown.map((row) => leftOutLine(row, answers, locale)),
		moreLeftOut: leftOutAll - preview.leftOut.shown.length
	};
}

/** One entry a line, with all that is wrong with it. */
function problemLines(
	problems: readonly Problem[],
	answers: Record<string, string>,
	locale: Locale
): LineView[] {
	return [...Map.groupBy(problems, ({ line }) => line)].map(([line, found]) => ({
		line,
		sentence: found
			.map((problem) => problemWords[problem.reason](inLine(problem), { locale }))
			.join(' '),
		leftOut: answers[`leave-out:${line}`] === 'yes'
	}));
}

const leftOutLine = (row: LeftOut, answers: Record<string, string>, locale: Locale): LineView => ({
	line: row.line,
	sentence: leftOutWords[row.reason](inLine(row), { locale }),
	leftOut: answers[`leave-out:${row.line}`] === 'yes'
});

export type EvidenceView = {
	say: { first: string; second: string };
	/** The newest file speaks of days too long ago. */
	stale: boolean;
	hasFiles: boolean;
	files: {
		id: string;
		fileName: string;
		crm: string | null;
		status: BatchStatus;
		brought: string;
		days: string | null;
		sums: string;
		rows: { used: number; leftOut: number };
		latest: boolean;
	}[];
	changes: number;
};

/** What the page of all files says. */
export function evidenceView(
	{ files, latest, timeZone, changes }: Evidence,
	locale: Locale
): EvidenceView {
	const waiting = files.filter(({ status }) => status === 'preview').length;
	const say = (): EvidenceView['say'] => {
		if (latest?.stale)
			return {
				first: m.uplift_evidence_say_stale({ count: latest.daysOld }, { locale }),
				second: m.uplift_evidence_say_stale_then({}, { locale })
			};
		if (waiting > 0)
			return {
				first: m.uplift_evidence_say_waiting({ count: waiting }, { locale }),
				second: m.uplift_evidence_say_waiting_then({}, { locale })
			};
		if (latest)
			return {
				first: m.uplift_evidence_say_fresh({ day: sayDay(latest.lastDay, locale) }, { locale }),
				second: m.uplift_evidence_say_fresh_then({}, { locale })
			};
		return {
			first: m.uplift_evidence_say_none({}, { locale }),
			second: m.uplift_evidence_say_none_then({}, { locale })
		};
	};
	const when = new Intl.DateTimeFormat(locale === 'en' ? 'en-GB' : locale, {
		timeZone,
		day: 'numeric',
		month: 'long',
		year: 'numeric',
		hour: '2-digit',
		minute: '2-digit'
	});
	return {
		say: say(),
		stale: latest?.stale ?? false,
		hasFiles: files.length > 0,
		files: files.map(({ id, fileName, status, createdAt, summary }) => ({
			id,
			fileName,
			status,
			crm: summary && crmName(summary.crm, locale),
			brought: when.format(createdAt),
			days:
				summary &&
				m.uplift_from_to(
					{ from: sayDay(summary.first, locale), to: sayDay(summary.last, locale) },
					{ locale }
				),
			sums: summary ? sumsOf(summary.wonMinor, locale).join(', ') : '',
			rows: { used: summary?.used ?? 0, leftOut: summary?.leftOut ?? 0 },
			latest: id === latest?.id
		})),
		changes
	};
}
