import { applicationsWaiting } from '#lib/admissions/queries.server.ts';
import { cohortsForAdmin } from '#lib/cohorts/queries.server.ts';
import { rings } from '#lib/cohorts/seat.ts';
import { cohortResults, signedChanges } from '#lib/uplift/queries.server.ts';
import type { PageServerLoad } from './$types';

export const load: PageServerLoad = async ({ locals }) => {
	const ctx = locals.as('admin');
	const [cohorts, results, waiting, changes] = await Promise.all([
		cohortsForAdmin(ctx),
		cohortResults(ctx),
		applicationsWaiting(ctx),
		signedChanges(ctx)
	]);
	return {
		waiting: waiting.length,
		changes,
		cohorts: cohorts.map(({ id, slug, name, stage, startsOn, tally, coachName }) => {
			const result = results.get(id);
			const ended = result?.final ? { kept: result.kept, leaders: result.leaders } : null;
			return {
				slug,
				name,
				stage,
				startsOn,
				coachName,
				free: tally.free,
				tally,
				rings: rings(tally),
				ended
			};
		})
	};
};
