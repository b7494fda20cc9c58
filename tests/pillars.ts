/** Results as pages get them, for tests of what is said about them. */
import type { PillarResult } from '#lib/uplift/pillar.ts';
import type { Pillar } from '#lib/uplift/verdict.ts';

export type Sample = Partial<PillarResult>;

/** A result in the middle of the program, with what a test wants different. */
export const sample = (pillar: Pillar, different: Sample = {}): PillarResult => ({
	pillar,
	methodVersion: '1.0',
	week: 6,
	state: 'in-progress',
	upliftPct: pillar === 'engagement' ? null : (different.gradePct ?? null),
	changePoints: null,
	gradePct: null,
	ciPct: null,
	series: [],
	forecast: null,
	verdict: 'in_progress',
	evidence: null,
	sentences: [],
	flags: [],
	figures: [],
	currency: pillar === 'revenue' ? 'NOK' : null,
	totalPct: null,
	baselines: [],
	source: null,
	restated: null,
	basis: null,
	...different
});
