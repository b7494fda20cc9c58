/** The admin's page of a cohort, and its table for a spreadsheet: published figures and nothing else. */
import { rings } from '#lib/cohorts/seat.ts';
import { cohortPicture, type CohortPicture, type CohortSeat } from '#lib/ui/grade-cohort.ts';
import type { Tone } from '#lib/ui/grade.ts';
import { sayDay } from '#lib/values/say-day.ts';
import {
	attentionOf,
	byAttention,
	cohortHeadline,
	type Attention,
	type Seat
} from './attention.ts';
import type { CohortResult } from './cohort-result.ts';
import { isStale, lineAt, weakestOf } from './course.ts';
import type { Headline } from './headline.ts';
import type { CohortForAdmin, CohortSeatRow } from './queries.server.ts';
import { csvOf } from './sheet.ts';
import {
	answeredLine,
	pillarName,
	pillarShown,
	sharesText,
	sourceLine,
	type PillarShown
} from './shown.server.ts';
import { pillars, type Pillar } from './verdict.ts';
import { percent, plusMinus, told, toldHeadline, type Locale } from './words.server.ts';

export type SeatView = {
	enrollmentId: string;
	leaderName: string;
	team: string;
	attention: { level: Attention['level']; tag: string; why: string | null };
	pillars: PillarShown[];
	answered: string;
	file: { text: string; stale: boolean } | null;
};

export type CohortView = {
	id: string;
	slug: string;
	name: string;
	stage: CohortForAdmin['stage'];
	salesOpen: boolean;
	kick: string;
	say: { first: string; second: string | null };
	picture: CohortPicture | null;
	table: { head: string[]; rows: string[][] } | null;
	seats: SeatView[];
	rings: ('sold' | 'held' | 'free')[];
	seatsText: string;
	/** The cohort's own figures (method 7): the count first, then what never stands alone. */
	sums: { lines: string[]; note: string | null } | null;
	sponsors: { leaderName: string; name: string; shares: string }[];
};

type Options = { locale: Locale; missed: ReadonlyMap<string, number> };

/** Tell the seats of this one chart apart; a seat owns no color elsewhere. */
const seatTones: readonly Tone[] = ['sal', 'rev', 'eng', 'd4'];

export function cohortView(page: CohortForAdmin, { locale, missed }: Options): CohortView {
	const say = (key: string, params: Record<string, string | number> = {}) =>
		told({ key: `results_${key}`, params }, locale);
	const seats = page.seats.map((row) => ({
		row,
		seat: asSeat(row, missed),
		attention: attentionOf(asSeat(row, missed))
	}));
	const begun = page.stage === 'running' || page.stage === 'finished';
	const taken = page.tally.sold + page.tally.held;
	const all = taken + page.tally.free;
	return {
		id: page.id,
		slug: page.slug,
		name: page.name,
		stage: page.stage,
		salesOpen: page.salesOpen,
		kick: [
			page.name,
			begun
				? say(page.stage === 'finished' ? 'kick_after' : 'kick_weeks_done', { count: page.week })
				: say('kick_before', { day: sayDay(page.startsOn, locale) }),
			say('kick_seats', { count: all }),
			page.coachName
		].join('\u2002·\u2002'),
		say: toldHeadline(
			begun ? cohortHeadline(seats.map(({ seat }) => seat)) : fillingHeadline(page, locale),
			locale
		),
		picture: begun && seats.length > 0 ? pictureOf(page, locale) : null,
		table: begun && seats.length > 0 ? tableOf(page, locale) : null,
		seats: byAttention(seats).map(({ row, attention }) => ({
			enrollmentId: row.enrollmentId,
			leaderName: row.leaderName,
			team: say('team_line', { company: row.company, count: row.sellers }),
			attention: {
				level: attention.level,
				tag: told(attention.tag, locale),
				why: attention.why && told(attention.why, locale)
			},
			pillars: row.results.map((result) => pillarShown(result, locale, row.leaderName)),
			answered: answeredLine(row.results, locale),
			file: sourceLine(row.results, locale)
		})),
		rings: rings(page.tally),
		seatsText: say('seats_text', {
			sold: page.tally.sold,
			held: page.tally.held,
			free: page.tally.free
		}),
		sums: begun && page.result ? sumsOf(page.result, locale) : null,
		sponsors: page.seats.flatMap(({ leaderName, sponsors }) =>
			sponsors.map(({ name, shares }) => ({ leaderName, name, shares: sharesText(shares, locale) }))
		)
	};
}

const initialsOf = (name: string): string => {
	const letters = name.split(/\s+/).map((part) => [...part][0] ?? '');
	return [...new Set([0, letters.length - 1])]
		.map((at) => letters[at])
		.join('')
		.toUpperCase();
};

const asSeat = (row: CohortSeatRow, missed: Options['missed']): Seat => ({
	firstName: row.leaderName.split(' ')[0] ?? row.leaderName,
	left: row.left,
	week: row.leftInWeek ?? row.week,
	missedSessions: missed.get(row.enrollmentId) ?? 0,
	results: row.results
});

function fillingHeadline(
	{ stage, tally, name, startsOn }: CohortForAdmin,
	locale: Locale
): Headline {
	if (stage === 'announced')
		return {
			first: { key: 'results_cohort_announced', params: { name } },
			second: { key: 'results_cohort_not_on_sale', params: {} }
		};
	return {
		first: { key: 'results_cohort_seats_left', params: { count: tally.free } },
		second: { key: 'results_cohort_starts', params: { day: sayDay(startsOn, locale) } }
	};
}

