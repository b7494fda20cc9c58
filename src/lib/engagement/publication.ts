// The only way from figures to something that anybody sees (method 2.6 R1-R14 and 3.4). What is
// published is stored and shown again from there; pages, exports and chart read nothing else.
// Which fields a result has follows from counts of people, never from the values themselves,
// except where a per cent would mean nothing (baseline below 20).
import { mean } from 'simple-statistics';
import { defaultMinGroup, type Change, type Measured } from './change.ts';
import {
	defaultGoal,
	evidenceFor,
	inWords,
	toNearest,
	toWhole,
	type Evidence,
	type ProbabilityWords,
	type ResultText,
	type Verdict
} from './evidence.ts';
import { endlineWave, type ItemId, type Wave } from './score.ts';

export const methodVersion = '1.0';

/** From so many people a level is a rounded number and items have values (R5, R8, R10, 3.4). */
const fewestForNumbers = 8;
const fewestForSpread = 10;
const fewestForItems = 5;
/** Response rates are told from so many invited, and carry a verdict from this share (R12, 2.6). */
const fewestInvited = 5;
const shareForVerdict = 0.6;
/** A target beyond this cannot be reached on a scale of 100 (method 3.1). */
const highestTarget = 95;
/** A cohort's figure needs so many leaders; from so many people it is told to the point (R11). */
const fewestTeams = 3;
const fewestForCohortPoint = 15;

export type Band = 'low' | 'middle' | 'good' | 'high';
export type Level =
	{ kind: 'hidden' } | { kind: 'band'; band: Band } | { kind: 'rounded'; value: number };

export type Flag =
	| 'few_people'
	| 'low_response'
	| 'goal_out_of_scale'
	| 'points_only'
	| 'group_changed'
	| 'just_below_goal';

export type PublishedItems =
	| { kind: 'hidden' }
	/** The two highest and the two lowest, each pair in the order asked. */
	| { kind: 'extremes'; highest: ItemId[]; lowest: ItemId[] }
	| { kind: 'means'; items: { id: ItemId; value: number; spreadPct?: [number, number, number] }[] };

export type TalkWords = 'nearly all' | 'most' | 'about half' | 'few' | 'very few';

type Head = {
	enrollment: string;
	wave: Wave;
	methodVersion: typeof methodVersion;
	/** To the nearest ten; `null` when fewer than five were invited. */
	responseRatePct: number | null;
};

/** Says that there is nothing to show, and nothing from which 0 answers differ from 4. */
export type PublishedHidden = Head & { state: 'suppressed' | 'mostly_different_people' };

export type PublishedBaseline = Head & {
	state: 'baseline';
	n: { wave: number };
	level: { wave: Level };
	items: PublishedItems;
	flags: Flag[];
	texts: ResultText[];
};

type Shown = Head & {
	state: 'same_people';
	n: { baseline: number; wave: number; both: number };
	level: { baseline: Level; wave: Level };
	flags: Flag[];
	texts: ResultText[];
};

/** Change in whole points and levels; for drawing only, the uplift to the nearest 5 %. */
export type PublishedPulse = Shown & {
	changePoints: number;
	gradeUpliftPct: number | null;
	/** How many had a talk with their leader that helped (R9); `null` when too few answered. */
	talks: TalkWords | null;
	verdict: 'in_progress';
};

export type PublishedEndline = Shown & {
	/** Only for an unchanged group, since points and per cent together give its exact mean (R6). */
	changePoints: number | null;
	upliftPct: number | null;
	ciPct: [number, number] | null;
	headroomPct: number | null;
	goalPct: number;
	items: PublishedItems;
	verdict: Verdict;
	evidence: Evidence | null;
	pAnyWords: ProbabilityWords;
};

export type PublishedWave = PublishedHidden | PublishedPulse | PublishedEndline;
export type Published = PublishedBaseline | PublishedWave;

/** An item's mean over the people who answered it, 0..100, and its answers 1-3, 4, 5-7. */
export type ItemFigure = {
	id: ItemId;
	mean: number;
	n: number;
	spread?: readonly [number, number, number];
};

type Common = {
	enrollment: string;
	/** From the frozen policy of the enrollment, never from a request. */
	minGroup?: number;
	goal?: number;
	items?: readonly ItemFigure[];
};

/**
 * The baseline, once it has closed.
 * @param people those with a valid score; `mean` is theirs, 0..100, `null` when there are none.
 */
