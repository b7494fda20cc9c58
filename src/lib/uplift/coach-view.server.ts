/** How a coach sees their leaders: the picture, and who needs somebody, with the reason in words. */
import { attentionOf, byAttention, cohortHeadline } from './attention.ts';
import { pictureOf, tableOf } from './cohort-view.server.ts';
import type { CohortSeatRow } from './queries.server.ts';
import { pillarShown } from './shown.server.ts';
import { told, toldHeadline, type Locale } from './words.server.ts';

type Row = Omit<CohortSeatRow, 'sponsors'>;

/** Sentence, picture and leaders in the order of need; those who run now are in the picture. */
export function coachView(
	rows: readonly Row[],
	{
		locale,
		missed
	}: {
		locale: Locale;
		/** How many of the latest sessions were missed, by enrollment. */
		missed: ReadonlyMap<string, number>;
	}
) {
	const seats = rows.map((row) => {
		const seat = {
			firstName: row.leaderName.split(' ')[0] ?? row.leaderName,
			left: false,
			week: row.week,
			results: row.results,
			missedSessions: missed.get(row.enrollmentId) ?? 0
		};
		return { row, seat, attention: attentionOf(seat) };
	});
	const running = rows.filter(
		({ week, results }) =>
			week >= 1 && results.some(({ state }) => state === 'in-progress' || state === 'suppressed')
	);
	const week = Math.max(0, ...running.map((row) => row.week));
	return {
		say:
			running.length > 0
				? toldHeadline(
						cohortHeadline(
							seats.filter(({ row }) => running.includes(row)).map(({ seat }) => seat)
						),
						locale
					)
				: null,
		picture: running.length > 0 ? pictureOf({ seats: running, week }, locale) : null,
		table: running.length > 0 ? tableOf({ seats: running }, locale) : null,
		leaders: byAttention(seats).map(({ row, attention }) => ({
			enrollmentId: row.enrollmentId,
			leaderName: row.leaderName,
			company: row.company,
			week: row.week,
			attention: {
				level: attention.level,
				tag: told(attention.tag, locale),
				why: attention.why && told(attention.why, locale)
			},
			pillars: row.results.map((result) => pillarShown(result, locale, row.leaderName))
		}))
	};
}
