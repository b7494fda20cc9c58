import { describe, expect, test } from 'vitest';
import { evidenceGrades, verdicts } from '#lib/engagement/evidence.ts';
import { eventKinds } from './known-event.ts';
import {
	baselineIds,
	figureKeys,
	oddsKeys,
	pillarFlags,
	sentenceKeys,
	type PillarResult
} from './pillar.ts';
import { chartTable, homeChart, pillarDetail, pillarShown, sharesText } from './shown.server.ts';
import { figureText, percent, told } from './words.server.ts';
import { pillars } from './verdict.ts';
import { sample } from '../../../tests/pillars.ts';

const locales = ['en', 'nb'] as const;
const params = {
	...{ pillar: 'sales', pct: 31, low: -12, high: 71, n: 8, days: 75 },
	...{ program: 12, baseline: 0 }
};

describe('every key that a result may carry has its words in both languages', () => {
	test.each([...sentenceKeys, ...figureKeys, ...oddsKeys])('%s', (key) => {
		const [en, nb] = locales.map((locale) => told({ key, params }, locale));
		expect(en).toMatch(/\S/);
		expect(nb).not.toBe(en);
		expect(`${en}${nb}`).not.toMatch(/results_|undefined|\{/);
	});

	test('states, verdicts, evidence, flags, baselines and events', () => {
		for (const locale of locales) {
			for (const pillar of pillars)
				for (const state of [
					'not-locked',
					'too-early',
					'in-progress',
					'final',
					'not-measurable',
					'suppressed'
				] as const)
					for (const verdict of verdicts) {
						const some: Partial<PillarResult> = {
							state,
							verdict,
							flags: [...pillarFlags],
							baselines: baselineIds.map((id) => ({
								id,
								primary: id === 'B26',
								weeks: 26,
								upliftPct: 3
							}))
						};
						for (const evidence of evidenceGrades)
							expect(
								JSON.stringify(pillarDetail(sample(pillar, { ...some, evidence }), locale))
							).not.toMatch(/results_|undefined/);
					}
			for (const kind of eventKinds)
				expect(told({ key: 'results_event', params: { kind } }, locale)).toMatch(/^[A-ZØ]/);
		}
	});
});

describe('the fixed sentences of the method', () => {
	test('met, not met, weak evidence, in both languages, with a space that does not break', () => {
		const met = { key: 'results_met', params };
		expect(told(met, 'en')).toBe(
			'Sales rose by 31\u00A0% from the locked baseline. The goal of 25\u00A0% was reached.'
		);
		expect(told(met, 'nb')).toBe(
			'Salget steg med 31\u00A0% fra det låste utgangspunktet. Målet på 25\u00A0% er nådd.'
		);
		expect(told({ key: 'results_absence', params }, 'en')).toContain('the change is +31 %');
		const fell = { key: 'results_not_met', params: { pillar: 'revenue', pct: -3 } };
		expect(told(fell, 'en')).toBe(
			'Revenue changed by −3\u00A0%. The goal of 25\u00A0% was not reached.'
		);
		expect(told(fell, 'nb')).toBe(
			'Omsetningen endret seg med −3\u00A0%. Målet på 25\u00A0% ble ikke nådd.'
		);
		expect(told({ key: 'results_evidence_weak', params }, 'en')).toContain(
			'between −12\u00A0% and +71\u00A0%'
		);
	});

	test('nothing is ever said to be caused', () => {
		for (const locale of locales)
			for (const key of [...sentenceKeys, ...figureKeys])
				expect(told({ key, params }, locale)).not.toMatch(
					/caused by|because of|thanks to|takket være|skyldes|på grunn av/i
				);
	});
});

test('figures carry their unit as the language writes it', () => {
	expect(figureText({ value: 308500, unit: 'money' }, 'NOK', 'nb')).toMatch(/308\s500/);
	expect(figureText({ value: 20.295, unit: 'deals' }, null, 'en')).toBe('20.3');
	expect(figureText({ value: 20.295, unit: 'deals' }, null, 'nb')).toBe('20,3');
	expect(figureText({ value: null, unit: 'weeks' }, null, 'nb')).toBe('–');
	expect(percent(-6, 'nb')).toBe('−6\u00A0%');
});

test('engagement before the endline is labelled in points and never with an interval', () => {
	const engagement = sample('engagement', {
		gradePct: 10,
		changePoints: 6,
		ciPct: [3, 17],
		series: [{ week: 6, pct: 10 }]
	});
	expect(pillarShown(engagement, 'en').value).toBe('+6 points');
	expect(pillarShown({ ...engagement, changePoints: 1 }, 'en').value).toBe('+1 point');
	expect(pillarDetail(engagement, 'en').interval).toBeNull();
	expect(
		homeChart([engagement], { locale: 'en', week: 6, lastDay: '2027-04-11' }).lines[0]?.label
	).toBe('+6 points');
	expect(chartTable([engagement], 'en').head[1]).toBe('Engagement, to the nearest 5');
});

test('old numbers lose their cone, and only the weakest measure keeps one', () => {
	const forecast = {
		pct: 20,
		low: 10,
		high: 30,
		p: 0.4,
		status: 'at-risk',
		odds: 'results_odds_rather_unlikely'
	} as const;
	const results = [
		sample('sales', { gradePct: 9, forecast: { ...forecast, pct: 24 } }),
		sample('revenue', { gradePct: 9, forecast })
	];
	const cones = (some: PillarResult[]) =>
		homeChart(some, { locale: 'en', week: 6, lastDay: '2027-04-11' }).lines.map((line) =>
			Boolean(line.forecast)
		);
	expect(cones(results)).toEqual([false, true]);
	expect(cones(results.map((one) => ({ ...one, flags: ['stale'] })))).toEqual([false, false]);
});

test('what a sponsor sees is written as a list', () => {
	expect(sharesText([], 'en')).toBe('nothing yet');
	expect(sharesText(['uplift', 'sessions', 'progress'], 'nb')).toBe(
		'løftet, antall samtaler og framdriften'
	);
});
