import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { changeBetween } from './change.ts';
import {
	answersAreGuarded,
	cohortMembers,
	drawnUpliftPct,
	levelOf,
	mayAskForComments,
	mayShowComments,
	publishBaseline,
	publishBehavior,
	publishCohortLevel,
	publishItems,
	publishWave,
	responseRatePct,
	resultTexts,
	talkWords,
	type Level,
	type PublishedEndline,
	type PublishedPulse,
	type PublishedWave,
	type WaveFigures
} from './publication.ts';
import { groupScore, type ItemId } from './score.ts';

const fromSum = (sum: number) => ((sum - 7) / 42) * 100;
const scores = (sums: Record<string, number>) =>
	new Map(Object.entries(sums).map(([key, sum]) => [key, fromSum(sum)]));
const six = { a: 34, b: 29, c: 37, d: 26, e: 35, f: 32 };
const sixLater = { a: 38, b: 36, c: 39, d: 34, e: 37, f: 40 };

function publish(
	baseline: Map<string, number>,
	wave: Map<string, number>,
	more: Partial<WaveFigures> = {}
): PublishedWave {
	return publishWave({
		enrollment: 'e1',
		wave: 6,
		change: changeBetween(baseline, wave, more),
		eligible: { baseline: baseline.size, wave: wave.size },
		means: { baseline: groupScore(baseline.values()), wave: groupScore(wave.values()) },
		locked: true,
		...more
	});
}
const endlineOf = (...args: Parameters<typeof publish>) => publish(...args) as PublishedEndline;
const pulseOf = (
	baseline: Map<string, number>,
	wave: Map<string, number>,
	more: Partial<WaveFigures> = {}
) => publish(baseline, wave, { wave: 3, ...more }) as PublishedPulse;
const people = (...values: number[]) => new Map(values.map((value, i) => [`p${i}`, value]));
const alike = (count: number, value: number) => people(...Array<number>(count).fill(value));

describe('the endline', () => {
	test('of an unchanged group of six has exactly the published shape (V2)', () => {
		expect(publish(scores(six), scores(sixLater))).toEqual({
			enrollment: 'e1',
			wave: 6,
			methodVersion: '1.0',
			state: 'same_people',
			n: { baseline: 6, wave: 6, both: 6 },
			responseRatePct: 100,
			level: {
				baseline: { kind: 'band', band: 'middle' },
				wave: { kind: 'band', band: 'good' }
			},
			changePoints: 12,
			upliftPct: 21,
			ciPct: [7, 38],
			headroomPct: null,
			goalPct: 25,
			items: { kind: 'hidden' },
			verdict: 'not_met',
			evidence: 'none',
			pAnyWords: 'very likely',
			flags: ['few_people'],
			texts: ['result.notmet', 'cause', 'small']
		});
	});

	test('of a changed group has per cent and no points (V3)', () => {
		const published = endlineOf(scores({ ...six, g: 19 }), scores({ ...sixLater, h: 35 }));
		expect(published).toMatchObject({ changePoints: null, upliftPct: 21, ciPct: [7, 38] });
		expect(published.level.baseline).toEqual({ kind: 'band', band: 'middle' });
		expect(published.flags).toContain('group_changed');
	});

	test('from eight people an unchanged group also sees how much of the headroom is gone', () => {
		const before = people(...[28, 31, 33, 27, 30, 35, 29, 32].map(fromSum));
		const after = people(...[38, 40, 41, 37, 38, 43, 39, 42].map(fromSum));
		expect(endlineOf(before, after)).toMatchObject({
			level: {
				baseline: { kind: 'rounded', value: 55 },
				wave: { kind: 'rounded', value: 80 }
			},
			changePoints: 22,
			upliftPct: 39,
			ciPct: [31, 46],
			headroomPct: 50,
			verdict: 'met_robust',
			evidence: 'strong',
			flags: [],
			texts: ['result.met', 'cause']
		});
		const joined = new Map([...after, ['new', 70]]);
		expect(endlineOf(before, joined)).toMatchObject({ changePoints: null, headroomPct: null });
	});

	test('is judged on unrounded figures, and says so when rounding would hide it', () => {
		const published = endlineOf(alike(8, 60), alike(8, 74.9));
		expect(published).toMatchObject({ upliftPct: 25, verdict: 'not_met' });
		expect(published.flags).toContain('just_below_goal');
		expect(endlineOf(alike(8, 60), alike(8, 75)).verdict).toBe('met_robust');
	});

	test('that fell says so', () => {
		expect(endlineOf(alike(8, 60), alike(8, 55))).toMatchObject({
			verdict: 'fell',
			upliftPct: -8,
			pAnyWords: 'very unlikely',
			texts: ['result.notmet', 'cause']
		});
	});

	test.each([
		['fewer than 60 % answered', { eligible: { baseline: 6, wave: 11 } }, 'low_response'],
		[
			'fewer than 60 % answered the baseline',
			{ eligible: { baseline: 11, wave: 6 } },
			'low_response'
		],
		['nothing was locked', { locked: false }, 'few_people']
	])('has no verdict when %s', (_, more, flag) => {
		const published = endlineOf(scores(six), scores(sixLater), more);
		expect(published).toMatchObject({ verdict: 'not_measurable', evidence: null });
		expect(published.flags).toContain(flag);
	});

	test('has a verdict when exactly 60 % answered', () => {
		const more = { eligible: { baseline: 10, wave: 10 } };
		expect(endlineOf(scores(six), scores(sixLater), more).verdict).toBe('not_met');
	});

	test('after a major event is weak evidence at best', () => {
		const published = endlineOf(alike(8, 56), alike(8, 80), { majorEvent: true });
		expect(published).toMatchObject({ verdict: 'met_robust', evidence: 'weak' });
		expect(published.texts).toContain('evidence.weak');
	});

	test('from a baseline below 20 has points only and no verdict', () => {
		expect(endlineOf(alike(6, 19), alike(6, 30))).toMatchObject({
			changePoints: 11,
			upliftPct: null,
			ciPct: null,
			headroomPct: null,
			verdict: 'not_measurable'
		});
	});

	test('from a baseline above 76 says that the goal lies outside the scale', () => {
		expect(endlineOf(alike(6, 76.1), alike(6, 80)).flags).toContain('goal_out_of_scale');
		expect(endlineOf(alike(6, 76), alike(6, 80)).flags).not.toContain('goal_out_of_scale');
	});
});

