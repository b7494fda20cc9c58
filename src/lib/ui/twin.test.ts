import { expect, test } from 'vitest';
import { alongside, isTwin, plainPath, twinPath } from './twin.ts';

test.each([
	['/', '/nb'],
	['/program', '/nb/program'],
	['/cohorts/spring-2027', '/nb/cohorts/spring-2027']
])('%s is %s in Norwegian', (plain, twin) => {
	expect(twinPath(plain)).toBe(twin);
	expect(twinPath(twin)).toBe(twin);
	expect(plainPath(twin)).toBe(plain);
	expect(plainPath(plain)).toBe(plain);
	expect([isTwin(plain), isTwin(twin)]).toEqual([false, true]);
});

test('what only begins alike is no twin', () => {
	for (const path of ['/nbx', '/n', '/program/nb', '/NB'])
		expect([path, isTwin(path), plainPath(path)]).toEqual([path, false, path]);
});

test('the way from a page keeps its language', () => {
	expect(alongside('/nb/program', '/')).toBe('/nb');
	expect(alongside('/nb', '/apply/a')).toBe('/nb/apply/a');
	expect(alongside('/program', '/')).toBe('/');
});
