/** How waves and their results are spoken of. */
import { m } from '#lib/paraglide/messages.js';
import type { ProbabilityWords, Verdict } from './evidence.ts';
import type { Band, Flag, TalkWords } from './publication.ts';
import type { CloseRefusal, OpenRefusal, Planned, RemindRefusal } from './wave.ts';
import { dateFormat, numberFormat } from '#lib/values/formats.ts';

export function waveName({ kind, week }: Pick<Planned, 'kind' | 'week'>): string {
	if (kind === 'pulse') return m.engagement_wave_pulse({ week });
	return kind === 'baseline' ? m.engagement_wave_baseline() : m.engagement_wave_endline();
}

/** Why a wave was not opened, reminded of or closed. */
export const waveRefusals = {
	'no-such-wave': m.engagement_open_no_such_wave,
	'not-due-yet': m.engagement_open_not_due_yet,
	'too-late': m.engagement_open_too_late,
	'already-asked': m.engagement_open_already_asked,
	'another-wave-open': m.engagement_open_another_wave_open,
	'baseline-first': m.engagement_open_baseline_first,
	'nobody-to-ask': m.engagement_open_nobody_to_ask,
	'address-missing': m.engagement_open_address_missing,
	'team-changed': m.engagement_open_team_changed,
	'no-such-enrollment': m.engagement_open_no_such_enrollment,
	'not-open': m.engagement_open_not_open,
	'too-late-to-remind': m.engagement_open_too_late_to_remind,
	'reminded-lately': m.engagement_open_reminded_lately,
	'reminded-enough': m.engagement_open_reminded_enough,
	'too-early-to-close': m.engagement_open_too_early_to_close
} satisfies Record<OpenRefusal | RemindRefusal | CloseRefusal | 'no-such-enrollment', () => string>;

export const bandWords = {
	low: m.engagement_band_low,
	middle: m.engagement_band_middle,
	good: m.engagement_band_good,
	high: m.engagement_band_high
} satisfies Record<Band, () => string>;

export const talkShares = {
	'nearly all': m.engagement_talks_nearly_all,
	most: m.engagement_talks_most,
	'about half': m.engagement_talks_about_half,
	few: m.engagement_talks_few,
	'very few': m.engagement_talks_very_few
} satisfies Record<TalkWords, () => string>;

export const flagWords = {
	few_people: m.results_flag_few_people,
	low_response: m.results_flag_low_response,
	goal_out_of_scale: m.results_flag_goal_out_of_scale,
	points_only: m.results_flag_points_only,
	group_changed: m.results_flag_group_changed,
	just_below_goal: m.results_flag_just_below_goal
} satisfies Record<Flag, () => string>;

export const anyRiseWords = {
	'very unlikely': m.results_any_very_unlikely,
	unlikely: m.results_any_unlikely,
	'rather unlikely': m.results_any_rather_unlikely,
	'rather likely': m.results_any_rather_likely,
	likely: m.results_any_likely,
	'very likely': m.results_any_very_likely
} satisfies Record<ProbabilityWords, () => string>;

export const verdictWords = {
	not_measurable: m.results_verdict_long_not_measurable,
	in_progress: m.results_verdict_long_in_progress,
	met_robust: m.results_verdict_long_met_robust,
	met_primary_only: m.results_verdict_long_met_primary_only,
	not_met: m.results_verdict_long_not_met,
	fell: m.results_verdict_long_fell
} satisfies Record<Verdict, () => string>;

/** "+21 %", "−3 %": with a real minus and a space that does not break. */
export const signedPercent = (value: number, locale: string): string =>
	`${signed(value, locale)}\u00a0%`;
export const signed = (value: number, locale: string): string =>
	numberFormat(locale === 'nb' ? 'nb-NO' : 'en-GB', { signDisplay: 'exceptZero' })
		.format(value)
		.replace('-', '\u2212');

/** "Monday 4 January"; a day without a year, as people say it. */
export const dayWords = (day: string | Date, locale: string, timeZone = 'UTC'): string =>
	dateFormat(locale === 'nb' ? 'nb-NO' : 'en-GB', {
		timeZone,
		weekday: 'long',
		day: 'numeric',
		month: 'long'
	}).format(typeof day === 'string' ? new Date(`${day}T12:00:00Z`) : day);
