import { isLocale } from '#lib/paraglide/runtime.js';
import type { PageServerLoad } from './$types';

/** Respondents get no cookie, so the language is in the address. */
/** A page to read needs no script. */
export const csr = false;

export const load: PageServerLoad = ({ locals, url }) => {
	const lang = url.searchParams.get('lang');
	return { language: isLocale(lang) ? lang : locals.locale };
};
