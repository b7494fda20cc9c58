import { isLocale } from '#lib/paraglide/runtime.js';
import type { PageServerLoad } from './$types';

/** The same page for everybody whose link has been used, just now or before; the link is not in its address. */
export const load: PageServerLoad = ({ locals, url }) => {
	const lang = url.searchParams.get('lang');
	return { language: isLocale(lang) ? lang : locals.locale };
};
