/**
 * Results as pages print them: words, whole numbers and geometry, made on the server. Nothing leaves
 * here that `PillarResult` does not publish; `basis` never does.
 */
import {
	gradeCell,
	type GradeCell,
	type GradeInput,
	type GradeLine,
	type Tone
} from '#lib/ui/grade.ts';
import { sayDay, sayShortDay } from '#lib/values/say-day.ts';
import { courseOf, inOrder, isStale, lineAt, weakestOf, type Course } from './course.ts';
import type { Said } from './headline.ts';
import { oddsOf } from './odds.ts';
import type { PillarResult } from './pillar.ts';
import type { Pillar } from './verdict.ts';
import { ago, figureText, listed, percent, plusMinus, told, type Locale } from './words.server.ts';

export const toneOf: Record<Pillar, Tone> = { engagement: 'eng', sales: 'sal', revenue: 'rev' };

const words =
	(locale: Locale) =>
	(key: string, params: Said['params'] = {}) =>
		told({ key: `results_${key}`, params }, locale);

export const pillarName = (pillar: Pillar, locale: Locale): string =>
	words(locale)('pillar', { which: pillar });

/** A pillar in short: its figure or why there is none, its odds, its small drawing. */
export type PillarShown = {
	pillar: Pillar;
	name: string;
	course: Course;
	value: string;
	/** The chance in words, or why there is no figure. */
	note: string | null;
	cell: GradeCell;
	title: string;
};

export function pillarShown(
	result: PillarResult,
	locale: Locale,
	whose: string | null = null
): PillarShown {
	const say = words(locale);
	const name = pillarName(result.pillar, locale);
	const value = valueOf(result, locale);
	const note = noteOf(result, locale);
	const { forecast } = result;
	const title = [
		`${whose ? `${whose}, ` : ''}${name}: ${value}`,
		...(note ? [note] : []),
		...(forecast && result.state === 'in-progress'
			? [
					say('cell_expected', {
						low: percent(forecast.low, locale),
						high: percent(forecast.high, locale)
					})
				]
			: [])
	].join(', ');
	return {
		pillar: result.pillar,
		name,
		course: courseOf(result),
		value,
		note,
		cell: gradeCell({ line: lineOf(result) }),
		title
	};
}

/** "+17 %", "+6 points", or the word for what is missing. */
function valueOf(
	{ pillar, state, upliftPct, changePoints, gradePct }: PillarResult,
	locale: Locale
): string {
	const say = words(locale);
	switch (state) {
		case 'suppressed':
			return say('value_hidden');
		case 'not-locked':
			return say(pillar === 'engagement' ? 'value_not_asked' : 'value_not_locked');
		case 'not-measurable':
			return say('value_not_measurable');
	}
	if (pillar === 'engagement' && state !== 'final') {
		if (changePoints !== null) return pointsText(changePoints, locale);
		return gradePct === null
			? say('value_too_early')
			: say('value_about', { pct: percent(gradePct, locale) });
	}
	if (upliftPct !== null) return percent(upliftPct, locale);
	return changePoints === null ? say('value_too_early') : pointsText(changePoints, locale);
}

const pointsText = (points: number, locale: Locale) =>
	told(
		{ key: 'results_points', params: { count: points, points: plusMinus(points, locale) } },
		locale
	);

function oddsText(result: PillarResult, locale: Locale): string | null {
	const odds = oddsOf(result);
	return odds && told(odds, locale);
}

function noteOf(result: PillarResult, locale: Locale): string | null {
	const say = words(locale);
	if (result.state === 'suppressed') return say('note_few_answers');
	if (result.state === 'not-locked' || result.state === 'not-measurable') return null;
	if (result.state === 'final') return result.verdict && say(`verdict_${result.verdict}`);
	if (isStale(result)) return say('note_days_old', { days: result.source?.daysOld ?? 0 });
	const odds = oddsText(result, locale);
	if (odds) return odds;
	return result.state === 'too-early' && (result.upliftPct !== null || result.changePoints !== null)
		? say('odds_too_early')
		: null;
}

/** What a chart draws of a result; the cone is dropped when the numbers are old. */
function lineOf(result: PillarResult): Pick<GradeLine, 'tone' | 'points' | 'forecast' | 'hidden'> {
	const { forecast, series, state } = result;
	const drawn = state === 'in-progress' && !isStale(result) && forecast?.status !== 'too-early';
	return {
		tone: toneOf[result.pillar],
		points: series,
		...(forecast &&
			drawn && { forecast: { pct: forecast.pct, low: forecast.low, high: forecast.high } }),
		...(['suppressed', 'not-locked', 'not-measurable'].includes(state) &&
			series.length === 0 && { hidden: state })
	};
}