describe('a pulse', () => {
	test('shows points and levels, and no per cent but the one that is drawn', () => {
		const pulse = pulseOf(scores({ ...six, g: 19 }), scores({ ...sixLater, h: 35 }), {
			talks: { yes: 5, of: 7 }
		});
		expect(pulse).toEqual({
			enrollment: 'e1',
			wave: 3,
			methodVersion: '1.0',
			state: 'same_people',
			n: { baseline: 7, wave: 7, both: 6 },
			responseRatePct: 100,
			level: {
				baseline: { kind: 'band', band: 'middle' },
				wave: { kind: 'band', band: 'good' }
			},
			changePoints: 12,
			gradeUpliftPct: 20,
			talks: 'most',
			verdict: 'in_progress',
			flags: ['few_people', 'group_changed'],
			texts: ['small']
		});
	});

	test('shows no items, even when they are handed in', () => {
		const items = [{ id: 'EI1' as const, mean: 50, n: 8 }];
		expect(JSON.stringify(pulseOf(alike(8, 50), alike(8, 60), { items }))).not.toContain('EI1');
	});

	test('says nothing of talks that fewer than five answered', () => {
		const more = { talks: { yes: 4, of: 4 } };
		expect(pulseOf(scores(six), scores(sixLater), more).talks).toBeNull();
	});

	test('is drawn at the nearest 5 %, the endline at its own per cent', () => {
		expect(drawnUpliftPct(pulseOf(scores(six), scores(sixLater)))).toBe(20);
		expect(drawnUpliftPct(endlineOf(scores(six), scores(sixLater)))).toBe(21);
		expect(drawnUpliftPct(publish(alike(4, 50), alike(4, 60)))).toBeNull();
		expect(pulseOf(alike(6, 19), alike(6, 30)).gradeUpliftPct).toBeNull();
	});
});

