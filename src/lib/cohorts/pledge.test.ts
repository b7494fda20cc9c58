import { expect, test } from 'vitest';
import { defaultPledge, pledgeFault, pledgeFrom, storedPledge } from './pledge.ts';

test('the default YES has twelve statements: eight musts, three shoulds and one to know', () => {
	const count = (kind: string) =>
		defaultPledge.filter((statement) => statement.kind === kind).length;
	expect([count('must'), count('should'), count('info')]).toEqual([8, 3, 1]);
	expect(pledgeFault(defaultPledge)).toBeNull();
});

test.each([
	['statement-empty', [{ ...defaultPledge[0]!, nb: ' ' }]],
	['statement-long', [{ ...defaultPledge[0]!, en: 'a'.repeat(301) }]],
	['kind-unknown', [{ ...defaultPledge[0]!, kind: 'maybe' as 'must' }]],
	['key-twice', [defaultPledge[0]!, defaultPledge[0]!]],
	['no-must', [{ ...defaultPledge[0]!, kind: 'should' as const }]],
	[
		'too-many',
		Array.from({ length: 21 }, (_, index) => ({ ...defaultPledge[0]!, key: `k${index}` }))
	]
])('an edited YES is refused: %s', (fault, pledge) => {
	expect(pledgeFault(pledge)).toBe(fault);
});

test('what was stored is read back; what is not a statement is left out', () => {
	expect(storedPledge(JSON.parse(JSON.stringify(defaultPledge)))).toEqual(defaultPledge);
	expect(storedPledge([null, 'x', { key: 'a' }, defaultPledge[0]])).toEqual([defaultPledge[0]]);
	expect(storedPledge({})).toEqual([]);
});

test('a form is read in order; an emptied statement goes, a new one gets a key of its own', () => {
	const form = new FormData();
	for (const [key, kind, en, nb] of [
		['may-decide', 'must', 'I decide.', 'Jeg bestemmer.'],
		['counts', 'must', ' ', ''],
		['own-1', 'should', 'A', 'A'],
		['', 'info', 'New', 'Ny']
	]) {
		form.append('key', key!);
		form.append('kind', kind!);
		form.append('en', en!);
		form.append('nb', nb!);
	}
	expect(pledgeFrom(form)).toEqual([
		{ key: 'may-decide', kind: 'must', en: 'I decide.', nb: 'Jeg bestemmer.' },
		{ key: 'own-1', kind: 'should', en: 'A', nb: 'A' },
		{ key: 'new', kind: 'info', en: 'New', nb: 'Ny' }
	]);
});
