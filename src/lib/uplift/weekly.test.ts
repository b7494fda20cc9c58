import { describe, expect, test } from 'vitest';
import { addDays } from '#lib/values/day.ts';
import { sample } from '../../../tests/pillars.ts';
import type { DealsPillar } from './baseline.ts';
import type { DealFact } from './deals.ts';
import { numbersCsv } from './numbers-sheet.server.ts';
import type { LeaderUplift } from './queries.server.ts';
import { upliftView } from './page-view.server.ts';
import { weeklyView, weeksOf } from './weekly-view.server.ts';
import { weeklyOf, type LeaderDeals } from './weekly.ts';
import { pillars } from './verdict.ts';

const dayZero = '2027-01-11';
const compare = new Intl.Collator('nb').compare;
const seller = (
	id: string,
	name: string,
	startsOn = '2024-01-01',
	endsOn: string | null = null
) => ({
	...{ id, name, startsOn, endsOn },
	fte: 1,
	absences: []
});
let number = 0;
const won = (sellerId: string, day: number, more: Partial<DealFact> = {}): DealFact => ({
	externalId: `D${(number += 1)}`,
	sellerId,
	status: 'won',
	closedOn: addDays(dayZero, day),
	createdOn: null,
	amountMinor: 100_000_00,
	currency: 'NOK',
	kind: 'new',
	...more
});
const period = (deals: number, weeks: number) => ({
	from: dayZero,
	to: dayZero,
	weeks,
	exposure: weeks,
	amounts: Array<number>(deals).fill(100_000_00)
});
const of = (deals: DealFact[], more: Partial<LeaderDeals> = {}): LeaderDeals => ({
	dayZero,
	currency: 'NOK',
	policy: { windowWeeks: 26, rates: { EUR: 11 } },
	locked: { baseline: period(39, 26), lastYearProgram: period(26, 13) },
	team: [
		seller('o', 'Åse Dahl'),
		seller('a', 'Amir Haddad'),
		seller('n', 'Nils Vik', addDays(dayZero, 8)),
		seller('l', 'Lise Moe', '2024-01-01', addDays(dayZero, 10)),
		seller('x', 'Gone Before', '2020-01-01', addDays(dayZero, -1))
	],
	deals,
	...more
});
const source = (weeks: number) => ({
	batchId: 'b',
	fileName: 'deals.csv',
	crm: 'hubspot',
	importedAt: '',
	lastDay: addDays(dayZero, 7 * weeks + 2),
	daysOld: 0,
	stale: false,
	used: 10,
	leftOut: 3
});
const result = (pillar: DealsPillar, weeks = 3) =>
	sample(pillar, {
		gradePct: 12,
		series: [{ week: 3, pct: 12 }],
		ciPct: [-20, 60],
		source: source(weeks),
		forecast: {
			pct: 15,
			low: 3,
			high: 40,
			p: 0.3,
			status: 'at-risk',
			odds: 'results_odds_unlikely'
		},
		figures: [{ key: 'results_figure_expected', value: 19.5, unit: 'deals' }]
	}) as ReturnType<typeof sample> & { pillar: DealsPillar };
const weekly = (deals: DealFact[], pillar: DealsPillar = 'sales', weeks = 3) =>
	weeklyOf(result(pillar, weeks), of(deals), compare);
const byName = (found: ReturnType<typeof weekly>, name: string) =>
	found.sellers.find((one) => one.name === name)!;

