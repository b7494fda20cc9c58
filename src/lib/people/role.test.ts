import { expect, test } from 'vitest';
import { isRole, roles } from './role.ts';

test('a role is one of four words, written as they are', () => {
	expect(roles.every(isRole)).toBe(true);
	for (const other of ['Leader', 'owner', 'system', 'visitor', ''])
		expect(isRole(other), other).toBe(false);
});
