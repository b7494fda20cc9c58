/** Signing in by a link in a mail. */

/** A sign-in link lives ten minutes (ASVS 6.5.5); the link in the welcome mail a week. */
export const linkLivesMs = { 'sign-in': 10 * 60_000, welcome: 7 * 24 * 3600_000 } as const;
export type LinkPurpose = keyof typeof linkLivesMs;

/** A login ends after so many days without use, and after 30 days whatever happens. */
export const loginIdleDays = 14;
export const loginAbsoluteDays = 30;
/** Whoever reads what people trust them with signs in every day. */
export const staffLoginHours = 12;
export const loginLastsMs = (roles: readonly string[]): number =>
	roles.includes('coach') || roles.includes('admin')
		? staffLoginHours * 3600_000
		: loginAbsoluteDays * 86_400_000;

/** How long it is remembered that somebody showed who they are, for what takes money or data out of the house. */
export const proofLastsMs = 10 * 60_000;
export const isFresh = (provedAt: Date, now: Date): boolean =>
	now.getTime() - provedAt.getTime() < proofLastsMs;

/**
 * What the cookie of a login is called. Over https it carries the prefix with which a browser takes
 * it only from this very host, for all of it, and never in clear.
 */
export const loginCookie = (origin: string): string =>
	origin.startsWith('https:') ? '__Host-login' : 'login';

export type SignInRefusal = 'link-unknown' | 'link-used' | 'link-expired';

/**
 * A path of this site to go to after signing in, or null for anything else.
 * `//host`, `/\host`, control characters and whole addresses are not paths of this site.
 */
export function safeNext(text: string | null | undefined): string | null {
	if (!text || !/^\/(?![/\\])[\w\-./?=&%~]*$/.test(text)) return null;
	return text.length <= 300 ? text : null;
}

/** Lower case and without the spaces that phones add; null when it cannot be an address. */
export function cleanEmail(text: string): string | null {
	const email = text.trim().toLowerCase();
	return email.length <= 254 &&
		/^[^\s@<>"(),;:\\]+@[^\s@<>"(),;:\\]+\.[^\s@<>"(),;:\\.]{2,}$/.test(email)
		? email
		: null;
}
