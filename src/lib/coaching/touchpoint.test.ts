import { expect, test } from 'vitest';
import { isForTeam, kinds, loggableDays, mayUndo, readTouchpoint } from './touchpoint.ts';

const seller = '0b6f3f7e-1f54-4c58-9d3c-0f5b8f1f2a11';
const requestKey = '7d0f2f3c-2c44-4a7f-8f0b-6b9f0a6f7e55';
const read = (fields: Record<string, string>) =>
	readTouchpoint((name) => ({ kind: 'coaching', seller, requestKey, ...fields })[name] ?? '');

test('kind and person are enough', () => {
	expect(read({})).toEqual({
		ok: true,
		value: { kind: 'coaching', sellerId: seller, minutes: null, note: '', day: null, requestKey }
	});
});

test('what is done for the team needs no person, and takes none', () => {
	expect(read({ kind: 'training', seller: 'team' })).toMatchObject({
		ok: true,
		value: { sellerId: null }
	});
	expect(read({ kind: 'training', seller: '' })).toMatchObject({
		ok: true,
		value: { sellerId: null }
	});
	expect(read({ kind: 'training' })).toEqual({ ok: false, reason: 'kind-is-for-team' });
	expect(kinds.filter(isForTeam)).toEqual(['team-meeting', 'training']);
});

test.each([
	[{ kind: '' }, 'kind-missing'],
	[{ kind: 'praise' }, 'kind-missing'],
	[{ seller: '' }, 'seller-missing'],
	[{ seller: 'team' }, 'seller-missing'],
	[{ seller: "1' or '1'='1" }, 'seller-missing'],
	[{ minutes: '0' }, 'minutes-wrong'],
	[{ minutes: '481' }, 'minutes-wrong'],
	[{ minutes: '12.5' }, 'minutes-wrong'],
	[{ note: 'x'.repeat(2001) }, 'note-too-long'],
	[{ day: 'yesterday' }, 'day-wrong'],
	[{ day: '2027-02-30' }, 'day-wrong'],
	[{ requestKey: '' }, 'form-stale']
])('%o is refused with %s', (fields, reason) => {
	expect(read(fields)).toEqual({ ok: false, reason });
});

test('minutes and a note are kept when they are given', () => {
	expect(read({ minutes: ' 45 ', note: ' Price talk ' })).toMatchObject({
		ok: true,
		value: { minutes: 45, note: 'Price talk' }
	});
});

test('a slip can be taken back on its day only', () => {
	expect(mayUndo('2027-02-22', '2027-02-22')).toBe(true);
	expect(mayUndo('2027-02-19', '2027-02-22')).toBe(false);
});

test('the last seven days can be logged, today first', () => {
	expect(loggableDays('2027-03-02')).toEqual([
		'2027-03-02',
		'2027-03-01',
		'2027-02-28',
		'2027-02-27',
		'2027-02-26',
		'2027-02-25',
		'2027-02-24'
	]);
});
