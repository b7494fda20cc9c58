/** The leader's uplift page and the sponsor's, as they are printed. */
import { addDays, daysBetween } from '#lib/values/day.ts';
import { sayDay, sayShortDay } from '#lib/values/say-day.ts';
import { gradePicture, type GradeEvent, type GradePicture } from '#lib/ui/grade.ts';
import { leaderHeadline } from './headline.ts';
import type { Pillar } from './verdict.ts';
import type { EventRow, LeaderUplift, SponsorPage } from './queries.server.ts';
import {
	chartTable,
	homeChart,
	pillarDetail,
	pillarShown,
	sharesText,
	type PillarDetail,
	type PillarShown
} from './shown.server.ts';
import { weeklyView, weeksOf, type WeeklyView } from './weekly-view.server.ts';
import type { LeaderDeals } from './weekly.ts';
import { told, toldHeadline, type Locale } from './words.server.ts';

type Said = { first: string; second: string | null };
type Table = { head: string[]; rows: string[][] };
export type Kick = { phase: 'before' | 'running' | 'after'; week: number; startsOn: string };

/** "Six weeks done, seven to go", or when it starts. */
export function kickOf({ phase, week, startsOn }: Kick, locale: Locale): string {
	if (phase === 'before')
		return told({ key: 'results_kick_before', params: { day: sayDay(startsOn, locale) } }, locale);
	if (phase === 'after') return told({ key: 'results_kick_after', params: {} }, locale);
	return told({ key: 'results_kick_running', params: { done: week, left: 13 - week } }, locale);
}

const lastDayOf = (dayZero: string) => addDays(dayZero, 90);

export type UpliftView = {
	kick: string;
	say: Said;
	measure: Pillar;
	tabs: PillarShown[];
	picture: GradePicture;
	table: Table;
	detail: PillarDetail;
	/** Nothing is measured before the baseline is locked, or the team was asked. */
	empty: boolean;
	lockedOn: string | null;
	events: { id: string; day: string; text: string; note: string; major: boolean }[];
	/** Null for engagement, and before the lock. */
	weekly: WeeklyView | null;
};

/** @param deals null for engagement, which has no weeks by person, and before the lock */
export function upliftView(
	page: LeaderUplift,
	deals: LeaderDeals | null,
	{ measure, locale }: { measure: Pillar; locale: Locale }
): UpliftView {
	const { results, week, dayZero, phase, lockedAt, events } = page;
	const result = results.find(({ pillar }) => pillar === measure)!;
	const weekly = weeksOf(result, deals, locale);
	return {
		kick: kickOf({ phase, week, startsOn: dayZero }, locale),
		say: toldHeadline(leaderHeadline(results), locale),
		measure,
		tabs: results.map((one) => pillarShown(one, locale)),
		picture: gradePicture(
			homeChart(results, {
				locale,
				week,
				lastDay: lastDayOf(dayZero),
				only: measure,
				events: eventsOn(events, dayZero, locale)
			})
		),
		table: chartTable([result], locale),
		detail: pillarDetail(result, locale),
		empty: result.state === 'not-locked',
		lockedOn: lockedAt && sayDay(new Date(lockedAt).toISOString().slice(0, 10), locale),
		events: events.map(({ id, day, kind, size, note }) => ({
			id,
			day: sayDay(day, locale),
			text: told({ key: 'results_event', params: { kind } }, locale),
			note,
			major: size === 'major'
		})),
		weekly: weekly && weeklyView(weekly, result, locale)
	};
}

/** What happened in the thirteen weeks, where it stands on their axis. */
const eventsOn = (events: readonly EventRow[], dayZero: string, locale: Locale): GradeEvent[] =>
	events
		.map(({ day, kind, size }) => {
			const text = told({ key: 'results_event', params: { kind } }, locale);
			const params = { day: sayShortDay(day, locale), event: text };
			return {
				week: daysBetween(dayZero, day) / 7,
				text,
				told: told({ key: 'results_event_on', params }, locale),
				major: size === 'major'
			};
		})
		.filter(({ week }) => week >= 0 && week <= 13);

/** The part of a pillar that a sponsor may be shown: result, interval, landing, sentences; no figures, no file. */
type SponsorPillar = Pick<
	PillarDetail,
	| 'pillar'
	| 'name'
	| 'value'
	| 'odds'
	| 'interval'
	| 'landing'
	| 'verdict'
	| 'evidence'
	| 'sentences'
	| 'remarks'
>;

export type SponsorView = {
	leaderName: string;
	firstName: string;
	company: string;
	kick: string;
	/** What was agreed, in words. */
	agreed: string;
	nothing: boolean;
	say: Said | null;
	picture: GradePicture | null;
	table: Table | null;
	pillars: SponsorPillar[];
	cause: string;
};

export function sponsorView(page: SponsorPage, locale: Locale): SponsorView {
	const { leaderName, company, shares, results, week, startsOn } = page;
	return {
		leaderName,
		firstName: leaderName.split(' ')[0] ?? leaderName,
		company,
		kick: kickOf(page, locale),
		agreed: sharesText(shares, locale),
		nothing: shares.length === 0,
		say: results && toldHeadline(leaderHeadline(results), locale),
		picture:
			results && gradePicture(homeChart(results, { locale, week, lastDay: lastDayOf(startsOn) })),
		table: results && chartTable(results, locale),
		pillars: (results ?? []).map((result) => {
			const {
				pillar,
				name,
				value,
				odds,
				interval,
				landing,
				verdict,
				evidence,
				sentences,
				remarks
			} = pillarDetail(result, locale);
			return {
				pillar,
				name,
				value,
				odds,
				interval,
				landing,
				verdict,
				evidence,
				sentences,
				remarks
			};
		}),
		cause: told({ key: 'results_cause', params: {} }, locale)
	};
}
