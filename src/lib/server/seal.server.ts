/** Encryption with the application keys, and hashes of tokens. All of it from node:crypto. */
import {
	createCipheriv,
	createDecipheriv,
	createHash,
	createHmac,
	hkdfSync,
	randomBytes
} from 'node:crypto';

/** The current key first; the previous one only opens what it once sealed. */
export type Keys = { current: Uint8Array; previous?: Uint8Array };

/** @param encoded one or two keys, 32 bytes each in base64url, the current one first */
export function keysFrom([current, previous]: string[]): Keys {
	if (!current) throw new Error('an application key is needed');
	const decode = (text: string) => new Uint8Array(Buffer.from(text, 'base64url'));
	return previous
		? { current: decode(current), previous: decode(previous) }
		: { current: decode(current) };
}

// Each purpose has a key of its own, so that a note cannot be passed off as a mail.
const keyFor = (key: Uint8Array, purpose: string) =>
	new Uint8Array(hkdfSync('sha256', key, new Uint8Array(), `lofte:${purpose}`, 32));

/**
 * AES-256-GCM under the current key.
 *
 * @param purpose what it is for ("note", "mail"…): must be the same to open it
 * @returns 12 bytes nonce, 16 bytes tag, then the ciphertext
 */
export function seal(keys: Keys, purpose: string, plain: string | Uint8Array): Uint8Array {
	const nonce = randomBytes(12);
	const cipher = createCipheriv('aes-256-gcm', keyFor(keys.current, purpose), nonce);
	const text = Buffer.concat([cipher.update(plain), cipher.final()]);
	return new Uint8Array(Buffer.concat([nonce, cipher.getAuthTag(), text]));
}

/** Opens what `seal` closed, under the current or the previous key. @throws when neither opens it */
export function unseal(keys: Keys, purpose: string, sealed: Uint8Array): Uint8Array {
	const attempts = keys.previous ? [keys.current, keys.previous] : [keys.current];
	for (const key of attempts) {
		try {
			const decipher = createDecipheriv(
				'aes-256-gcm',
				keyFor(key, purpose),
				sealed.subarray(0, 12)
			);
			decipher.setAuthTag(sealed.subarray(12, 28));
			return new Uint8Array(
				Buffer.concat([decipher.update(sealed.subarray(28)), decipher.final()])
			);
		} catch {
			// The other key may fit.
		}
	}
	throw new Error(`sealed ${purpose} does not open under the application keys`);
}

/**
 * What is to be done with a sealed value when the keys change.
 *
 * @param purposes for which it may have been sealed, as far as the row can tell
 * @returns 'current' when it stays, the value sealed anew under the current key, or 'lost' when no key opens it
 */
export function sealAnew(
	keys: Keys,
	purposes: readonly string[],
	sealed: Uint8Array
): Uint8Array | 'current' | 'lost' {
	for (const purpose of purposes) {
		if (opens({ current: keys.current }, purpose, sealed)) return 'current';
		const plain = opens(keys, purpose, sealed);
		if (plain) return seal(keys, purpose, plain);
	}
	return 'lost';
}

function opens(keys: Keys, purpose: string, sealed: Uint8Array): Uint8Array | null {
	try {
		return unseal(keys, purpose, sealed);
	} catch {
		return null;
	}
}

export const unsealText = (keys: Keys, purpose: string, sealed: Uint8Array): string =>
	new TextDecoder().decode(unseal(keys, purpose, sealed));

/** 160 random bits for a link, 32 characters of base64url-safe text. */
export const newToken = (): string => randomBytes(20).toString('base64url');

/** What is stored in a token's place. */
export const hashToken = (token: string): string =>
	createHash('sha256').update(token).digest('hex');

/** An address that can be compared and not read: keyed, so that it cannot be guessed from a dump. */
export const hashAddress = (keys: Keys, address: string): Uint8Array =>
	hashUnder(keys.current, address);

/** The same under the previous key; null when there is none. */
export const hashAddressBefore = ({ previous }: Keys, address: string): Uint8Array | null =>
	previous ? hashUnder(previous, address) : null;

/** Every form in which the address may lie in the database: under the current and the previous key. */
export const addressHashes = (keys: Keys, address: string): Uint8Array[] =>
	[keys.current, ...(keys.previous ? [keys.previous] : [])].map((key) => hashUnder(key, address));

const hashUnder = (key: Uint8Array, address: string) =>
	new Uint8Array(
		createHmac('sha256', keyFor(key, 'address')).update(address.trim().toLowerCase()).digest()
	);
