import { expect, test } from 'vitest';
import { metAll, type LeaderOutcome } from './outcome.ts';

test('a leader kept the promise only when all three measures reached it; what is not shown counts as not met', () => {
	const yes = { kind: 'shown', pct: 26, ci: null, met: true } as const;
	const no = { ...yes, pct: 12, met: false } as const;
	const hidden = { kind: 'not-shown' } as const;
	const leaders: LeaderOutcome[] = [
		{ key: 'a', label: 'A', engagement: yes, sales: yes, revenue: yes },
		{ key: 'b', label: 'B', engagement: yes, sales: yes, revenue: no },
		{ key: 'c', label: 'C', engagement: hidden, sales: yes, revenue: yes }
	];
	expect(metAll({ leaders })).toEqual({ met: 1, of: 3 });
});
