/** The baseline in the reader's words, for leader, coach and admin alike. */
import { m } from '#lib/paraglide/messages.js';
import { formatMoney } from '#lib/values/money.ts';
import { sayDay } from '#lib/values/say-day.ts';
import {
	metrics,
	windowChoices,
	type BaselineFigures,
	type LockRefusal,
	type Metric,
	type Warning
} from './baseline.ts';
import { eventKinds, type EventKind } from './known-event.ts';
import { baselineIds, type BaselineId } from './pillar.ts';
import type { BaselinePage } from './queries.server.ts';

type Locale = 'en' | 'nb';
type Words<Params = Record<string, never>> = (
	params: Params,
	options: { locale: Locale }
) => string;

const refusalWords: Record<LockRefusal | 'not-valid' | 'too-many', Words> = {
	'no-deals': m.uplift_refusal_no_deals,
	'primary-missing': m.uplift_refusal_primary_missing,
	'rate-missing': m.uplift_refusal_rate_missing,
	'nobody-on-roster': m.uplift_refusal_nobody_on_roster,
	'already-locked': m.uplift_refusal_already_locked,
	'already-final': m.uplift_refusal_already_final,
	'changed-since': m.uplift_refusal_changed_since,
	'too-late': m.uplift_refusal_too_late,
	'reason-missing': m.uplift_refusal_reason_missing,
	'not-signed-by-coach': m.uplift_refusal_not_signed_by_coach,
	'not-found': m.uplift_refusal_not_found,
	'not-valid': m.uplift_refusal_not_valid,
	'too-many': m.uplift_refusal_too_many
};

/** Why a signature or a proposal is refused. */
export const baselineRefusal = (
	reason: LockRefusal | 'not-valid' | 'too-many',
	locale: Locale
): string => refusalWords[reason]({}, { locale });

const warningWords: Record<Warning, Words<{ weeks: number; days: number; neff: number }>> = {
	'history-short': m.uplift_warning_history_short,
	'too-few-deals': m.uplift_warning_too_few_deals,
	'few-deals': m.uplift_warning_few_deals,
	'low-start': m.uplift_warning_low_start,
	season: m.uplift_warning_season,
	'no-holidays': m.uplift_warning_no_holidays,
	'long-cycle': m.uplift_warning_long_cycle,
	'engagement-out-of-scale': m.uplift_warning_engagement_out_of_scale
};
const idWords: Record<BaselineId, Words<{ weeks: number }>> = {
	B26: m.uplift_baseline_b26,
	B13: m.uplift_baseline_b13,
	BLY: m.uplift_baseline_bly,
	BSEA: m.uplift_baseline_bsea,
	BTOT: m.uplift_baseline_btot
};
const metricWords: Record<Metric, Words> = {
	booking_first_year: m.uplift_metric_booking_first_year,
	booking_total: m.uplift_metric_booking_total,
	invoiced: m.uplift_metric_invoiced,
	gross_margin: m.uplift_metric_gross_margin
};
const eventWords: Record<EventKind, Words> = {
	price: m.uplift_event_price,
	territory: m.uplift_event_territory,
	compensation: m.uplift_event_compensation,
	campaign: m.uplift_event_campaign,
	launch: m.uplift_event_launch,
	'big-customer': m.uplift_event_big_customer,
	'team-merge': m.uplift_event_team_merge,
	other: m.uplift_event_other
};

type BaselineRow = {
	id: BaselineId;
	label: string;
	primary: boolean;
	period: string;
	deals: number;
	revenue: string;
	exposure: string;
	neff: string;
	expected: string;
};

export type BaselineView = {
	enrollmentId: string;
	inputsSha256: string;
	say: { first: string; second: string };
	/** What the figures say, in sentences. */
	sentences: string[];
	rows: BaselineRow[];
	/** The same as it would be locked today, where that differs from what is locked. */
	changed: { rows: BaselineRow[]; signed: string | null } | null;
	/** What was locked before the version that counts, in sentences. */
	earlier: { version: number; words: string; reason: string | null }[];
	warnings: string[];
	/** Why nobody can sign now. */
	obstacle: string | null;
	signatures: { name: string; role: 'leader' | 'coach'; when: string | null }[];
	/** An admin may lock a further version once the coach has signed it. */
	maySign: { leader: boolean; coach: boolean; admin: boolean };
	locked: { version: number; when: string; hash: string; reason: string | null } | null;
	restated: string | null;
	hasFile: boolean;
};

