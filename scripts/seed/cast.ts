/** Who takes part in the demo. */
import fs from 'node:fs';
import type { LeaderInCast, SellerInCast } from './leader-story.ts';
import { content } from './story.ts';

const people = JSON.parse(fs.readFileSync(content('demo/people.json'), 'utf8')) as {
	leader: string;
	company: string;
	file: string;
	sellers: SellerInCast[];
}[];

/** The sellers of a leader whose export lies in the repository. */
export function teamOf(leader: string): SellerInCast[] {
	const found = people.find((one) => one.leader === leader);
	if (!found) throw new Error(`${leader} has no team`);
	return found.sellers;
}

/** A team with made-up names. */
export function madeUpTeam(domain: string, names: string[], locale: 'en' | 'nb'): SellerInCast[] {
	return names.map((name, index) => ({
		name,
		externalId: `${domain.slice(0, 2).toUpperCase()}-${101 + index}`,
		email: `${name.toLowerCase().normalize('NFD').replace(/\p{M}/gu, '').replaceAll('ø', 'o').replaceAll('å', 'a').replaceAll('æ', 'ae').replaceAll(' ', '.')}@${domain}`,
		fte: 1,
		startWeek: -80 - index * 17,
		locale
	}));
}

export type Cast = Omit<LeaderInCast, 'dayZero'>;
