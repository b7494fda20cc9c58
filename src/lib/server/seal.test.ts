import { randomBytes } from 'node:crypto';
import { expect, test } from 'vitest';
import { hashAddress, keysFrom, seal, unseal, unsealText } from './seal.server.ts';

const key = () => randomBytes(32).toString('base64url');

test('what was sealed under the previous key still opens, and is sealed anew under the current one', () => {
	const old = key();
	const sealed = seal(keysFrom([old]), 'note', 'Henrik sat in on the review.');
	const rotated = keysFrom([key(), old]);
	expect(unsealText(rotated, 'note', sealed)).toBe('Henrik sat in on the review.');
	expect(() => unseal(keysFrom([key()]), 'note', sealed)).toThrow();
});

test('a note cannot be opened as a mail, and one changed byte is noticed', () => {
	const keys = keysFrom([key()]);
	const sealed = seal(keys, 'note', 'words');
	expect(() => unseal(keys, 'mail', sealed)).toThrow();
	sealed[sealed.length - 1]! ^= 1;
	expect(() => unseal(keys, 'note', sealed)).toThrow();
});

test('the same words are never sealed to the same bytes', () => {
	const keys = keysFrom([key()]);
	expect(seal(keys, 'note', 'yes')).not.toEqual(seal(keys, 'note', 'yes'));
});

test('an address is found again under one key and not under another', () => {
	const keys = keysFrom([key()]);
	expect(hashAddress(keys, 'A@b.no')).toEqual(hashAddress(keys, ' a@b.no '));
	expect(hashAddress(keys, 'a@b.no')).not.toEqual(hashAddress(keysFrom([key()]), 'a@b.no'));
});
