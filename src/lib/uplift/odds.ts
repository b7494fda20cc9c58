// The chance of reaching the goal, as people say it: never with decimals, and never more exact than
// what it comes from. Engagement has words only; its forecast is coarse on purpose (method 2.6).
import type { Said } from './headline.ts';
import type { PillarResult } from './pillar.ts';

/** "unlikely", "3 in 10", "9 in 10"; null where there is no forecast. */
export function oddsOf({
	pillar,
	forecast
}: Pick<PillarResult, 'pillar' | 'forecast'>): Said | null {
	if (!forecast) return null;
	const inWords: Said = { key: forecast.odds, params: {} };
	if (pillar === 'engagement' || forecast.status === 'too-early') return inWords;
	const tenths = Math.round(10 * forecast.p);
	if (forecast.p < 0.2 || forecast.p > 0.95 || tenths > 9) return inWords;
	return { key: 'results_odds_in_ten', params: { n: tenths } };
}