/** What leader and coach see of the baseline, and may do with it. */
export function baselineView(page: BaselinePage, locale: Locale): BaselineView {
	const { currency, timeZone, locked, leaderSignedAt, coachSignedAt, obstacle } = page;
	const money = (amountMinor: number) =>
		formatMoney({ amountMinor: Math.round(amountMinor / 100) * 100, currency }, locale);
	const number = new Intl.NumberFormat(locale, { maximumFractionDigits: 1 });
	const when = new Intl.DateTimeFormat(locale === 'en' ? 'en-GB' : locale, {
		timeZone,
		dateStyle: 'long',
		timeStyle: 'short'
	});
	const signedAt = (at: string | null) => at && when.format(new Date(at));
	const rowOf = (row: BaselineFigures): BaselineRow => ({
		id: row.id,
		label: idWords[row.id]({ weeks: row.weeks }, { locale }),
		primary: row.primary,
		period: m.uplift_from_to(
			{ from: sayDay(row.from, locale), to: sayDay(row.to, locale) },
			{ locale }
		),
		deals: row.deals,
		revenue: money(row.revenueMinor),
		exposure: number.format(row.exposure),
		neff: number.format(row.neff),
		expected: money(row.expectedRevenueMinor)
	});
	const primary = page.figures.find((row) => row.primary);
	const first = page.figures[0];
	return {
		enrollmentId: page.enrollmentId,
		inputsSha256: page.inputsSha256,
		say: sayOf(page, locale),
		sentences:
			first && primary && first.deals > 0
				? [
						m.uplift_baseline_words(
							{
								deals: first.deals,
								revenue: money(first.revenueMinor),
								weeks: first.weeks,
								exposure: number.format(first.exposure)
							},
							{ locale }
						),
						...(page.policy.country === null || page.holidays === 0
							? []
							: [
									m.uplift_baseline_words_holidays(
										{ count: page.holidays, country: countryIn(locale)(page.policy.country) },
										{ locale }
									)
								]),
						...absenceWords(page, locale),
						m.uplift_baseline_words_then(
							{
								deals: number.format(primary.expectedDeals),
								revenue: money(primary.expectedRevenueMinor),
								target: money(primary.expectedRevenueMinor * (1 + page.policy.goal / 100)),
								targetDeals: number.format(primary.expectedDeals * (1 + page.policy.goal / 100)),
								goal: page.policy.goal
							},
							{ locale }
						)
					]
				: [],
		rows: page.figures.map(rowOf),
		changed: page.changed && {
			rows: page.changed.map(rowOf),
			signed:
				coachSignedAt &&
				m.uplift_changed_signed(
					{ name: page.coachName, when: signedAt(coachSignedAt)! },
					{ locale }
				)
		},
		earlier: page.earlier.map(({ version, lockedAt, reason, figures }) => ({
			version,
			words: m.uplift_earlier_words(
				{
					version,
					when: when.format(new Date(lockedAt)),
					deals: figures.deals,
					revenue: money(figures.revenueMinor),
					expected: money(figures.expectedRevenueMinor)
				},
				{ locale }
			),
			reason
		})),
		warnings: page.hasFile
			? page.warnings.map((warning) =>
					warningWords[warning](
						{
							weeks: page.historyWeeks,
							days: Math.round(page.cycleDays ?? 0),
							neff: Math.round(first?.neff ?? 0)
						},
						{ locale }
					)
				)
			: [],
		obstacle: obstacle === null || locked ? null : baselineRefusal(obstacle, locale),
		signatures: [
			{ name: page.leaderName, role: 'leader', when: signedAt(leaderSignedAt) },
			{ name: page.coachName, role: 'coach', when: signedAt(coachSignedAt) }
		],
		maySign: {
			leader: obstacle === null && leaderSignedAt === null,
			// After the lock the coach may sign for a restated baseline.
			coach: coachSignedAt === null && (obstacle === null || page.changed !== null),
			admin: coachSignedAt !== null && page.changed !== null
		},
		locked: locked && {
			version: locked.version,
			when: when.format(new Date(locked.lockedAt)),
			hash: locked.inputsSha256.slice(0, 12),
			reason: locked.reason
		},
		restated: restatedOf(page, locale),
		hasFile: page.hasFile
	};
}

