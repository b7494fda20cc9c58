/** The words for touchpoints and for the pulse, in the reader's language. */
import { m } from '#lib/paraglide/messages.js';
import type { Ago } from './pulse-picture.ts';
import type { CadenceKind, PulseSentence, Target } from './pulse.ts';
import type { Kind, TouchpointRefusal } from './touchpoint.ts';
import { weekdayName, type Locale } from './meeting-words.ts';

export const kindWords = {
	coaching: m.coaching_kind_coaching,
	feedback: m.coaching_kind_feedback,
	listening: m.coaching_kind_listening,
	recognition: m.coaching_kind_recognition,
	'stepped-back': m.coaching_kind_stepped_back,
	'team-meeting': m.coaching_kind_team_meeting,
	training: m.coaching_kind_training
} satisfies Record<Kind, () => string>;

export const cadenceWords = {
	feedback: m.coaching_cadence_feedback,
	coaching: m.coaching_cadence_coaching,
	'team-meeting': m.coaching_cadence_team_meeting,
	training: m.coaching_cadence_training,
	'follow-up': m.coaching_cadence_follow_up
} satisfies Record<CadenceKind, () => string>;

export const touchpointRefusals = {
	'kind-missing': m.coaching_log_kind_missing,
	'seller-missing': m.coaching_log_seller_missing,
	'kind-is-for-team': m.coaching_log_kind_is_for_team,
	'minutes-wrong': m.coaching_log_minutes_wrong,
	'note-too-long': m.coaching_log_note_too_long,
	'day-wrong': m.coaching_log_day_wrong,
	'form-stale': m.coaching_log_form_stale,
	'seller-unknown': m.coaching_log_seller_unknown,
	'not-enrolled': m.coaching_log_not_enrolled,
	'not-today': m.coaching_log_not_today,
	'not-found': m.coaching_log_not_found
} satisfies Record<TouchpointRefusal | 'not-today' | 'not-found', () => string>;

/** The sentence over the picture: "Jonas has heard nothing from you for 8 working days." */
export function pulseSaid(sentence: PulseSentence): string {
	if (sentence.say === 'no-team') return m.coaching_pulse_no_team();
	if (sentence.say === 'nothing-yet') return m.coaching_pulse_nothing_yet();
	if (sentence.say === 'all-reached')
		return sentence.days === 0
			? m.coaching_pulse_all_today()
			: m.coaching_pulse_all_reached({ count: sentence.days });
	const { names, days: count } = sentence;
	const [name = '', other = ''] = names;
	if (names.length === 1) return m.coaching_pulse_silence_one({ name, count });
	if (names.length === 2) return m.coaching_pulse_silence_two({ name, other, count });
	return m.coaching_pulse_silence_many({ people: names.length, count });
}

/** The last column: "8 days", "Friday", "today". */
export function agoSaid(ago: Ago, locale: Locale, length: 'long' | 'short'): string {
	if (ago.form === 'never') return m.coaching_pulse_ago_never();
	if (ago.form === 'today') return m.coaching_pulse_ago_today();
	if (ago.form === 'weekday') return weekdayName(ago.day, locale, length);
	return m.coaching_pulse_ago_days({ count: ago.count });
}

/** What a week aims at: "2 a week for each", "one every 4 weeks for each". */
export function aimSaid({ perWeek, per }: Pick<Target, 'perWeek' | 'per'>): string {
	if (perWeek >= 1) {
		const count = perWeek;
		return per === 'seller'
			? m.coaching_aim_per_week_seller({ count })
			: m.coaching_aim_per_week_team({ count });
	}
	const count = Math.round(1 / perWeek);
	return per === 'seller'
		? m.coaching_aim_every_seller({ count })
		: m.coaching_aim_every_team({ count });
}
