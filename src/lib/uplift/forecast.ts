// Whether a leader is on the way to the goal at week 13, while the program runs (method 5).
// Status comes from the probability of reaching the target; the pace is shown beside it.
import { mean } from 'simple-statistics';
import { defaultGoal } from '#lib/engagement/evidence.ts';
import { normalCdf, normalQuantile } from '#lib/values/distribution.ts';
import { effectiveDeals, sumOfDeals } from './ratio.ts';

export const programWeeks = 13;
export const lastWave = 6;

export type Status = 'on_track' | 'at_risk' | 'off_track' | 'too_early';

/** Status from the probability that the result of week 13 reaches the target (method 5.1). */
export function statusFor(p: number): Exclude<Status, 'too_early'> {
	if (p >= 0.5) return 'on_track';
	return p >= 0.2 ? 'at_risk' : 'off_track';
}

/** Probability of reaching the target; without any doubt left it has been reached or not. */
const reaches = (forecast: number, target: number, sd: number): number => {
	if (sd > 0) return normalCdf((forecast - target) / sd);
	return forecast >= target - 1e-9 * Math.abs(target) ? 1 : 0;
};

/** What four of five outcomes would lie in. */
export const interval80 = (forecast: number, sd: number): [low: number, high: number] => {
	const reach = normalQuantile(0.9) * sd;
	return [forecast - reach, forecast + reach];
};

// Engagement -----------------------------------------------------------------------------------

/** Damped-trend Holt with constants: there are too few points to fit them (method 5.2). */
const alpha = 0.6;
const beta = 0.4;
const phi = 0.95;
const smallestSigma = 3;

export type EngagementSeries = {
	/** `y0 = B`, then `B` + mean change of the same people at each wave; `null` where hidden. */
	series: readonly [number, ...(number | null)[]];
	/** Index of the endline. */
	last?: number | undefined;
	goal?: number | undefined;
};

export type EngagementForecast = { forecast: number; sd: number; p: number; status: Status };

/** Where the line to the goal stands at wave `index` (method 5.1). */
export const engagementLine = (
	baseline: number,
	index: number,
	{ last = lastWave, goal = defaultGoal } = {}
): number => baseline * (1 + (goal * index) / last);

/** The index expected at the endline, 0..100, and the chance that it reaches the target (5.2). */
export function forecastEngagement({
	series,
	last = lastWave,
	goal = defaultGoal
}: EngagementSeries): EngagementForecast {
	const [baseline, ...later] = series;
	const target = baseline * (1 + goal);
	const { level, trend, errors } = smoothed(baseline, later);
	const steps = last - later.length;
	const result = later.at(-1);
	// The endline itself is an outcome: nothing is left to be forecast.
	if (steps === 0 && typeof result === 'number') {
		const p = reaches(result, target, 0);
		return { forecast: result, sd: 0, p, status: statusFor(p) };
	}
	const forecast = Math.min(100, Math.max(0, level + damping(steps) * trend));
	const sigma = Math.max(smallestSigma, Math.sqrt(meanSquare(errors)));
	let spread = 1;
	for (let j = 1; j < steps; j++) spread += (alpha + beta * damping(j)) ** 2;
	const sd = sigma * Math.sqrt(spread);
	const p = reaches(forecast, target, sd);
	return { forecast, sd, p, status: errors.length < 2 ? 'too_early' : statusFor(p) };
}

/** phi + phi^2 + … + phi^steps */
function damping(steps: number): number {
	let total = 0;
	for (let j = 1; j <= steps; j++) total += phi ** j;
	return total;
}

const meanSquare = (errors: number[]) =>
	errors.length === 0 ? 0 : mean(errors.map((error) => error ** 2));

/** Level and trend after the waves so far, starting without a trend; a hidden wave is passed over. */
function smoothed(baseline: number, later: readonly (number | null)[]) {
	let [level, trend] = [baseline, 0];
	const errors: number[] = [];
	for (const value of later) {
		const expected = level + phi * trend;
		const error = value === null ? 0 : value - expected;
		if (value !== null) errors.push(error);
		level = expected + alpha * error;
		trend = phi * trend + beta * error;
	}
	return { level, trend, errors };
}