function absenceWords({ absenceDays: count }: BaselinePage, locale: Locale): string[] {
	if (count === null) return [];
	return count === 0
		? [m.uplift_baseline_words_no_absence({}, { locale })]
		: [m.uplift_baseline_words_absence({ count }, { locale })];
}

function restatedOf({ restated }: BaselinePage, locale: Locale): string | null {
	const most = [restated?.revenue ?? null, restated?.sales ?? null]
		.filter((pct) => pct !== null)
		.reduce((far, pct) => (Math.abs(pct) > Math.abs(far) ? pct : far), 0);
	if (Math.abs(most) < 0.5) return null;
	const pct = new Intl.NumberFormat(locale, {
		style: 'percent',
		signDisplay: 'always',
		maximumFractionDigits: 0
	}).format(most / 100);
	return m.uplift_restated({ pct }, { locale });
}

function sayOf(page: BaselinePage, locale: Locale): BaselineView['say'] {
	const { locked, obstacle, leaderSignedAt, coachSignedAt } = page;
	const say = (first: string, second: string) => ({ first, second });
	if (locked)
		return say(
			m.uplift_baseline_say_locked({}, { locale }),
			m.uplift_baseline_say_locked_then({}, { locale })
		);
	if (obstacle === 'too-late')
		return say(
			m.uplift_baseline_say_late({}, { locale }),
			m.uplift_baseline_say_late_then({}, { locale })
		);
	if (obstacle !== null)
		return say(
			m.uplift_baseline_say_nothing({}, { locale }),
			m.uplift_baseline_say_nothing_then({}, { locale })
		);
	const one = leaderSignedAt ?? coachSignedAt;
	if (one)
		return say(
			m.uplift_baseline_say_signed(
				{ name: leaderSignedAt ? page.leaderName : page.coachName },
				{ locale }
			),
			m.uplift_baseline_say_signed_then(
				{ name: leaderSignedAt ? page.coachName : page.leaderName },
				{ locale }
			)
		);
	return say(
		m.uplift_baseline_say_agree({}, { locale }),
		m.uplift_baseline_say_agree_then({}, { locale })
	);
}

/** Names countries in the reader's language. */
function countryIn(locale: Locale): (country: string) => string {
	const names = new Intl.DisplayNames(locale, { type: 'region' });
	return (country) => names.of(country) ?? country;
}

/**
 * The choices of the proposal's form, and the events, in words.
 *
 * @param countries those whose public holidays are known
 */
export function agreementView(page: BaselinePage, locale: Locale, countries: readonly string[]) {
	const { policy, locked, events, suggested, currenciesWithoutRate } = page;
	const currencies = [...new Set([...Object.keys(policy.rates), ...currenciesWithoutRate])].sort();
	const percent = new Intl.NumberFormat(locale, { style: 'percent' });
	const nameOf = countryIn(locale);
	return {
		open: locked === null,
		metric: { chosen: policy.metric, name: metricWords[policy.metric]({}, { locale }) },
		metrics: metrics.map((value) => ({ value, label: metricWords[value]({}, { locale }) })),
		windowWeeks: policy.windowWeeks,
		windows: windowChoices.map((value) => ({
			value,
			label: m.uplift_weeks({ count: value }, { locale })
		})),
		country: {
			chosen: policy.country,
			told: policy.country ? nameOf(policy.country) : m.uplift_country_none({}, { locale })
		},
		countries: countries
			.map((value) => ({ value, label: nameOf(value) }))
			.sort((one, other) => one.label.localeCompare(other.label, locale)),
		primary: policy.primary,
		primaries: baselineIds.map((value) => ({
			value,
			label: idWords[value]({ weeks: policy.windowWeeks }, { locale }),
			suggested: value === suggested
		})),
		rates: currencies.map((code) => ({ code, rate: policy.rates[code] ?? null })),
		currency: page.currency,
		minGroup: policy.minGroup,
		goal: policy.goal,
		ramp: policy.ramp.map(({ fromMonth, share }) =>
			m.uplift_ramp_step({ month: fromMonth, share: percent.format(share) }, { locale })
		),
		eventKinds: eventKinds.map((value) => ({ value, label: eventWords[value]({}, { locale }) })),
		events: events.map(({ id, day, kind, size, note }) => ({
			id,
			day: sayDay(day, locale),
			kind: eventWords[kind]({}, { locale }),
			major: size === 'major',
			note
		}))
	};
}