describe('what is hidden', () => {
	const hidden = (answered: number, invited: number) =>
		publish(scores(six), alike(answered, 60), { eligible: { baseline: 6, wave: invited } });

	test('is the same with nobody as with four, when fewer than five were invited', () => {
		expect(hidden(0, 4)).toEqual(hidden(4, 4));
		expect(hidden(0, 4)).toEqual({
			enrollment: 'e1',
			wave: 6,
			methodVersion: '1.0',
			state: 'suppressed',
			responseRatePct: null
		});
	});

	test('from five invited tells the response rate to ten and nothing more', () => {
		expect(hidden(4, 11)).toEqual({ ...hidden(0, 4), responseRatePct: 40 });
	});

	test('when too many are different people, is every figure', () => {
		const others = new Map([...alike(6, 70)].map(([key, value]) => [`${key}'`, value]));
		expect(publish(alike(6, 60), others)).toEqual({
			...hidden(0, 4),
			state: 'mostly_different_people',
			responseRatePct: 100
		});
	});

	test('stays hidden when the change was counted with a smaller threshold', () => {
		const change = changeBetween(alike(4, 60), alike(4, 70), { minGroup: 4 });
		expect(change.state).toBe('same_people');
		expect(publish(alike(4, 60), alike(4, 70), { change, minGroup: 5 }).state).toBe('suppressed');
	});

	test('stays hidden when the pairs were counted with a smaller threshold', () => {
		const after = new Map([...alike(5, 70), ['new', 70]]);
		const change = changeBetween(alike(6, 60), after, { minGroup: 5 });
		expect(change).toMatchObject({ state: 'same_people', nB: 6, nE: 6, nP: 5 });
		const published = publish(alike(6, 60), after, { change, minGroup: 6 });
		expect(published.state).toBe('mostly_different_people');
		const means = { baseline: 60, wave: 70 };
		expect(publishBehavior({ change, means, minGroup: 6 }).state).toBe('mostly_different_people');
		expect(publishBehavior({ change, means, minGroup: 7 }).state).toBe('suppressed');
	});

	test('at the baseline is the level of four, of one and of nobody', () => {
		const of = (count: number) =>
			publishBaseline({ enrollment: 'e1', people: count, eligible: 4, mean: count ? 60 : null });
		expect(of(4)).toEqual(of(0));
		expect(of(1)).toEqual(of(0));
		expect(of(0)).toMatchObject({ state: 'suppressed', responseRatePct: null });
	});
});

test('the baseline shows its level, its people and its flags', () => {
	const baseline = { enrollment: 'e1', people: 7, eligible: 12, mean: 77 };
	expect(publishBaseline(baseline)).toEqual({
		enrollment: 'e1',
		wave: 0,
		methodVersion: '1.0',
		state: 'baseline',
		n: { wave: 7 },
		responseRatePct: 60,
		level: { wave: { kind: 'band', band: 'good' } },
		items: { kind: 'hidden' },
		flags: ['few_people', 'low_response', 'goal_out_of_scale'],
		texts: ['small']
	});
});

test('a level is a band below eight people and a clipped five from eight', () => {
	expect([39.99, 40, 59.99, 60, 79.99, 80].map((value) => levelOf(5, value))).toEqual(
		['low', 'middle', 'middle', 'good', 'good', 'high'].map((band) => ({ kind: 'band', band }))
	);
	expect([0, 52.4, 52.5, 100].map((value) => levelOf(8, value))).toEqual(
		[5, 50, 55, 95].map((value) => ({ kind: 'rounded', value }))
	);
	expect(levelOf(4, 60)).toEqual({ kind: 'hidden' });
	expect(levelOf(4, 60, 4)).toEqual({ kind: 'band', band: 'good' });
	expect(levelOf(9, 60, 10)).toEqual({ kind: 'hidden' });
});

describe('items', () => {
	const ids = ['EI1', 'EI2', 'EI3', 'EI4', 'EI5', 'EI6', 'EI7'] as const satisfies ItemId[];
	const figures = (n: number) => [
		...ids.map((id, i) => ({ id, mean: [61, 72, 40, 55, 83, 57, 66][i] ?? NaN, n })),
		{ id: 'ST1' as const, mean: 97, n }
	];

	test('of five to seven people are the two highest and the two lowest', () => {
		expect(publishItems(7, figures(7))).toEqual({
			kind: 'extremes',
			highest: ['EI2', 'EI5'],
			lowest: ['EI3', 'EI4']
		});
		expect(publishItems(4, figures(4))).toEqual({ kind: 'hidden' });
	});

	test('of eight are rounded to five, without a distribution', () => {
		const withSpread = figures(8).map((item) => ({ ...item, spread: [2, 2, 4] as const }));
		expect(publishItems(8, withSpread)).toEqual({
			kind: 'means',
			items: [60, 70, 40, 55, 85, 55, 65, 95].map((value, i) => ({ id: [...ids, 'ST1'][i], value }))
		});
	});

	test('of ten may show their answers in three groups, coarsely', () => {
		const item = { id: 'EI1' as const, mean: 61, n: 11, spread: [2, 2, 7] as const };
		expect(publishItems(11, [item])).toEqual({
			kind: 'means',
			items: [{ id: 'EI1', value: 60, spreadPct: [20, 20, 60] }]
		});
	});

	test('that too few answered are left out', () => {
		const [first, ...others] = figures(8);
		const shown = publishItems(8, [{ ...first!, n: 7 }, ...others]);
		expect(shown.kind === 'means' && shown.items.map(({ id }) => id)).not.toContain('EI1');
	});
});

