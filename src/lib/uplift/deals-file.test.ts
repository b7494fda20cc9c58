import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { addDays, weekOf } from '#lib/values/day.ts';
import {
	fieldNames,
	leftOutReasons,
	problems,
	questionKinds,
	readDealsFile,
	refusals
} from './deals-file.ts';
import type { DealsFileInput, Reading } from './deals-file.ts';

const roster = [
	{ sellerId: 'silje', name: 'Silje Aas', externalId: 'S-1', email: 'silje@team.example' },
	{ sellerId: 'ola', name: 'Ola Nygård', externalId: 'S-2', email: 'ola@team.example' },
	{ sellerId: 'amir', name: 'Amir Haddad', externalId: null, email: null }
];
const header = 'deal_id,owner_id,deal_name,status,close_date,created_date,amount,currency,type';

function read(text: string | Uint8Array, more: Partial<DealsFileInput> = {}): Reading {
	const bytes = typeof text === 'string' ? new TextEncoder().encode(text) : text;
	const input = { roster, today: '2026-02-16', defaultCurrency: 'NOK', answers: {}, ...more };
	const result = readDealsFile(bytes, input);
	if (!result.ok) throw new Error(result.reason);
	return result.value;
}

/** A file of our own form, from the cells that matter to a test. */
type Row = Partial<
	Record<'id' | 'owner' | 'name' | 'status' | 'close' | 'created' | 'amount', string>
> &
	Partial<Record<'currency' | 'type', string>>;
const quoted = (cell: string) => `"${cell.replaceAll('"', '""')}"`;
const lineOf = (row: Row, at: number) =>
	[
		row.id ?? `D${at}`,
		row.owner ?? 'S-1',
		row.name ?? `Deal ${at}`,
		row.status ?? 'won',
		row.close ?? '2026-01-20',
		row.created ?? '2025-12-01',
		row.amount ?? '1000',
		row.currency ?? '',
		row.type ?? ''
	]
		.map(quoted)
		.join(',');
const file = (...rows: Row[]) => [header, ...rows.map((row, at) => lineOf(row, at + 2))].join('\n');
const reasons = (reading: Reading) => reading.problems.map(({ line, reason }) => [line, reason]);

test('a plain row becomes a deal, in the smallest unit', () => {
	const reading = read(file({ amount: '185000.50', type: 'expansion', owner: 'S-2' }));
	expect(reading.deals).toEqual([
		{
			line: 2,
			dealId: 'D2',
			name: 'Deal 2',
			sellerId: 'ola',
			status: 'won',
			closedOn: '2026-01-20',
			createdOn: '2025-12-01',
			expectedOn: null,
			amountMinor: 18_500_050,
			currency: 'NOK',
			type: 'expansion'
		}
	]);
	expect(reading).toMatchObject({
		ready: true,
		days: { first: '2026-01-20', last: '2026-01-20' },
		counts: { rows: 1, won: 1, wonMinor: { NOK: 18_500_050 } }
	});
});

// --- The exports of the demo

type Team = {
	leader: string;
	crm: string;
	file: string;
	sellers: { name: string; externalId: string; email: string }[];
};
const demo = (name: string) => readFileSync(new URL(`../../content/demo/${name}`, import.meta.url));
const teams = JSON.parse(demo('people.json').toString('utf8')) as Team[];

