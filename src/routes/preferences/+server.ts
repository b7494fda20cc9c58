import { redirect } from '@sveltejs/kit';
import { changeProfile } from '#lib/people/commands.server.ts';
import { safeNext } from '#lib/people/login.ts';
import { isLocale } from '#lib/paraglide/runtime.js';
import type { RequestHandler } from './$types';
import { keepLanguage, keptOnDevice } from './keep.ts';

/** Language and light of this device; of the person too, when somebody is signed in. */
export const POST: RequestHandler = async ({ request, locals, cookies }) => {
	const form = await request.formData();
	const locale = form.get('locale');
	if (isLocale(locale)) await keepLanguage({ cookies, locals }, locale);
	const theme = ['system', 'light', 'night'].find((name) => name === form.get('theme'));
	if (theme) {
		cookies.set('theme', theme, keptOnDevice(locals.origin));
		if (locals.signedIn) await changeProfile(locals.asPerson(), { theme: theme as 'system' });
	}
	redirect(303, safeNext(String(form.get('back') ?? '')) ?? '/');
};
