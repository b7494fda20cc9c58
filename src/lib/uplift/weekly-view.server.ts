/** The weeks behind the leader's sales and revenue, as they are printed. Nobody but the leader gets them. */
import { panels, weeklyPicture, type Panel, type WeeklyPicture } from '#lib/ui/weekly-plot.ts';
import type { Tone } from '#lib/ui/grade.ts';
import { addDays } from '#lib/values/day.ts';
import { sayShortDay } from '#lib/values/say-day.ts';
import type { DealsPillar } from './baseline.ts';
import type { PillarResult } from './pillar.ts';
import { toneOf } from './shown.server.ts';
import type { Pillar } from './verdict.ts';
import { weeklyOf, type LeaderDeals, type Weekly } from './weekly.ts';
import { figureText, told, type Locale } from './words.server.ts';

type Table = { head: string[]; rows: string[][] };
export type WeeklyView = {
	title: string;
	note: string;
	plot: {
		picture: WeeklyPicture;
		key: { kind: 'usual' | 'expected' | 'last-year'; text: string }[];
		table: Table;
	};
	/** What of these weeks is in no panel, and why. */
	leftOut: string[];
	/** Null until a whole week of the program is in the numbers. */
	sellers: {
		why: string;
		key: string;
		panels: {
			tone: Tone;
			panels: (Panel & { name: string; told: string; notes: string[] })[];
			caption: string;
			table: Table;
		};
	} | null;
};

/**
 * The weeks of a measure that is made of deals; null for engagement, whose answers belong to nobody,
 * and as long as nothing is measured.
 */
export function weeksOf(
	result: PillarResult,
	deals: LeaderDeals | null,
	locale: Locale
): Weekly | null {
	if (!deals || !isOfDeals(result) || result.state === 'not-locked') return null;
	return weeklyOf(result, deals, new Intl.Collator(locale).compare);
}

const isOfDeals = (result: PillarResult): result is PillarResult & { pillar: DealsPillar } =>
	(['sales', 'revenue'] as Pillar[]).includes(result.pillar);

export function weeklyView(weekly: Weekly, result: PillarResult, locale: Locale): WeeklyView {
	const { pillar, before, program, usual, lastYear, from, dayZero } = weekly;
	const say = (key: string, params: Record<string, string | number> = {}) =>
		told({ key: `results_${key}`, params }, locale);
	const amount = (value: number) => amountText(value, weekly, locale);
	const plain = (value: number) => plainText(value, weekly, locale);
	const title = say('weeks_picture', { which: pillar });
	// The team as it was, and the same baseline: then the level of before simply goes on.
	const same = weekly.expected !== null && amount(weekly.expected) === amount(usual);
	const expected = same ? null : weekly.expected;
	const key: WeeklyView['plot']['key'] = [
		{
			kind: 'usual',
			text: say(same ? 'weeks_usual_and_expected' : 'weeks_usual', { value: amount(usual) })
		},
		...(expected === null
			? []
			: [
					{
						kind: 'expected' as const,
						text: say('weeks_expected', { value: amount(expected) })
					}
				]),
		...(lastYear === null
			? []
			: [
					{
						kind: 'last-year' as const,
						text: say('weeks_last_year', { value: amount(lastYear) })
					}
				])
	];
	const day = (first: string, week: number) => sayShortDay(addDays(first, 7 * week), locale);
	const weekName = (week: number) => say('chart_week', { week });
	return {
		title: say('weeks_title', { which: pillar }),
		note: say('weeks_note', { count: before.length }),
		plot: {
			picture: weeklyPicture({
				tone: toneOf[pillar],
				before,
				program,
				levels: { usual, expected, lastYear },
				texts: {
					title,
					desc: key.map(({ text }) => `${text}.`).join(' '),
					before: say('weeks_before', { count: before.length }),
					value: plain
				}
			}),
			key,
			table: {
				head: [say('table_week'), say('weeks_won', { which: pillar })],
				rows: [
					...before.map((value, index) => [
						say('weeks_from_before', { day: day(from, index) }),
						plain(value)
					]),
					...program.map((value, index) => [
						say('weeks_from', { week: weekName(index + 1), day: day(dayZero, index) }),
						plain(value)
					])
				]
			}
		},
		leftOut: leftOutOf(weekly, result, locale),
		sellers: program.length === 0 ? null : sellersOf(weekly, locale)
	};
}

function leftOutOf(
	{ unassigned, withoutRate }: Weekly,
	{ source }: PillarResult,
	locale: Locale
): string[] {
	const counts: [key: string, count: number][] = [
		['results_weeks_unassigned', unassigned],
		['results_weeks_without_rate', withoutRate],
		['results_weeks_left_out', source?.leftOut ?? 0]
	];
	return counts.flatMap(([key, count]) =>
		count > 0 ? [told({ key, params: { count } }, locale)] : []
	);
}

function sellersOf(weekly: Weekly, locale: Locale): WeeklyView['sellers'] {
	const { pillar, program, sellers } = weekly;
	const say = (key: string, params: Record<string, string | number> = {}) =>
		told({ key: `results_${key}`, params }, locale);
	const amount = (value: number) => amountText(value, weekly, locale);
	const plain = (value: number | null) => (value === null ? '–' : plainText(value, weekly, locale));
	const drawn = panels(sellers.map(({ id, weeks, usual }) => ({ key: id, weeks, usual })));
	const caption = say('sellers_caption', { which: pillar });
	return {
		why: say('sellers_why'),
		key: say('sellers_key', { which: pillar, most: amount(drawn.most) }),
		panels: {
			tone: toneOf[pillar],
			panels: sellers.map(({ name, weeks, usual, cameOn, leftOn }, index) => ({
				...drawn.panels[index]!,
				name,
				told: [
					say('sellers_picture', { name, weeks: weeks.map(plain).join(', ') }),
					...(usual === null ? [] : [say('sellers_picture_usual', { value: amount(usual) })])
				].join(' '),
				notes: [
					...(cameOn ? [say('sellers_came', { day: sayShortDay(cameOn, locale) })] : []),
					...(leftOn ? [say('sellers_left', { day: sayShortDay(leftOn, locale) })] : []),
					...(weeks.some((value) => value) ? [] : [say('sellers_none')]),
					...(usual === null ? [say('sellers_no_usual')] : [])
				]
			})),
			caption,
			table: {
				head: [
					say('sellers_seller'),
					say('sellers_usual'),
					...program.map((_, index) => say('chart_week', { week: index + 1 }))
				],
				rows: sellers.map(({ name, weeks, usual }) => [name, plain(usual), ...weeks.map(plain)])
			}
		}
	};
}

/** "1.9 deals", "NOK 210,000". */
function amountText(value: number, weekly: Weekly, locale: Locale): string {
	const text = plainText(value, weekly, locale);
	if (weekly.pillar === 'revenue') return text;
	const count = Math.round(10 * value) / 10;
	return told({ key: 'results_weeks_deals', params: { count, value: text } }, locale);
}

const plainText = (value: number, { pillar, currency }: Weekly, locale: Locale): string =>
	figureText({ value, unit: pillar === 'revenue' ? 'money' : 'deals' }, currency, locale);