test.each([
	['hubspot.csv', 35, 5_880_000, 24.9, [11, 36.2, 5.2], [23, 31.4, 7.2]],
	['pipedrive.csv', 32, 6_848_000, 25.9, [10, 35.4, 36.2], [21, 31.25, 29.0]],
	['salesforce.csv', 39, 9_594_000, 28.7, [12, 33.3, 35.2], [26, 33.3, 31.0]],
	['deals.csv', 38, 4_978_000, 28.9, [9, 2.6, 2.0], [20, 5.3, 2.4]]
] as const)(
	'%s is read without a question and gives its figures',
	(name, n, sum, neff, six, all) => {
		const team = teams.find((one) => one.file === name)!;
		const roster = team.sellers.map((seller) => ({ sellerId: seller.externalId, ...seller }));
		const reading = read(demo(name), { roster, today: '2026-04-06' });
		expect(reading).toMatchObject({ ready: true, problems: [], questions: [] });
		expect(reading.dialect.crm).toBe(team.crm);

		const dayZero = '2026-01-05';
		const won = reading.deals.filter(({ status }) => status === 'won');
		const between = (first: number, last: number) => {
			const deals = won.filter(({ closedOn }) => {
				const week = weekOf(closedOn!, dayZero);
				return week >= first && week <= last;
			});
			const amounts = deals.map(({ amountMinor }) => amountMinor! / 100);
			const total = amounts.reduce((one, other) => one + other, 0);
			const squares = amounts.reduce((one, other) => one + other ** 2, 0);
			return { n: amounts.length, total, neff: total ** 2 / squares };
		};
		// Week 0 is the one before day 0, so the 26 weeks before it are -25 to 0.
		const baseline = between(-25, 0);
		expect(baseline).toMatchObject({ n, total: sum });
		expect(baseline.neff).toBeCloseTo(neff, 1);
		expect(baseline.n + between(1, 13).n).toBe(won.length);
		for (const [weeks, [count, sales, revenue]] of [[6, six] as const, [13, all] as const]) {
			const program = between(1, weeks);
			const uplift = (now: number, then: number) => (now / weeks / (then / 26) - 1) * 100;
			expect(program.n).toBe(count);
			expect(program.neff).toBeGreaterThan(8);
			expect(uplift(program.n, baseline.n)).toBeCloseTo(sales, 1);
			expect(uplift(program.total, baseline.total)).toBeCloseTo(revenue, 1);
		}
		expect(new Set(won.map(({ sellerId }) => sellerId)).size).toBe(roster.length);
	}
);

test('Pipedrive’s file: byte order mark, semicolon, decimal comma, kr, Norwegian headers', () => {
	const team = teams.find(({ crm }) => crm === 'pipedrive')!;
	const roster = team.sellers.map((seller) => ({ sellerId: seller.name, ...seller }));
	const reading = read(demo('pipedrive.csv'), { roster, today: '2026-04-06' });
	expect(reading.dialect).toMatchObject({ delimiter: ';', decimalMark: 'comma' });
	expect(reading.columns).toMatchObject({ wonOn: 'Avtale - Vunnet tid', amount: 'Avtale - Verdi' });
	expect(reading.deals[0]).toMatchObject({ dealId: '3124', sellerId: 'Camila Duarte' });
});

test('Salesforce’s file: the order of days is found, renewals and the footer are left out', () => {
	const team = teams.find(({ crm }) => crm === 'salesforce')!;
	const roster = team.sellers.map((seller) => ({ sellerId: seller.name, ...seller }));
	const reading = read(demo('salesforce.csv'), { roster, today: '2026-04-06' });
	expect(reading.dialect.dayOrders).toEqual({ closedOn: 'month-first', createdOn: 'month-first' });
	expect(reading.counts.leftOut).toMatchObject({ renewal: 5, 'under-the-table': 3 });
});

// --- Numbers

test('1.000 is asked when nothing in the file decides, and the answer counts', () => {
	const text = file({ amount: '1.000' }, { amount: '2.500' }, { amount: '300' });
	const asked = read(text);
	expect(asked.questions).toMatchObject([
		{
			id: 'decimal-mark',
			kind: 'decimal-mark',
			example: '1.000',
			readings: { comma: '1000', point: '1' },
			rows: 2,
			lines: [2, 3],
			answer: null
		}
	]);
	expect(asked).toMatchObject({ ready: false, counts: { won: 1, waiting: 2 } });
	const minor = (answer: string) =>
		read(text, { answers: { 'decimal-mark': answer } }).deals.map(({ amountMinor }) => amountMinor);
	expect(minor('comma')).toEqual([100_000, 250_000, 30_000]);
	expect(minor('point')).toEqual([100, 250, 30_000]);
	expect(minor('perhaps')).toEqual([30_000]);
});

test('1.000 is read without a question when another cell decides', () => {
	const comma = read(file({ amount: '1.000' }, { amount: '99,50' }));
	expect(comma.deals.map(({ amountMinor }) => amountMinor)).toEqual([100_000, 9_950]);
	const point = read(file({ amount: '1,000' }, { amount: '99.50' }));
	expect(point.deals.map(({ amountMinor }) => amountMinor)).toEqual([100_000, 9_950]);
	expect([comma.questions, point.questions]).toEqual([[], []]);
});