export function publishBaseline({
	enrollment,
	minGroup = defaultMinGroup,
	goal = defaultGoal,
	people,
	eligible,
	mean: baseline,
	items = []
}: Common & { people: number; eligible: number; mean: number | null }):
	PublishedBaseline | PublishedHidden {
	const head: Head = {
		enrollment,
		wave: 0,
		methodVersion,
		responseRatePct: responseRatePct(people, eligible)
	};
	if (people < minGroup || baseline === null) return { ...head, state: 'suppressed' };
	const few = people < fewestForNumbers;
	return {
		...head,
		state: 'baseline',
		n: { wave: people },
		level: { wave: levelOf(people, baseline, minGroup) },
		items: publishItems(people, items),
		flags: [
			...(few ? (['few_people'] as const) : []),
			...(enough(people, eligible) ? [] : (['low_response'] as const)),
			...outOfScale(baseline, goal)
		],
		texts: few ? ['small'] : []
	};
}

export type WaveFigures = Common & {
	wave: Exclude<Wave, 0>;
	change: Change;
	/** How many could have answered, at the baseline and at this wave. */
	eligible: { baseline: number; wave: number };
	/** Means of everybody with a valid score, 0..100, unrounded. */
	means: { baseline: number | null; wave: number | null };
	/** Whether the baseline was locked before the first session. */
	locked: boolean;
	/** A major event lies inside one of the windows (method 4.7). */
	majorEvent?: boolean;
	/** Pulses: how many said yes, of how many, to the talk that helped. */
	talks?: { yes: number; of: number };
};

/** A pulse or the endline, once it has closed. */
export function publishWave(figures: WaveFigures): PublishedWave {
	const { change, minGroup = defaultMinGroup, means } = figures;
	const head: Head = {
		enrollment: figures.enrollment,
		wave: figures.wave,
		methodVersion,
		responseRatePct: responseRatePct(change.nE, figures.eligible.wave)
	};
	// The estimator has looked at the threshold; looking again costs nothing and guards a wrong call.
	const hidden = change.state === 'suppressed' || Math.min(change.nB, change.nE) < minGroup;
	if (hidden || means.baseline === null || means.wave === null)
		return { ...head, state: 'suppressed' };
	if (change.state === 'mostly_different_people' || change.nP < minGroup)
		return { ...head, state: 'mostly_different_people' };
	const few = Math.min(change.nB, change.nE, change.nP) < fewestForNumbers;
	const shown: Shown = {
		...head,
		state: 'same_people',
		n: { baseline: change.nB, wave: change.nE, both: change.nP },
		level: {
			baseline: levelOf(change.nB, means.baseline, minGroup),
			wave: levelOf(change.nE, means.wave, minGroup)
		},
		flags: [
			...(few ? (['few_people'] as const) : []),
			...(responded(figures) ? [] : (['low_response'] as const)),
			...outOfScale(means.baseline, figures.goal ?? defaultGoal),
			...(change.upliftPct === null ? (['points_only'] as const) : []),
			...(unchanged(change) ? [] : (['group_changed'] as const))
		],
		texts: few ? ['small'] : []
	};
	return figures.wave === endlineWave
		? endline(shown, change, figures)
		: pulse(shown, change, figures.talks, minGroup);
}

function pulse(
	shown: Shown,
	{ delta, upliftPct }: Measured,
	talks: WaveFigures['talks'],
	minGroup: number
): PublishedPulse {
	return {
		...shown,
		changePoints: toWhole(delta),
		gradeUpliftPct: upliftPct === null ? null : toNearest(5, upliftPct),
		talks: talks && talks.of >= minGroup ? talkWords(talks.yes / talks.of) : null,
		verdict: 'in_progress'
	};
}

