/**
 * From the answers of a closed wave to what is published of it. Nothing is decided here: the index
 * is scored in score.ts, compared in change.ts and shown or withheld in publication.ts.
 */
import { mean } from 'simple-statistics';
import type { Day } from '#lib/values/day.ts';
import { addDays } from '#lib/values/day.ts';
import { changeBetween } from './change.ts';
import {
	answersAreGuarded,
	publishBaseline,
	publishBehavior,
	publishWave,
	type ItemFigure,
	type Published
} from './publication.ts';
import {
	baselineWave,
	behaviorIndex,
	endlineWave,
	engagementIndex,
	groupScore,
	isPulse,
	itemsAt,
	percentOfScale,
	validScores,
	type Answers,
	type ByRespondent,
	type Wave
} from './score.ts';

export type Behavior = Extract<ReturnType<typeof publishBehavior>, { state: 'same_people' }>;

/** What is published of a wave, and shown again from there for ever. */
export type TeamResult = Published & { behavior?: Behavior };

/** As it is stored: a warning for the coach is not part of what others get. */
export type StoredResult = TeamResult & { forCoach?: { guarded: boolean } };

/** The answers of a wave by respondent, and how many were asked. */
export type Answered = { answers: ByRespondent; invited: number };

type Input = {
	enrollment: string;
	wave: Wave;
	/** From the wave's own row, frozen when it opened. */
	minGroup: number;
	goal?: number;
	baseline: Answered;
	asked: Answered;
	/** The baseline closed before it could be influenced by the sessions. */
	locked: boolean;
};

/** Part of everybody's answers: those to the questions of one index. */
function partOf(wave: Wave, index: 'ei' | 'slb', answers: ByRespondent): ByRespondent {
	const items = itemsAt(wave);
	return Object.fromEntries(
		Object.entries(answers).map(([key, given]) => [
			key,
			given.filter((_, at) => items[at]?.index === index)
		])
	);
}

const engagementScores = (wave: Wave, { answers }: Answered) =>
	validScores(partOf(wave, 'ei', answers), engagementIndex);
const behaviorScores = (wave: Wave, { answers }: Answered) =>
	validScores(partOf(wave, 'slb', answers), behaviorIndex);

/** What those who count said to one question. */
function saidTo(
	wave: Wave,
	id: string,
	{ answers }: Answered,
	who: ReadonlyMap<string, number>
): number[] {
	const at = itemsAt(wave).findIndex((item) => item.id === id);
	return [...who.keys()]
		.map((key) => (answers[key] as Answers)[at])
		.filter((answer) => answer !== null && answer !== undefined);
}

/** Items with their means, as far as anybody answered; the honesty question is not shown. */
function itemFigures(wave: Wave, asked: Answered, who: ReadonlyMap<string, number>): ItemFigure[] {
	return itemsAt(wave)
		.filter(({ id }) => id !== 'CA1' && id !== 'CC1')
		.flatMap(({ id, scale }) => {
			const said = saidTo(wave, id, asked, who);
			if (said.length === 0) return [];
			const figure: ItemFigure = { id, mean: percentOfScale(mean(said), scale), n: said.length };
			if (scale.max !== 7) return [figure];
			const low = said.filter((answer) => answer <= 3).length;
			const high = said.filter((answer) => answer >= 5).length;
			return [{ ...figure, spread: [low, said.length - low - high, high] as const }];
		});
}

/** What may be shown of a wave that has closed, with the leader's behavior where it was asked. */
export function teamResult(input: Input): StoredResult {
	const { wave, asked, minGroup } = input;
	const scores = engagementScores(wave, asked);
	const published = wave === baselineWave ? baselineOf(input, scores) : laterOf(input, scores);
	if (published.state === 'suppressed' || published.state === 'mostly_different_people') {
		// Nothing may tell 0 answers from 4, so the rate of response goes too (N11).
		return { ...published, responseRatePct: null };
	}
	const behavior = wave === 3 || wave === endlineWave ? behaviorOf(input) : null;
	const guarded = scores.size >= minGroup && answersAreGuarded(saidTo(wave, 'CA1', asked, scores));
	return { ...published, ...(behavior && { behavior }), ...(guarded && { forCoach: { guarded } }) };
}

function baselineOf(
	{ enrollment, minGroup, goal, asked }: Input,
	scores: Map<string, number>
): Published {
	return publishBaseline({
		enrollment,
		minGroup,
		...(goal !== undefined && { goal }),
		people: scores.size,
		eligible: asked.invited,
		mean: groupScore(scores.values()),
		items: itemFigures(baselineWave, asked, scores)
	});
}

function laterOf(input: Input, scores: Map<string, number>): Published {
	const { enrollment, minGroup, goal, baseline, asked, locked } = input;
	const wave = input.wave as Exclude<Wave, 0>;
	const before = engagementScores(baselineWave, baseline);
	const talks = isPulse(wave) ? saidTo(wave, 'CC1', asked, scores) : [];
	return publishWave({
		enrollment,
		wave,
		minGroup,
		...(goal !== undefined && { goal }),
		change: changeBetween(before, scores, { minGroup, goal }),
		eligible: { baseline: baseline.invited, wave: asked.invited },
		means: { baseline: groupScore(before.values()), wave: groupScore(scores.values()) },
		locked,
		...(talks.length > 0 && {
			talks: { yes: talks.filter((said) => said === 1).length, of: talks.length }
		}),
		...(wave === endlineWave && { items: itemFigures(wave, asked, scores) })
	});
}

function behaviorOf({ wave, minGroup, baseline, asked }: Input): Behavior | null {
	const [before, after] = [behaviorScores(baselineWave, baseline), behaviorScores(wave, asked)];
	const published = publishBehavior({
		change: changeBetween(before, after, { minGroup }),
		means: { baseline: groupScore(before.values()), wave: groupScore(after.values()) },
		minGroup
	});
	return published.state === 'same_people' ? published : null;
}

/** What everybody but the coach gets of a stored result. */
export function withoutCoachNotes({ forCoach: _, ...result }: StoredResult): TeamResult {
	return result as TeamResult;
}

/** Whether a baseline that closed on this day came before the sessions could move it (method 1). */
export const baselineInTime = (closedOn: Day, dayZero: Day): boolean =>
	closedOn <= addDays(dayZero, 4);