test('a file with both decimal marks is asked, and what does not fit is a problem', () => {
	const text = file({ amount: '1.000,50' }, { amount: '1,000.50' });
	expect(read(text).questions).toMatchObject([{ id: 'decimal-mark', rows: 2 }]);
	const answered = read(text, { answers: { 'decimal-mark': 'comma' } });
	expect(answered.deals).toMatchObject([{ amountMinor: 100_050 }]);
	expect(reasons(answered)).toEqual([[3, 'not-a-number']]);
});

test.each([
	['=1+1', 'formula-in-amount'],
	['=HYPERLINK("http://x","y")', 'formula-in-amount'],
	['+1000', 'formula-in-amount'],
	['@SUM(A1)', 'formula-in-amount'],
	['\t1000', 'formula-in-amount'],
	['\uff1d1', 'formula-in-amount'],
	['-1+2', 'formula-in-amount'],
	['-500', 'negative-amount'],
	['(500)', 'negative-amount'],
	['kr −500', 'negative-amount'],
	['much', 'not-a-number'],
	['500 xyz', 'not-a-number'],
	['', 'amount-missing'],
	['   ', 'amount-missing'],
	['1.2345', 'too-many-decimals'],
	['90071992547409920', 'amount-too-large'],
	['€ 500 NOK', 'currency-conflict']
])('%j as an amount is a problem: %s', (amount, reason) => {
	const reading = read(file({ amount }));
	expect(reading.problems).toMatchObject([{ line: 2, column: 'amount', reason }]);
	expect(reading.deals).toEqual([]);
});

test('a formula in a name or an id stays text', () => {
	const reading = read(file({ id: '=1+1', name: '=cmd|calc!A1' }, { name: '@SUM(A1)' }));
	expect(reading.deals.map(({ dealId, name }) => [dealId, name])).toEqual([
		['=1+1', '=cmd|calc!A1'],
		['D3', '@SUM(A1)']
	]);
});

test('the currency is the column’s, else the amount’s, else the default', () => {
	const text = file(
		{ currency: 'sek' },
		{ amount: '€500' },
		{ amount: 'kr 500' },
		{ amount: 'kr 500', currency: 'DKK' },
		{ currency: 'crowns' },
		{ amount: '€500', currency: 'NOK' }
	);
	const reading = read(text);
	expect(reading.deals.map(({ currency }) => currency)).toEqual(['SEK', 'EUR', 'NOK', 'DKK']);
	expect(reasons(reading)).toEqual([
		[6, 'unknown-currency'],
		[7, 'currency-conflict']
	]);
	expect(reasons(read(file({ amount: 'kr 5' }), { defaultCurrency: 'EUR' }))).toEqual([
		[2, 'currency-conflict']
	]);
});

test('a currency without decimals has none', () => {
	expect(read(file({ amount: '5000', currency: 'JPY' })).deals[0]?.amountMinor).toBe(5000);
});

// --- Days

test('a closing day after tomorrow is a problem, tomorrow is none', () => {
	const text = file({ close: '2026-02-17' }, { close: '2026-02-18' });
	expect(reasons(read(text))).toEqual([[3, 'future-date']]);
});

test('a deal is not closed before it is created', () => {
	const text = file(
		{ close: '2026-01-20', created: '2026-01-20' },
		{ close: '2026-01-20', created: '2026-01-21' }
	);
	expect(reasons(read(text))).toEqual([[3, 'created-after-close']]);
});

test('03/04/2025 is asked when no cell of its column decides', () => {
	const text = file({ close: '03/04/2025', created: '' }, { close: '05/05/2025', created: '' });
	const asked = read(text);
	expect(asked.questions).toMatchObject([
		{
			id: 'day-order:closedOn',
			column: 'close_date',
			readings: { 'day-first': '2025-04-03', 'month-first': '2025-03-04' },
			rows: 1
		}
	]);
	expect(asked.counts).toMatchObject({ won: 1, waiting: 1 });
	const { deals } = read(text, { answers: { 'day-order:closedOn': 'day-first' } });
	expect(deals.map(({ closedOn }) => closedOn)).toEqual(['2025-04-03', '2025-05-05']);
});

