import { expect, test } from 'vitest';
import { answerBy } from './answer-time.ts';

test.each([
	['Monday to Wednesday', '2027-02-22T09:00:00Z', '2027-02-24T09:00:00Z'],
	['Thursday over the weekend', '2027-02-25T09:00:00Z', '2027-03-01T09:00:00Z'],
	['Friday over the weekend', '2027-02-26T09:00:00Z', '2027-03-02T09:00:00Z'],
	['Saturday counts from Monday', '2027-02-27T09:00:00Z', '2027-03-02T09:00:00Z'],
	[
		'the clock keeps its hour when summer time begins',
		'2027-03-26T09:00:00Z',
		'2027-03-30T08:00:00Z'
	]
])('%s', (_, submitted, by) => {
	expect(answerBy(new Date(submitted), 'Europe/Oslo').toISOString()).toBe(
		new Date(by).toISOString()
	);
});

test('the working day is the coach’s own', () => {
	// Friday 23:30 in Oslo is already Saturday in Tokyo.
	expect(answerBy(new Date('2027-02-26T22:30:00Z'), 'Asia/Tokyo').toISOString()).toBe(
		'2027-03-01T22:30:00.000Z'
	);
});
