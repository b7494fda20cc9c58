import { expect, test } from 'vitest';
import { isShare, shares } from './sponsorship.ts';

test('a leader shares what has a name, and nothing else can be named', () => {
	expect(shares.every(isShare)).toBe(true);
	// What sellers answer, notes and touchpoints are not things that could be shared.
	for (const other of ['engagement', 'answers', 'notes', 'touchpoints', 'Uplift', ''])
		expect(isShare(other), other).toBe(false);
});