test('one cell above the twelfth decides for its own column only', () => {
	const text = file(
		{ close: '03/04/2025', created: '01/02/2025' },
		{ close: '13/04/2025', created: '01/02/2025' }
	);
	const reading = read(text);
	expect(reading.dialect.dayOrders).toEqual({ closedOn: 'day-first' });
	expect(reading.questions).toMatchObject([{ id: 'day-order:createdOn', rows: 2 }]);
});

test('a won deal without a closing day, and a day that is none, are problems', () => {
	expect(reasons(read(file({ close: '' }, { close: 'soon' }, { created: '31.12.25' })))).toEqual([
		[2, 'close-missing'],
		[3, 'not-a-date'],
		[4, 'not-a-date']
	]);
});

test('an open deal may close in the future, without an amount', () => {
	const [deal] = read(file({ status: 'open', close: '2026-05-01', amount: '' })).deals;
	expect(deal).toMatchObject({ closedOn: null, expectedOn: '2026-05-01', amountMinor: null });
});

// --- Stages, types, owners

test('an unknown stage is asked once, with its rows', () => {
	const text = file({ status: 'Signert' }, { status: 'signert ' }, { status: 'won' });
	const asked = read(text);
	expect(asked.questions).toMatchObject([
		{ id: 'stage:signert', kind: 'stage', value: 'Signert', rows: 2, lines: [2, 3] }
	]);
	expect(asked.counts).toMatchObject({ won: 1, waiting: 2 });
	expect(read(text, { answers: { 'stage:signert': 'won' } })).toMatchObject({
		ready: true,
		counts: { won: 3 }
	});
	expect(read(text, { answers: { 'stage:signert': 'lost' } }).counts.lost).toBe(2);
});

test('renewals are left out and counted, and an unknown type is asked', () => {
	const text = file({ type: 'Renewal' }, { type: 'Existing Business' }, {});
	const asked = read(text);
	expect(asked.leftOut).toEqual([{ line: 2, reason: 'renewal', value: 'Deal 2' }]);
	expect(asked.questions).toMatchObject([{ id: 'type:existing business', rows: 1 }]);
	const answered = read(text, { answers: { 'type:existing business': 'renewal' } });
	expect(answered).toMatchObject({ ready: true, counts: { won: 1, leftOut: { renewal: 2 } } });
});

test('owners are found by external id, mail or name, whatever the case and accents', () => {
	const text = file(
		{ owner: 's-2' },
		{ owner: 'OLA@team.example' },
		{ owner: 'ola nygård' },
		{ owner: 'Ola Nygard' },
		{ owner: ' Amir  Haddad ' }
	);
	const { deals } = read(text);
	expect(deals.map(({ sellerId }) => sellerId)).toEqual(['ola', 'ola', 'ola', 'ola', 'amir']);
});

test('an unknown owner is asked, never dropped', () => {
	const text = file({ owner: 'Jan Hansen' }, { owner: 'jan hansen' }, {});
	const asked = read(text);
	expect(asked).toMatchObject({ ready: false, leftOut: [], counts: { won: 1, waiting: 2 } });
	expect(asked.questions).toMatchObject([
		{
			id: 'owner:jan hansen',
			value: 'Jan Hansen',
			rows: 2,
			options: ['silje', 'ola', 'amir', 'leave-out'],
			answer: null
		}
	]);
	const given = read(text, { answers: { 'owner:jan hansen': 'amir' } });
	expect(given).toMatchObject({ ready: true, counts: { won: 3 } });
	const notOurs = read(text, { answers: { 'owner:jan hansen': 'leave-out' } });
	expect(notOurs).toMatchObject({ ready: true, counts: { won: 1, leftOut: { 'not-on-team': 2 } } });
	const nonsense = read(text, { answers: { 'owner:jan hansen': 'somebody' } });
	expect(nonsense).toMatchObject({ ready: false, questions: [{ answer: null }] });
});

test('two sellers of one name are not told apart by guessing', () => {
	const twins = ['one', 'two'].map((sellerId) => ({
		sellerId,
		name: 'Kari Lunde',
		externalId: null,
		email: null
	}));
	const reading = read(file({ owner: 'Kari Lunde' }), { roster: twins });
	expect(reading.questions).toMatchObject([{ kind: 'owner', value: 'Kari Lunde' }]);
});

