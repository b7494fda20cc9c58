import type { RequestEvent } from '@sveltejs/kit';
import { changeProfile } from '#lib/people/commands.server.ts';

const yearInSeconds = 31_536_000;

/** How a device keeps what it prefers. */
export const keptOnDevice = (origin: string) =>
	({
		path: '/',
		sameSite: 'lax',
		httpOnly: true,
		secure: origin.startsWith('https:'),
		maxAge: yearInSeconds
	}) as const;

/** Speaks this language from here on: in this answer, on this device, to the person who is signed in. */
export async function keepLanguage(
	{ cookies, locals }: Pick<RequestEvent, 'cookies' | 'locals'>,
	locale: 'en' | 'nb'
): Promise<void> {
	cookies.set('locale', locale, keptOnDevice(locals.origin));
	locals.locale = locale;
	if (locals.signedIn) await changeProfile(locals.asPerson(), { locale });
}