function endline(shown: Shown, change: Measured, figures: WaveFigures): PublishedEndline {
	const { goal = defaultGoal } = figures;
	const { upliftPct, ciPct, headroomPct } = change;
	const goalPct = toWhole(100 * goal);
	const same = unchanged(change);
	const verdict = verdictOn(change, figures.locked && responded(figures));
	const evidence =
		verdict === 'not_measurable' ? null : evidenceFor(change.pGoal, figures.majorEvent);
	const rounded = upliftPct === null ? null : toWhole(upliftPct);
	const justBelow = change.observedGoalMet === false && rounded === goalPct;
	return {
		...shown,
		// Without a per cent there is nothing that points could be put together with.
		changePoints: same || upliftPct === null ? toWhole(change.delta) : null,
		upliftPct: rounded,
		ciPct: ciPct && [toWhole(ciPct[0]), toWhole(ciPct[1])],
		headroomPct:
			same && change.nP >= fewestForNumbers && headroomPct !== null ? toWhole(headroomPct) : null,
		goalPct,
		items: publishItems(change.nE, figures.items ?? []),
		verdict,
		evidence,
		pAnyWords: inWords(change.pAny),
		flags: [...shown.flags, ...(justBelow ? (['just_below_goal'] as const) : [])],
		texts: [...resultTexts(verdict, evidence), ...shown.texts]
	};
}

/** Method 6 for the engagement of the same people; judged on the unrounded figures. */
function verdictOn({ upliftPct, observedGoalMet }: Measured, judged: boolean): Verdict {
	if (!judged || upliftPct === null) return 'not_measurable';
	if (observedGoalMet) return 'met_robust';
	return upliftPct < 0 ? 'fell' : 'not_met';
}

/** The fixed sentences under a pillar's result, in order (method 6). */
export function resultTexts(verdict: Verdict, evidence: Evidence | null): ResultText[] {
	if (verdict === 'in_progress') return [];
	if (verdict === 'not_measurable') return ['cause'];
	if (verdict === 'not_met' || verdict === 'fell') return ['result.notmet', 'cause'];
	const doubtful = evidence === 'weak' || evidence === 'none';
	return ['result.met', ...(doubtful ? (['evidence.weak'] as const) : []), 'cause'];
}

/** What the grade chart draws: pulses to the nearest 5 %, the endline at its whole per cent. */
export function drawnUpliftPct(published: Published): number | null {
	if (published.state !== 'same_people') return null;
	return 'gradeUpliftPct' in published ? published.gradeUpliftPct : published.upliftPct;
}

/** The leader-behavior index at waves 3 and 6: points and levels, never a per cent (method 2.3). */
export function publishBehavior({
	change,
	means,
	minGroup = defaultMinGroup
}: Pick<WaveFigures, 'change' | 'means'> & { minGroup?: number }):
	| { state: 'suppressed' | 'mostly_different_people' }
	| { state: 'same_people'; level: Shown['level']; changePoints: number } {
	const hidden = change.state === 'suppressed' || Math.min(change.nB, change.nE) < minGroup;
	if (hidden || means.baseline === null || means.wave === null) return { state: 'suppressed' };
	if (change.state === 'mostly_different_people' || change.nP < minGroup)
		return { state: 'mostly_different_people' };
	return {
		state: 'same_people',
		level: {
			baseline: levelOf(change.nB, means.baseline, minGroup),
			wave: levelOf(change.nE, means.wave, minGroup)
		},
		changePoints: toWhole(change.delta)
	};
}

/** Exactly the same people at both waves: judged by counts alone (R6). */
const unchanged = ({ nB, nE, nP }: Measured) => nB === nE && nE === nP;

const enough = (answered: number, eligible: number) =>
	eligible > 0 && answered / eligible >= shareForVerdict;

const responded = ({ change, eligible }: WaveFigures) =>
	enough(change.nB, eligible.baseline) && enough(change.nE, eligible.wave);

/** From the whole team's baseline, so that it says the same at every wave. */
const outOfScale = (baseline: number, goal: number): Flag[] =>
	(1 + goal) * baseline > highestTarget ? ['goal_out_of_scale'] : [];

/** All that is told of an open wave (R12): to the nearest ten, from five invited. */
export const responseRatePct = (answered: number, invited: number): number | null =>
	invited < fewestInvited ? null : Math.min(100, toNearest(10, (100 * answered) / invited));

/** A level of 0..100 as far as so many people allow (R5). */
export function levelOf(people: number, value: number, minGroup = defaultMinGroup): Level {
	if (people < minGroup) return { kind: 'hidden' };
	if (people >= fewestForNumbers) return { kind: 'rounded', value: nearestFive(value) };
	return { kind: 'band', band: bandOf(value) };
}

function bandOf(value: number): Band {
	if (value < 40) return 'low';
	if (value < 60) return 'middle';
	return value < 80 ? 'good' : 'high';
}

/** Clipped, since 0 or 100 would tell every single answer. */
const nearestFive = (value: number) => Math.min(95, Math.max(5, toNearest(5, value)));

