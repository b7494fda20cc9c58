/** The words of a survey. Own items, informed by published research (method 2.2, 2.3). */
import { m } from '#lib/paraglide/messages.js';
import type { ItemId } from './score.ts';
import type { ReplyRefusal, ScaleKind } from './survey.ts';

export type Locale = 'en' | 'nb';
type Words = (inputs?: Record<string, never>, options?: { locale?: Locale }) => string;

/** What is asked, by the question's id. */
export const itemWords = {
	EI1: m.item_ei1,
	EI2: m.item_ei2,
	EI3: m.item_ei3,
	EI4: m.item_ei4,
	EI5: m.item_ei5,
	EI6: m.item_ei6,
	EI7: m.item_ei7,
	SLB1: m.item_slb1,
	SLB2: m.item_slb2,
	SLB3: m.item_slb3,
	SLB4: m.item_slb4,
	SLB5: m.item_slb5,
	SLB6: m.item_slb6,
	SLB7: m.item_slb7,
	SLB8: m.item_slb8,
	SLB9: m.item_slb9,
	SLB10: m.item_slb10,
	ST1: m.item_st1,
	CA1: m.item_ca1,
	CC1: m.item_cc1
} satisfies Record<ItemId, Words>;

/** The half sentence before an item, where it has one. */
export const stemOf = (id: ItemId): Words | null =>
	id.startsWith('EI') ? m.survey_stem_team : id.startsWith('SLB') ? m.survey_stem_leader : null;

/** The labels of a scale, lowest step first; a step of 0 is a question left open. */
export const scaleWords = {
	agreement: [
		m.survey_agree_1,
		m.survey_agree_2,
		m.survey_agree_3,
		m.survey_agree_4,
		m.survey_agree_5,
		m.survey_agree_6,
		m.survey_agree_7
	],
	frequency: [
		m.survey_often_1,
		m.survey_often_2,
		m.survey_often_3,
		m.survey_often_4,
		m.survey_often_5
	],
	'yes-no': [m.survey_no, m.survey_yes]
} satisfies Record<ScaleKind, Words[]>;

export const replyWords = {
	unreadable: m.survey_unreadable,
	'nothing-answered': m.survey_nothing_answered,
	'few-answers': m.survey_few_answers,
	'comment-too-long': m.survey_comment_too_long
} satisfies Record<ReplyRefusal, Words>;
