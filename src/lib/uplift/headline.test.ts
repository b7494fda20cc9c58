import { describe, expect, test } from 'vitest';
import { leaderHeadline } from './headline.ts';
import type { PillarForecast, PillarResult } from './pillar.ts';
import { toldHeadline } from './words.server.ts';
import { sample, type Sample } from '../../../tests/pillars.ts';

const forecast = (status: PillarForecast['status'], pct = 20): PillarForecast => ({
	pct,
	low: pct - 8,
	high: pct + 8,
	p: status === 'on-track' ? 0.7 : status === 'at-risk' ? 0.35 : 0.1,
	status,
	odds: 'results_odds_likely'
});
const ahead = { gradePct: 17, forecast: forecast('on-track', 33) };
const onCourse = { gradePct: 9, forecast: forecast('on-track', 27) };
const close = { gradePct: 9, forecast: forecast('at-risk', 19) };
const behind = { gradePct: 5, forecast: forecast('off-track', 10) };
const fallen = { gradePct: -4, forecast: forecast('off-track', -6) };
const hidden = { state: 'suppressed' } as const;
const early = { state: 'too-early' } as const;
const open = { state: 'not-locked' } as const;
const old = {
	flags: ['stale'] as PillarResult['flags'],
	source: {
		batchId: '',
		fileName: 'a.csv',
		crm: 'hubspot',
		importedAt: '',
		lastDay: '2027-02-01',
		daysOld: 16,
		stale: true,
		used: 1,
		leftOut: 0
	}
};
const met = {
	state: 'final',
	week: 13,
	verdict: 'met_robust',
	upliftPct: 31,
	gradePct: 31
} as const;
const notMet = {
	state: 'final',
	week: 13,
	verdict: 'not_met',
	upliftPct: 17,
	gradePct: 17
} as const;
const fell = { state: 'final', week: 13, verdict: 'fell', upliftPct: -3, gradePct: -3 } as const;
const unmeasured = { state: 'not-measurable', week: 13 } as const;

const three = (engagement: Sample, sales: Sample, revenue: Sample) => [
	sample('revenue', revenue),
	sample('engagement', engagement),
	sample('sales', sales)
];
const both = (results: PillarResult[]) => {
	const headline = leaderHeadline(results);
	const { first, second } = toldHeadline(headline, 'en');
	const nb = toldHeadline(headline, 'nb');
	return [`${first} / ${second ?? '-'}`, `${nb.first} / ${nb.second ?? '-'}`];
};

describe('while the program runs', () => {
	test.each<[string, PillarResult[], string, string]>([
		[
			'one ahead, one behind',
			three(hidden, ahead, behind),
			'Sales is ahead. / Revenue is not there yet.',
			'Salget ligger foran. / Omsetningen er ikke der ennå.'
		],
		[
			'two ahead, one behind',
			three(ahead, ahead, behind),
			'Engagement and sales are ahead. / Revenue is not there yet.',
			'Engasjement og salg ligger foran. / Omsetningen er ikke der ennå.'
		],
		[
			'all ahead',
			three(ahead, ahead, { ...ahead, forecast: forecast('on-track', 26) }),
			'All three are ahead. / Revenue has the least to spare.',
			'Alle tre ligger foran. / Omsetningen har minst å gå på.'
		],
		[
			'all on course, below the line today',
			three(onCourse, { ...onCourse, forecast: forecast('on-track', 25) }, onCourse),
			'All three are on course. / Sales has the least to spare.',
			'Alle tre er i rute. / Salget har minst å gå på.'
		],
		[
			'one a little behind',
			three(ahead, ahead, close),
			'Engagement and sales are ahead. / Revenue is a little behind.',
			'Engasjement og salg ligger foran. / Omsetningen ligger litt bak.'
		],
		[
			'one has fallen',
			three(onCourse, ahead, fallen),
			'Engagement and sales are on course. / Revenue has fallen.',
			'Engasjement og salg er i rute. / Omsetningen har falt.'
		],
		[
			'nothing on course',
			three(behind, behind, { ...behind, forecast: forecast('off-track', 2) }),
			'Nothing is on course yet. / Revenue is furthest behind.',
			'Ingenting er i rute ennå. / Omsetningen ligger lengst bak.'
		],
		[
			'close at best',
			three(behind, close, close),
			'Sales and revenue are close. / Engagement is not there yet.',
			'Salg og omsetning er nesten i rute. / Engasjementet er ikke der ennå.'
		],
		[
			'well, but engagement is hidden',
			three(hidden, ahead, ahead),
			'Sales and revenue are ahead. / Engagement is hidden: too few answers.',
			'Salg og omsetning ligger foran. / Engasjementet er skjult: for få svar.'
		],
		[
			'the file is old',
			three(ahead, old, old),
			'Engagement is ahead. / The numbers are 16 days old.',
			'Engasjementet ligger foran. / Tallene er 16 dager gamle.'
		],
		[
			'the file is old and nothing else is known',
			three(hidden, old, old),
			'The numbers are 16 days old. / A new file brings the forecast back.',
			'Tallene er 16 dager gamle. / En ny fil gir prognosen tilbake.'
		],
		[
			'too early for one',
			three(early, ahead, ahead),
			'Sales and revenue are ahead. / It is too early to say for engagement.',
			'Salg og omsetning ligger foran. / For engasjement er det for tidlig å si.'
		]
	])('%s', (_, results, en, nb) => {
		expect(both(results)).toEqual([en, nb]);
	});
});

