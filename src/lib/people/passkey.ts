/** Signing in with a passkey: the authenticator checks who holds it, so no mail and no code is needed. */

/** How long an authenticator has for its answer. */
export const challengeLivesMs = 5 * 60_000;
/** More than anybody has devices; the list of a page is as long. */
export const mostPasskeys = 20;

export type PasskeyRefusal = 'passkey-wrong' | 'passkey-known' | 'too-many';

/** What a browser sent, as the text of a form's field. An answer is some hundred characters, one with a certificate some thousand. */
export type Answer = { id: string; challenge: string; response: unknown };

/**
 * Reads an authenticator's answer as far as it has to be known which question it answers and by which
 * key. Nothing of it is proved.
 *
 * @returns null for what is no answer at all
 */
export function readAnswer(text: string): Answer | null {
	if (text.length > 20_000) return null;
	try {
		const response = JSON.parse(text) as { id?: unknown; response?: { clientDataJSON?: unknown } };
		const { id, response: inner } = response;
		const said = JSON.parse(
			new TextDecoder().decode(fromBase64url(String(inner?.clientDataJSON)))
		) as { challenge?: unknown };
		if (typeof id !== 'string' || !id || typeof said.challenge !== 'string') return null;
		return { id, challenge: said.challenge, response };
	} catch {
		return null;
	}
}

const fromBase64url = (text: string) =>
	Uint8Array.from(atob(text.replaceAll('-', '+').replaceAll('_', '/')), (one) => one.charCodeAt(0));

/** Where a passkey lives, as far as its authenticator says: what its owner knows it by. */
export function placeOf({
	synced,
	transports
}: {
	synced: boolean;
	transports: readonly string[];
}): 'synced' | 'key' | 'device' {
	if (synced) return 'synced';
	return transports.some((one) => ['usb', 'nfc', 'ble'].includes(one)) ? 'key' : 'device';
}
