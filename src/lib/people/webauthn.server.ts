/** The only file that knows WebAuthn's library. What it gives and takes is what browsers speak (WebAuthn level 3, JSON). */
import type {
	AuthenticationResponseJSON,
	PublicKeyCredentialCreationOptionsJSON,
	PublicKeyCredentialRequestOptionsJSON,
	RegistrationResponseJSON
} from '@simplewebauthn/server';
import { challengeLivesMs, type Answer } from './passkey.ts';

/** Half a second of reading that only a visitor with a passkey has to wait for. */
const library = () => import('@simplewebauthn/server');

/** EdDSA, ES256 and RS256 (RFC 9053, RFC 8812): what every browser's authenticators have. */
const supportedAlgorithmIDs = [-8, -7, -257];

const bytesOf = (challenge: string) => new Uint8Array(Buffer.from(challenge, 'base64url'));
/** A passkey belongs to a host, whatever its port. */
const hostOf = (origin: string) => new URL(origin).hostname;

/** Asks a browser to make a passkey for this person. @param challenge base64url */
export async function creationOptions({
	origin,
	challenge,
	person,
	known
}: {
	origin: string;
	challenge: string;
	person: { id: string; email: string; name: string };
	known: { id: string; transports: string[] }[];
}): Promise<PublicKeyCredentialCreationOptionsJSON> {
	const { generateRegistrationOptions } = await library();
	return generateRegistrationOptions({
		rpName: 'Løfte',
		rpID: hostOf(origin),
		userID: new Uint8Array(Buffer.from(person.id.replaceAll('-', ''), 'hex')),
		userName: person.email,
		userDisplayName: person.name,
		challenge: bytesOf(challenge),
		timeout: challengeLivesMs,
		excludeCredentials: known,
		supportedAlgorithmIDs,
		authenticatorSelection: { residentKey: 'required', userVerification: 'required' }
	});
}

/** Asks a browser for a signature with whichever passkey of ours its owner chooses. @param challenge base64url */
export async function requestOptions({
	origin,
	challenge
}: {
	origin: string;
	challenge: string;
}): Promise<PublicKeyCredentialRequestOptionsJSON> {
	const { generateAuthenticationOptions } = await library();
	return generateAuthenticationOptions({
		rpID: hostOf(origin),
		challenge: bytesOf(challenge),
		timeout: challengeLivesMs,
		userVerification: 'required'
	});
}

export type NewPasskey = {
	id: string;
	publicKey: Uint8Array;
	counter: number;
	transports: string[];
	synced: boolean;
};

/** The passkey that a browser made, or null when the answer does not prove one. */
export async function provenPasskey(
	{ response, challenge }: Answer,
	origin: string
): Promise<NewPasskey | null> {
	const { verifyRegistrationResponse } = await library();
	const { decodeAttestationObject } = await import('@simplewebauthn/server/helpers');
	try {
		const answer = response as RegistrationResponseJSON;
		const attestation = decodeAttestationObject(
			new Uint8Array(Buffer.from(answer.response.attestationObject, 'base64url'))
		);
		// We ask for no certificate and take none: the library would look it up in the network.
		if (attestation.get('attStmt').get('x5c') !== undefined) return null;
		if (!['none', 'packed'].includes(attestation.get('fmt'))) return null;
		const { verified, registrationInfo: made } = await verifyRegistrationResponse({
			response: answer,
			expectedChallenge: challenge,
			expectedOrigin: origin,
			expectedRPID: hostOf(origin),
			requireUserVerification: true,
			supportedAlgorithmIDs
		});
		if (!verified) return null;
		const { id, publicKey, counter } = made.credential;
		const transports = answer.response.transports ?? [];
		return {
			id,
			publicKey,
			counter,
			transports: transports.filter((one) => /^[a-z-]{1,20}$/.test(one)).slice(0, 8),
			synced: made.credentialBackedUp
		};
	} catch {
		// The library throws at whatever is not as it must be.
		return null;
	}
}

/**
 * Whether this answer is signed with that passkey, by somebody whom the authenticator knows.
 *
 * @returns the new count and whether other devices have it; null when it proves nothing
 */
export async function provenUse(
	{ response, challenge }: Answer,
	passkey: Pick<NewPasskey, 'id' | 'publicKey' | 'counter'>,
	origin: string
): Promise<{ counter: number; synced: boolean } | null> {
	const { verifyAuthenticationResponse } = await library();
	try {
		const { verified, authenticationInfo: used } = await verifyAuthenticationResponse({
			response: response as AuthenticationResponseJSON,
			expectedChallenge: challenge,
			expectedOrigin: origin,
			expectedRPID: hostOf(origin),
			credential: { ...passkey, publicKey: new Uint8Array(passkey.publicKey) },
			requireUserVerification: true
		});
		return verified ? { counter: used.newCounter, synced: used.credentialBackedUp } : null;
	} catch {
		return null;
	}
}
