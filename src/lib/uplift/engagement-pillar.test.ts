import { expect, test } from 'vitest';
import { changeBetween } from '#lib/engagement/change.ts';
import { publishBaseline, publishWave } from '#lib/engagement/publication.ts';
import { groupScore, type Wave } from '#lib/engagement/score.ts';
import { engagementResult, trajectoryOf, type EngagementInput } from './engagement-pillar.ts';

/** Index scores of the method's example V2, from sums of seven answers. */
const index = (sum: number) => ((sum - 7) / 42) * 100;
const people = (...sums: number[]) => new Map(sums.map((sum, i) => [`p${i}`, index(sum)]));
const start = people(34, 29, 37, 26, 35, 32);
const end = people(38, 36, 39, 34, 37, 40);
const moved = (points: number, among = start) =>
	new Map([...among].map(([key, score]) => [key, score + points]));

type Scores = Map<string, number>;
const enrollment = 'e1';

/** What would be stored of these waves: published results, and the exact series for the worker. */
function team(baseline: Scores, later: Partial<Record<Exclude<Wave, 0>, Scores>>, minGroup = 5) {
	const waves = Object.entries(later).map(([wave, scores]) => ({
		wave: Number(wave) as Exclude<Wave, 0>,
		scores,
		change: changeBetween(baseline, scores, { minGroup })
	}));
	const mean = groupScore(baseline.values());
	const published: EngagementInput['published'] = [
		{
			wave: 0,
			result: publishBaseline({
				...{ enrollment, minGroup, mean },
				people: baseline.size,
				eligible: baseline.size
			})
		},
		...waves.map(({ wave, scores, change }) => ({
			wave,
			result: publishWave({
				...{ enrollment, minGroup, wave, change, locked: true },
				eligible: { baseline: baseline.size, wave: scores.size },
				means: { baseline: mean, wave: groupScore(scores.values()) }
			})
		}))
	];
	const exact = [
		{ wave: 0 as const, minGroup, people: baseline.size, mean, change: null },
		...waves.map(({ wave, scores, change }) => ({
			...{ wave, minGroup, change },
			people: scores.size,
			mean: groupScore(scores.values())
		}))
	];
	return { published, forecast: trajectoryOf(exact) };
}
const result = (of: ReturnType<typeof team>, week = 6, over = false) =>
	engagementResult({ week, over, ...of });

test('before the baseline there is nothing, and at the end nothing to judge', () => {
	const nobody = { published: [], forecast: null };
	expect(engagementResult({ week: 0, over: false, ...nobody })).toMatchObject({
		state: 'not-locked',
		verdict: null
	});
	expect(engagementResult({ week: 13, over: true, ...nobody })).toMatchObject({
		state: 'not-measurable',
		verdict: 'not_measurable'
	});
});

test('after one wave it is too early for a status', () => {
	const { state, changePoints, forecast, upliftPct, series } = result(team(start, { 1: moved(3) }));
	expect({ state, changePoints, forecast, upliftPct }).toEqual({
		...{ state: 'too-early', changePoints: 3 },
		...{ forecast: null, upliftPct: null }
	});
	expect(series).toEqual([{ week: 2, pct: 5 }]);
});

test('from two waves on there is a status, in steps and words only', () => {
	const found = result(team(start, { 1: moved(4), 2: moved(8), 3: moved(11) }));
	expect(found).toMatchObject({
		state: 'in-progress',
		verdict: 'in_progress',
		changePoints: 11,
		gradePct: 20,
		upliftPct: null,
		ciPct: null,
		basis: null
	});
	const { pct, low, high, p, status } = found.forecast!;
	for (const value of [pct, low, high]) expect(value % 5).toBe(0);
	expect(low).toBeLessThanOrEqual(pct);
	expect(high).toBeGreaterThanOrEqual(pct);
	expect(status).toBe('on-track');
	expect(p).toBe(0.75);
	expect(result(team(start, { 1: moved(0), 2: moved(0) })).forecast).toMatchObject({
		status: 'off-track',
		p: 0.1
	});
});

test('nothing finer than what was published leaves before the endline', () => {
	const text = JSON.stringify(result(team(start, { 1: moved(4.3), 2: moved(8.6) })));
	const numbers = [...text.matchAll(/-?\d+\.\d+/g)].map(([found]) => found);
	// The middle of a status is the only broken number that is not the version.
	expect(numbers.filter((found) => !['1.0', '0.75', '0.35', '0.1'].includes(found))).toEqual([]);
});

test('none and four answers look the same', () => {
	const none = result(team(new Map(), {}));
	expect(result(team(people(34, 29, 37, 26), {}))).toEqual(none);
	expect(none).toMatchObject({ state: 'suppressed', figures: [], series: [], flags: [] });
	const later = result(team(start, { 1: moved(4), 2: new Map() }));
	const four = new Map([...moved(4)].slice(0, 4));
	expect(result(team(start, { 1: moved(4), 2: four }))).toEqual(later);
	expect(later.state).toBe('suppressed');
});

test('V2: the endline with its verdict, interval and words', () => {
	const found = result(team(start, { 1: moved(4), 6: end }), 13);
	expect(found).toMatchObject({
		...{ state: 'final', verdict: 'not_met', evidence: 'none', upliftPct: 21, changePoints: 12 },
		...{ ciPct: [7, 38], gradePct: 21, forecast: null }
	});
	expect(found.sentences.map(({ key }) => key)).toEqual([
		'results_not_met',
		'results_cause',
		'results_small_people',
		'results_any_very_likely'
	]);
	expect(found.sentences[2]!.params).toEqual({ n: 6 });
	expect(found.series.at(-1)).toEqual({ week: 13, pct: 21 });
});

test('other people than at the start are not judged', () => {
	const others = new Map([...end].map(([key, score], i) => [i < 2 ? key : `n${i}`, score]));
	expect(result(team(start, { 6: others }), 13)).toMatchObject({
		state: 'not-measurable',
		verdict: 'not_measurable',
		upliftPct: null
	});
});

test('a hidden wave is passed over in the forecast', () => {
	const { forecast } = team(start, { 1: moved(4), 2: new Map(), 3: moved(8) });
	expect(forecast!.trajectory.status).not.toBe('too_early');
	expect(forecast!.people).toBe(6);
	expect(trajectoryOf([])).toBeNull();
});
