import { expect, test } from 'vitest';
import { itemsAt, type Answers, type ByRespondent, type Wave } from './score.ts';
import { baselineInTime, teamResult, withoutCoachNotes } from './team-result.ts';

/** So many people who gave every question of an index the same answer. */
const people = (wave: Wave, count: number, ei: number, slb = 3, ca = 6): ByRespondent =>
	Object.fromEntries(
		Array.from({ length: count }, (_, at) => [
			`p${at}`,
			itemsAt(wave).map(({ id, index }) =>
				index === 'ei' ? ei : index === 'slb' ? slb : id === 'CC1' ? Number(at < 4) : ca
			) as Answers
		])
	);
const result = (wave: Wave, before: ByRespondent, after: ByRespondent, invited = 6) =>
	teamResult({
		enrollment: 'e',
		wave,
		minGroup: 5,
		baseline: { answers: before, invited },
		asked: { answers: after, invited },
		locked: true
	});

test('from nobody to four people nothing differs', () => {
	const before = people(0, 6, 4);
	for (const wave of [0, 1, 3, 6] as const) {
		const texts = [0, 1, 2, 3, 4].map((count) =>
			JSON.stringify(result(wave, before, people(wave, count, 1 + count)))
		);
		expect(new Set(texts).size).toBe(1);
		expect(JSON.stringify(result(wave, before, people(wave, 5, 5)))).not.toBe(texts[4]);
	}
});

test('a person with four answers of seven is not a fifth person', () => {
	const five = people(1, 5, 5);
	const half = (five.p4 as number[]).map((answer, at) => (at < 3 ? null : answer));
	expect(result(1, people(0, 6, 4), { ...five, p4: half })).toMatchObject({ state: 'suppressed' });
});

test('a pulse tells points and words, week 6 the behavior too', () => {
	const before = people(0, 6, 4, 3);
	expect(result(1, before, people(1, 6, 5))).toMatchObject({ changePoints: 17, talks: 'most' });
	expect(result(1, before, people(1, 6, 5))).not.toHaveProperty('behavior');
	expect(result(3, before, people(3, 6, 5, 4)).behavior).toMatchObject({ changePoints: 25 });
});

test('a baseline that closed after day 3 carries no verdict', () => {
	expect(baselineInTime('2027-01-15', '2027-01-11')).toBe(true);
	expect(baselineInTime('2027-01-16', '2027-01-11')).toBe(false);
	const late = teamResult({
		enrollment: 'e',
		wave: 6,
		minGroup: 5,
		baseline: { answers: people(0, 6, 4), invited: 6 },
		asked: { answers: people(6, 6, 7), invited: 6 },
		locked: false
	});
	expect(late).toMatchObject({ verdict: 'not_measurable' });
});

test('guarded answers are told to the coach alone', () => {
	const stored = result(0, {}, people(0, 6, 4, 3, 2));
	expect(stored.forCoach).toEqual({ guarded: true });
	expect(withoutCoachNotes(stored)).not.toHaveProperty('forCoach');
	expect(result(0, {}, people(0, 6, 4, 3, 5))).not.toHaveProperty('forCoach');
});

test('the honesty question and the talks are never items', () => {
	const published = JSON.stringify(result(6, people(0, 12, 4), people(6, 12, 6), 12));
	expect(published).toContain('"SLB1"');
	expect(published).toContain('"ST1"');
	expect(published).not.toContain('CA1');
	expect(published).not.toContain('CC1');
});
