import { expect, test } from 'vitest';
import { access, mayEnter } from './access.ts';

test('a door for a role is open to that role alone', () => {
	const door = access['/coach']!;
	expect(mayEnter(door, ['coach'])).toBe(true);
	expect(mayEnter(door, ['leader', 'admin', 'sponsor'])).toBe(false);
	expect(mayEnter(door, [])).toBe(false);
	expect(mayEnter(door, null)).toBe(false);
});

test('a page under a role’s folder is for that role and no other', () => {
	for (const [route, door] of Object.entries(access)) {
		const folder = route.split('/')[1] ?? '';
		if (['leader', 'coach', 'admin', 'sponsor'].includes(folder))
			expect(door.who, route).toEqual([folder]);
		else expect(typeof door.who, route).toBe('string');
	}
});