/** Items of the baseline or the endline (R8); pulses show none. `people` have a valid score. */
export function publishItems(people: number, items: readonly ItemFigure[]): PublishedItems {
	if (people >= fewestForNumbers)
		return {
			kind: 'means',
			items: items
				.filter(({ n }) => n >= fewestForNumbers)
				.map(({ id, mean, n, spread }) => ({
					id,
					value: nearestFive(mean),
					...(spread && n >= fewestForSpread ? { spreadPct: shares(spread) } : {})
				}))
		};
	const asked = items.filter(({ id, n }) => id.startsWith('EI') && n >= fewestForItems);
	if (people < fewestForItems || asked.length < 4) return { kind: 'hidden' };
	const ranked = asked.toSorted((one, other) => other.mean - one.mean);
	const inOrder = (some: ItemFigure[]) =>
		asked.filter((item) => some.includes(item)).map(({ id }) => id);
	return {
		kind: 'extremes',
		highest: inOrder(ranked.slice(0, 2)),
		lowest: inOrder(ranked.slice(-2))
	};
}

/** Coarse shares: exact ones could be told apart by one person between two waves. */
function shares(spread: readonly [number, number, number]): [number, number, number] {
	const all = spread[0] + spread[1] + spread[2];
	const share = (count: number) => toNearest(10, (100 * count) / all);
	return [share(spread[0]), share(spread[1]), share(spread[2])];
}

/** A share of yes as words (R9). */
export function talkWords(share: number): TalkWords {
	if (share >= 0.8) return 'nearly all';
	if (share >= 0.6) return 'most';
	if (share >= 0.4) return 'about half';
	return share >= 0.2 ? 'few' : 'very few';
}

/** For the coach only: people say they could not answer honestly (method 2.2, CA1 on 1..7). */
export const answersAreGuarded = (honesty: readonly number[]): boolean =>
	honesty.length >= 5 && mean([...honesty]) < 4;

/** Comments are asked for only where they can be shown (R10). */
export const mayAskForComments = (rosterSize: number): boolean => rosterSize >= fewestForNumbers;
export const mayShowComments = ({ closed, people }: { closed: boolean; people: number }): boolean =>
	closed && people >= fewestForNumbers;

export type Team = { id: string; people: number; minGroup?: number };

/**
 * Which teams a cohort's figure may be made of (R11). Small teams stay out, unless two or more of
 * them together are a group of their own: leaving out just one would give it away by subtraction.
 */
export function cohortMembers(teams: readonly Team[]): {
	included: string[];
	pooled: string[];
	publishable: boolean;
} {
	const least = ({ minGroup = defaultMinGroup }: Team) => minGroup;
	const small = teams.filter((team) => team.people < least(team));
	const together = small.reduce((sum, { people }) => sum + people, 0);
	// One small team alone never gets there, so a pool always has two or more.
	const pool = together >= Math.max(...small.map(least)) ? small : [];
	const included = teams.filter((team) => team.people >= least(team) || pool.includes(team));
	return {
		included: included.map(({ id }) => id),
		pooled: pool.map(({ id }) => id),
		// A team in the pool of which nobody answered is not told apart, but is no third leader either.
		publishable: included.filter(({ people }) => people > 0).length >= fewestTeams
	};
}

export type PublishedCohort =
	| { methodVersion: typeof methodVersion; state: 'suppressed'; teams: { of: number } }
	| {
			methodVersion: typeof methodVersion;
			state: 'shown';
			teams: { shown: number; of: number };
			people: number;
			level: number;
	  };

/**
 * The level of a cohort, weighted by people; `mean` is the unrounded mean of a team, 0..100, and
 * `null` only where nobody answered.
 */
export function publishCohortLevel(
	teams: readonly (Team & { mean: number | null })[]
): PublishedCohort {
	const { included, publishable } = cohortMembers(teams);
	if (!publishable) return { methodVersion, state: 'suppressed', teams: { of: teams.length } };
	const shown = teams.filter(({ id }) => included.includes(id));
	const people = shown.reduce((sum, team) => sum + team.people, 0);
	const level = shown.reduce((sum, team) => sum + team.people * (team.mean ?? 0), 0) / people;
	return {
		methodVersion,
		state: 'shown',
		teams: { shown: shown.length, of: teams.length },
		people,
		level: people >= fewestForCohortPoint ? toWhole(level) : nearestFive(level)
	};
}
