/**
 * Who is asked, as the coach confirms it. The roster is the leader's, and whoever could put names or
 * addresses of their own on it could tell one answer from the rest: so a wave asks only those whom
 * the coach has read and confirmed.
 */
import { hashToken } from '#lib/server/seal.server.ts';
import type { Day } from '#lib/values/day.ts';
import { isEligible } from './invitation.ts';

type Member = {
	id: string;
	name: string;
	email: string | null;
	startedOn: Day;
	endedOn: Day | null;
};

/** Stands for one member at one address, without saying which; it begins with the member's id. */
export const markOf = ({ id, email }: Pick<Member, 'id' | 'email'>): string =>
	`${id} ${hashToken(`${id} ${email ?? ''}`)}`;

/** The members whom a wave that opens on `today` asks, each with their mark. */
export const askedOn = <One extends Member>(team: readonly One[], today: Day) =>
	team
		.filter((member) => isEligible(member, today))
		.map((member) => ({ ...member, mark: markOf(member) }));

/**
 * Whether those who would be asked are just the confirmed: nobody who was not read, and nobody left
 * out, because who ends somebody's time on the team for a day could choose who is heard.
 */
export const isConfirmed = (
	asked: readonly { mark: string }[],
	confirmed: readonly string[]
): boolean => {
	const known = new Set(confirmed);
	return asked.length === known.size && asked.every(({ mark }) => known.has(mark));
};

/** Whether a member was confirmed before, at whatever address. */
export const wasConfirmed = ({ id }: { id: string }, confirmed: readonly string[]): boolean =>
	confirmed.some((mark) => mark.startsWith(`${id} `));
