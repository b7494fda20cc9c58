/**
 * The envelope of a backup: a stream, cut into chunks that are encrypted and authenticated one by
 * one, each with its number and whether it is the last. So nothing that was changed, swapped or cut
 * off is ever handed on, and a file of any size needs the memory of one chunk.
 */
import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from 'node:crypto';
import type { Keys } from '#lib/server/seal.server.ts';

/** The file is not what was written, or not under these keys; says so in a sentence. */
export class VaultError extends Error {}

const magic = Buffer.from('LOFTE BACKUP 1\n');
const saltBytes = 32;
const tagBytes = 16;
const chunkBytes = 256 * 1024;

const keyFor = (key: Uint8Array, salt: Uint8Array) =>
	new Uint8Array(hkdfSync('sha256', key, salt, 'lofte:backup:v1', 32));

/** Every file has a key of its own, so the chunk's number is nonce enough. */
function nonceOf(index: number, last: boolean): Buffer {
	const nonce = Buffer.alloc(12);
	nonce.writeUInt32BE(index, 4);
	nonce.writeUInt8(last ? 1 : 0, 11);
	return nonce;
}

/** Cuts a stream into pieces of exactly so many bytes; says of each whether it is the last. */
async function* pieces(source: AsyncIterable<Uint8Array>, bytes: number) {
	let held: Uint8Array[] = [];
	let length = 0;
	for await (const part of source) {
		held.push(part);
		length += part.length;
		if (length <= bytes) continue;
		let all = Buffer.concat(held);
		// More than one piece is there, so the first is not the last.
		while (all.length > bytes) {
			yield { piece: all.subarray(0, bytes), last: false };
			all = all.subarray(bytes);
		}
		held = [all];
		length = all.length;
	}
	yield { piece: Buffer.concat(held), last: true };
}

/** Encrypts a stream under the current key (AES-256-GCM). */
export async function* encrypt(
	keys: Keys,
	source: AsyncIterable<Uint8Array>
): AsyncGenerator<Uint8Array> {
	const salt = randomBytes(saltBytes);
	const key = keyFor(keys.current, salt);
	const head = Buffer.concat([magic, salt]);
	yield head;
	let index = 0;
	for await (const { piece, last } of pieces(source, chunkBytes)) {
		const cipher = createCipheriv('aes-256-gcm', key, nonceOf(index, last)).setAAD(head);
		const text = Buffer.concat([cipher.update(piece), cipher.final()]);
		yield Buffer.concat([cipher.getAuthTag(), text]);
		index += 1;
	}
}

/**
 * Decrypts what `encrypt` made, under the current or the previous key. Nothing of a chunk comes out
 * before all of it is proven.
 *
 * @throws VaultError for another kind of file, a wrong key, a changed byte, a missing end
 */
export async function* decrypt(
	keys: Keys,
	source: AsyncIterable<Uint8Array>
): AsyncGenerator<Uint8Array> {
	const { head, rest } = await headOf(source);
	const salt = head.subarray(magic.length);
	let candidates = [keys.current, ...(keys.previous ? [keys.previous] : [])].map((key) =>
		keyFor(key, salt)
	);
	let index = 0;
	for await (const { piece, last } of pieces(rest, chunkBytes + tagBytes)) {
		const opened = candidates
			.map((key) => ({ key, plain: open(key, head, piece, { index, last }) }))
			.find(({ plain }) => plain !== null);
		if (!opened) throw new VaultError(whyNot(candidates, head, piece, { index, last }));
		candidates = [opened.key];
		yield opened.plain!;
		index += 1;
	}
}

type At = { index: number; last: boolean };

function whyNot(candidates: Uint8Array[], head: Buffer, piece: Buffer, at: At): string {
	if (at.last && candidates.some((key) => open(key, head, piece, { ...at, last: false })))
		return 'The file ends before the backup does: it was cut off.';
	if (at.index === 0)
		return 'The file does not open: it was made under other APP_KEYS than these, or its beginning was changed.';
	return at.last
		? 'The file is damaged or cut off near its end: it is not what was written.'
		: 'The file is damaged: a part of it is not what was written.';
}

function open(key: Uint8Array, head: Buffer, piece: Buffer, { index, last }: At): Buffer | null {
	if (piece.length < tagBytes) return null;
	try {
		const decipher = createDecipheriv('aes-256-gcm', key, nonceOf(index, last))
			.setAAD(head)
			.setAuthTag(piece.subarray(0, tagBytes));
		return Buffer.concat([decipher.update(piece.subarray(tagBytes)), decipher.final()]);
	} catch {
		return null;
	}
}

async function headOf(source: AsyncIterable<Uint8Array>) {
	const parts = source[Symbol.asyncIterator]();
	let start = Buffer.alloc(0);
	while (start.length < magic.length + saltBytes) {
		const { value, done } = await parts.next();
		if (done) break;
		start = Buffer.concat([start, value]);
	}
	const head = start.subarray(0, magic.length + saltBytes);
	if (!head.subarray(0, magic.length).equals(magic))
		throw new VaultError('The file is not a backup of Løfte.');
	if (head.length < magic.length + saltBytes)
		throw new VaultError('The file ends before the backup does: it was cut off.');
	async function* rest() {
		yield start.subarray(head.length);
		for (let next = await parts.next(); !next.done; next = await parts.next()) yield next.value;
	}
	return { head: Buffer.from(head), rest: rest() };
}
