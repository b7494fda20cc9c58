import { spawnSync } from 'node:child_process';
import path from 'node:path';
import { describe, expect, test } from 'vitest';

const root = path.join(import.meta.dirname, '..');

type Figures = {
	[Key in 'upliftPct' | 'headroomPct' | 'pGoal' | 'pAny' | 'forecast' | 'sd' | 'p']: number;
} & { [Key in 'rate' | 'paceRatio' | 'mu' | 'se' | 'tau2']: number } & {
	[Key in 'ciPts' | 'ciPct' | 'ci']: [number, number];
} & { state: string; status: string; error: string; observedGoalMet: boolean };

/** Runs the command as people do; lines are values to be sent as JSON, or raw text. */
function measure(kind: string, ...lines: unknown[]) {
	const input = lines.map((line) => (typeof line === 'string' ? line : JSON.stringify(line)));
	const { status, stdout, stderr } = spawnSync(
		process.execPath,
		['scripts/measure.ts', ...(kind ? [kind] : [])],
		{ cwd: root, input: input.map((line) => `${line}\n`).join(''), encoding: 'utf8' }
	);
	const results = stdout
		.split('\n')
		.filter(Boolean)
		.map((line) => JSON.parse(line) as Figures);
	return { status, stderr, results, first: results[0] as Figures };
}

/** Seven answers with this sum. */
const answers = (sum: number) => {
	const low = Math.floor(sum / 7);
	return Array.from({ length: 7 }, (_, i) => (i < sum - 7 * low ? low + 1 : low));
};
const wave = (sums: Record<string, number>) =>
	Object.fromEntries(Object.entries(sums).map(([key, sum]) => [key, answers(sum)]));
const list = (...sums: number[]) => wave(Object.fromEntries(sums.map((sum, i) => [`p${i}`, sum])));

const six = { a: 34, b: 29, c: 37, d: 26, e: 35, f: 32 };
const sixLater = { a: 38, b: 36, c: 39, d: 34, e: 37, f: 40 };

const deals = [
	12000, 8000, 15000, 9500, 22000, 7000, 11000, 18000, 6000, 14000, 9000, 30000, 10000, 8500, 13000,
	16000, 7500, 12500, 20000, 11000, 9000, 14500, 8000, 17000
];
const later = [
	14000, 9000, 40000, 11000, 16000, 8000, 21000, 12500, 18000, 10500, 9500, 15000, 13000, 17500,
	12000
];

describe('engagement', () => {
	test('V2 to V5, a line each', () => {
		const { status, results } = measure(
			'engagement',
			{ baseline: wave(six), wave: wave(sixLater) },
			{ baseline: wave({ ...six, g: 19 }), wave: wave({ ...sixLater, h: 35 }) },
			{
				baseline: list(28, 31, 33, 27, 30, 35, 29, 32),
				wave: list(38, 40, 41, 37, 38, 43, 39, 42)
			},
			{ baseline: wave(six), wave: wave({ a: 38, b: 36, c: 39, d: 34, x: 37, y: 30 }) }
		);
		expect(status).toBe(0);
		const [v2, v3, v4, v5] = results as [Figures, Figures, Figures, Figures];
		expect(Object.keys(v2)).toEqual([
			...['state', 'nB', 'nE', 'nP', 'B', 'E', 'delta', 'upliftPct', 'headroomPct', 'se', 'df'],
			...['ciPts', 'ciPct', 'pGoal', 'pAny', 'observedGoalMet']
		]);
		expect(v2).toMatchObject({ state: 'same_people', nB: 6, nE: 6, nP: 6, df: 5 });
		expect(v2.upliftPct).toBeCloseTo(20.529801, 6);
		expect(v2.ciPts[0]).toBeCloseTo(5.161082, 6);
		expect(v2.ciPts[1]).toBeCloseTo(19.442092, 6);
		expect(v2.ciPct[0]).toBeCloseTo(7.499343, 6);
		expect(v2.ciPct[1]).toBeCloseTo(38.370913, 6);
		expect(v2.headroomPct).toBeCloseTo(30.693069, 6);
		expect(v2.pGoal).toBeCloseTo(0.248847, 6);
		expect(v2.pAny).toBeCloseTo(0.996581, 6);
		expect(v2.observedGoalMet).toBe(false);
		expect(v3).toEqual({ ...v2, nB: 7, nE: 7 });
		expect(v4.upliftPct).toBeCloseTo(38.624339, 6);
		expect(v4.pGoal).toBeCloseTo(0.998292, 6);
		expect(v5.state).toBe('mostly_different_people');
		expect(v5.upliftPct).toBeCloseTo(13.907285, 6);
		expect(v5.pGoal).toBeCloseTo(0.06577, 6);
	});

	test('open questions are null, and four people are hidden', () => {
		const { first } = measure('engagement', {
			baseline: { ...wave({ a: 34, b: 29, c: 37, d: 26 }), e: [5, 6, null, 5, null, null, 4] },
			wave: wave(sixLater)
		});
		expect(first).toMatchObject({ state: 'suppressed', nB: 4, nE: 6, nP: 4, B: null, pAny: null });
	});

	test('threshold and goal may be those of the enrollment', () => {
		const four = wave({ a: 34, b: 29, c: 37, d: 26 });
		const { results } = measure(
			'engagement',
			{ baseline: four, wave: four, minGroup: 4 },
			{ baseline: wave(six), wave: wave(sixLater), goal: 0.2 }
		);
		expect(results[0]!.state).toBe('same_people');
		expect(results[1]!.observedGoalMet).toBe(true);
	});
});

