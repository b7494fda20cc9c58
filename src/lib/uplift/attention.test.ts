import { describe, expect, test } from 'vitest';
import { attentionOf, byAttention, cohortHeadline, type Seat } from './attention.ts';
import type { PillarForecast, PillarResult } from './pillar.ts';
import { told, toldHeadline } from './words.server.ts';
import { sample, type Sample } from '../../../tests/pillars.ts';

const forecast = (status: PillarForecast['status'], pct = 20): PillarForecast => ({
	pct,
	low: pct - 8,
	high: pct + 8,
	p: 0.5,
	status,
	odds: 'results_odds_likely'
});
const good = { gradePct: 17, forecast: forecast('on-track', 33) };
const close = { gradePct: 9, forecast: forecast('at-risk', 19) };
const behind = { gradePct: 5, forecast: forecast('off-track', 10) };
const met = { state: 'final', week: 13, verdict: 'met_robust', upliftPct: 31 } as const;
const notMet = { state: 'final', week: 13, verdict: 'not_met', upliftPct: 17 } as const;
const hidden = { state: 'suppressed' } as const;
const open = { state: 'not-locked' } as const;
const stale = { flags: ['stale'] as PillarResult['flags'], gradePct: 4 };

const seat = (
	firstName: string,
	e: Sample,
	s: Sample,
	r: Sample,
	more: Partial<Seat> = {}
): Seat => ({
	firstName,
	left: false,
	week: 6,
	results: [sample('engagement', e), sample('sales', s), sample('revenue', r)],
	...more
});
const aisha = seat('Aisha', good, good, good);
const tomas = seat('Tomas', good, good, close);
const ingrid = seat('Ingrid', good, good, behind);
const peter = seat('Peter', hidden, stale, stale);

const said = (one: Seat) => {
	const { level, tag, why } = attentionOf(one);
	return `${level}: ${told(tag, 'en')}${why ? `, ${told(why, 'en')}` : ''}`;
};

describe('what a seat asks for', () => {
	test.each<[Seat, string]>([
		[aisha, 'ok: on course'],
		[tomas, 'warn: late, revenue is a little behind'],
		[ingrid, 'stop: call this week, revenue is far behind'],
		[peter, 'warn: ask for a new file, the numbers are 0 days old'],
		[seat('Ola', hidden, good, good), 'warn: too few answers, engagement is hidden'],
		[seat('Ola', open, open, open), 'stop: call this week, the baseline is not locked'],
		[seat('Ola', open, open, open, { week: 0 }), 'calm: not started, the baseline is not locked'],
		[
			seat('Ola', good, good, good, { missedSessions: 2 }),
			'stop: call this week, 2 sessions missed'
		],
		[seat('Ola', good, good, good, { left: true }), 'calm: left, after week 6'],
		[seat('Ola', met, met, met), 'ok: promise kept'],
		[seat('Ola', met, met, notMet), 'calm: goal missed, revenue did not get there'],
		[seat('Ola', hidden, met, met), 'calm: finished, not everything could be measured']
	])('%#', (one, expected) => {
		expect(said(one)).toBe(expected);
	});

	test('who needs somebody comes first, whatever their figures', () => {
		const rows = [aisha, tomas, ingrid, peter].map((one) => ({
			...one,
			attention: attentionOf(one)
		}));
		expect(byAttention(rows).map(({ firstName }) => firstName)).toEqual([
			'Ingrid',
			'Tomas',
			'Peter',
			'Aisha'
		]);
	});
});

describe('what is said of a cohort', () => {
	const both = (seats: Seat[]) =>
		(['en', 'nb'] as const).map((locale) => {
			const { first, second } = toldHeadline(cohortHeadline(seats), locale);
			return `${first} / ${second ?? '-'}`;
		});
	const kept = seat('Ola', met, met, met, { week: 13 });
	const missed = seat('Kari', met, met, notMet, { week: 13 });
	test.each<[string, Seat[], string, string]>([
		[
			'one to call',
			[aisha, tomas, ingrid, peter],
			'One seat is on course. / Ingrid needs a call.',
			'Én plass er i rute. / Ring Ingrid.'
		],
		[
			'two to call',
			[aisha, aisha, ingrid, { ...ingrid, firstName: 'Jo' }],
			'Two seats are on course. / Ingrid and Jo need a call.',
			'To plasser er i rute. / Ring Ingrid og Jo.'
		],
		[
			'three to call',
			[ingrid, ingrid, ingrid],
			'No seat is on course. / Three leaders need a call.',
			'Ingen plass er i rute. / Tre ledere bør få en telefon.'
		],
		[
			'one to watch',
			[aisha, tomas],
			'One seat is on course. / Keep an eye on Tomas.',
			'Én plass er i rute. / Følg med på Tomas.'
		],
		['all well', [aisha, aisha], 'Every seat is on course. / -', 'Alle plassene er i rute. / -'],
		[
			'not locked',
			[seat('Ola', open, open, open), seat('Jo', open, open, open)],
			'Nothing is measured yet. / Two baselines are not locked.',
			'Ingenting er målt ennå. / To utgangspunkter er ikke låst.'
		],
		[
			'finished',
			[kept, missed, missed, kept],
			'Two of four leaders reached all three goals. / Revenue was missed most often.',
			'To av fire ledere nådde alle tre målene. / Oftest glapp omsetningen.'
		],
		[
			'finished, everybody',
			[kept, kept, kept],
			'Every leader reached all three goals. / -',
			'Alle lederne nådde alle tre målene. / -'
		],
		[
			'finished, one left',
			[kept, missed, seat('Jo', open, open, open, { left: true, week: 4 })],
			'One of three leaders reached all three goals. / One leader missed at least one goal.',
			'Én av tre ledere nådde alle tre målene. / Én leder bommet på minst ett mål.'
		]
	])('%s', (_, seats, en, nb) => {
		expect(both(seats)).toEqual([en, nb]);
	});
});
