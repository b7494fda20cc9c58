import { expect, test } from 'vitest';
import { itemWords, scaleWords, stemOf } from './survey-words.ts';

test('every item and every step of a scale has words of its own in both languages', () => {
	for (const locale of ['en', 'nb'] as const) {
		const items = Object.values(itemWords).map((words) => words({}, { locale }));
		expect(items.every(Boolean)).toBe(true);
		expect(new Set(items).size).toBe(items.length);
		for (const steps of Object.values(scaleWords)) {
			const said = steps.map((words) => words({}, { locale }));
			expect(new Set(said).size).toBe(said.length);
		}
	}
});

test('the half sentence before an item speaks of whom it asks about', () => {
	expect(stemOf('EI1')).toBe(stemOf('EI7'));
	expect(stemOf('SLB1')).toBe(stemOf('SLB10'));
	expect(stemOf('EI1')).not.toBe(stemOf('SLB1'));
	for (const id of ['ST1', 'CA1', 'CC1'] as const) expect(stemOf(id)).toBeNull();
});
