// A file of deals on its way in: read, asked about, then confirmed or discarded. What its page
// shows, which answers it takes, and what stays of it afterwards.
import type { Day } from '#lib/values/day.ts';
import { fields } from './deals-columns.ts';
import {
	confirmed,
	noColumn,
	type Deal,
	type LeftOut,
	type Problem,
	type Question,
	type Reading
} from './deals-file.ts';

export const batchStatuses = ['preview', 'confirmed', 'discarded'] as const;
export type BatchStatus = (typeof batchStatuses)[number];

const moves = {
	answer: ['preview'],
	confirm: ['preview'],
	discard: ['preview']
} satisfies Record<string, BatchStatus[]>;
export type BatchMove = keyof typeof moves;
export const from = (move: BatchMove): BatchStatus[] => moves[move];

/** Why a file or a step with it is refused; files that cannot be read have reasons of their own. */
export const batchRefusals = {
	'no-enrollment': 'uplift_refusal_no_enrollment',
	'no-file': 'uplift_refusal_no_file',
	'not-found': 'uplift_refusal_not_found',
	'not-ready': 'uplift_refusal_not_ready',
	'already-decided': 'uplift_refusal_already_decided',
	'too-many-deals': 'uplift_refusal_too_many_deals'
} as const;
export type BatchRefusal = keyof typeof batchRefusals;

/** A team wins nowhere near so many; all of a file is taken over in one transaction. */
export const mostDeals = 20_000;

/** What is kept of a file once it is in: how it was read, never its rows. */
export type BatchSummary = {
	crm: Reading['dialect']['crm'];
	columns: Reading['columns'];
	/** First and last won day, and the last day of any row. */
	first: Day;
	last: Day;
	lastRow: Day;
	used: number;
	won: number;
	leftOut: number;
	wonMinor: Record<string, number>;
	drift: Drift;
};

export function summaryOf(reading: Reading, drift: Drift): BatchSummary | null {
	if (!reading.days) return null;
	return {
		crm: reading.dialect.crm,
		columns: reading.columns,
		first: reading.days.first,
		last: reading.days.last,
		lastRow: lastRowOf(reading.deals) ?? reading.days.last,
		used: reading.counts.deals,
		won: reading.counts.won,
		leftOut: reading.leftOut.length,
		wonMinor: reading.counts.wonMinor,
		drift
	};
}

/** The last day on which something was created or closed. */
function lastRowOf(deals: readonly Deal[]): Day | null {
	let last: Day | null = null;
	for (const { closedOn, createdOn } of deals)
		for (const day of [closedOn, createdOn])
			if (day !== null && (last === null || day > last)) last = day;
	return last;
}

/** How a file differs from the deals that are there: nothing changes before it is confirmed. */
export type Drift = {
	added: number;
	changed: number;
	same: number;
	/** Deals that are there and not in this file; they stay as they are. */
	missing: number;
	/** Whether it seems to be a part of an export: it does not say how things stand. */
	part: boolean;
};

/** What of a deal counts as a change. */
export type KnownDeal = {
	externalId: string;
	sellerId: string;
	name: string;
	status: string;
	closedOn: Day | null;
	createdOn: Day | null;
	amountMinor: number | null;
	currency: string;
	kind: string;
};

export const asKnown = (deal: Deal): KnownDeal => ({
	externalId: deal.dealId,
	sellerId: deal.sellerId,
	name: deal.name,
	status: deal.status,
	closedOn: deal.closedOn,
	createdOn: deal.createdOn,
	amountMinor: deal.amountMinor,
	currency: deal.currency,
	kind: deal.type
});

const parts = [
	'sellerId',
	'name',
	'status',
	'closedOn',
	'createdOn',
	'amountMinor',
	'currency',
	'kind'
] as const;

/** Fewer known deals than this in the days of a file say nothing about whether it is whole. */
const fewKnown = 3;

/**
 * Of the deals that are known to have ended in the days that a file spans, a whole export has nearly
 * all. One with fewer than half of them is a part, or another program's, and the figures stay as
 * fresh as the last whole file.
 */