test('too early, and what it waits for', () => {
	expect(both(three({ ...early, week: 1 }, { ...early, week: 1 }, { ...early, week: 1 }))[0]).toBe(
		'It is too early to say. / The first forecast comes after week 3.'
	);
	expect(both(three(hidden, early, early))).toEqual([
		'It is too early to say. / A forecast needs a few more deals and answers.',
		'Det er for tidlig å si. / En prognose trenger noen flere avtaler og svar.'
	]);
});

test('nothing is measured before the baseline is locked', () => {
	const at = (week: number) => three({ ...open, week }, { ...open, week }, { ...open, week });
	expect(both(at(0))).toEqual([
		'Nothing is measured yet. / Lock the baseline before week 1 ends.',
		'Ingenting er målt ennå. / Lås utgangspunktet før uke 1 er over.'
	]);
	expect(both(at(2))[0]).toBe('Nothing is measured yet. / The baseline is still not locked.');
	expect(both([])[0]).toBe('Nothing is measured yet. / Lock the baseline before week 1 ends.');
});

test('what is not locked or not asked is said when the rest is known', () => {
	expect(both(three(open, ahead, ahead))[0]).toBe(
		'Sales and revenue are ahead. / The team has not been asked yet.'
	);
	expect(both(three(ahead, open, open))[0]).toBe(
		'Engagement is ahead. / The baseline is still not locked.'
	);
	expect(both(three(early, open, open))[0]).toBe(
		'It is too early to say. / The baseline is still not locked.'
	);
});

describe('when the window is over', () => {
	test.each<[string, PillarResult[], string, string]>([
		[
			'three of three',
			three(met, met, met),
			'All three rose by 25\u00A0% or more. / The promise is kept.',
			'Alle tre steg med 25\u00A0% eller mer. / Løftet er holdt.'
		],
		[
			'two of three',
			three(met, met, notMet),
			'Engagement and sales reached the goal. / Revenue did not.',
			'Engasjement og salg nådde målet. / Omsetningen gjorde ikke det.'
		],
		[
			'one of three',
			three(notMet, met, fell),
			'Sales reached the goal. / Engagement and revenue did not.',
			'Salget nådde målet. / Engasjement og omsetning gjorde ikke det.'
		],
		[
			'two, and one hidden',
			three(hidden, met, met),
			'Sales and revenue reached the goal. / Engagement could not be measured.',
			'Salg og omsetning nådde målet. / Engasjementet kunne ikke måles.'
		],
		[
			'none',
			three(notMet, fell, fell),
			'The goal was not reached. / Engagement came closest, at +17\u00A0%.',
			'Målet ble ikke nådd. / Engasjementet kom nærmest, med +17\u00A0%.'
		],
		[
			'the only measured one missed',
			three(hidden, unmeasured, fell),
			'The goal was not reached. / Revenue changed by −3\u00A0%.',
			'Målet ble ikke nådd. / Omsetningen endret seg med −3\u00A0%.'
		],
		[
			'nothing to measure',
			three(unmeasured, unmeasured, unmeasured),
			'The result could not be measured. / -',
			'Resultatet kunne ikke måles. / -'
		],
		[
			'one still open',
			three({ ...ahead, week: 13 }, met, met),
			'Sales and revenue reached the goal. / The result for engagement is still open.',
			'Salg og omsetning nådde målet. / Resultatet for engasjement er fortsatt åpent.'
		]
	])('%s', (_, results, en, nb) => {
		expect(both(results)).toEqual([en, nb]);
	});
});

test('no headline gives a figure for engagement before the endline, or names a cause', () => {
	const states = [ahead, onCourse, close, behind, fallen, hidden, early, open, old];
	for (const engagement of states)
		for (const sales of states)
			for (const revenue of states)
				for (const text of both(three(engagement, sales, revenue))) {
					expect(text).not.toMatch(/%|caused|because|fordi|skyldes/);
					expect(text).not.toMatch(/results_/);
				}
});