describe('the weeks behind a figure', () => {
	const deals = [
		won('a', 0),
		won('a', 6),
		won('a', 7),
		won('o', 20),
		won('a', -1),
		won('a', -26 * 7),
		won('o', -26 * 7 - 1),
		won('x', -14)
	];

	test('are whole weeks from day 0, for the team and for each seller', () => {
		const found = weekly(deals);
		expect(found.program).toEqual([2, 1, 1]);
		expect(byName(found, 'Amir Haddad').weeks).toEqual([2, 1, 0]);
		expect(byName(found, 'Åse Dahl').weeks).toEqual([0, 0, 1]);
		expect(found.before).toHaveLength(26);
		expect([found.before[0], found.before[24], found.before[25]]).toEqual([1, 1, 1]);
		expect(found.before.reduce((sum, one) => sum + one, 0)).toBe(3);
	});

	test('end where the files end: a week that nobody brought is not a week without deals', () => {
		expect(weekly([...deals, won('a', 22)], 'sales', 3).program).toHaveLength(3);
		expect(weekly(deals, 'sales', 40).program).toHaveLength(13);
		expect(weekly(deals, 'sales', -2).program).toEqual([]);
	});

	test('stand beside what was locked, whatever the deals are today', () => {
		const found = weekly(deals);
		expect(found).toMatchObject({ usual: 1.5, lastYear: 2, expected: 1.5 });
		expect(weekly(deals, 'revenue').usual).toBe(150_000);
	});

	test('revenue is money in whole units, in the currency of the program', () => {
		const found = weekly(
			[
				won('a', 1, { amountMinor: 1_000_50 }),
				won('a', 2, { amountMinor: 100_00, currency: 'EUR' })
			],
			'revenue'
		);
		expect(byName(found, 'Amir Haddad').weeks[0]).toBe(2_101);
	});

	test('a seller is compared with their own average over the weeks that they were there', () => {
		const found = weekly([
			...[-1, -8, -15].map((day) => won('a', day)),
			...[-1, -8].map((day) => won('n', day))
		]);
		expect(byName(found, 'Amir Haddad').usual).toBeCloseTo(3 / 26);
		const late = weeklyOf(
			result('sales'),
			of([won('n', -1), won('n', -8)], {
				team: [
					seller('n', 'Nils Vik', addDays(dayZero, -70)),
					seller('s', 'Short', addDays(dayZero, -21))
				]
			}),
			compare
		);
		expect(byName(late, 'Nils Vik').usual).toBeCloseTo(2 / 10);
		expect(byName(late, 'Short').usual).toBeNull();
	});

	test('whoever came or went has no zeros for the weeks that they were not there', () => {
		const found = weekly(deals);
		expect(byName(found, 'Nils Vik')).toMatchObject({
			weeks: [null, 0, 0],
			usual: null,
			cameOn: addDays(dayZero, 8),
			leftOn: null
		});
		expect(byName(found, 'Lise Moe')).toMatchObject({
			weeks: [0, 0, null],
			leftOn: addDays(dayZero, 10)
		});
	});

	test('a week of leave is no week without deals, and does not lower what is usual', () => {
		const away = (from: number, to: number) => ({
			from: addDays(dayZero, from),
			to: addDays(dayZero, to)
		});
		const found = weeklyOf(
			result('sales'),
			of([...[-1, -8, -15].map((day) => won('a', day)), won('a', 15)], {
				team: [
					{
						...seller('a', 'Amir Haddad', '2020-01-01'),
						// Monday to Friday in week 1, half of week 2, all of week 3; three weeks before.
						absences: [away(0, 4), away(9, 13), away(14, 20), away(-42, -22)]
					}
				]
			}),
			compare
		);
		expect(byName(found, 'Amir Haddad').weeks).toEqual([null, 0, 1]);
		expect(byName(found, 'Amir Haddad').usual).toBeCloseTo(3 / 23);
	});

	test('sellers stand in the order of names, never of results; who left before the start is not there', () => {
		const names = ['Amir Haddad', 'Lise Moe', 'Nils Vik', 'Åse Dahl'];
		expect(weekly(deals).sellers.map(({ name }) => name)).toEqual(names);
		const other = weekly(Array.from({ length: 9 }, (_, day) => won('o', day)));
		expect(other.sellers.map(({ name }) => name)).toEqual(names);
	});

	test('what belongs to nobody is counted as such, and the panels sum up to the team', () => {
		const found = weekly([
			...deals,
			won('x', 3),
			won('l', 12),
			won('n', 2),
			won('a', 3, { kind: 'renewal' }),
			won('a', 3, { currency: 'USD' })
		]);
		expect(found).toMatchObject({ unassigned: 3, withoutRate: 1 });
		const sums = found.program.map((_, week) =>
			found.sellers.reduce((sum, { weeks }) => sum + (weeks[week] ?? 0), 0)
		);
		expect(sums).toEqual(found.program);
	});
});

const page = (weeks = 3): LeaderUplift => ({
	dayZero,
	week: weeks,
	phase: 'running',
	lockedAt: '2027-01-05T10:00:00Z',
	results: pillars.map((pillar) =>
		pillar === 'engagement'
			? sample(pillar, { gradePct: 10, ciPct: [1, 19], series: [{ week: 2, pct: 10 }] })
			: result(pillar, weeks)
	),
	events: [
		{ id: '1', day: addDays(dayZero, 9), kind: 'price', size: 'major', note: '' },
		{ id: '2', day: addDays(dayZero, -9), kind: 'campaign', size: 'minor', note: '' }
	]
});
const deals = of([won('a', 0), won('x', 1), won('a', -30)]);

