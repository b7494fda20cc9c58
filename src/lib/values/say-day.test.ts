import { expect, test } from 'vitest';
import { sayDay, sayShortDay } from './say-day.ts';

test('a day is said in the reader’s language, in no zone but its own', () => {
	expect(sayDay('2027-01-11', 'en')).toBe('11 January 2027');
	expect(sayDay('2027-01-11', 'nb')).toBe('11. januar 2027');
	expect(sayShortDay('2027-12-31', 'en')).toBe('31 December');
	expect(sayShortDay('2027-12-31', 'nb')).toBe('31. desember');
});
