import { expect, test } from 'vitest';
import { acceptedAnswers, driftBetween, from, rememberedAnswers, type KnownDeal } from './batch.ts';
import type { Deal, Question } from './deals-file.ts';

const deal = (dealId: string, amountMinor = 100): Deal => ({
	line: 2,
	dealId,
	name: '',
	sellerId: 's1',
	status: 'won',
	closedOn: '2027-01-12',
	createdOn: null,
	expectedOn: null,
	amountMinor,
	currency: 'NOK',
	type: 'new'
});
const known = (externalId: string, amountMinor = 100): KnownDeal => ({
	...{ externalId, sellerId: 's1', name: '', status: 'won', closedOn: '2027-01-12' },
	...{ createdOn: null, amountMinor, currency: 'NOK', kind: 'new' }
});

test('a file is compared with what is there, deal by deal', () => {
	const there = [known('A'), known('B', 50), known('C')];
	expect(driftBetween(there, [deal('A'), deal('B'), deal('D')])).toEqual({
		added: 1,
		changed: 1,
		same: 1,
		missing: 1,
		part: false
	});
});

test('a file with fewer than half of the deals that are known for its days is a part', () => {
	const on = (externalId: string, closedOn: string) => ({ ...known(externalId), closedOn });
	const there = [
		on('A', '2027-01-12'),
		on('B', '2027-01-13'),
		on('C', '2027-01-14'),
		on('D', '2027-02-01')
	];
	const file = (...rows: [id: string, day: string][]) =>
		driftBetween(
			there,
			rows.map(([id, closedOn]) => ({ ...deal(id), closedOn }))
		).part;
	expect(file(['X', '2027-01-12'], ['Y', '2027-01-14'])).toBe(true);
	expect(file(['A', '2027-01-12'], ['Y', '2027-01-14'])).toBe(true);
	expect(file(['A', '2027-01-12'], ['B', '2027-01-13'], ['Y', '2027-01-14'])).toBe(false);
	// What comes after all that is known is no part of it; nor can two deals tell.
	expect(file(['X', '2027-02-02'], ['Y', '2027-02-09'])).toBe(false);
	expect(file(['X', '2027-01-13'], ['Y', '2027-01-14'])).toBe(false);
});

test('only a file in preview can be answered, confirmed or put aside', () => {
	for (const move of ['answer', 'confirm', 'discard'] as const)
		expect(from(move)).toEqual(['preview']);
});

test('answers to anything that was not asked are dropped', () => {
	const question = { id: 'owner:zoe', options: ['s1', 'leave-out'] } as Question;
	const reading = {
		questions: [question],
		header: ['Id', 'Amount', 'Sum'],
		columns: { amount: 'Amount' }
	};
	const accepted = (given: Record<string, string>) => acceptedAnswers(reading, given);
	expect(accepted({ 'owner:zoe': 's1', 'column:amount': 'Sum', 'leave-out:7': 'yes' })).toEqual({
		'owner:zoe': 's1',
		'column:amount': 'Sum',
		'leave-out:7': 'yes'
	});
	expect(accepted({ 'owner:zoe': '', 'leave-out:7': '' })).toEqual({
		'owner:zoe': '',
		'leave-out:7': ''
	});
	expect(
		accepted({
			'owner:zoe': 'me',
			'owner:abe': 's1',
			'column:amount': 'Price',
			'column:price': 'Sum',
			'leave-out:x': 'yes',
			'leave-out:7': 'maybe',
			__proto__: 'x'
		})
	).toEqual({});
	// What the form repeats of the columns is no answer.
	expect(accepted({ 'column:amount': 'Amount', 'column:type': 'none' })).toEqual({});
	expect(accepted({ 'owner:zoe': 's'.repeat(400) })).toEqual({});
});

test('what holds for the next file too is remembered', () => {
	expect(
		rememberedAnswers({
			'owner:zoe': 's1',
			'stage:won?': 'won',
			'leave-out:7': 'yes',
			'decimal-mark': 'comma'
		})
	).toEqual({ 'owner:zoe': 's1', 'stage:won?': 'won' });
});