test('an owner whose id and mail point to two sellers is a problem', () => {
	const text = `deal_id,owner_id,owner_email,status,close_date,amount
1,S-1,ola@team.example,won,2026-01-20,5
2,,ola@team.example,won,2026-01-20,5
3,,,won,2026-01-20,5`;
	const reading = read(text);
	expect(reading.deals).toMatchObject([{ dealId: '2', sellerId: 'ola' }]);
	expect(reasons(reading)).toEqual([
		[2, 'owner-conflict'],
		[4, 'owner-missing']
	]);
});

test('what is left out asks nothing', () => {
	const reading = read(
		file({ owner: 'Nobody', status: 'Huh', type: 'renewal', amount: '1.000' }, {})
	);
	expect(reading.questions).toEqual([]);
});

// --- Deals twice, large amounts, single lines

test('the same row twice is counted once and said', () => {
	const reading = read(file({ id: 'A', name: 'Same' }, { id: 'B' }, { id: 'A', name: 'Same' }));
	expect(reading.leftOut).toEqual([
		{ line: 4, reason: 'repeated-row', value: 'Same', otherLine: 2 }
	]);
	expect(reading).toMatchObject({ ready: true, counts: { won: 2 } });
});

test('a deal with two different rows is a problem that names both lines', () => {
	const text = file({ id: 'A', name: '' }, { id: 'B' }, { id: 'A', name: '', amount: '9' });
	const reading = read(text);
	expect(reading.problems).toEqual([
		{ line: 4, column: 'deal_id', value: 'A', reason: 'deal-twice', otherLine: 2 }
	]);
	expect(reading.ready).toBe(false);
	for (const [line, amountMinor] of [
		[2, 900],
		[4, 100_000]
	] as const) {
		const settled = read(text, { answers: { [`leave-out:${line}`]: 'yes' } });
		expect(settled.ready).toBe(true);
		expect(settled.deals.find(({ dealId }) => dealId === 'A')).toMatchObject({ amountMinor });
		expect(settled.counts.leftOut['by-you']).toBe(1);
	}
});

test('an amount far above the usual is confirmed or left out', () => {
	const usual = Array.from({ length: 20 }, () => ({ amount: '1000' }));
	const text = file(...usual, { id: 'big', name: 'Big one', amount: '5001' });
	const id = 'large-amount:big:500100';
	const asked = read(text);
	expect(asked.questions).toMatchObject([
		{ id, name: 'Big one', amountMinor: 500_100, usualMinor: 100_000, lines: [22] }
	]);
	expect(asked.counts).toMatchObject({ won: 20, waiting: 1 });
	expect(read(text, { answers: { [id]: 'yes' } }).counts.won).toBe(21);
	expect(read(text, { answers: { [id]: 'leave-out' } }).counts.leftOut['by-you']).toBe(1);
	expect(read(file(...usual, { amount: '5000' })).questions).toEqual([]);
});

test('a slip in a small file does not hide itself', () => {
	const text = file({}, {}, {}, {}, { amount: '1000000' });
	expect(read(text).questions).toMatchObject([{ kind: 'large-amount', lines: [6] }]);
});

test('one bad row among ten thousand is named by its line, and holds back the file', () => {
	const rows: Row[] = Array.from({ length: 10_000 }, (_, at) => ({ id: `D${at}` }));
	rows[6_998] = { id: 'bad', amount: 'twelve' };
	const reading = read(file(...rows));
	expect(reading.problems).toEqual([
		{ line: 7_000, column: 'amount', value: 'twelve', reason: 'not-a-number' }
	]);
	expect(reading).toMatchObject({ ready: false, counts: { rows: 10_000, won: 9_999 } });
	const without = read(file(...rows), { answers: { 'leave-out:7000': 'yes' } });
	expect(without).toMatchObject({ ready: true, counts: { won: 9_999, leftOut: { 'by-you': 1 } } });
});

