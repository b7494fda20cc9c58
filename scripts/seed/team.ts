import { enrollmentForCoach } from '#lib/cohorts/queries.server.ts';
import { teamToAsk } from '#lib/engagement/queries.server.ts';
import type { Coach } from '#lib/people/actor.ts';
import type { Context } from '#lib/server/context.server.ts';

/** What the coach says of a team after reading the page that shows it: these are the people. */
export async function confirmedTeam(
	ctx: Context<Coach>,
	enrollmentId: string
): Promise<{ confirmed: string[]; opensByItself: boolean }> {
	const part = await enrollmentForCoach(ctx, enrollmentId);
	const { members } = part ? await teamToAsk(ctx, part) : { members: [] };
	return { confirmed: members.map(({ mark }) => mark), opensByItself: false };
}
