// The words for what a figure proves. One vocabulary for all three pillars: verdicts, grades of
// evidence, probabilities in words (method 3.4 and 6). The sentences are in the messages.

export const verdicts = [
	'not_measurable',
	'in_progress',
	'met_robust',
	'met_primary_only',
	'not_met',
	'fell'
] as const;
export type Verdict = (typeof verdicts)[number];

export const evidenceGrades = ['strong', 'moderate', 'weak', 'none', 'too_few'] as const;
export type Evidence = (typeof evidenceGrades)[number];

/** The rise that is promised: 25 % in thirteen weeks. */
export const defaultGoal = 0.25;

/** Judged unrounded; the margin only keeps floating point from missing a goal met to the decimal. */
export const reachesGoal = (upliftPct: number, goal: number): boolean =>
	upliftPct >= 100 * goal - 1e-9;

/** Keys of the fixed sentences; nobody edits them for a single result (method 6). */
export type ResultText =
	'result.met' | 'result.notmet' | 'evidence.weak' | 'cause' | 'rtm' | 'small';

export const probabilityWords = [
	'very unlikely',
	'unlikely',
	'rather unlikely',
	'rather likely',
	'likely',
	'very likely'
] as const;
export type ProbabilityWords = (typeof probabilityWords)[number];

/** A probability of 0..1 in words (method 3.4). */
export function inWords(p: number): ProbabilityWords {
	if (p < 0.05) return 'very unlikely';
	if (p < 0.2) return 'unlikely';
	if (p < 0.5) return 'rather unlikely';
	if (p < 0.8) return 'rather likely';
	return p <= 0.95 ? 'likely' : 'very likely';
}

/**
 * How strong the evidence is that the goal was reached (method 6). `pGoal` is `null` where there
 * is too little for an interval. A major event inside a window leaves it "weak" at best (4.7).
 */
export function evidenceFor(pGoal: number | null, majorEvent = false): Evidence {
	if (pGoal === null) return 'too_few';
	if (pGoal < 0.5) return 'none';
	if (pGoal < 0.8 || majorEvent) return 'weak';
	return pGoal < 0.95 ? 'moderate' : 'strong';
}

/** To whole numbers, halves away from zero, so that a rise and a fall of the same size look alike. */
export const toWhole = (value: number): number =>
	Math.sign(value) * Math.round(Math.abs(value)) + 0;

/** To the nearest `step`, halves away from zero. */
export const toNearest = (step: number, value: number): number => step * toWhole(value / step) + 0;
