import { expect, test } from 'vitest';
import {
	endOf,
	from,
	linkOf,
	may,
	nextOf,
	readNote,
	readPlan,
	readVisibility,
	saysTheSameUntil,
	statuses
} from './session.ts';

const now = new Date('2027-02-22T09:00:00Z');
const enrollment = '0b6f3f7e-1f54-4c58-9d3c-0f5b8f1f2a11';
const read = (fields: Record<string, string>) =>
	readPlan(
		(name) =>
			({
				enrollment,
				kind: 'one-to-one',
				day: '2027-03-04',
				time: '15:00',
				minutes: '50',
				place: '',
				...fields
			})[name] ?? '',
		'Europe/Oslo',
		now
	);

test('a plan is read in the coach’s own clock', () => {
	expect(read({ place: ' Room 4 ' })).toEqual({
		ok: true,
		value: {
			enrollmentId: enrollment,
			kind: 'one-to-one',
			startsAt: new Date('2027-03-04T14:00:00Z'),
			hour: 'exact',
			minutes: 50,
			place: 'Room 4'
		}
	});
});

test.each([
	[{ enrollment: '' }, 'leader-missing'],
	[{ kind: 'party' }, 'kind-wrong'],
	[{ day: '2027-02-30' }, 'day-wrong'],
	[{ day: '0207-03-04' }, 'day-wrong'],
	[{ day: '' }, 'day-wrong'],
	[{ time: '25:00' }, 'time-wrong'],
	[{ minutes: '9' }, 'minutes-wrong'],
	[{ minutes: '241' }, 'minutes-wrong'],
	[{ minutes: '' }, 'minutes-wrong'],
	[{ place: 'x'.repeat(201) }, 'place-too-long'],
	[{ day: '2027-02-22', time: '10:00' }, 'in-the-past']
])('%o is refused with %s', (fields, reason) => {
	expect(read(fields)).toEqual({ ok: false, reason });
});

test('the clock of a changing night is told', () => {
	expect(read({ day: '2027-03-28', time: '02:30' })).toMatchObject({
		ok: true,
		value: { hour: 'moved-forward' }
	});
	expect(read({ day: '2027-10-31', time: '02:30' })).toMatchObject({
		ok: true,
		value: { hour: 'first-of-two' }
	});
});

test('a canceled session stays canceled; held and missed can be put right', () => {
	for (const move of ['move', 'cancel', 'hold', 'miss'] as const)
		expect(may(move, { status: 'canceled' })).toBe(false);
	expect(from('hold')).toContain('missed');
	expect(from('miss')).toContain('held');
	expect(statuses.filter((status) => may('move', { status }))).toEqual(['planned']);
});

test('only a web address becomes a link', () => {
	expect(linkOf('https://meet.example/abc')).toBe('https://meet.example/abc');
	for (const place of [
		'Room 4',
		'javascript:alert(1)',
		'https://',
		'http://a b',
		'data:text/html,x'
	])
		expect(linkOf(place)).toBeNull();
});

test('the next session is the one under way, else the nearest planned', () => {
	const at = (iso: string, status: 'planned' | 'canceled' = 'planned') => ({
		startsAt: new Date(iso),
		minutes: 50,
		status
	});
	const underWay = at('2027-02-22T08:30:00Z');
	const later = at('2027-03-04T14:00:00Z');
	expect(nextOf([later, at('2027-02-25T14:00:00Z', 'canceled'), underWay], now)).toBe(underWay);
	expect(nextOf([later, at('2027-02-22T07:00:00Z')], now)).toBe(later);
	expect(nextOf([], now)).toBeNull();
	expect(endOf(underWay)).toEqual(new Date('2027-02-22T09:20:00Z'));
});

test('a note is the author’s own unless they say otherwise', () => {
	expect(['', 'own', 'public', 'SHARED'].map(readVisibility)).toEqual(['own', 'own', 'own', 'own']);
	expect(readVisibility('shared')).toBe('shared');
});

test('a note comes with the line ends that were typed, and an odd revision is a new note', () => {
	const read = (fields: Record<string, string>) => readNote((name) => fields[name] ?? '');
	expect(read({ body: 'one\r\ntwo', revision: '3', visibility: 'shared' })).toEqual({
		body: 'one\ntwo',
		revision: 3,
		visibility: 'shared'
	});
	expect(read({ body: 'x', revision: '-1' })).toEqual({
		body: 'x',
		revision: 0,
		visibility: 'own'
	});
});

test('a page that names the next session says the same until that ends, or the day does', () => {
	const today = '2027-02-22';
	const midnight = new Date('2027-02-22T23:00:00Z');
	expect(saysTheSameUntil(null, today, 'Europe/Oslo')).toEqual(midnight);
	const inAnHour = { startsAt: new Date('2027-02-22T10:00:00Z'), minutes: 50 };
	expect(saysTheSameUntil(inAnHour, today, 'Europe/Oslo')).toEqual(
		new Date('2027-02-22T10:50:00Z')
	);
	const tomorrow = { startsAt: new Date('2027-02-23T10:00:00Z'), minutes: 50 };
	expect(saysTheSameUntil(tomorrow, today, 'Europe/Oslo')).toEqual(midnight);
});
