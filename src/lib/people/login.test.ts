import { expect, test } from 'vitest';
import { cleanEmail, loginCookie, safeNext } from './login.ts';

test('after signing in nobody is sent to another site', () => {
	for (const away of [
		'https://evil.example',
		'//evil.example',
		'/\\evil.example',
		'/\t/evil.example',
		'javascript:alert(1)',
		'',
		'/a\nb',
		'/@evil',
		null
	]) {
		expect(safeNext(away), String(away)).toBeNull();
	}
	expect(safeNext('/leader/assignments/3f?tab=2')).toBe('/leader/assignments/3f?tab=2');
});

test('an address is compared in lower case and without spaces', () => {
	expect(cleanEmail('  Ingrid@Nordbris.example ')).toBe('ingrid@nordbris.example');
	for (const wrong of [
		'',
		'ingrid',
		'a@b',
		'a b@c.no',
		'a@b.no\nBcc: x@y.no',
		'a,b@c.no',
		'<a@b.no>'
	]) {
		expect(cleanEmail(wrong), wrong).toBeNull();
	}
});

test('over https the cookie of a login is bound to its host', () => {
	expect(loginCookie('https://lofte.example')).toBe('__Host-login');
	expect(loginCookie('http://localhost:4173')).toBe('login');
});
