import { fail, redirect } from '@sveltejs/kit';
import { changeProfile, signOutEverywhere } from '#lib/people/commands.server.ts';
import { loginCookie } from '#lib/people/login.ts';
import { isLocale } from '#lib/paraglide/runtime.js';
import type { Actions, PageServerLoad } from './$types';

export const load: PageServerLoad = ({ locals }) => {
	const { name, timeZone } = locals.asPerson().who;
	return {
		name,
		timeZone,
		timeZones: Intl.supportedValuesOf('timeZone'),
		ways: locals.signedIn!.ways
	};
};

export const actions: Actions = {
	save: async ({ request, locals, cookies }) => {
		const form = await request.formData();
		const name = String(form.get('name') ?? '').slice(0, 120);
		const timeZone = String(form.get('timeZone') ?? '');
		const locale = form.get('locale');
		const saved = await changeProfile(locals.asPerson(), {
			name,
			timeZone,
			...(isLocale(locale) && { locale })
		});
		if (!saved.ok) return fail(400, { name, timeZone, reason: saved.reason });
		// What this device was set to before must not outlive what its owner says now.
		if (isLocale(locale)) cookies.delete('locale', { path: '/' });
		return { saved: true };
	},
	signOutEverywhere: async ({ locals, cookies }) => {
		await signOutEverywhere(locals.asPerson());
		cookies.delete(loginCookie(locals.origin), {
			path: '/',
			secure: locals.origin.startsWith('https:')
		});
		redirect(303, '/sign-in');
	}
};
