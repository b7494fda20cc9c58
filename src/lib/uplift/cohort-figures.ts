// What a cohort shows of itself, made of its leaders' results (method 7) and, for the level of
// engagement, of the teams that may be shown together (method 2.6 R11).
import type { Change } from '#lib/engagement/change.ts';
import { toWhole, type Verdict } from '#lib/engagement/evidence.ts';
import { publishCohortLevel } from '#lib/engagement/publication.ts';
import { endlineWave, type Wave } from '#lib/engagement/score.ts';
import {
	asPercent,
	countLeaders,
	fewestLeaders,
	moneyUpliftPct,
	typicalLeader,
	verdictOnLeaving,
	type Effect
} from './cohort-effect.ts';
import type { CohortResult, Typical } from './cohort-result.ts';
import { programWeeks } from './forecast.ts';
import { resultMethodVersion, type PillarResult } from './pillar.ts';
import { pillars, type Pillar } from './verdict.ts';

export type CohortLeader = {
	id: string;
	currency: string;
	/** Whole weeks that are over. */
	week: number;
	leftInWeek: number | null;
	final: boolean;
	results: Record<Pillar, PillarResult | null>;
	waves: readonly {
		wave: Wave;
		minGroup: number;
		people: number;
		mean: number | null;
		change: Change | null;
	}[];
};

/** `stored` is what was shown before: a level once shown for a wave is shown again (R13). */
export function cohortFigures(
	leaders: readonly CohortLeader[],
	stored: CohortResult | null
): CohortResult {
	const verdicts = (pillar: Pillar) =>
		leaders.map((leader) => ({
			verdict: verdictOf(leader, pillar),
			leftInWeek: leader.leftInWeek
		}));
	const level = engagementLevel(leaders, stored);
	const typical = {
		engagement: typicalEngagement(leaders),
		sales: typicalDeals(leaders, 'sales'),
		revenue: typicalDeals(leaders, 'revenue')
	};
	return {
		methodVersion: resultMethodVersion,
		week: Math.max(0, ...leaders.map(({ week }) => week)),
		final: leaders.every(({ final }) => final),
		leaders: leaders.length,
		left: leaders.filter(({ leftInWeek }) => leftInWeek !== null).length,
		kept: leaders.filter((leader) =>
			pillars.every((pillar) => reached.has(verdictOf(leader, pillar)))
		).length,
		counts: {
			engagement: countLeaders(verdicts('engagement')),
			sales: countLeaders(verdicts('sales')),
			revenue: countLeaders(verdicts('revenue'))
		},
		typical,
		// Never the money without the typical leader beside it.
		moneyPct: typical.revenue === null ? null : money(leaders),
		...level
	};
}

const reached = new Set<Verdict>(['met_robust', 'met_primary_only']);

function verdictOf({ results, leftInWeek }: CohortLeader, pillar: Pillar): Verdict {
	const result = results[pillar];
	const verdict = result?.verdict ?? 'in_progress';
	if (leftInWeek === null || leftInWeek > programWeeks) return verdict;
	return verdictOnLeaving(verdict, result?.state === 'final');
}

function typicalDeals(
	leaders: readonly CohortLeader[],
	pillar: 'sales' | 'revenue'
): Typical | null {
	const effects = leaders.flatMap(({ results }): Effect[] => {
		const basis = results[pillar]?.basis;
		return basis && basis.lnRatio !== null && basis.se !== null
			? [{ y: basis.lnRatio, se: basis.se }]
			: [];
	});
	return typicalOf(effects, asPercent);
}

/**
 * Points at the endline, of the teams that may be shown by themselves; once every team has closed it.
 * Told earlier, and again with each team that follows, the difference would be that team's own points,
 * which beside its per cent give its exact mean (method 2.6 R6).
 */
function typicalEngagement(leaders: readonly CohortLeader[]): Typical | null {
	const endlineOf = ({ waves }: CohortLeader) => waves.find(({ wave }) => wave === endlineWave);
	const stillToCome = leaders.some(
		(leader) => leader.leftInWeek === null && !leader.final && !endlineOf(leader)
	);
	if (stillToCome) return null;
	const effects = leaders.flatMap((leader): Effect[] => {
		const endline = endlineOf(leader);
		const change = endline?.change;
		return change?.state === 'same_people' && change.nP >= (endline?.minGroup ?? Infinity)
			? [{ y: change.delta, se: change.se }]
			: [];
	});
	return typicalOf(effects, (points) => points);
}

function typicalOf(effects: Effect[], shown: (value: number) => number): Typical | null {
	const typical = typicalLeader(effects);
	if (!typical) return null;
	const whole = (value: number) => toWhole(shown(value));
	return {
		value: whole(typical.mu),
		ci: [whole(typical.ci[0]), whole(typical.ci[1])],
		leaders: effects.length
	};
}

function money(leaders: readonly CohortLeader[]): number | null {
	const measured = leaders.flatMap(({ currency, results }) => {
		const basis = results.revenue?.basis;
		return basis ? [{ currency, ...basis }] : [];
	});
	const currencies = new Set(measured.map(({ currency }) => currency));
	if (measured.length < fewestLeaders || currencies.size > 1) return null;
	const pct = moneyUpliftPct(measured);
	return pct === null ? null : toWhole(pct);
}

/**
 * The level at the last wave that every team has closed, told once per wave: teams that close on
 * different days would otherwise give themselves away by the difference.
 */
function engagementLevel(
	leaders: readonly CohortLeader[],
	stored: CohortResult | null
): Pick<CohortResult, 'engagement' | 'engagementWave'> {
	const asked = leaders.filter(({ leftInWeek }) => leftInWeek === null);
	const closed = ([6, 5, 4, 3, 2, 1, 0] as const).find(
		(index) =>
			asked.length > 0 && asked.every(({ waves }) => waves.some(({ wave }) => wave === index))
	);
	const before = stored?.engagementWave ?? null;
	if (stored && before !== null && (closed === undefined || closed <= before))
		return { engagement: stored.engagement, engagementWave: before };
	if (closed === undefined)
		return {
			engagement: { state: 'suppressed', teams: { of: leaders.length } },
			engagementWave: null
		};
	const { methodVersion: _, ...engagement } = publishCohortLevel(
		asked.map(({ id, waves }) => {
			const wave = waves.find((some) => some.wave === closed)!;
			return { id, people: wave.people, minGroup: wave.minGroup, mean: wave.mean };
		})
	);
	return { engagement, engagementWave: closed };
}
