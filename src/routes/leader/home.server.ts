/**
 * The drawn parts of the leader's home. They change with a file, a wave, a touchpoint or the day, not
 * from one visit to the next: each is made once and kept.
 */
import PulseDrawing from '#lib/coaching/PulseDrawing.svelte';
import { pulseOf, type PulseFacts } from '#lib/coaching/queries.server.ts';
import { pulseSaid } from '#lib/coaching/touchpoint-words.ts';
import { kept } from '#lib/server/kept.server.ts';
import GradePlots from '#lib/ui/GradePlots.svelte';
import { drawn } from '#lib/ui/drawn.server.ts';
import { gradePicture } from '#lib/ui/grade.ts';
import { leaderHeadline } from '#lib/uplift/headline.ts';
import type { PillarResult } from '#lib/uplift/pillar.ts';
import { chartTable, homeChart, sourceLine } from '#lib/uplift/shown.server.ts';
import { toldHeadline } from '#lib/uplift/words.server.ts';

type Locale = 'en' | 'nb';
/** About thirty kilobytes a leader, so a thousand of them. */
const mostBytes = 32 * 1024 * 1024;

/** The headline, the grade chart and where its numbers come from, in the language of the request. */
export const standingShown = kept(
	({
		results,
		...at
	}: {
		results: readonly PillarResult[];
		locale: Locale;
		week: number;
		lastDay: string;
	}) => ({
		headline: toldHeadline(leaderHeadline(results), at.locale),
		source: sourceLine(results, at.locale),
		plots: drawn(
			GradePlots,
			{
				picture: gradePicture(homeChart(results, at)),
				table: chartTable(results, at.locale),
				lifted: true
			},
			'grade'
		)
	}),
	{ mostBytes, bytesOf: ({ plots }) => plots.html.length * 2 }
);

/** The leadership pulse, in the language of the request. */
export const pulseShown = kept(
	({ facts }: { facts: PulseFacts; locale: Locale }) => {
		const pulse = pulseOf(facts);
		return {
			said: pulseSaid(pulse.sentence),
			sellers: pulse.sellers,
			strip: drawn(PulseDrawing, { pulse }, 'pulse')
		};
	},
	{ mostBytes, bytesOf: ({ strip }) => strip.html.length * 2 }
);