test('yes and no are words', () => {
	expect([1, 0.8, 0.79, 0.6, 0.4, 0.39, 0.2, 0.19, 0].map(talkWords)).toEqual([
		'nearly all',
		'nearly all',
		'most',
		'most',
		'about half',
		'few',
		'few',
		'very few',
		'very few'
	]);
});

test('comments are asked for from eight on the roster, and shown from eight answers after closing', () => {
	expect([7, 8].map(mayAskForComments)).toEqual([false, true]);
	expect(mayShowComments({ closed: true, people: 8 })).toBe(true);
	expect(mayShowComments({ closed: false, people: 8 })).toBe(false);
	expect(mayShowComments({ closed: true, people: 7 })).toBe(false);
});

test('an open wave tells its response rate to ten, from five invited', () => {
	expect(responseRatePct(3, 4)).toBeNull();
	expect(responseRatePct(3, 7)).toBe(40);
	expect(responseRatePct(7, 7)).toBe(100);
});

test('the coach is told of guarded answers only from five people', () => {
	expect(answersAreGuarded([3, 4, 4, 4, 4])).toBe(true);
	expect(answersAreGuarded([4, 4, 4, 4, 4])).toBe(false);
	expect(answersAreGuarded([1, 1, 1, 1])).toBe(false);
});

test('leader behavior is shown in points and levels', () => {
	const means = { baseline: 50, wave: 62.4 };
	const change = changeBetween(alike(6, 50), alike(6, 62.4));
	expect(publishBehavior({ change, means })).toEqual({
		state: 'same_people',
		level: { baseline: { kind: 'band', band: 'middle' }, wave: { kind: 'band', band: 'good' } },
		changePoints: 12
	});
	const four = changeBetween(alike(4, 50), alike(4, 62));
	expect(publishBehavior({ change: four, means })).toEqual({ state: 'suppressed' });
});

test('every result has its sentences', () => {
	expect(resultTexts('met_primary_only', 'weak')).toEqual(['result.met', 'evidence.weak', 'cause']);
	expect(resultTexts('met_robust', 'moderate')).toEqual(['result.met', 'cause']);
	expect(resultTexts('not_measurable', null)).toEqual(['cause']);
	expect(resultTexts('in_progress', null)).toEqual([]);
});

describe('a cohort', () => {
	const teams = (...sizes: number[]) =>
		sizes.map((size, i) => ({ id: 'ABCD'[i] ?? '', people: size }));

	test('leaves out one small team and pools two', () => {
		expect(cohortMembers(teams(8, 6, 5, 3))).toEqual({
			included: ['A', 'B', 'C'],
			pooled: [],
			publishable: true
		});
		expect(cohortMembers(teams(8, 6, 3, 3))).toEqual({
			included: ['A', 'B', 'C', 'D'],
			pooled: ['C', 'D'],
			publishable: true
		});
		expect(cohortMembers(teams(8, 6, 3))).toEqual({
			included: ['A', 'B'],
			pooled: [],
			publishable: false
		});
		expect(cohortMembers(teams(8, 6, 2, 2)).included).toEqual(['A', 'B']);
		expect(cohortMembers(teams(3, 2, 0)).publishable).toBe(false);
	});

	const four = (hidden: { people: number; mean: number | null }) => [
		{ id: 'A', people: 8, mean: 62 },
		{ id: 'B', people: 6, mean: 71 },
		{ id: 'C', people: 5, mean: 55 },
		{ id: 'D', ...hidden }
	];

	test('is published over the open teams only, so the hidden one is not given away (V6)', () => {
		const published = publishCohortLevel(four({ people: 3, mean: 40 }));
		expect(published).toEqual({
			methodVersion: '1.0',
			state: 'shown',
			teams: { shown: 3, of: 4 },
			people: 19,
			level: 63
		});
		const naive = (8 * 62 + 6 * 71 + 5 * 55 + 3 * 40) / 22;
		expect(naive).toBeCloseTo(59.863636, 6);
		expect((22 * naive - 8 * 62 - 6 * 71 - 5 * 55) / 3).toBeCloseTo(40, 9);
	});

	test('does not move with the answers of its hidden team', () => {
		const before = publishCohortLevel(four({ people: 3, mean: 40 }));
		fc.assert(
			fc.property(
				fc.integer({ min: 0, max: 4 }),
				fc.double({ min: 0, max: 100, noNaN: true }),
				(count, mean) => {
					expect(publishCohortLevel(four({ people: count, mean }))).toEqual(before);
				}
			)
		);
	});

	test('below fifteen people is told to the nearest five, and below three teams not at all', () => {
		const small = [
			{ id: 'A', people: 4, minGroup: 4, mean: 62 },
			{ id: 'B', people: 5, mean: 71 },
			{ id: 'C', people: 5, mean: 57 }
		];
		expect(publishCohortLevel(small)).toMatchObject({ people: 14, level: 65 });
		expect(publishCohortLevel(small.slice(1))).toEqual({
			methodVersion: '1.0',
			state: 'suppressed',
			teams: { of: 2 }
		});
	});
});