export type EngagementTrajectory = EngagementForecast & {
	target: number;
	interval80: [low: number, high: number];
	/** The line to the goal at every wave from 0 to the endline. */
	line: number[];
	/** Progress made over progress expected by now; `null` before the first reported wave. */
	paceRatio: number | null;
};

/** What a chart draws: forecast, interval (clipped to 0..100), line, pace. */
export function engagementTrajectory(input: EngagementSeries): EngagementTrajectory {
	const { series, last = lastWave, goal = defaultGoal } = input;
	const forecast = forecastEngagement(input);
	const [low, high] = interval80(forecast.forecast, forecast.sd);
	const index = series.findLastIndex((value) => value !== null);
	const expected = engagementLine(series[0], index, { last, goal }) - series[0];
	return {
		...forecast,
		target: series[0] * (1 + goal),
		interval80: [Math.max(0, low), Math.min(100, high)],
		line: Array.from({ length: last + 1 }, (_, i) => engagementLine(series[0], i, { last, goal })),
		paceRatio: expected > 0 ? ((series[index] ?? NaN) - series[0]) / expected : null
	};
}

// Revenue and sales ------------------------------------------------------------------------------

/** Weight of the baseline's view of the rate, in effective deals (method 5.3). */
const baselineWeight = 8;

export type RevenueProgress = {
	/** Weeks of the program that have passed, 1..13. */
	week: number;
	/** Amounts won in the program so far, and in the baseline window. For sales, ones. */
	program: readonly number[];
	baseline: readonly number[];
	/** The counterfactual of a week: what the baseline would bring (> 0). */
	baselineWeekly: number;
	/** Mean share of a past quarter won by this week (0..1]; without it `week / 13`. */
	share?: number | undefined;
	phi?: number | undefined;
	goal?: number | undefined;
};

export type RevenueForecast = {
	/** What the window must bring. */
	target: number;
	/** Expected a week from now on. */
	rate: number;
	forecast: number;
	sd: number;
	p: number;
	/** Won so far over what the line to the goal asks by now. */
	paceRatio: number;
	status: Status;
};

/** Where the line to the goal stands at a week (method 5.1). */
export const revenueLine = (target: number, week: number, share = week / programWeeks): number =>
	target * share;

/** Revenue expected over the thirteen weeks, and the chance that it reaches the target (5.3). */
export function forecastRevenue(progress: RevenueProgress): RevenueForecast {
	const { week, baselineWeekly, phi: spread = 1, goal = defaultGoal } = progress;
	const now = sumOfDeals(progress.program);
	const before = sumOfDeals(progress.baseline);
	const share = week >= programWeeks ? 1 : (progress.share ?? week / programWeeks);
	const elapsed = programWeeks * share;
	const left = programWeeks - elapsed;
	const neff = effectiveDeals(now);
	const weight = neff / (neff + baselineWeight);
	const rate = weight * (now.revenue / elapsed) + (1 - weight) * baselineWeekly;
	const revenues = before.revenue + now.revenue;
	const meanDeal = revenues > 0 ? (before.squares + now.squares) / revenues : 0;
	const sd = Math.sqrt(
		spread * meanDeal * rate * left + (left * rate) ** 2 / (neff + baselineWeight)
	);
	const target = (1 + goal) * programWeeks * baselineWeekly;
	const forecast = now.revenue + rate * left;
	const p = reaches(forecast, target, sd);
	const early = left > 0 && (week < 3 || neff < 3);
	return {
		target,
		rate,
		forecast,
		sd,
		p,
		paceRatio: now.revenue / revenueLine(target, week, share),
		status: early ? 'too_early' : statusFor(p)
	};
}

/** What a chart draws of revenue: the forecast with the interval of four of five outcomes. */
export function revenueTrajectory(
	progress: RevenueProgress
): RevenueForecast & { interval80: [low: number, high: number] } {
	const forecast = forecastRevenue(progress);
	const won = sumOfDeals(progress.program).revenue;
	const [low, high] = interval80(forecast.forecast, forecast.sd);
	// What is won stays won.
	return { ...forecast, interval80: [Math.max(won, low), high] };
}