describe('the uplift page', () => {
	test.each(['en', 'nb'] as const)(
		'has panels for sales and revenue and never for engagement (%s)',
		(locale) => {
			for (const measure of ['sales', 'revenue'] as const) {
				const { weekly: found } = upliftView(page(), deals, { measure, locale });
				expect(found!.sellers!.panels.panels.map(({ name }) => name)).toContain('Amir Haddad');
			}
			const view = upliftView(page(), deals, { measure: 'engagement', locale });
			expect(view.weekly).toBeNull();
			expect(JSON.stringify(view)).not.toContain('Haddad');
			expect(numbersCsv(page(), deals, { measure: 'engagement', locale })).not.toContain('Haddad');
		}
	);

	test.each(['en', 'nb'] as const)(
		'says of a seller neither a percentage nor a verdict (%s)',
		(locale) => {
			for (const measure of ['sales', 'revenue'] as const) {
				const { sellers } = upliftView(page(), deals, { measure, locale }).weekly!;
				const { panels, table } = sellers!.panels;
				const words = JSON.stringify([panels.map(({ told, notes }) => [told, notes]), table]);
				expect(words).not.toMatch(/%|ahead|behind|foran|bak/i);
			}
		}
	);

	test('an empty panel says that it is empty, and deals of nobody are said', () => {
		const { sellers, leftOut } = upliftView(page(), deals, {
			measure: 'sales',
			locale: 'en'
		}).weekly!;
		const ase = sellers!.panels.panels.find(({ name }) => name === 'Åse Dahl')!;
		expect(ase.notes).toEqual(['Nothing won in these weeks.']);
		expect(leftOut).toEqual([
			expect.stringMatching(/^1 deal won in these weeks is in no panel/),
			expect.stringMatching(/^3 rows of the latest file/)
		]);
	});

	test('waits with the panels for the first whole week, and with all of it for the lock', () => {
		const before = upliftView(page(0), deals, { measure: 'sales', locale: 'nb' });
		expect(before.weekly).toMatchObject({ sellers: null, plot: { table: {} } });
		expect(weeksOf({ ...result('sales'), state: 'not-locked' }, deals, 'en')).toBeNull();
		expect(weeksOf(result('sales'), null, 'en')).toBeNull();
	});

	test('marks on the axis what happened in the thirteen weeks, and tells it to who cannot see it', () => {
		const { picture } = upliftView(page(), null, { measure: 'engagement', locale: 'en' });
		expect(picture.happened).toEqual([{ told: '20 January: Price change', major: true }]);
		expect(picture.desc).toContain('20 January: Price change.');
		expect(picture.desc).not.toContain('Campaign');
	});

	test('one level is enough where the baseline goes on as it was', () => {
		const as = (value: number) =>
			weeklyView(
				{ ...weeksOf(result('sales'), deals, 'en')!, expected: value },
				result('sales'),
				'en'
			).plot.key.map(({ kind }) => kind);
		expect(as(1.5)).toEqual(['usual', 'last-year']);
		expect(as(1.9)).toEqual(['usual', 'expected', 'last-year']);
	});
});

describe('the sheet of numbers', () => {
	const rows = (text: string) => text.slice(1).trim().split('\r\n');

	test('has the points of the chart with interval and forecast, then the weeks', () => {
		const [head, ...found] = rows(numbersCsv(page(), deals, { measure: 'sales', locale: 'en' }));
		expect(head).toBe('"Measure","What","Seller","Week","First day","Value","Low","High","Unit"');
		expect(found.slice(0, 2)).toEqual([
			'"Sales","Uplift so far, 95 % interval",,3,"2027-01-25",12,-20,60,"%"',
			'"Sales","Forecast, 4 in 5",,13,"2027-04-05",15,3,40,"%"'
		]);
		expect(found).toContain('"Sales","Won deals","Amir Haddad",1,"2027-01-11",1,,,"deals"');
		expect(found).toContain('"Sales","Won deals","Team",-26,"2026-07-13",0,,,"deals"');
		expect(found.filter((line) => line.includes('Nils Vik'))).toHaveLength(2);
	});

	test('speaks the language of its reader', () => {
		const [head, first] = rows(numbersCsv(page(), deals, { measure: 'revenue', locale: 'nb' }));
		expect(head).toMatch(/^"Mål";"Hva";"Selger";"Uke"/);
		expect(first).toMatch(/^"Omsetning";"Løft så langt, 95 %-intervall"/);
	});

	test('has no interval of engagement before the endline, and says that it is rounded', () => {
		const found = rows(numbersCsv(page(), null, { measure: 'engagement', locale: 'en' }));
		expect(found.slice(1)).toEqual([
			'"Engagement","Uplift so far, to the nearest 5",,2,"2027-01-18",10,,,"%"'
		]);
	});

	test('a seller whose name is a formula does nothing in a spreadsheet', () => {
		const team = [seller('a', '=HYPERLINK("http://x.example")')];
		const text = numbersCsv(page(), { ...deals, team }, { measure: 'sales', locale: 'en' });
		expect(text).toContain(`"'=HYPERLINK(""http://x.example"")"`);
	});
});