test('ratio: V7 in its three forms', () => {
	const ones = (amounts: number[]) => amounts.map(() => 1);
	const { status, results } = measure(
		'ratio',
		{ baseline: { amounts: deals, exposure: 146 }, program: { amounts: later, exposure: 71.5 } },
		{ baseline: { amounts: deals, exposure: 26 }, program: { amounts: later, exposure: 13 } },
		{
			baseline: { amounts: ones(deals), exposure: 146 },
			program: { amounts: ones(later), exposure: 71.5 }
		}
	);
	expect(status).toBe(0);
	expect(Object.keys(results[0]!)).toEqual([
		...['upliftPct', 'lnRatio', 'se', 'df', 'ciPct', 'pGoal', 'pAny', 'observedGoalMet', 'enough']
	]);
	expect(results.map(({ upliftPct }) => upliftPct.toFixed(6))).toEqual([
		'50.251046',
		'47.163695',
		'27.622378'
	]);
	expect(results.map(({ pGoal }) => pGoal.toFixed(6))).toEqual([
		'0.691619',
		'0.671540',
		'0.524979'
	]);
});

test('ratio: no deal won is -100 % without an interval', () => {
	const { status, first } = measure('ratio', {
		baseline: { amounts: deals, exposure: 26 },
		program: { amounts: [], exposure: 13 }
	});
	expect(status).toBe(0);
	expect(first).toMatchObject({ upliftPct: -100, ciPct: null, pGoal: null, enough: false });
});

test('monthly: V9', () => {
	const { first } = measure('monthly', {
		baseline: [82, 95, 71, 104, 88, 76],
		program: [101, 118, 112]
	});
	expect(Object.keys(first)).toEqual(['upliftPct', 'cv', 'se', 'df', 'ciPct', 'pGoal']);
	expect(first.upliftPct).toBeCloseTo(28.294574, 6);
	expect(first.ciPct[0]).toBeCloseTo(-0.965352, 6);
	expect(first.ciPct[1]).toBeCloseTo(66.199385, 6);
	expect(first.pGoal).toBeCloseTo(0.59678, 6);
});

test('forecast-engagement: V10a to V10d', () => {
	const { results } = measure(
		'forecast-engagement',
		{ series: [60, 62, 61, 65, 66], last: 6 },
		{ series: [60, 64, 67, 70, 71], last: 6 },
		{ series: [60, 62.5, 65, 67.5, 70], last: 6 },
		{ series: [60, 64, null, 70, 71], last: 6 }
	);
	expect(Object.keys(results[0]!)).toEqual(['forecast', 'sd', 'p', 'status']);
	expect(results[0]!.forecast).toBeCloseTo(69.17017, 6);
	expect(results[0]!.sd).toBeCloseTo(4.200429, 6);
	expect(results[0]!.p).toBeCloseTo(0.082582, 6);
	expect(results[1]!.forecast).toBeCloseTo(76.244824, 6);
	expect(results[1]!.p).toBeCloseTo(0.616521, 6);
	expect(results[2]!.forecast).toBeCloseTo(74.712, 3);
	expect(results[2]!.p).toBeCloseTo(0.4726, 4);
	expect(results[3]!.forecast).toBeCloseTo(76.709605, 6);
	expect(results.map(({ status }) => status)).toEqual([
		'off_track',
		'on_track',
		'at_risk',
		'on_track'
	]);
});

test('forecast-revenue: V11a and V11b', () => {
	const more = { week: 6, baseline: deals, baselineWeekly: 308500 / 26 };
	const { results } = measure(
		'forecast-revenue',
		{ ...more, program: later.slice(0, 7) },
		{ ...more, program: [14000, 9000, 11000, 8000] }
	);
	expect(Object.keys(results[0]!)).toEqual([
		...['target', 'rate', 'forecast', 'sd', 'p', 'paceRatio', 'status']
	]);
	expect(results[0]!.rate).toBeCloseTo(14979.510462, 6);
	expect(results[0]!.forecast).toBeCloseTo(223856.573233, 6);
	expect(results[0]!.sd).toBeCloseTo(51615.057582, 6);
	expect(results[0]!.p).toBeCloseTo(0.726231, 6);
	expect(results[0]!.paceRatio).toBeCloseTo(1.337223, 6);
	expect(results[1]!.forecast).toBeCloseTo(114054.43787, 6);
	expect(results[1]!.p).toBeCloseTo(0.020941, 6);
	expect(results.map(({ status }) => status)).toEqual(['on_track', 'off_track']);
});

