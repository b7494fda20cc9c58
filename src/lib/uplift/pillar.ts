// What is stored of a pillar and shown by every page: computed once, when a file, a wave or a week
// arrives, and read as it is (method 5 and 6). Figures are rounded here and nowhere after.
import type { Evidence, Verdict } from '#lib/engagement/evidence.ts';
import type { Pillar } from './verdict.ts';

export const resultMethodVersion = '1.0';

export const baselineIds = ['B26', 'B13', 'BLY', 'BSEA', 'BTOT'] as const;
export type BaselineId = (typeof baselineIds)[number];

export type PillarState =
	/** Nothing is measured until leader and coach have locked the baseline. */
	| 'not-locked'
	/** Locked, and not enough yet to say anything. */
	| 'too-early'
	| 'in-progress'
	| 'final'
	| 'not-measurable'
	/** Engagement of which nothing may be shown; looks the same for 0 to 4 answers. */
	| 'suppressed';

export type ForecastStatus = 'on-track' | 'at-risk' | 'off-track' | 'too-early';

/** Message keys of the chance to reach the goal by week 13, in words. */
export const oddsKeys = [
	'results_odds_very_unlikely',
	'results_odds_unlikely',
	'results_odds_rather_unlikely',
	'results_odds_rather_likely',
	'results_odds_likely',
	'results_odds_very_likely',
	'results_odds_too_early'
] as const;
export type OddsKey = (typeof oddsKeys)[number];

export type PillarForecast = {
	/** Uplift expected at week 13, with the interval of four of five outcomes; whole per cent. */
	pct: number;
	low: number;
	high: number;
	/** Two decimals; for engagement only 0.1, 0.35 or 0.75, the middle of its status. */
	p: number;
	status: ForecastStatus;
	odds: OddsKey;
};

export const pillarFlags = [
	'held_over_start',
	'concentration',
	'too_few_deals',
	'low_start',
	'major_event',
	'goal_out_of_scale',
	'restated',
	'stale',
	'few_people',
	'low_response',
	'points_only',
	'group_changed',
	'just_below_goal'
] as const;
export type PillarFlag = (typeof pillarFlags)[number];

export type FigureUnit = 'money' | 'deals' | 'weeks' | 'percent' | 'people' | 'plain';

/** Sentences of a result (method 6); whole numbers only. Their texts are in the area results. */
export const sentenceKeys = [
	/** { pillar, pct } */
	'results_met',
	'results_not_met',
	/** { low, high } */
	'results_evidence_weak',
	'results_cause',
	'results_rtm',
	/** { n } people, or { n } effective deals */
	'results_small_people',
	'results_small_deals',
	/** How likely a real rise is, where the goal was not reached. */
	'results_any_very_unlikely',
	'results_any_unlikely',
	'results_any_rather_unlikely',
	'results_any_rather_likely',
	'results_any_likely',
	'results_any_very_likely',
	/** { days, pct }: the typical cycle, and how much of the revenue began in the program. */
	'results_lag',
	/** { pct }: share of the largest deal. */
	'results_concentration',
	'results_held_over_start',
	/** { program, baseline } working days of leave, { pct } per calendar week. */
	'results_absence'
] as const;
export type SentenceKey = (typeof sentenceKeys)[number];
export type Sentence = { key: SentenceKey; params: Record<string, string | number> };

export const figureKeys = [
	'results_figure_baseline_weeks',
	'results_figure_baseline_deals',
	'results_figure_baseline_revenue',
	'results_figure_baseline_exposure',
	/** Working days of leave, over all sellers. */
	'results_figure_baseline_absence',
	'results_figure_baseline_rate',
	'results_figure_baseline_effective',
	'results_figure_program_weeks',
	'results_figure_program_deals',
	'results_figure_program_revenue',
	'results_figure_program_exposure',
	'results_figure_program_absence',
	'results_figure_program_rate',
	'results_figure_program_effective',
	/** What the baseline would have brought in the thirteen weeks, and the goal on top of it. */
	'results_figure_expected',
	'results_figure_target',
	'results_figure_without_largest',
	'results_figure_exit_rate',
	'results_figure_cycle_days',
	'results_figure_created_in_program',
	'results_figure_without_rate',
	'results_figure_answered_baseline',
	'results_figure_answered_wave',
	'results_figure_answered_both',
	'results_figure_response_rate',
	'results_figure_headroom'
] as const;
export type FigureKey = (typeof figureKeys)[number];

/** The number behind the number. Money is in whole units of `PillarResult.currency`. */
export type Figure = { key: FigureKey; value: number | string | null; unit: FigureUnit };

export type Source = {
	batchId: string;
	fileName: string;
	crm: string;
	importedAt: string;
	/** The last day that the files speak of. */
	lastDay: string;
	daysOld: number;
	/** Older than ten days while the program runs. */
	stale: boolean;
	used: number;
	leftOut: number;
};

export type PillarResult = {
	pillar: Pillar;
	methodVersion: typeof resultMethodVersion;
	/** Whole weeks of the program that are over, 0..13. */
	week: number;
	state: PillarState;
	/** Whole per cent; `null` for engagement before the endline. */
	upliftPct: number | null;
	/** Engagement only. */
	changePoints: number | null;
	/** What the chart draws: engagement before the endline to the nearest 5. */
	gradePct: number | null;
	ciPct: [number, number] | null;
	/** Cumulative uplift at the end of each whole week from the third; engagement: what its waves published. */
	series: { week: number; pct: number }[];
	forecast: PillarForecast | null;
	verdict: Verdict | null;
	evidence: Evidence | null;
	/** Sentences in order: message keys with whole numbers for their parameters. */
	sentences: Sentence[];
	flags: PillarFlag[];
	figures: Figure[];
	currency: string | null;
	/** Beside the headline: the uplift per calendar week, whatever the team's size. */
	totalPct: number | null;
	/** `weeks` is the length of the window that the baseline is taken from. */
	baselines: { id: BaselineId; primary: boolean; weeks: number; upliftPct: number | null }[];
	source: Source | null;
	/** By how many per cent a baseline made of today's deals would differ; only beyond 5 %. */
	restated: { pct: number } | null;
	/**
	 * What it would be against the baseline that was locked first, where it was locked again. Not there
	 * in what was stored before the two were told side by side.
	 */
	onFirstLock?: { upliftPct: number | null; verdict: Verdict | null } | null;
	/**
	 * Unrounded, for the cohort's figures only; pages leave it out. `null` for engagement, whose
	 * exact figures are stored nowhere.
	 */
	basis: Basis | null;
};

export type Basis = {
	lnRatio: number | null;
	se: number | null;
	df: number | null;
	pGoal: number | null;
	pAny: number | null;
	/** Won in the program, and what the baseline would have brought; minor units, or deals. */
	program: number;
	counterfactual: number;
};