test('rows that do not fit the header are problems of their line', () => {
	const text =
		'deal_id,owner,status,close_date,amount\n1,S-1,won,2026-01-20\n2,S-1,won,2026-01-20,1,50';
	expect(reasons(read(text))).toEqual([
		[2, 'cells-missing'],
		[3, 'cells-extra']
	]);
});

test('a quote that is never closed is a problem that can be left out', () => {
	const text = `${header}\n${lineOf({}, 2)}\n3,S-1,"Open,won\n${lineOf({}, 4)}`;
	expect(reasons(read(text))).toEqual([[3, 'quote-never-closed']]);
	expect(read(text, { answers: { 'leave-out:3': 'yes' } })).toMatchObject({
		ready: true,
		counts: { won: 2 }
	});
});

test('lines are those of the file when names run over several', () => {
	const text = file({ name: 'two\nlines' }, { amount: 'x' });
	expect(reasons(read(text))).toEqual([[4, 'not-a-number']]);
});

test('missing ids, stages and endless texts are problems', () => {
	const text = file(
		{ id: '' },
		{ status: '' },
		{ id: 'x'.repeat(201) },
		{ name: 'x'.repeat(1001) }
	);
	expect(reasons(read(text))).toEqual([
		[2, 'id-missing'],
		[3, 'stage-missing'],
		[4, 'cell-too-long'],
		[5, 'cell-too-long']
	]);
});

// --- Columns

test('columns nobody knows are asked before any row is read', () => {
	const text = 'Number,Who,Sum,When\nA,Silje Aas,500,2026-01-20\nB,?,x,';
	const asked = read(text);
	expect(asked.questions.map(({ id }) => id)).toEqual([
		'column:dealId',
		'column:owner',
		'column:amount',
		'column:closedOn',
		'column:stage'
	]);
	expect(asked).toMatchObject({ ready: false, problems: [], counts: { rows: 2, waiting: 2 } });
	const answers = {
		'column:dealId': 'Number',
		'column:owner': 'Who',
		'column:amount': 'Sum',
		'column:closedOn': 'When',
		'column:stage': 'every-row-won',
		'leave-out:3': 'yes'
	};
	expect(read(text, { answers })).toMatchObject({
		ready: true,
		columns: { amount: 'Sum' },
		deals: [{ dealId: 'A', sellerId: 'silje', amountMinor: 50_000, closedOn: '2026-01-20' }]
	});
});

test('the person’s mapping goes before ours', () => {
	const text =
		'deal_id,owner,status,close_date,amount,amount,type\n1,S-1,won,2026-01-20,10,20,renewal';
	const answers = { 'column:amount': 'amount (2)', 'column:type': 'none' };
	expect(read(text, { answers }).deals).toMatchObject([{ amountMinor: 2_000, type: 'new' }]);
	expect(read(text, { answers: { 'column:amount': 'none' } }).columns.amount).toBe('amount');
});

test('lost deals of a CRM with two closing columns keep their own day', () => {
	const text = `Deal - ID;Deal - Owner;Deal - Status;Deal - Value;Deal - Won time;Deal - Lost time
1;Silje Aas;Lost;100;;2026-01-10 10:00:00
2;Silje Aas;Won;100;2026-01-12 10:00:00;`;
	expect(read(text).deals.map(({ closedOn }) => closedOn)).toEqual(['2026-01-10', '2026-01-12']);
});

test('a file without a won deal is not ready', () => {
	expect(read(file({ status: 'lost' })).ready).toBe(false);
});

test('what is no table is refused', () => {
	const bytes = Uint8Array.of(0x50, 0x4b, 3, 4);
	const input = { roster, today: '2026-02-16', defaultCurrency: 'NOK', answers: {} };
	expect(readDealsFile(bytes, input)).toEqual({ ok: false, reason: 'not-a-text-file' });
});

// --- Laws

const oddRow: fc.Arbitrary<Row> = fc.record(
	{
		id: fc.constantFrom('A', 'B', 'C', ''),
		owner: fc.constantFrom('S-1', 'Ola Nygård', 'nobody', ''),
		status: fc.constantFrom('won', 'lost', 'open', 'Signert', ''),
		close: fc.constantFrom('2026-01-20', '03/04/2025', '13/04/2025', '2027-01-01', 'x', ''),
		created: fc.constantFrom('2025-12-01', '2026-01-30', '01/02/2025', ''),
		amount: fc.constantFrom('1000', '1.000', '9,5', '9.5', '=1', '-5', '€ 7', '', '99999999'),
		currency: fc.constantFrom('', 'NOK', 'EUR', 'kr', '??'),
		type: fc.constantFrom('', 'renewal', 'upsell', 'other')
	},
	{ requiredKeys: [] }
);

