import { expect, test } from 'vitest';
import { endsBefore, standing } from './enrollment.ts';

const enrollment = { dayZero: '2027-01-11', timeZone: 'Europe/Oslo' };

test('week 1 begins on day 0 and the thirteen weeks end on day 91', () => {
	expect(standing(enrollment, new Date('2027-01-10T12:00:00Z'))).toMatchObject({
		phase: 'before',
		week: 0
	});
	expect(standing(enrollment, new Date('2027-01-11T08:00:00Z'))).toMatchObject({
		phase: 'running',
		week: 1,
		weeksDone: 0
	});
	expect(standing(enrollment, new Date('2027-02-22T08:00:00Z'))).toMatchObject({
		phase: 'running',
		week: 7,
		weeksDone: 6
	});
	expect(standing(enrollment, new Date('2027-04-11T08:00:00Z'))).toMatchObject({
		phase: 'running',
		week: 13
	});
	expect(standing(enrollment, new Date('2027-04-12T08:00:00Z'))).toMatchObject({
		phase: 'after',
		week: 14,
		weeksDone: 13
	});
	expect(endsBefore(enrollment)).toBe('2027-04-12');
});

test('the day is the one in the enrollment’s own zone', () => {
	expect(standing(enrollment, new Date('2027-01-10T23:30:00Z')).today).toBe('2027-01-11');
});
