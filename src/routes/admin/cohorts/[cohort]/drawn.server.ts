/** The admin's page of a cohort: drawn once for the same figures, in the language of the request. */
import { kept } from '#lib/server/kept.server.ts';
import GradeCohortPlots from '#lib/ui/GradeCohortPlots.svelte';
import { drawn } from '#lib/ui/drawn.server.ts';
import CohortMatrix from '#lib/uplift/CohortMatrix.svelte';
import { cohortView } from '#lib/uplift/cohort-view.server.ts';
import type { CohortForAdmin } from '#lib/uplift/queries.server.ts';

export const cohortShown = kept(
	({
		page,
		missed,
		locale
	}: {
		page: CohortForAdmin;
		missed: [enrollmentId: string, count: number][];
		locale: 'en' | 'nb';
	}) => {
		const { picture, table, seats, ...view } = cohortView(page, {
			locale,
			missed: new Map(missed)
		});
		return {
			...view,
			plots:
				picture &&
				drawn(GradeCohortPlots, { picture, table: table ?? undefined, lifted: true }, 'grade'),
			matrix: seats.length > 0 ? drawn(CohortMatrix, { seats }, 'matrix') : null
		};
	},
	{
		mostBytes: 16 * 1024 * 1024,
		bytesOf: ({ plots, matrix }) => 2 * ((plots?.html.length ?? 0) + (matrix?.html.length ?? 0))
	}
);
