import { expect, test } from 'vitest';
import { awayUntil, readSeller, type SellerForm, sameMailbox } from './seller.ts';

const form: SellerForm = {
	name: ' Jonas  Berg ',
	email: 'Jonas@Nordbris.example ',
	locale: 'nb',
	externalId: '',
	ftePct: '80',
	startedOn: '2024-03-01'
};

test('a seller is read as typed on a phone', () => {
	expect(readSeller(form)).toEqual({
		ok: true,
		value: {
			name: 'Jonas Berg',
			email: 'jonas@nordbris.example',
			locale: 'nb',
			externalId: null,
			fte: 0.8,
			startedOn: '2024-03-01'
		}
	});
	expect(readSeller({ ...form, ftePct: '' })).toMatchObject({ value: { fte: 1 } });
	expect(readSeller({ ...form, ftePct: '62,5 %' })).toMatchObject({ value: { fte: 0.63 } });
});

test.each([
	[{ name: ' ' }, 'name-missing'],
	[{ name: 'x'.repeat(121) }, 'name-missing'],
	[{ email: 'jonas' }, 'not-an-address'],
	[{ email: '' }, 'not-an-address'],
	[{ ftePct: '0' }, 'fte-out-of-range'],
	[{ ftePct: '120' }, 'fte-out-of-range'],
	[{ ftePct: 'full' }, 'fte-out-of-range'],
	[{ startedOn: '2024-02-30' }, 'not-a-day']
] as const)('%j is refused: %s', (change, reason) => {
	expect(readSeller({ ...form, ...change })).toEqual({ ok: false, reason });
});

test('a mailbox with a tag is the same mailbox', () => {
	expect(sameMailbox('ingrid@team.example', 'Ingrid+one@team.example')).toBe(true);
	expect(sameMailbox('ingrid@team.example', 'ingrid@other.example')).toBe(false);
	expect(sameMailbox('ingrid@team.example', 'ingrid.s@team.example')).toBe(false);
});

test('somebody is away until the last of the leaves that overlap or follow on one another', () => {
	const month = { from: '2027-07-01', to: '2027-07-30' };
	const within = { from: '2027-07-05', to: '2027-07-09' };
	const next = { from: '2027-07-31', to: '2027-08-06' };
	const later = { from: '2027-08-09', to: '2027-08-13' };
	expect(awayUntil([month, within], '2027-07-06')).toBe('2027-07-30');
	expect(awayUntil([month, within, next, later], '2027-07-06')).toBe('2027-08-06');
	expect(awayUntil([month, within], '2027-07-31')).toBeNull();
	expect(awayUntil([month], '2027-06-30')).toBeNull();
	expect(awayUntil([month], '2027-07-01')).toBe('2027-07-30');
	expect(awayUntil([month], '2027-07-30')).toBe('2027-07-30');
});
