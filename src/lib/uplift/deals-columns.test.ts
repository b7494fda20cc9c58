import { expect, test } from 'vitest';
import {
	columnsOf,
	crmOf,
	currenciesOf,
	fold,
	labelsOf,
	statusOf,
	typeOf
} from './deals-columns.ts';

const columnsFor = (header: string) => {
	const names = header.split('|');
	const found = columnsOf(names);
	return Object.fromEntries(Object.entries(found).map(([field, at]) => [field, names[at]]));
};

test('case, accents and punctuation do not tell names apart', () => {
	expect(fold('  Avtale – Vunnet tid ')).toBe('avtale vunnet tid');
	expect(fold('Ola NYGÅRD')).toBe('ola nygard');
	expect(fold('Zieliński, Æsa Øberg')).toBe('zielinski aesa oberg');
});

test('HubSpot’s columns are known', () => {
	const header = 'Record ID|Deal Name|Deal Stage|Close Date|Deal owner|Amount|Pipeline|Create Date';
	expect(crmOf(header.split('|'))).toBe('hubspot');
	expect(columnsFor(header)).toEqual({
		dealId: 'Record ID',
		name: 'Deal Name',
		stage: 'Deal Stage',
		closedOn: 'Close Date',
		owner: 'Deal owner',
		amount: 'Amount',
		createdOn: 'Create Date'
	});
});

test('the columns of a Salesforce report are known', () => {
	const header =
		'Opportunity ID|Opportunity Owner|Account Name|Opportunity Name|Stage|Close Date|Created Date|Amount Currency|Amount|Type';
	expect(crmOf(header.split('|'))).toBe('salesforce');
	expect(columnsFor(header)).toMatchObject({
		dealId: 'Opportunity ID',
		owner: 'Opportunity Owner',
		name: 'Opportunity Name',
		currency: 'Amount Currency',
		amount: 'Amount',
		type: 'Type'
	});
});

test('Pipedrive’s columns are known in English and in Norwegian', () => {
	const english = 'Deal - ID|Deal - Title|Deal - Owner|Deal - Value|Deal - Status|Deal - Won time';
	const norwegian =
		'Avtale - ID|Avtale - Tittel|Avtale - Eier|Avtale - Verdi|Avtale - Status|Avtale - Vunnet tid';
	for (const header of [english, norwegian]) {
		const names = header.split('|');
		expect(crmOf(names)).toBe('pipedrive');
		expect(columnsOf(names)).toEqual({
			dealId: 0,
			name: 1,
			owner: 2,
			amount: 3,
			status: 4,
			wonOn: 5
		});
	}
});

test('the columns of our own form are known', () => {
	const header =
		'deal_id|owner_id|status|close_date|created_date|first_expected_close|amount|currency|type';
	expect(crmOf(header.split('|'))).toBe('deals');
	expect(Object.keys(columnsFor(header))).toHaveLength(9);
	expect(crmOf(['a', 'b'])).toBe('other');
});

test('two columns of the same name can be told apart', () => {
	expect(labelsOf(['Amount', 'Name', ' Amount ', 'Amount'])).toEqual([
		'Amount',
		'Name',
		'Amount (2)',
		'Amount (3)'
	]);
});

test.each([
	['Closed Won', 'won'],
	['closedwon', 'won'],
	['Closed won (Sales Pipeline)', 'won'],
	['VUNNET', 'won'],
	['Vunnet avtale', 'won'],
	['Closed Lost', 'lost'],
	['Tapt', 'lost'],
	['Åpen', 'open'],
	['Decision Maker Bought-In', 'open'],
	['Proposal/Price Quote', 'open'],
	['Almost won', null],
	['Not won', null],
	['', null]
])('the stage “%s” means %s', (cell, status) => {
	expect(statusOf(cell)).toBe(status);
});

test('an empty type is new business, and an unknown one is not guessed', () => {
	expect(['', 'New Business', 'Mersalg', 'Fornyelse', 'Existing Business'].map(typeOf)).toEqual([
		'new',
		'new',
		'expansion',
		'renewal',
		null
	]);
});

test('kr may be one of four currencies, and a word that is none is none', () => {
	expect(currenciesOf('kr.')).toContain('SEK');
	expect(currenciesOf('nok')).toEqual(['NOK']);
	expect(currenciesOf('€')).toEqual(['EUR']);
	expect(currenciesOf('xyz')).toEqual([]);
});
