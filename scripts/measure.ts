// Recomputes a figure without a database, so that anybody can check one: JSON Lines in, one
// unrounded JSON result a line out. Kinds and their shapes are those of the measurement method.
import { createInterface } from 'node:readline';
import * as v from 'valibot';
import { engagementChange, minGroupRange } from '#lib/engagement/change.ts';
import { engagementIndex, waves } from '#lib/engagement/score.ts';
import { fewestLeaders, typicalLeader } from '#lib/uplift/cohort-effect.ts';
import {
	forecastEngagement,
	forecastRevenue,
	lastWave,
	programWeeks
} from '#lib/uplift/forecast.ts';
import { monthlyRatio, ratioOf, windowOf } from '#lib/uplift/ratio.ts';

const number = v.pipe(v.number(), v.finite());
/** Squares of larger amounts would leave what a double holds exactly enough. */
const amount = v.pipe(number, v.minValue(0), v.maxValue(1e15));
const amounts = v.array(amount);
const positive = v.pipe(number, v.gtValue(0), v.maxValue(1e15));
/** 0.25 is 25 %; 25 is a mistake. */
const goal = v.optional(v.pipe(number, v.minValue(0), v.maxValue(10)));
const phi = v.optional(v.pipe(number, v.minValue(1)));
const hasSum = (values: number[]) => values.some((value) => value > 0);

const { min, max } = engagementIndex.scale;
const answer = v.nullable(v.pipe(v.number(), v.integer(), v.minValue(min), v.maxValue(max)));
const answers = v.record(v.string(), v.pipe(v.array(answer), v.length(engagementIndex.items)));
const score = v.pipe(number, v.minValue(0), v.maxValue(100));
const window = v.strictObject({ amounts, exposure: positive });
const wholeBetween = (low: number, high: number) =>
	v.pipe(v.number(), v.integer(), v.minValue(low), v.maxValue(high));

/** A kind of figure: what a line must look like, and what is made of it. */
const kind = <Schema extends v.GenericSchema>(
	schema: Schema,
	compute: (input: v.InferOutput<Schema>) => unknown
) => ({ measure: (line: unknown) => compute(v.parse(schema, line)) });

const kinds: Record<string, { measure: (line: unknown) => unknown }> = {
	engagement: kind(
		v.strictObject({
			baseline: answers,
			wave: answers,
			minGroup: v.optional(wholeBetween(minGroupRange.min, minGroupRange.max)),
			goal
		}),
		engagementChange
	),
	ratio: kind(v.strictObject({ baseline: window, program: window, goal, phi }), (input) =>
		ratioOf({
			...input,
			baseline: windowOf(input.baseline.amounts, input.baseline.exposure),
			program: windowOf(input.program.amounts, input.program.exposure)
		})
	),
	monthly: kind(
		v.strictObject({
			baseline: v.pipe(
				amounts,
				v.minLength(6, 'Six months of baseline or more'),
				v.check(hasSum, 'The baseline must not be 0')
			),
			program: v.pipe(amounts, v.length(3, 'The three months of the program')),
			goal
		}),
		monthlyRatio
	),
	'forecast-engagement': kind(
		v.pipe(
			v.strictObject({
				series: v.tupleWithRest([v.pipe(score, v.gtValue(0))], v.nullable(score)),
				last: v.optional(wholeBetween(1, 52), lastWave),
				goal
			}),
			v.check(
				({ series, last }) => series.length <= last + 1,
				'The series goes beyond the last wave'
			)
		),
		forecastEngagement
	),
	'forecast-revenue': kind(
		v.strictObject({
			week: wholeBetween(1, programWeeks),
			program: amounts,
			baseline: v.pipe(amounts, v.check(hasSum, 'The baseline must not be 0')),
			baselineWeekly: positive,
			share: v.optional(v.pipe(number, v.gtValue(0), v.maxValue(1))),
			phi,
			goal
		}),
		forecastRevenue
	),
	cohort: kind(
		v.strictObject({
			effects: v.pipe(
				v.array(v.strictObject({ y: number, se: positive })),
				v.minLength(fewestLeaders, 'A figure needs three leaders or more')
			)
		}),
		({ effects }) => typicalLeader(effects)
	)
};

const usage = `Usage: npm run -s measure -- <kind>
Reads JSON Lines on standard input and prints one JSON result a line, unrounded.
Kinds: ${Object.keys(kinds).join(', ')}
Engagement answers are ${engagementIndex.items} numbers of ${min} to ${max}, or null; waves are 0 to ${waves.length - 1}.
`;

/** One line's result, or why there is none. */
function resultOf(text: string, { measure }: (typeof kinds)[string]): { error: string } | unknown {
	try {
		return measure(JSON.parse(text));
	} catch (fault) {
		if (v.isValiError(fault)) {
			const path = v.getDotPath(fault.issues[0]);
			return { error: path ? `${path}: ${fault.message}` : fault.message };
		}
		if (fault instanceof SyntaxError) return { error: `Not JSON: ${fault.message}` };
		throw fault;
	}
}

const isError = (result: unknown): boolean =>
	typeof result === 'object' && result !== null && 'error' in result;

const [name = '', ...rest] = process.argv.slice(2);
if (!Object.hasOwn(kinds, name) || rest.length > 0) {
	process.stderr.write(usage);
	process.exitCode = 2;
} else {
	const chosen = kinds[name]!;
	let lines = 0;
	for await (const line of createInterface({ input: process.stdin, crlfDelay: Infinity })) {
		lines++;
		const result = resultOf(line, chosen);
		if (isError(result)) process.exitCode = 1;
		process.stdout.write(`${JSON.stringify(result)}\n`);
	}
	if (lines === 0) {
		process.stdout.write(`${JSON.stringify({ error: 'No input' })}\n`);
		process.exitCode = 1;
	}
}