function isPart(known: readonly KnownDeal[], read: readonly Deal[]): boolean {
	const days = read.flatMap(({ closedOn }) => closedOn ?? []).sort();
	const [first, last] = [days[0], days.at(-1)];
	if (first === undefined || last === undefined) return false;
	const here = new Set(read.map(({ dealId }) => dealId));
	const inDays = known.filter(
		({ closedOn }) => closedOn !== null && closedOn >= first && closedOn <= last
	);
	const found = inDays.filter(({ externalId }) => here.has(externalId)).length;
	return inDays.length >= fewKnown && found * 2 < inDays.length;
}

export function driftBetween(known: readonly KnownDeal[], read: readonly Deal[]): Drift {
	const before = new Map(known.map((deal) => [deal.externalId, deal]));
	const drift: Drift = { added: 0, changed: 0, same: 0, missing: 0, part: isPart(known, read) };
	for (const deal of read.map(asKnown)) {
		const old = before.get(deal.externalId);
		if (!old) drift.added += 1;
		else if (parts.some((part) => old[part] !== deal[part])) drift.changed += 1;
		else drift.same += 1;
	}
	drift.missing = known.length - drift.changed - drift.same;
	return drift;
}

/** A list that a page can bear, and how many there are. */
export type Some<T> = { shown: T[]; all: number };
const some = <T>(list: readonly T[], most: number): Some<T> => ({
	shown: list.slice(0, most),
	all: list.length
});
const most = { questions: 60, problems: 60, leftOut: 100 };

/** What the page shows of a reading; not the deals themselves. */
export type Preview = Pick<
	Reading,
	'dialect' | 'header' | 'columns' | 'counts' | 'days' | 'ready'
> & {
	questions: Some<Question>;
	problems: Some<Problem>;
	leftOut: Some<LeftOut>;
	drift: Drift;
	answers: Record<string, string>;
};

export const previewOf = (
	reading: Reading,
	drift: Drift,
	answers: Record<string, string>
): Preview => ({
	dialect: reading.dialect,
	header: reading.header,
	columns: reading.columns,
	counts: reading.counts,
	days: reading.days,
	ready: reading.ready,
	// What is still open comes first.
	questions: some(
		[...reading.questions].sort(
			(one, other) => Number(one.answer !== null) - Number(other.answer !== null)
		),
		most.questions
	),
	problems: some(reading.problems, most.problems),
	leftOut: some(reading.leftOut, most.leftOut),
	drift,
	answers
});

const longestAnswer = 300;
const mostAnswers = 5000;

/**
 * The answers that a file takes: to its questions, to its columns, and lines to leave out. Anything
 * else that a form may hold is dropped. An empty answer takes one back.
 */
export function acceptedAnswers(
	{ questions, header, columns }: Pick<Reading, 'questions' | 'header' | 'columns'>,
	given: Readonly<Record<string, string>>
): Record<string, string> {
	const options = new Map(questions.map(({ id, options }) => [id, options]));
	const accepted: Record<string, string> = {};
	for (const [id, value] of Object.entries(given).slice(0, mostAnswers)) {
		if (value.length > longestAnswer) continue;
		const offered = options.get(id);
		const field = fields.find((name) => id === `column:${name}`);
		if (offered) {
			if (value === '' || offered.includes(value)) accepted[id] = value;
		} else if (field) {
			// A form tells every column; only what differs from what was understood is an answer.
			if (value === (columns[field] ?? noColumn)) continue;
			if (value === '' || value === noColumn || header.includes(value)) accepted[id] = value;
		} else if (/^leave-out:\d{1,7}$/.test(id)) {
			if (value === '' || value === confirmed) accepted[id] = value;
		}
	}
	return accepted;
}

/** Answers that hold for the next file of the same team too: columns, stages, kinds and owners. */
export const rememberedAnswers = (
	answers: Readonly<Record<string, string>>
): Record<string, string> =>
	Object.fromEntries(
		Object.entries(answers).filter(([id]) => /^(column|stage|type|owner):/.test(id))
	);
