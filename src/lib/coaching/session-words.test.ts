import { expect, test } from 'vitest';
import { firstName, otherClockSaid, whenSaid } from './session-words.ts';

const instant = new Date('2027-03-04T14:00:00Z');
const said = (now: string) =>
	whenSaid(instant, { timeZone: 'Europe/Oslo', locale: 'en', now: new Date(now) }).replaceAll(
		'\u00a0',
		' '
	);

test('a near session is said by its day’s name, a far one by its date', () => {
	expect(said('2027-03-04T06:00:00Z')).toBe('today at 15:00');
	expect(said('2027-03-03T06:00:00Z')).toBe('tomorrow at 15:00');
	expect(said('2027-03-01T06:00:00Z')).toBe('on Thursday at 15:00');
	expect(said('2027-02-01T06:00:00Z')).toBe('on Thursday 4 March at 15:00');
});

test('the other one’s clock is said only where it shows another time', () => {
	const other = (zone: string, at = instant) =>
		otherClockSaid(at, { own: 'Europe/Oslo', other: zone, name: 'Ingrid', locale: 'en' });
	expect(other('Europe/Stockholm')).toBeNull();
	expect(other('America/New_York')).toBe('09:00 for Ingrid (New York)');
	// Past midnight over there, the day is said too.
	expect(other('Pacific/Auckland')).toContain('Friday');
});

test('a first name is the first word of a name', () => {
	expect(firstName('  Ingrid Dahl ')).toBe('Ingrid');
	expect(firstName('Ingrid')).toBe('Ingrid');
});