test('every row is a deal, left out, a problem or waiting, and never two of them', () => {
	fc.assert(
		fc.property(fc.array(oddRow, { minLength: 1, maxLength: 12 }), (rows) => {
			const { counts, leftOut, deals, problems } = read(file(...rows));
			expect(counts.rows).toBe(rows.length);
			expect(deals.length + leftOut.length + counts.problemRows + counts.waiting).toBe(rows.length);
			const lines = [deals, leftOut, problems].map((all) => new Set(all.map(({ line }) => line)));
			const [inDeals, inLeftOut, inProblems] = lines as [Set<number>, Set<number>, Set<number>];
			expect(inDeals.isDisjointFrom(inLeftOut)).toBe(true);
			expect(inDeals.isDisjointFrom(inProblems)).toBe(true);
			expect(inLeftOut.isDisjointFrom(inProblems)).toBe(true);
		}),
		{ numRuns: 300 }
	);
});

test('answering every question and leaving out every problem makes any file with a won deal ready', () => {
	fc.assert(
		fc.property(fc.array(oddRow, { minLength: 1, maxLength: 12 }), (rows) => {
			const text = file(...rows, { id: 'sound' });
			const answers: Record<string, string> = {};
			let reading = read(text, { answers });
			// Leaving out a line or an answer can uncover the next question; it must come to an end.
			for (let round = 0; round < 40 && !reading.ready; round += 1) {
				for (const { id, options } of reading.questions) answers[id] ??= options[0]!;
				for (const { line } of reading.problems) answers[`leave-out:${line}`] = 'yes';
				reading = read(text, { answers });
			}
			expect(reading.ready).toBe(true);
		}),
		{ numRuns: 200 }
	);
});

test('amounts and days come back as they were written', () => {
	const row = fc.record({
		minor: fc.integer({ min: 1_000_00, max: 4_000_00 }),
		daysAgo: fc.integer({ min: 0, max: 700 })
	});
	fc.assert(
		fc.property(fc.array(row, { minLength: 1, maxLength: 20 }), (rows) => {
			const lines = rows.map(({ minor, daysAgo }, at) => {
				const [year, month, day] = addDays('2026-02-16', -daysAgo).split('-');
				const whole = String(Math.floor(minor / 100)).replace(/\B(?=(\d{3})+$)/g, '\u00a0');
				const amount = `kr ${whole},${String(minor % 100).padStart(2, '0')}`;
				return `${at};Silje Aas;Vunnet;${day}.${month}.${year};${amount}`;
			});
			const text = ['id;eier;status;lukkedato;beløp', ...lines].join('\r\n');
			const { deals, ready } = read(text);
			expect(ready).toBe(true);
			expect(deals.map(({ amountMinor }) => amountMinor)).toEqual(rows.map(({ minor }) => minor));
			expect(deals.map(({ closedOn }) => closedOn)).toEqual(
				rows.map(({ daysAgo }) => addDays('2026-02-16', -daysAgo))
			);
		})
	);
});

// --- Words

const messages = (locale: string) =>
	JSON.parse(
		readFileSync(new URL(`../../../messages/uplift-file/${locale}.json`, import.meta.url), 'utf8')
	) as Record<string, string>;

test('every reason and every question has its sentence in both languages, with the same blanks', () => {
	const [en, nb] = [messages('en'), messages('nb')];
	const tables = [refusals, problems, leftOutReasons, questionKinds, fieldNames];
	for (const key of tables.flatMap((table) => Object.values<string>(table))) {
		expect(en[key], key).toBeTruthy();
	}
	expect(Object.keys(nb)).toEqual(Object.keys(en));
	const blanks = (text = '') => (text.match(/\{\w+\}/g) ?? []).sort();
	for (const key of Object.keys(en)) expect(blanks(nb[key]), key).toEqual(blanks(en[key]));
});