export type ChartOptions = {
	locale: Locale;
	/** Whole weeks that are over. */
	week: number;
	/** The last of the thirteen weeks' days. */
	lastDay: string;
	/** Only this measure, with its own cone; without it all three and the cone of the weakest. */
	only?: Pillar;
	marks?: GradeInput['marks'];
	/** What happened around the team, marked on the axis. */
	events?: GradeInput['events'];
};

/** The input of the grade chart on the leader's home and uplift page. */
export function homeChart(
	results: readonly PillarResult[],
	{ locale, week, lastDay, only, marks, events }: ChartOptions
): GradeInput {
	const say = words(locale);
	const wanted = inOrder(results).filter(({ pillar }) => !only || pillar === only);
	const weakest = weakestOf(wanted)?.pillar;
	const lines = wanted.map((result): GradeLine => {
		const { forecast, hidden, ...line } = lineOf(result);
		const range = forecast && {
			low: plusMinus(forecast.low, locale),
			high: percent(forecast.high, locale)
		};
		return {
			...line,
			key: result.pillar,
			name: pillarName(result.pillar, locale),
			label: valueOf(result, locale),
			...(forecast &&
				range &&
				result.pillar === weakest && { forecast: { ...forecast, text: say('chart_cone', range) } }),
			...(hidden && {
				hidden: [valueOf(result, locale), noteOf(result, locale)].filter(Boolean).join(', ')
			})
		};
	});
	const told = lines.map(({ name, label, forecast, hidden }) =>
		hidden
			? `${name}: ${hidden}.`
			: `${name} ${label}${forecast ? `, ${say('cell_expected', { low: percent(forecast.low, locale), high: percent(forecast.high, locale) })}` : ''}.`
	);
	return {
		now: week,
		lines,
		...(marks && { marks }),
		...(events && { events }),
		dotted: only !== undefined,
		texts: {
			title: only ? say('chart_title_one', { which: only, week }) : say('chart_title', { week }),
			desc: [
				...told,
				say('chart_promise_now', { now: percent(Math.round(lineAt(week)), locale) }),
				...(events ?? []).map(({ told }) => `${told}.`)
			].join(' '),
			goal: percent(25, locale),
			promise: say(only ? 'chart_promise_one' : 'chart_promise', {
				day: sayShortDay(lastDay, locale)
			}),
			week: (number) => say('chart_week', { week: number }),
			session: say('chart_session'),
			pulse: say('chart_pulse')
		}
	};
}

/** The rows of "show as table" under a chart: a week a row, a measure a column. */
export function chartTable(
	results: readonly PillarResult[],
	locale: Locale
): { head: string[]; rows: string[][] } {
	const say = words(locale);
	const wanted = inOrder(results).filter(({ series }) => series.length > 0);
	const all = [...new Set(wanted.flatMap(({ series }) => series.map(({ week }) => week)))].sort(
		(a, b) => a - b
	);
	return {
		head: [
			say('table_week'),
			...wanted.map(({ pillar, state }) =>
				pillar === 'engagement' && state !== 'final'
					? say('table_rounded', { name: pillarName(pillar, locale) })
					: pillarName(pillar, locale)
			)
		],
		rows: all.map((week) => [
			String(week),
			...wanted.map(({ series }) => {
				const point = series.find((one) => one.week === week);
				return point ? percent(point.pct, locale) : '–';
			})
		])
	};
}

/** A pillar with everything that stands behind its figure. */
export type PillarDetail = PillarShown & {
	/** The chance of reaching the goal, in words. */
	odds: string | null;
	/** The interval in words: what else would fit these numbers. */
	interval: string | null;
	/** Where it will probably land at week 13. */
	landing: string | null;
	verdict: string | null;
	evidence: string | null;
	sentences: string[];
	/** Fixed sentences that no result is shown without. */
	cause: string;
	remarks: string[];
	total: string | null;
	figures: { key: string; label: string; value: string }[];
	baselines: { id: string; label: string; value: string; primary: boolean }[];
	source: {
		batchId: string;
		file: string;
		when: string;
		rows: string;
		stale: string | null;
	} | null;
	restated: string | null;
	/** Against the baseline that was locked first. */
	onFirstLock: string | null;
};

