/** Numbers reach the product as people bring them: upload, questions, confirm; then both sign. */
import {
	answerBatch,
	confirmBatch,
	proposeBaseline,
	refreshCohort,
	refreshResults,
	signBaseline,
	uploadDeals
} from '#lib/uplift/commands.server.ts';
import { defaultPolicy } from '#lib/uplift/baseline.ts';
import { batchPage, baselinePage } from '#lib/uplift/queries.server.ts';
import type { Day } from '#lib/values/day.ts';
import { enrollmentOf } from './leader-story.ts';
import { coach } from './staff.ts';
import { must, type Story } from './story.ts';

/** Uploads an export of that day, answers what it asks, confirms it. */
export function bringsNumbers(
	story: Story,
	email: string,
	fileName: string,
	day: Day,
	time: string,
	make: (today: Day) => Uint8Array | Promise<Uint8Array>
) {
	story.on(day, time, async (now) => {
		const ctx = await story.as('leader', email, now);
		const { batchId } = must(await uploadDeals(ctx, { fileName, bytes: await make(day) }));
		const page = await batchPage(ctx, batchId);
		const questions = page?.preview?.questions.shown ?? [];
		// Whoever is not on the team is left out; large amounts are right.
		const answers = Object.fromEntries(
			questions.map(({ id, kind }) => [id, kind === 'large-amount' ? 'yes' : 'leave-out'])
		);
		if (questions.length > 0) must(await answerBatch(ctx, batchId, answers));
		must(await confirmBatch(ctx, batchId));
		await refreshed(story, email, now);
	});
}

/**
 * Leader and coach sign what both see; the second signature locks it.
 *
 * @param calendar what the leader says of public holidays; else those of their country count
 */
export function locksBaseline(story: Story, email: string, day: Day, calendar?: { country: '' }) {
	story.on(day, '13:30', async (now) => {
		const leader = await story.as('leader', email, now);
		const { metric, windowWeeks, primary } = defaultPolicy;
		if (calendar)
			must(await proposeBaseline(leader, { metric, windowWeeks, primary, ...calendar }));
		const enrollmentId = await enrollmentOf(story, email);
		const page = await baselinePage(leader, enrollmentId);
		must(
			await signBaseline(leader, {
				enrollmentId,
				inputsSha256: page!.inputsSha256,
				origin: story.origin
			})
		);
	});
	story.on(day, '16:10', async (now) => {
		const ctx = await story.as('coach', coach.email, now);
		const enrollmentId = await enrollmentOf(story, email);
		const page = await baselinePage(ctx, enrollmentId);
		must(
			await signBaseline(ctx, {
				enrollmentId,
				inputsSha256: page!.inputsSha256,
				origin: story.origin
			})
		);
		await refreshed(story, email, now);
	});
}

/** What the worker would have done in that night. */
export async function refreshed(story: Story, email: string, now: Date) {
	await refreshResults(story.system(now), await enrollmentOf(story, email));
}

export function looksAtResults(
	story: Story,
	emails: string[],
	cohortOf: () => Promise<string>,
	day: Day,
	time = '02:15'
) {
	story.on(day, time, async (now) => {
		for (const email of emails) await refreshed(story, email, now);
		await refreshCohort(story.system(now), await cohortOf());
	});
}
