import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
	boxBytes,
	jitterMs,
	linkToken,
	newKeyPair,
	newPairingKey,
	openBox,
	respondentKey,
	sealBox,
	shuffled
} from './box.server.ts';

const keys = newKeyPair();

test('what is sealed opens with the wave’s key, is always as long, and never looks the same twice', () => {
	fc.assert(
		fc.property(fc.string({ maxLength: 1200 }), (text) => {
			const box = sealBox(keys.publicKey, 'w', text.toWellFormed());
			return box.length === boxBytes && openBox(keys, 'w', box) === text.toWellFormed();
		}),
		{ numRuns: 50 }
	);
	expect(sealBox(keys.publicKey, 'w', 'x')).not.toEqual(sealBox(keys.publicKey, 'w', 'x'));
});

test('it opens with no other key, in no other wave, and not after a bit was turned', () => {
	const box = sealBox(keys.publicKey, 'w', 'x');
	expect(openBox(newKeyPair(), 'w', box)).toBeNull();
	expect(openBox(keys, 'v', box)).toBeNull();
	for (const at of [0, 20, 43, 44, 56, 72, 100, 4095]) {
		const touched = box.slice();
		touched[at]! ^= 1;
		expect(openBox(keys, 'w', touched)).toBeNull();
	}
	expect(openBox(keys, 'w', box.slice(0, 100))).toBeNull();
});

test('a text that would make a longer box is refused', () => {
	expect(() => sealBox(keys.publicKey, 'w', 'x'.repeat(4096))).toThrow('too long');
});

test('a seller has one key in all waves, another under another secret', () => {
	const [one, other] = [newPairingKey(), newPairingKey()];
	expect(respondentKey(one, 's')).toEqual(respondentKey(one, 's'));
	expect(respondentKey(one, 's')).not.toEqual(respondentKey(other, 's'));
	expect(respondentKey(one, 's')).not.toEqual(respondentKey(one, 't'));
	expect(respondentKey(one, 's')).toHaveLength(32);
});

test('a link can be made again from the wave’s private key, and from nothing else', () => {
	expect(linkToken(keys.privateKey, 'i')).toBe(linkToken(keys.privateKey, 'i'));
	expect(linkToken(keys.privateKey, 'i')).not.toBe(linkToken(keys.privateKey, 'j'));
	expect(linkToken(newKeyPair().privateKey, 'i')).not.toBe(linkToken(keys.privateKey, 'i'));
	expect(linkToken(keys.privateKey, 'i')).toMatch(/^[\w-]{27}$/);
});

test('every order of three comes up about as often', () => {
	const seen = new Map<string, number>();
	for (let run = 0; run < 6000; run += 1) {
		const order = shuffled([1, 2, 3]).join('');
		seen.set(order, (seen.get(order) ?? 0) + 1);
	}
	expect(seen.size).toBe(6);
	// 1000 ± 6 standard deviations.
	for (const count of seen.values()) expect(Math.abs(count - 1000)).toBeLessThan(175);
	expect(jitterMs(0)).toBe(0);
	for (let run = 0; run < 100; run += 1) expect(jitterMs(10)).toBeLessThanOrEqual(10);
});
