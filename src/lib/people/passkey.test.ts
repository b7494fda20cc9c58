import { expect, test } from 'vitest';
import { placeOf, readAnswer } from './passkey.ts';

const answer = (clientData: unknown, id: unknown = 'key') =>
	JSON.stringify({
		id,
		response: { clientDataJSON: Buffer.from(JSON.stringify(clientData)).toString('base64url') }
	});

test('an answer says which question it answers and by which key', () => {
	const text = answer({ challenge: 'a-_question', origin: 'https://lofte.example/æøå' });
	expect(readAnswer(text)).toEqual({
		id: 'key',
		challenge: 'a-_question',
		response: JSON.parse(text) as unknown
	});
});

test.each([
	'',
	'null',
	'"text"',
	'{"id":"key"}',
	answer({}),
	answer({ challenge: 1 }),
	answer({ challenge: 'x' }, ''),
	answer({ challenge: 'x' }, 7),
	answer({ challenge: 'x'.repeat(20_000) })
])('what is no answer reads as none: %.40s', (text) => {
	expect(readAnswer(text)).toBeNull();
});

test('its owner knows a passkey by where it lives', () => {
	expect(placeOf({ synced: true, transports: ['internal', 'hybrid'] })).toBe('synced');
	expect(placeOf({ synced: false, transports: ['internal'] })).toBe('device');
	expect(placeOf({ synced: false, transports: ['nfc', 'usb'] })).toBe('key');
	expect(placeOf({ synced: false, transports: [] })).toBe('device');
});
