/** The numbers behind the leader's charts, one a row, for a spreadsheet. */
import { addDays, type Day } from '#lib/values/day.ts';
import { isStale } from './course.ts';
import type { LeaderUplift } from './queries.server.ts';
import { csvOf } from './sheet.ts';
import { pillarName } from './shown.server.ts';
import type { Pillar } from './verdict.ts';
import { weeksOf } from './weekly-view.server.ts';
import type { LeaderDeals } from './weekly.ts';
import { told, type Locale } from './words.server.ts';

type Row = {
	what: string;
	seller?: string;
	/** 1 to 13 in the program, negative before it. */
	week: number | null;
	/** The first day of the week. */
	from: Day | null;
	value: number;
	ends?: readonly [low: number, high: number] | null;
	unit: string;
};

/**
 * What the uplift page draws of one measure: uplift and forecast in whole per cent, then won deals, or
 * money in whole units of the currency, a week. Averages have two decimals. Of engagement there is no
 * more than its chart shows.
 *
 * @param deals null for engagement and before the lock
 */
export function numbersCsv(
	{ results, dayZero }: LeaderUplift,
	deals: LeaderDeals | null,
	{ measure, locale }: { measure: Pillar; locale: Locale }
): string {
	const result = results.find(({ pillar }) => pillar === measure)!;
	const say = (key: string, params: Record<string, string | number> = {}) =>
		told({ key: `results_${key}`, params }, locale);
	const { series, forecast, state, ciPct } = result;
	// Engagement is drawn to the nearest five, without an interval, until its endline (method 2.6).
	const open = measure === 'engagement' && state !== 'final';
	const uplift = say('sheet_uplift');
	const monday = (week: number) => addDays(dayZero, 7 * (week - 1));
	const chart: Row[] = series.map(({ week, pct }, index) => {
		const ends = index === series.length - 1 && !open ? ciPct : null;
		return {
			what: open
				? say('table_rounded', { name: uplift })
				: ends
					? say('sheet_uplift_interval')
					: uplift,
			week,
			from: week > 0 ? monday(week) : null,
			value: pct,
			ends,
			unit: '%'
		};
	});
	const drawn =
		forecast && state === 'in-progress' && !isStale(result) && forecast.status !== 'too-early';
	const ahead: Row[] = drawn
		? [
				{
					what: say('sheet_forecast'),
					week: 13,
					from: monday(13),
					value: forecast.pct,
					ends: [forecast.low, forecast.high],
					unit: '%'
				}
			]
		: [];
	const rows = [...chart, ...ahead, ...weekRows(result, deals, locale)];
	const name = pillarName(measure, locale);
	return csvOf(
		[
			[
				say('sheet_measure'),
				say('sheet_what'),
				say('sellers_seller'),
				say('table_week'),
				say('sheet_first_day'),
				say('sheet_value'),
				say('sheet_low'),
				say('sheet_high'),
				say('sheet_unit')
			],
			...rows.map(({ what, seller, week, from, value, ends, unit }) => [
				name,
				what,
				seller ?? null,
				week,
				from,
				value,
				ends?.[0] ?? null,
				ends?.[1] ?? null,
				unit
			])
		],
		locale
	);
}

function weekRows(
	result: LeaderUplift['results'][number],
	deals: LeaderDeals | null,
	locale: Locale
): Row[] {
	const weekly = weeksOf(result, deals, locale);
	if (!weekly) return [];
	const say = (key: string, params: Record<string, string | number> = {}) =>
		told({ key: `results_${key}`, params }, locale);
	const { pillar, currency, before, program, usual, expected, lastYear, sellers } = weekly;
	const unit = pillar === 'revenue' ? currency : say('sheet_deals');
	const won = say('weeks_won', { which: pillar });
	const team = say('sheet_team');
	const average = (what: string, value: number | null, seller: string): Row[] =>
		value === null
			? []
			: [{ what, seller, week: null, from: null, value: Math.round(100 * value) / 100, unit }];
	return [
		...average(say('sheet_locked'), usual, team),
		...average(say('sheet_expected'), expected, team),
		...average(say('sheet_last_year'), lastYear, team),
		...before.map((value, index): Row => {
			const from = addDays(weekly.from, 7 * index);
			return { what: won, seller: team, week: index - before.length, from, value, unit };
		}),
		...program.map((value, index): Row => {
			const from = addDays(weekly.dayZero, 7 * index);
			return { what: won, seller: team, week: index + 1, from, value, unit };
		}),
		...sellers.flatMap(({ name, weeks, usual: own }) => [
			...average(say('sellers_usual'), own, name),
			...weeks.flatMap((value, index): Row[] =>
				value === null
					? []
					: [
							{
								what: won,
								seller: name,
								week: index + 1,
								from: addDays(weekly.dayZero, 7 * index),
								value,
								unit
							}
						]
			)
		])
	];
}
