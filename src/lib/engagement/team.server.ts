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

/** Whether everybody who would be asked is among the confirmed. Who left does not matter. */
export const isConfirmed = (
	asked: readonly { mark: string }[],
	confirmed: readonly string[]
): boolean => asked.every(({ mark }) => confirmed.includes(mark));