export function pillarDetail(result: PillarResult, locale: Locale): PillarDetail {
	const say = words(locale);
	const { pillar, state, verdict, evidence, sentences, source, restated, totalPct, onFirstLock } =
		result;
	const judged = verdict !== null && verdict !== 'in_progress';
	const cause = told({ key: 'results_cause', params: {} }, locale);
	return {
		...pillarShown(result, locale),
		odds: state === 'in-progress' && !isStale(result) ? oddsText(result, locale) : null,
		interval: intervalOf(result, locale),
		landing: landingOf(result, locale),
		verdict: judged ? say(`verdict_long_${verdict}`) : null,
		evidence: evidence && say(`evidence_grade_${evidence}`),
		sentences: sentences
			.filter(({ key }) => key !== 'results_cause')
			.map((one) => told(one, locale)),
		cause,
		remarks: [
			...(state === 'suppressed' ? [say('remark_suppressed')] : []),
			...result.flags.flatMap((flag) => (remarked.has(flag) ? [say(`flag_${flag}`)] : []))
		],
		total: totalPct === null ? null : say('total', { pct: percent(totalPct, locale) }),
		figures: result.figures.map((figure) => ({
			key: figure.key,
			label: told({ key: figure.key, params: {} }, locale),
			value: figureText(figure, result.currency, locale)
		})),
		baselines: result.baselines.map(({ id, primary, weeks, upliftPct }) => ({
			id,
			label: say(`basis_${id}`, { weeks }),
			value: upliftPct === null ? say('basis_none') : percent(upliftPct, locale),
			primary
		})),
		source: source && pillar !== 'engagement' ? sourceOf(source, locale) : null,
		restated: restated && say('restated', { pct: percent(restated.pct, locale) }),
		onFirstLock: onFirstLock
			? [
					onFirstLock.upliftPct === null
						? say('first_lock_none')
						: say('first_lock', { pct: percent(onFirstLock.upliftPct, locale) }),
					onFirstLock.verdict && onFirstLock.verdict !== 'in_progress'
						? say(`verdict_long_${onFirstLock.verdict}`)
						: ''
				]
					.join(' ')
					.trim()
			: null
	};
}

/** Flags that are said in words of their own; the others have their sentence already. */
const remarked = new Set<PillarResult['flags'][number]>([
	'too_few_deals',
	'major_event',
	'goal_out_of_scale',
	'few_people',
	'low_response',
	'points_only',
	'group_changed',
	'just_below_goal'
]);

function intervalOf(result: PillarResult, locale: Locale): string | null {
	const say = words(locale);
	const { ciPct, pillar, state } = result;
	// For engagement an interval is published with the endline only (method 2.6 R4, R6).
	if (!ciPct || (pillar === 'engagement' && state !== 'final')) return null;
	return say('interval', { low: percent(ciPct[0], locale), high: percent(ciPct[1], locale) });
}

function landingOf(result: PillarResult, locale: Locale): string | null {
	const say = words(locale);
	const { forecast, state } = result;
	if (state !== 'in-progress' || !forecast || forecast.status === 'too-early' || isStale(result))
		return null;
	return say('interval_forecast', {
		low: percent(forecast.low, locale),
		high: percent(forecast.high, locale)
	});
}

function sourceOf(
	{
		batchId,
		fileName,
		crm,
		lastDay,
		daysOld,
		stale,
		used,
		leftOut
	}: NonNullable<PillarResult['source']>,
	locale: Locale
): PillarDetail['source'] {
	const say = words(locale);
	return {
		batchId,
		file: fileName,
		when: say('source_until', {
			crm: crmName(crm, locale),
			day: sayDay(lastDay, locale),
			ago: ago(daysOld, locale)
		}),
		rows: say('source_rows', { used, leftOut }),
		stale: stale ? say('source_stale', { days: daysOld }) : null
	};
}

const crms: Record<string, string> = {
	hubspot: 'HubSpot',
	salesforce: 'Salesforce',
	pipedrive: 'Pipedrive'
};
export const crmName = (crm: string, locale: Locale): string =>
	crms[crm.toLowerCase()] ?? words(locale)('source_csv');

/** "Salesforce, today": source and age in a table's cell. */
export function sourceLine(results: readonly PillarResult[], locale: Locale) {
	const source = results.find(({ pillar, source }) => pillar !== 'engagement' && source)?.source;
	if (!source) return null;
	return {
		text: `${crmName(source.crm, locale)}, ${ago(source.daysOld, locale)}`,
		stale: source.stale
	};
}

/** How many answered, only as published; the same words for none and for four. */
export function answeredLine(results: readonly PillarResult[], locale: Locale): string {
	const say = words(locale);
	const engagement = results.find(({ pillar }) => pillar === 'engagement');
	if (!engagement || engagement.state === 'not-locked') return say('answered_not_asked');
	if (engagement.state === 'suppressed') return say('answered_hidden');
	const count = (key: string) => engagement.figures.find((figure) => figure.key === key)?.value;
	const wave = count('results_figure_answered_wave') ?? count('results_figure_answered_baseline');
	return typeof wave === 'number' ? say('answered', { count: wave }) : say('answered_hidden');
}

/** What a sponsor may see, in words: "uplift and sessions held". */
export const sharesText = (shares: readonly string[], locale: Locale): string =>
	shares.length === 0
		? words(locale)('share_nothing')
		: listed(
				shares.map((share) => words(locale)(`share_${share}`)),
				locale
			);
