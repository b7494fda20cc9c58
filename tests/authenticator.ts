/** An authenticator in software: makes a passkey and signs with it as a phone or a security key would, or wrongly. */
import { createHash, generateKeyPairSync, randomBytes, sign } from 'node:crypto';
import { isoCBOR } from '@simplewebauthn/server/helpers';

const sha256 = (data: Uint8Array | string) => createHash('sha256').update(data).digest();
const text = (data: Uint8Array) => Buffer.from(data).toString('base64url');

type Lie = {
	/** The site that the browser says it is on. */
	origin?: string;
	/** The host that the authenticator signs for. */
	host?: string;
	challenge?: string;
	/** Whether the authenticator says that it knows its owner. */
	verified?: boolean;
	counter?: number;
	type?: string;
	/** A certificate that nobody asked for. */
	certificate?: Uint8Array;
	/** Somebody else's key signs. */
	forged?: boolean;
};

/** @param origin of the site on which it is used */
export function authenticator(origin: string) {
	const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
	const stranger = generateKeyPairSync('ec', { namedCurve: 'P-256' });
	const { x, y } = publicKey.export({ format: 'jwk' });
	const id = randomBytes(32);
	// COSE: an elliptic curve, ES256, P-256 and its point (RFC 9053).
	const key = isoCBOR.encode(
		new Map<number, number | Uint8Array<ArrayBuffer>>([
			[1, 2],
			[3, -7],
			[-1, 1],
			[-2, new Uint8Array(Buffer.from(x!, 'base64url'))],
			[-3, new Uint8Array(Buffer.from(y!, 'base64url'))]
		])
	);
	const clientData = (type: string, challenge: string, lie: Lie) =>
		Buffer.from(
			JSON.stringify({
				type: lie.type ?? type,
				challenge: lie.challenge ?? challenge,
				origin: lie.origin ?? origin,
				crossOrigin: false
			})
		);
	const head = (flags: number, { host, verified = true, counter = 0 }: Lie) => {
		const count = Buffer.alloc(4);
		count.writeUInt32BE(counter);
		const known = verified ? 0x04 : 0;
		return Buffer.concat([
			sha256(host ?? new URL(origin).hostname),
			Buffer.from([flags | 0x01 | known]),
			count
		]);
	};
	return {
		id: text(id),
		/** The answer to a request to make a passkey, as a browser's `toJSON()` gives it. */
		make({ challenge }: { challenge: string }, lie: Lie = {}): string {
			const length = Buffer.alloc(2);
			length.writeUInt16BE(id.length);
			const authData = Buffer.concat([head(0x40, lie), Buffer.alloc(16), length, id, key]);
			const statement = new Map<string, Uint8Array<ArrayBuffer>[]>();
			if (lie.certificate) statement.set('x5c', [new Uint8Array(lie.certificate)]);
			const attestationObject = isoCBOR.encode(
				new Map<string, unknown>([
					['fmt', lie.certificate ? 'packed' : 'none'],
					['attStmt', statement],
					['authData', new Uint8Array(authData)]
				]) as never
			);
			return JSON.stringify({
				id: text(id),
				rawId: text(id),
				type: 'public-key',
				clientExtensionResults: {},
				response: {
					clientDataJSON: text(clientData('webauthn.create', challenge, lie)),
					attestationObject: text(attestationObject),
					transports: ['internal', 'hybrid', '<b>']
				}
			});
		},
		/** The answer to a request to sign in. */
		use({ challenge }: { challenge: string }, lie: Lie = {}): string {
			const client = clientData('webauthn.get', challenge, lie);
			const authData = head(0, lie);
			const signature = sign(
				'sha256',
				Buffer.concat([authData, sha256(client)]),
				lie.forged ? stranger.privateKey : privateKey
			);
			return JSON.stringify({
				id: text(id),
				rawId: text(id),
				type: 'public-key',
				clientExtensionResults: {},
				response: {
					clientDataJSON: text(client),
					authenticatorData: text(authData),
					signature: text(signature)
				}
			});
		}
	};
}
