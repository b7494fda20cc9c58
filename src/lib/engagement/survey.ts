/**
 * What a respondent is asked and what comes back. An answer is stored as a step: 0 for a question
 * left open, else 1 for the lowest point of its scale, 2 for the next, so that "no" is not "nothing".
 */
import * as v from 'valibot';
import { ok, refuse, type Result } from '#lib/values/result.ts';
import {
	engagementIndex,
	itemsAt,
	type Answers,
	type Item,
	type ItemId,
	type Wave
} from './score.ts';

export type ScaleKind = 'agreement' | 'frequency' | 'yes-no';
export type Question = { id: ItemId; scale: ScaleKind; steps: number };

const kindOf = ({ scale }: Item): ScaleKind =>
	scale.max === 7 ? 'agreement' : scale.max === 5 ? 'frequency' : 'yes-no';

/** What a wave asks, in the order asked. */
export const questionsAt = (wave: Wave): Question[] =>
	itemsAt(wave).map((item) => ({
		id: item.id,
		scale: kindOf(item),
		steps: item.scale.max - item.scale.min + 1
	}));

/** About how long answering takes: two minutes for a pulse, four for the long surveys. */
export const minutesFor = (wave: Wave): number => (questionsAt(wave).length > 10 ? 4 : 2);

/** How many characters of free words one respondent may leave. */
export const longestComment = 1000;

/** What one respondent sends: a step for each question in the order asked, and perhaps some words. */
export type Reply = { steps: number[]; comment: string };
export type ReplyRefusal = 'unreadable' | 'nothing-answered' | 'few-answers' | 'comment-too-long';

const replySchema = v.object({
	steps: v.array(v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(7))),
	comment: v.string()
});

/** Text without control characters (line breaks stay) and without halves of characters. */
const plainText = (text: string) =>
	text
		.replace(/\r\n?/g, '\n')
		.replace(/[^\P{Cc}\n]/gu, '')
		.toWellFormed()
		.trim();

/**
 * Reads a posted form. Any question may be left open; a person counts from five answers of the
 * index on, so fewer are sent only when the respondent says so (`anyway`).
 *
 * @param values by the question's id, a step as text; `comment`; `anyway`
 */
export function readReply(
	wave: Wave,
	values: Readonly<Record<string, string>>,
	{ withComment }: { withComment: boolean }
): Result<Reply, ReplyRefusal> {
	const questions = questionsAt(wave);
	const steps = questions.map(({ id }) => Number(values[id] || 0));
	const comment = withComment ? plainText(values.comment ?? '') : '';
	const reply = v.safeParse(replySchema, { steps, comment });
	if (!reply.success || questions.some((asked, at) => steps[at]! > asked.steps))
		return refuse('unreadable');
	if (comment.length > longestComment) return refuse('comment-too-long');
	if (steps.every((step) => step === 0)) return refuse('nothing-answered');
	if (!values.anyway && !counts(wave, steps)) return refuse('few-answers');
	return ok(reply.output);
}

/** Whether enough of the index is answered for the person to count (method 2.4). */
export const counts = (wave: Wave, steps: readonly number[]): boolean =>
	itemsAt(wave).filter((item, at) => item.index === 'ei' && (steps[at] ?? 0) > 0).length >=
	engagementIndex.atLeast;

/** Whether these steps can be answers to this wave at all. */
export const fits = (wave: Wave, steps: readonly number[]): boolean => {
	const questions = questionsAt(wave);
	return (
		steps.length === questions.length &&
		steps.every((step, at) => Number.isInteger(step) && step >= 0 && step <= questions[at]!.steps)
	);
};

/** Steps as answers on the questions' own scales, `null` where nothing was said. */
export const answersFrom = (wave: Wave, steps: readonly number[]): Answers =>
	itemsAt(wave).map(({ scale }, at) => {
		const step = steps[at] ?? 0;
		return step === 0 ? null : scale.min + step - 1;
	});
