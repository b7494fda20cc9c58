/** The leader's uplift page: drawn once for the same figures and deals, in the language of the request. */
import { kept } from '#lib/server/kept.server.ts';
import { drawn } from '#lib/ui/drawn.server.ts';
import GradePlots from '#lib/ui/GradePlots.svelte';
import SmallPanels from '#lib/ui/SmallPanels.svelte';
import WeeklyPlot from '#lib/ui/WeeklyPlot.svelte';
import { upliftView } from '#lib/uplift/page-view.server.ts';
import type { LeaderUplift } from '#lib/uplift/queries.server.ts';
import type { Pillar } from '#lib/uplift/verdict.ts';
import type { LeaderDeals } from '#lib/uplift/weekly.ts';

export const upliftShown = kept(
	({
		page,
		deals,
		...as
	}: {
		page: LeaderUplift;
		deals: LeaderDeals | null;
		measure: Pillar;
		locale: 'en' | 'nb';
	}) => {
		const { picture, table, weekly, ...view } = upliftView(page, deals, as);
		return {
			...view,
			plots: drawn(
				GradePlots,
				{ picture, lifted: true, ...(table.rows.length > 0 && { table }) },
				'grade'
			),
			weekly: weekly && {
				...weekly,
				plot: drawn(WeeklyPlot, weekly.plot, 'weeks'),
				sellers: weekly.sellers && {
					...weekly.sellers,
					panels: drawn(SmallPanels, weekly.sellers.panels, 'sellers')
				}
			}
		};
	},
	{
		mostBytes: 24 * 1024 * 1024,
		bytesOf: ({ plots, weekly }) =>
			2 *
			(plots.html.length +
				(weekly?.plot.html.length ?? 0) +
				(weekly?.sellers?.panels.html.length ?? 0))
	}
);
