/**
 * The box that an answer lies in while its wave is open, and the keys around it. A box is sealed to
 * the wave's public key; the private half is stored only under an application key and is gone when
 * the wave has closed. All of it from node:crypto.
 */
import {
	createCipheriv,
	createDecipheriv,
	createHmac,
	createPrivateKey,
	createPublicKey,
	diffieHellman,
	generateKeyPairSync,
	hkdfSync,
	randomBytes,
	randomInt,
	type KeyObject
} from 'node:crypto';

/** Every box is this long, so that its size tells nothing of what is in it. */
export const boxBytes = 4096;
const publicBytes = 44;
const [nonceBytes, tagBytes, lengthBytes] = [12, 16, 2] as const;
const plainBytes = boxBytes - publicBytes - nonceBytes - tagBytes;

const der = { format: 'der' } as const;
const bytesOf = (key: KeyObject, type: 'spki' | 'pkcs8') =>
	new Uint8Array(key.export({ ...der, type } as { format: 'der'; type: 'spki' }));

/** A wave's pair of keys (X25519), as DER. */
export function newKeyPair(): { publicKey: Uint8Array; privateKey: Uint8Array } {
	const { publicKey, privateKey } = generateKeyPairSync('x25519');
	return { publicKey: bytesOf(publicKey, 'spki'), privateKey: bytesOf(privateKey, 'pkcs8') };
}

const publicFrom = (key: Uint8Array) =>
	createPublicKey({ key: Buffer.from(key), ...der, type: 'spki' });
const privateFrom = (key: Uint8Array) =>
	createPrivateKey({ key: Buffer.from(key), ...der, type: 'pkcs8' });

function sharedKey(own: KeyObject, other: KeyObject, ephemeral: Uint8Array, recipient: Uint8Array) {
	const secret = diffieHellman({ privateKey: own, publicKey: other });
	const salt = Buffer.concat([ephemeral, recipient]);
	return new Uint8Array(hkdfSync('sha256', secret, salt, 'lofte:box:v1', 32));
}

/**
 * Seals a text to a wave.
 *
 * @param waveId bound to the box: in another wave it does not open
 * @returns exactly `boxBytes` bytes: one-time public key, nonce, tag, ciphertext
 * @throws when the text is longer than a box holds
 */
export function sealBox(publicKey: Uint8Array, waveId: string, text: string): Uint8Array {
	const content = Buffer.from(text, 'utf8');
	if (content.length > plainBytes - lengthBytes) throw new Error('too long for a box');
	const padded = Buffer.alloc(plainBytes);
	padded.writeUInt16BE(content.length);
	content.copy(padded, lengthBytes);

	const once = generateKeyPairSync('x25519');
	const ephemeral = bytesOf(once.publicKey, 'spki');
	const key = sharedKey(once.privateKey, publicFrom(publicKey), ephemeral, publicKey);
	const nonce = randomBytes(nonceBytes);
	const cipher = createCipheriv('aes-256-gcm', key, nonce).setAAD(Buffer.from(waveId));
	const sealed = Buffer.concat([cipher.update(padded), cipher.final()]);
	return new Uint8Array(Buffer.concat([ephemeral, nonce, cipher.getAuthTag(), sealed]));
}

/** Opens a box; null when it was not sealed to this wave, or was touched. */
export function openBox(
	{ publicKey, privateKey }: { publicKey: Uint8Array; privateKey: Uint8Array },
	waveId: string,
	box: Uint8Array
): string | null {
	try {
		const parts = Buffer.from(box);
		const ephemeral = parts.subarray(0, publicBytes);
		const nonce = parts.subarray(publicBytes, publicBytes + nonceBytes);
		const tag = parts.subarray(publicBytes + nonceBytes, boxBytes - plainBytes);
		const key = sharedKey(privateFrom(privateKey), publicFrom(ephemeral), ephemeral, publicKey);
		const decipher = createDecipheriv('aes-256-gcm', key, nonce, { authTagLength: tagBytes })
			.setAAD(Buffer.from(waveId))
			.setAuthTag(tag);
		const padded = Buffer.concat([
			decipher.update(parts.subarray(boxBytes - plainBytes)),
			decipher.final()
		]);
		return padded.toString('utf8', lengthBytes, lengthBytes + padded.readUInt16BE());
	} catch {
		return null;
	}
}

/** K of method 2.5. */
export const newPairingKey = (): Uint8Array => new Uint8Array(randomBytes(32));

/** Under which name a seller's answers lie: the same in every wave, and nobody's without K. */
export const respondentKey = (pairingKey: Uint8Array, sellerId: string): Uint8Array =>
	new Uint8Array(createHmac('sha256', pairingKey).update(`ei:v1:${sellerId}`).digest());

/**
 * The token of an invitation's link, 160 bits. Made from the wave's private key, so that a reminder
 * can carry the same link though only its hash is stored, and nobody can once the wave has closed.
 */
export const linkToken = (privateKey: Uint8Array, invitationId: string): string =>
	Buffer.from(
		hkdfSync('sha256', privateKey, new Uint8Array(), `lofte:link:v1:${invitationId}`, 20)
	).toString('base64url');

/** A copy in random order (Fisher and Yates, with the system's random numbers). */
export function shuffled<T>(items: readonly T[]): T[] {
	const all = [...items];
	for (let at = all.length - 1; at > 0; at -= 1) {
		const other = randomInt(at + 1);
		[all[at], all[other]] = [all[other]!, all[at]!];
	}
	return all;
}

/** A random wait of up to so long. */
export const jitterMs = (mostMs: number): number =>
	mostMs > 0 ? randomInt(Math.floor(mostMs) + 1) : 0;