test('cohort: V13a and V13b', () => {
	const effects = (...pairs: [number, number][]) => ({
		effects: pairs.map(([y, se]) => ({ y, se }))
	});
	const { results } = measure(
		'cohort',
		effects([0.407137, 0.36388], [0.1, 0.2], [-0.05, 0.25], [0.26, 0.3]),
		effects([12.304, 2.7778], [8, 3.5], [3, 3], [15, 4])
	);
	expect(Object.keys(results[0]!)).toEqual(['tau2', 'mu', 'se', 'ci']);
	expect(results[0]!.tau2).toBe(0);
	expect(results[0]!.mu).toBeCloseTo(0.128449, 6);
	expect(results[0]!.se).toBeCloseTo(0.129463, 6);
	expect(results[1]!.tau2).toBeCloseTo(16.824084, 6);
	expect(results[1]!.ci[0]).toBeCloseTo(0.974422, 6);
	expect(results[1]!.ci[1]).toBeCloseTo(17.728013, 6);
});

describe('what cannot be used', () => {
	const good = { baseline: [82, 95, 71, 104, 88, 76], program: [101, 118, 112] };

	test('gives an error on its own line, and the others their results', () => {
		const { status, results } = measure('monthly', good, '{"baseline": [1, NaN]}', '', good);
		expect(status).toBe(1);
		expect(results).toHaveLength(4);
		expect(results.map((result) => 'error' in result)).toEqual([false, true, true, false]);
		expect(results[3]).toEqual(results[0]);
	});

	test('names the place', () => {
		const { first } = measure('monthly', { ...good, program: [101, 118, '112'] });
		expect(first.error).toMatch(/^program\.2: /);
	});

	const five = (value: unknown) => ({ a: [value, 5, 5, 5, 5, 5, 5] });
	const window = { amounts: deals, exposure: 26 };
	test.each([
		['engagement', { baseline: wave(six) }],
		['engagement', { baseline: five(8), wave: five(5) }],
		['engagement', { baseline: five(4.5), wave: five(5) }],
		['engagement', { baseline: five('5'), wave: five(5) }],
		['engagement', { baseline: { a: [5, 5, 5] }, wave: five(5) }],
		['engagement', { baseline: wave(six), wave: wave(six), minGroup: 3 }],
		['engagement', { baseline: wave(six), wave: wave(six), goal: 25 }],
		['engagement', { baseline: wave(six), wave: wave(six), mingroup: 4 }],
		['engagement', []],
		['engagement', 'null'],
		['ratio', { baseline: window, program: { amounts: [-1], exposure: 13 } }],
		['ratio', { baseline: window, program: { amounts: [1], exposure: 0 } }],
		['ratio', { baseline: window, program: window, phi: 0.5 }],
		[
			'ratio',
			'{"baseline":{"amounts":[1e999],"exposure":1},"program":{"amounts":[],"exposure":1}}'
		],
		['monthly', { baseline: [1, 2, 3, 4, 5], program: [1, 2, 3] }],
		['monthly', { baseline: [0, 0, 0, 0, 0, 0], program: [1, 2, 3] }],
		['monthly', { baseline: [], program: [] }],
		['forecast-engagement', { series: [] }],
		['forecast-engagement', { series: [null, 60] }],
		['forecast-engagement', { series: [60, 101], last: 6 }],
		['forecast-engagement', { series: [60, 61, 62], last: 1 }],
		['forecast-revenue', { week: 0, program: [], baseline: [1], baselineWeekly: 1 }],
		['forecast-revenue', { week: 14, program: [], baseline: [1], baselineWeekly: 1 }],
		['forecast-revenue', { week: 6, program: [], baseline: [], baselineWeekly: 1 }],
		[
			'cohort',
			{
				effects: [
					{ y: 1, se: 1 },
					{ y: 2, se: 1 }
				]
			}
		],
		[
			'cohort',
			{
				effects: [
					{ y: 1, se: 1 },
					{ y: 2, se: 1 },
					{ y: 3, se: 0 }
				]
			}
		]
	])('%s refuses %j', (kind, line) => {
		const { status, results } = measure(kind, line);
		expect(results).toEqual([{ error: expect.any(String) as string }]);
		expect(status).toBe(1);
	});

	test('no input at all is an error too', () => {
		expect(measure('cohort')).toMatchObject({ status: 1, results: [{ error: 'No input' }] });
	});

	test('an unknown kind explains the usage', () => {
		for (const kind of ['', 'uplift', 'toString']) {
			const { status, stderr, results } = measure(kind, good);
			expect(status).toBe(2);
			expect(stderr).toContain('forecast-engagement');
			expect(results).toEqual([]);
		}
	});
});
