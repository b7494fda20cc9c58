/** How a cohort that is over ended, as its public page tells it: hits and misses alike. */
export type Pillar = 'engagement' | 'sales' | 'revenue';

export type PillarOutcome =
	| {
			kind: 'shown';
			/** Uplift in percent, rounded as it was published. */
			pct: number;
			/** Ends of the 95 % interval, in percent. */
			ci: [number, number] | null;
			met: boolean;
	  }
	/** Too few answered, or too little was sold, for a figure. */
	| { kind: 'not-shown' };

export type LeaderOutcome = { key: string; label: string } & Record<Pillar, PillarOutcome>;

export type PastOutcome = {
	slug: string;
	name: string;
	endedOn: string;
	leaders: LeaderOutcome[];
};

export const pillars: readonly Pillar[] = ['engagement', 'sales', 'revenue'];

/** How many leaders reached the goal on all three, and out of how many. */
export function metAll({ leaders }: Pick<PastOutcome, 'leaders'>): { met: number; of: number } {
	const met = leaders.filter((leader) =>
		pillars.every((pillar) => {
			const outcome = leader[pillar];
			return outcome.kind === 'shown' && outcome.met;
		})
	).length;
	return { met, of: leaders.length };
}
