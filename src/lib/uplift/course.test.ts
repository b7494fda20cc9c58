import { expect, test } from 'vitest';
import { courseOf, weakestOf, which } from './course.ts';
import type { PillarForecast } from './pillar.ts';
import { sample } from '../../../tests/pillars.ts';

const forecast = (status: PillarForecast['status'], pct: number): PillarForecast => ({
	pct,
	low: pct - 5,
	high: pct + 5,
	p: 0.5,
	status,
	odds: 'results_odds_likely'
});

test('on track is ahead above the line of today, and on course below it', () => {
	const at = (gradePct: number) =>
		courseOf(sample('sales', { gradePct, forecast: forecast('on-track', 26) }));
	// Six of thirteen weeks: the line stands at 11.5 %.
	expect(at(12)).toBe('ahead');
	expect(at(11)).toBe('on-course');
});

test('old numbers and missing forecasts are not judged', () => {
	expect(courseOf(sample('sales', { gradePct: 20, flags: ['stale'] }))).toBe('stale');
	expect(courseOf(sample('sales', { gradePct: 20 }))).toBe('too-early');
	expect(courseOf(sample('sales', { state: 'final', verdict: 'not_measurable' }))).toBe(
		'unmeasured'
	);
});

test('the weakest is the worst status first and the lowest forecast then', () => {
	const sales = sample('sales', { gradePct: 9, forecast: forecast('at-risk', 24) });
	const revenue = sample('revenue', { gradePct: 2, forecast: forecast('at-risk', 18) });
	const engagement = sample('engagement', { gradePct: 15, forecast: forecast('off-track', 30) });
	expect(weakestOf([sales, revenue])?.pillar).toBe('revenue');
	expect(weakestOf([sales, revenue, engagement])?.pillar).toBe('engagement');
	expect(weakestOf([sample('engagement', { state: 'suppressed' })])).toBeNull();
});

test('pillars are named in one order, whatever order they come in', () => {
	expect(which(['revenue', 'engagement'])).toBe('engagement_revenue');
	expect(which(['revenue', 'sales', 'engagement'])).toBe('all');
});
