// The engagement pillar as it is stored and shown. Every figure comes from what was published;
// of the forecast only its status, its words and steps of five per cent (method 2.6, 5.2).
import type { Change } from '#lib/engagement/change.ts';
import { toNearest } from '#lib/engagement/evidence.ts';
import {
	drawnUpliftPct,
	type Flag,
	type Published,
	type PublishedEndline,
	type PublishedPulse
} from '#lib/engagement/publication.ts';
import type { Wave } from '#lib/engagement/score.ts';
import { engagementTrajectory, type EngagementTrajectory } from './forecast.ts';
import { anySentence, emptyResult, oddsFor, statusKeys, textSentences } from './measurement.ts';
import type { Figure, PillarFlag, PillarForecast, PillarResult } from './pillar.ts';
import { shownForecast } from './verdict.ts';

/** The weeks that the waves lie in (method 1). */
export const weekOfWave = [0, 2, 4, 6, 8, 10, 13] as const satisfies
	Record<Wave, number> | number[];

/** A status needs so many reported waves after the baseline (method 5.1). */
const wavesForStatus = 2;
const fewestForHeadroom = 8;

/** The middle of each status, in place of the probability, which would tell the exact figures. */
const coarse = { 'on-track': 0.75, 'at-risk': 0.35, 'off-track': 0.1, 'too-early': 0.35 } as const;

export type EngagementInput = {
	week: number;
	/** Window and grace are over: no more waves come. */
	over: boolean;
	/** What was published, by wave. */
	published: readonly { wave: Wave; result: Published }[];
	/**
	 * From the unrounded means of the same people, and how many they are; only its status and its
	 * steps of five leave this function. `null` when there is nothing to forecast from.
	 */
	forecast: { trajectory: EngagementTrajectory; people: number; minGroup: number } | null;
};

export function engagementResult(input: EngagementInput): PillarResult {
	const { week, over } = input;
	const published = [...input.published].sort((one, other) => one.wave - other.wave);
	const baseline = published.find(({ wave }) => wave === 0)?.result;
	if (!baseline) {
		const state = over ? ('not-measurable' as const) : ('not-locked' as const);
		const empty = emptyResult('engagement', week, state);
		return { ...empty, verdict: over ? 'not_measurable' : null };
	}
	const later = published.filter(({ wave }) => wave !== 0);
	const endline = later.find(({ wave }) => wave === 6)?.result;
	const last = later.at(-1)?.result;
	const hidden = baseline.state === 'suppressed' || last?.state === 'suppressed';
	if (hidden) return hiddenResult(week, over || endline !== undefined);
	const reported = later.flatMap(({ wave, result }) =>
		result.state === 'same_people' ? [{ wave, result }] : []
	);
	const latest = reported.at(-1)?.result;
	const shown: PillarResult = {
		...emptyResult('engagement', week, 'too-early'),
		gradePct: latest ? drawnUpliftPct(latest) : null,
		series: reported.flatMap(({ wave, result }) => {
			const pct = drawnUpliftPct(result);
			return pct === null ? [] : [{ week: weekOfWave[wave], pct }];
		}),
		flags: flagsOf((latest ?? baseline) as { flags?: Flag[] }),
		figures: latest
			? countsOf(latest)
			: baseline.state === 'baseline'
				? [
						{
							key: 'results_figure_answered_baseline',
							value: baseline.n.wave,
							unit: 'people'
						}
					]
				: []
	};
	if (endline) return atTheEnd(shown, endline);
	if (over) return { ...shown, state: 'not-measurable', verdict: 'not_measurable' };
	const forecast = reported.length >= wavesForStatus ? forecastOf(input.forecast) : null;
	return {
		...shown,
		state: forecast && forecast.status !== 'too-early' ? 'in-progress' : 'too-early',
		changePoints: latest?.changePoints ?? null,
		verdict: 'in_progress',
		forecast
	};
}

/** The same for none and for four answers. */
function hiddenResult(week: number, over: boolean): PillarResult {
	return {
		...emptyResult('engagement', week, 'suppressed'),
		verdict: over ? 'not_measurable' : null
	};
}

function atTheEnd(shown: PillarResult, endline: Published): PillarResult {
	if (!('verdict' in endline) || !('upliftPct' in endline))
		return { ...shown, state: 'not-measurable', verdict: 'not_measurable' };
	const { upliftPct, ciPct, verdict, evidence, changePoints, pAnyWords, n } = endline;
	return {
		...shown,
		state: verdict === 'not_measurable' ? 'not-measurable' : 'final',
		upliftPct,
		changePoints,
		gradePct: upliftPct,
		ciPct,
		verdict,
		evidence,
		sentences: [
			...textSentences(endline.texts, {
				...{ pillar: 'engagement' as const, pct: upliftPct ?? 0, interval: ciPct },
				small: { key: 'results_small_people', n: n.both }
			}),
			...(verdict === 'not_met' || verdict === 'fell' ? [anySentence(pAnyWords)] : [])
		],
		figures: [
			...shown.figures,
			...(endline.headroomPct === null || n.both < fewestForHeadroom
				? []
				: [
						{
							key: 'results_figure_headroom' as const,
							value: endline.headroomPct,
							unit: 'percent' as const
						}
					])
		]
	};
}

function forecastOf(found: EngagementInput['forecast']): PillarForecast | null {
	if (!found) return null;
	const { trajectory, people, minGroup } = found;
	const drawn = shownForecast(trajectory, people, minGroup);
	if (!drawn) return null;
	const status = statusKeys[drawn.status];
	const [low, high] = drawn.gradeIntervalPct;
	return {
		pct: drawn.gradeUpliftPct,
		low: toNearest(5, low),
		high: toNearest(5, high),
		p: coarse[status],
		status,
		odds: status === 'too-early' ? 'results_odds_too_early' : oddsFor(trajectory.p)
	};
}

function countsOf({ n, responseRatePct }: PublishedPulse | PublishedEndline): Figure[] {
	return [
		{ key: 'results_figure_answered_baseline', value: n.baseline, unit: 'people' },
		{ key: 'results_figure_answered_wave', value: n.wave, unit: 'people' },
		{ key: 'results_figure_answered_both', value: n.both, unit: 'people' },
		...(responseRatePct === null
			? []
			: [
					{
						key: 'results_figure_response_rate' as const,
						value: responseRatePct,
						unit: 'percent' as const
					}
				])
	];
}

const flagsOf = ({ flags = [] }: { flags?: Flag[] }): PillarFlag[] => flags;

/**
 * The path of the unrounded means: the baseline, then the change of the same people on top of it
 * (method 5.2). `null` before the baseline, or where too few people answered it.
 */
export function trajectoryOf(
	waves: readonly {
		wave: Wave;
		minGroup: number;
		people: number;
		mean: number | null;
		change: Change | null;
	}[]
): EngagementInput['forecast'] {
	const baseline = waves.find(({ wave }) => wave === 0);
	const latest = waves.findLast(
		({ wave, change }) => wave !== 0 && change?.state === 'same_people'
	);
	if (!baseline || baseline.mean === null || !latest?.change) return null;
	if (baseline.people < baseline.minGroup) return null;
	const start = baseline.mean;
	const last = Math.max(...waves.map(({ wave }) => wave));
	const later = Array.from({ length: last }, (_, i) => {
		const change = waves.find(({ wave }) => wave === i + 1)?.change;
		return change?.state === 'same_people' ? start + change.delta : null;
	});
	return {
		trajectory: engagementTrajectory({ series: [start, ...later] }),
		people: latest.change.nP,
		minGroup: baseline.minGroup
	};
}
