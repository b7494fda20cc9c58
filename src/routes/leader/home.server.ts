/**
 * What is made of the leader's home's answers. It changes with a file, a wave, a touchpoint or the day,
 * not from one visit to the next: each part is made once and kept under the text that it was made of.
 */
import PulseDrawing from '#lib/coaching/PulseDrawing.svelte';
import { pulseOf, pulseQuestion } from '#lib/coaching/queries.server.ts';
import { pulseSaid } from '#lib/coaching/touchpoint-words.ts';
import { homeWorkOf, homeWorkQuestion } from '#lib/coursework/queries.server.ts';
import { kept } from '#lib/server/kept.server.ts';
import { readTold } from '#lib/server/question.server.ts';
import GradePlots from '#lib/ui/GradePlots.svelte';
import { drawn } from '#lib/ui/drawn.server.ts';
import { gradePicture } from '#lib/ui/grade.ts';
import { leaderHeadline } from '#lib/uplift/headline.ts';
import { allThree, homeResultsQuestion } from '#lib/uplift/queries.server.ts';
import { chartTable, homeChart, sourceLine } from '#lib/uplift/shown.server.ts';
import { toldHeadline } from '#lib/uplift/words.server.ts';
import type { Day } from '#lib/values/day.ts';

type Locale = 'en' | 'nb';
/** About fifty kilobytes a leader, so some six hundred of them. */
const mostBytes = 32 * 1024 * 1024;
/** What was told is text already; writing it out once more would cost as much as a small page. */
const textOf = ({ told, ...at }: { told: string }) => `${JSON.stringify(at)}${told}`;

/** The headline, the grade chart and where its numbers come from, in the language of the request. */
export const standingShown = kept(
	({ told, ...at }: { told: string; locale: Locale; week: number; lastDay: Day }) => {
		const results = allThree(readTold(homeResultsQuestion, told), at.week);
		return {
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
		};
	},
	{ mostBytes, bytesOf: ({ plots }) => plots.html.length * 2, textOf }
);

/** The leadership pulse, in the language of the request. */
export const pulseShown = kept(
	({ told }: { told: string; locale: Locale }) => {
		const pulse = pulseOf(readTold(pulseQuestion, told)!);
		return {
			said: pulseSaid(pulse.sentence),
			sellers: pulse.sellers,
			strip: drawn(PulseDrawing, { pulse }, 'pulse')
		};
	},
	{ mostBytes, bytesOf: ({ strip }) => strip.html.length * 2, textOf }
);

/** What there is to do on a day. */
export const workShown = kept(
	({ told, today }: { told: string; today: Day }) =>
		homeWorkOf(readTold(homeWorkQuestion, told)!, today),
	{ mostBytes: mostBytes / 4, bytesOf: (items) => items.length * 1_000, textOf }
);
