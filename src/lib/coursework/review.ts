/** A coach's judgement of one attempt: levels, words, and the outcome that they allow. */
import { judge, type Judgement, type Level } from '#lib/curriculum/rubric.ts';

export type Outcome = 'accepted' | 'returned';

/** Longer words to a leader are a session, not a review. */
export const longestComment = 4000;
export const longestRemark = 2000;

/** Minutes that an answer takes, for "about 40 minutes" over the queue. */
export const minutesAnAnswer = 8;

type Reasons = Extract<Judgement, { acceptable: false }>['why'];
export type AcceptRefusal = Reasons;
export type ReturnRefusal = 'question-missing';

/** Why this review cannot accept, or null (method 12: no criterion at 1, mean 2.5 or more). */
export function acceptRefusal(given: Level[]): AcceptRefusal | null {
	const judged = judge(given);
	return judged.acceptable ? null : judged.why;
}

/** Why this review cannot return, or null: the leader needs one question to answer (method 12). */
export const returnRefusal = (comment: string): ReturnRefusal | null =>
	comment.includes('?') ? null : 'question-missing';