/** The weakest measure of each seat. */
export function pictureOf(
	{ seats, week }: { seats: readonly Omit<CohortSeatRow, 'sponsors'>[]; week: number },
	locale: Locale
): CohortPicture {
	const say = (key: string, params: Record<string, string | number> = {}) =>
		told({ key: `results_${key}`, params }, locale);
	const drawn = seats.map((row, index): CohortSeat => {
		const weakest = row.left ? null : weakestOf(row.results);
		const shown = weakest && pillarShown(weakest, locale);
		const running = weakest?.state === 'in-progress' && !isStale(weakest);
		const { forecast } = running ? weakest : { forecast: null };
		const firstName = row.leaderName.split(' ')[0] ?? row.leaderName;
		return {
			key: row.enrollmentId,
			name: firstName,
			initials: initialsOf(row.leaderName),
			measure: weakest ? pillarName(weakest.pillar, locale).toLowerCase() : '',
			tone: seatTones[index % seatTones.length]!,
			points: weakest?.series ?? [],
			label: shown?.value ?? '',
			...(forecast && { forecast: { pct: forecast.pct, low: forecast.low, high: forecast.high } }),
			...(!weakest && { hidden: say(row.left ? 'hero_left' : 'hero_nothing') })
		};
	});
	return cohortPicture({
		now: week,
		seats: drawn,
		texts: {
			title: say('hero_title', { week }),
			desc: [
				...drawn.map(({ name, measure, label, forecast, hidden }) =>
					hidden
						? `${name}: ${hidden}.`
						: `${name}: ${measure} ${label}${forecast ? `, ${say('cell_expected', { low: percent(forecast.low, locale), high: percent(forecast.high, locale) })}` : ''}.`
				),
				say('chart_promise_now', { now: percent(Math.round(lineAt(week)), locale) })
			].join(' '),
			goal: percent(25, locale),
			week: (number) => say('chart_week', { week: number }),
			likely: say('hero_likely')
		}
	});
}

export function tableOf(
	{ seats }: { seats: readonly Omit<CohortSeatRow, 'sponsors'>[] },
	locale: Locale
) {
	const say = (key: string) => told({ key: `results_${key}`, params: {} }, locale);
	return {
		head: [say('table_seat'), ...pillars.map((pillar) => pillarName(pillar, locale))],
		rows: seats.map(({ leaderName, results }) => [
			leaderName,
			...results.map((result) => {
				const { value, note } = pillarShown(result, locale);
				return note ? `${value}, ${note}` : value;
			})
		])
	};
}

/** Count, typical leader and money together: none of the last two is ever shown alone (method 7). */
function sumsOf(result: CohortResult, locale: Locale): NonNullable<CohortView['sums']> {
	const say = (key: string, params: Record<string, string | number> = {}) =>
		told({ key: `results_${key}`, params }, locale);
	const counted = (pillar: Pillar) => {
		const { reached, of, notMeasurable } = result.counts[pillar];
		const line = say('sum_count', { which: pillar, reached, leaders: of });
		return notMeasurable > 0
			? `${line} ${say('sum_not_measurable', { count: notMeasurable })}`
			: line;
	};
	const typical = (pillar: Pillar) => {
		const found = result.typical[pillar];
		if (!found) return [];
		const show = (value: number) =>
			pillar === 'engagement' ? plusMinus(value, locale) : percent(value, locale);
		return [
			say(pillar === 'engagement' ? 'sum_typical_points' : 'sum_typical', {
				which: pillar,
				value: show(found.value),
				low: show(found.ci[0]),
				high: show(found.ci[1]),
				leaders: found.leaders
			})
		];
	};
	const both = result.typical.revenue !== null && result.moneyPct !== null;
	const { engagement } = result;
	return {
		lines: [
			...(result.final ? pillars.map(counted) : []),
			...typical('engagement'),
			...typical('sales'),
			...(both
				? [...typical('revenue'), say('sum_money', { pct: percent(result.moneyPct!, locale) })]
				: []),
			engagement.state === 'shown'
				? say('sum_level', {
						level: engagement.level,
						shown: engagement.teams.shown,
						teams: engagement.teams.of,
						people: engagement.people
					})
				: say('sum_level_hidden')
		],
		note: [
			...(result.left > 0
				? [say('sum_left', { count: result.left, leaders: result.leaders })]
				: []),
			...(both ? [] : [say('sum_too_few')]),
			...(result.final ? [] : [say('sum_running')])
		].join(' ')
	};
}

/** One row a seat and measure. Header and codes stay in English, so that a sheet can be read by a program. */
export function cohortCsv(page: CohortForAdmin): string {
	const head = [
		'seat',
		'leader',
		'company',
		'measure',
		'state',
		'weeks_done',
		'uplift_percent',
		'change_points',
		'drawn_percent',
		'interval_low_percent',
		'interval_high_percent',
		'forecast_status',
		'verdict',
		'evidence',
		'last_day_of_numbers',
		'left',
		'method_version'
	];
	const rows = page.seats.flatMap((seat) =>
		seat.results.map((result) => {
			// An interval for engagement is published with the endline only (method 2.6 R6).
			const interval =
				result.pillar === 'engagement' && result.state !== 'final' ? null : result.ciPct;
			return [
				seat.seatNumber,
				seat.leaderName,
				seat.company,
				result.pillar,
				result.state,
				result.week,
				result.upliftPct,
				result.changePoints,
				result.gradePct,
				interval?.[0] ?? null,
				interval?.[1] ?? null,
				result.forecast?.status ?? null,
				result.verdict,
				result.evidence,
				result.source?.lastDay ?? null,
				seat.left ? 'yes' : 'no',
				result.methodVersion
			];
		})
	);
	return csvOf([head, ...rows]);
}