describe('nothing that is published gives a person away', () => {
	const score = fc.integer({ min: 7, max: 49 }).map(fromSum);

	test('no result names a respondent, a time, or an exact figure', () => {
		const panel = fc.array(fc.tuple(score, score), { minLength: 0, maxLength: 15 });
		const waveIndex = fc.constantFrom(1, 3, 5, 6);
		fc.assert(
			fc.property(panel, waveIndex, fc.integer({ min: 0, max: 3 }), (pairs, wave, gone) => {
				const before = new Map(pairs.map(([b], i) => [`respondent-${i}`, b]));
				const after = new Map(pairs.slice(gone).map(([, e], i) => [`respondent-${i + gone}`, e]));
				const published = publish(before, after, { wave: wave as 1 });
				const text = JSON.stringify(published);
				expect(text).not.toContain('respondent-');
				expect(text).not.toMatch(/"\w*(At|Key|time|date)"/);
				const numbers = text.replace('"methodVersion":"1.0"', '').match(/-?\d+(\.\d+)?/g) ?? [];
				expect(numbers.filter((number) => number.includes('.') && number !== '')).toEqual([]);
				if (wave !== 6) expect(text).not.toMatch(/"(upliftPct|ciPct|headroomPct|items)"/);
				if (text.includes('"rounded"')) expect(pairs.length).toBeGreaterThanOrEqual(8);
			})
		);
	});

	/** Numbers that look random and are the same every time. */
	function source(seed: number) {
		let state = seed;
		const next = () => {
			state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
			return (state + 0.5) / 2 ** 32;
		};
		const normal = () => Math.sqrt(-2 * Math.log(next())) * Math.cos(2 * Math.PI * next());
		return { next, normal };
	}
	const asAnswered = (value: number) =>
		fromSum(7 + Math.round((Math.min(100, Math.max(0, value)) * 42) / 100));
	const average = (values: number[]) =>
		values.reduce((sum, value) => sum + value, 0) / values.length;

	type Range = { low: number; high: number };
	const narrow = (range: Range, low: number, high: number) => {
		range.low = Math.max(range.low, low);
		range.high = Math.min(range.high, high);
	};
	function levelRange(level: Level): [number, number] {
		if (level.kind === 'hidden') return [0, 100];
		if (level.kind === 'band')
			return { low: [0, 40], middle: [40, 60], good: [60, 80], high: [80, 100] }[level.band] as [
				number,
				number
			];
		return [
			level.value === 5 ? 0 : level.value - 2.5,
			level.value === 95 ? 100 : level.value + 2.5
		];
	}
	/** Narrows a baseline mean by points (to half a point) and a per cent (to `reach`). */
	function byPercent(range: Range, points: number, percent: number, reach: number) {
		const [least, most] = [(percent - reach) / 100, (percent + reach) / 100];
		if (least > 0) narrow(range, -Infinity, (points + 0.5) / least);
		if (least < 0) narrow(range, (points + 0.5) / least, Infinity);
		if (most > 0) narrow(range, (points - 0.5) / most, Infinity);
		if (most < 0) narrow(range, -Infinity, (points - 0.5) / most);
	}

	/**
	 * What can be known of the baseline score of one who leaves after wave `last`, by somebody who
	 * knows who left and reads everything that was published of the enrollment.
	 */
	function intervalForLeaver(results: PublishedWave[], size: number): Range {
		const whole: Range = { low: 0, high: 100 };
		const rest: Range = { low: 0, high: 100 };
		for (const result of results) {
			if (result.state !== 'same_people') continue;
			const everybody = result.n.both === size;
			const mean = everybody ? whole : rest;
			narrow(whole, ...levelRange(result.level.baseline));
			const [low, high] = levelRange(result.level.wave);
			if (result.changePoints !== null) {
				narrow(mean, low - result.changePoints - 0.5, high - result.changePoints + 0.5);
				if ('gradeUpliftPct' in result) {
					if (result.gradeUpliftPct !== null)
						byPercent(mean, result.changePoints, result.gradeUpliftPct, 2.5);
				} else if (result.upliftPct !== null)
					byPercent(mean, result.changePoints, result.upliftPct, 0.5);
			} else if ('upliftPct' in result && result.upliftPct !== null) {
				const factor = 1 + result.upliftPct / 100;
				narrow(mean, low / (factor + 0.005), high / (factor - 0.005));
			}
		}
		return {
			low: Math.max(0, size * whole.low - (size - 1) * rest.high),
			high: Math.min(100, size * whole.high - (size - 1) * rest.low)
		};
	}

	function leaverCases(count: number, waves: (1 | 2 | 3 | 4 | 5 | 6)[]) {
		const { next, normal } = source(20261121);
		return Array.from({ length: count }, () => {
			const size = 6 + Math.floor(next() * 9);
			const [level, spread] = [45 + next() * 30, 12 + next() * 6];
			const [gain, noise] = [next() * 20 - 2, 4 + next() * 6];
			const last = Math.floor(next() * 6);
			const baseline = Array.from({ length: size }, () => asAnswered(level + spread * normal()));
			const results = waves.map((wave) => {
				const later = baseline.map((b) => asAnswered(b + (gain * wave) / 6 + noise * normal()));
				const after = people(...later);
				if (wave > last) after.delete('p0');
				return publish(people(...baseline), after, { wave });
			});
			const { low, high } = intervalForLeaver(results, size);
			const score = baseline[0] ?? NaN;
			return { score, low, high, width: high - low, mean: average(baseline) };
		});
	}
	const ordinary = ({ score, mean }: { score: number; mean: number }) =>
		score >= 15 && score <= 85 && mean >= 40 && mean <= 80;

	test('who knows who left and reads baseline and endline is left with at least a fifth of the scale', () => {
		const cases = leaverCases(4000, [6]);
		for (const { score, low, high } of cases) {
			expect(low).toBeLessThanOrEqual(score + 1e-6);
			expect(high).toBeGreaterThanOrEqual(score - 1e-6);
		}
		expect(Math.min(...cases.filter(ordinary).map(({ width }) => width))).toBeGreaterThanOrEqual(
			20
		);
	});

	test('who reads all seven waves seldom learns more', () => {
		const cases = leaverCases(4000, [1, 2, 3, 4, 5, 6]);
		for (const { score, low, high } of cases) {
			expect(low).toBeLessThanOrEqual(score + 1e-6);
			expect(high).toBeGreaterThanOrEqual(score - 1e-6);
		}
		const widths = cases.map(({ width }) => width).toSorted((one, other) => one - other);
		expect(widths[Math.floor(widths.length / 2)]).toBeGreaterThan(60);
		const narrow = cases.filter((one) => ordinary(one) && one.width < 20).length;
		expect(narrow / cases.length).toBeLessThan(0.002);
	});

	test('V3: even who knows the mean of the six exactly learns nothing of the seventh', () => {
		const baseline = scores({ ...six, g: 19 });
		const published = pulseOf(baseline, scores(sixLater));
		const [low, high] = levelRange(published.level.baseline);
		const restMean = 59.920635;
		expect(7 * low - 6 * restMean).toBeCloseTo(-79.5238, 3);
		expect(7 * high - 6 * restMean).toBeCloseTo(60.4762, 3);
		expect(7 * (groupScore(baseline.values()) ?? 0) - 6 * restMean).toBeCloseTo(28.5714, 3);
	});
});
