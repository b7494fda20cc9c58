import { expect, test } from 'vitest';
import { oddsOf } from './odds.ts';
import type { PillarForecast } from './pillar.ts';
import { told } from './words.server.ts';

const forecast = (p: number, odds: PillarForecast['odds']): PillarForecast => ({
	pct: 20,
	low: 10,
	high: 30,
	p,
	status: 'at-risk',
	odds
});

test('odds are words at the ends and tenths between, in both languages', () => {
	const say = (p: number, odds: PillarForecast['odds']) => {
		const said = oddsOf({ pillar: 'sales', forecast: forecast(p, odds) })!;
		return [told(said, 'en'), told(said, 'nb')];
	};
	expect(say(0.02, 'results_odds_very_unlikely')).toEqual(['very unlikely', 'svært usannsynlig']);
	expect(say(0.19, 'results_odds_unlikely')).toEqual(['unlikely', 'usannsynlig']);
	expect(say(0.31, 'results_odds_rather_unlikely')).toEqual(['3 in 10', '3 av 10']);
	expect(say(0.73, 'results_odds_rather_likely')).toEqual(['7 in 10', '7 av 10']);
	expect(say(0.95, 'results_odds_likely')).toEqual(['likely', 'sannsynlig']);
	expect(say(0.99, 'results_odds_very_likely')).toEqual(['very likely', 'svært sannsynlig']);
});

test('engagement has words only, and without a forecast there are no odds', () => {
	const said = oddsOf({
		pillar: 'engagement',
		forecast: forecast(0.35, 'results_odds_rather_unlikely')
	});
	expect(told(said!, 'en')).toBe('rather unlikely');
	expect(oddsOf({ pillar: 'sales', forecast: null })).toBeNull();
});
