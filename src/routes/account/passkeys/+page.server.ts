import { fail, redirect, type Cookies } from '@sveltejs/kit';
import {
	addPasskey,
	beginPasskey,
	makeCodesAnew,
	removePasskey
} from '#lib/people/commands.server.ts';
import { needsSecondStep } from '#lib/people/access.ts';
import { loginCookie } from '#lib/people/login.ts';
import { placeOf } from '#lib/people/passkey.ts';
import { passkeysOf } from '#lib/people/queries.server.ts';
import { homeOf } from '#lib/people/role.ts';
import { showCode } from '#lib/people/second-step.ts';
import { keepLogin } from '../../sign-in/login-cookie.ts';
import type { Actions, PageServerLoad } from './$types';

export const load: PageServerLoad = async ({ locals }) => {
	const ctx = locals.asPerson();
	const { passkeys, codesLeft } = await passkeysOf(ctx);
	return {
		now: ctx.now,
		timeZone: ctx.who.timeZone,
		/** Null where a link by mail is enough, so that no code is ever needed. */
		codesLeft: needsSecondStep(locals.signedIn!.roles) ? codesLeft : null,
		passkeys: passkeys.map((one) => ({ ...one, place: placeOf(one) })),
		/** Where the work of a coach or an admin goes on. */
		home: homeOf(locals.signedIn!.roles),
		due: locals.secondStepDue
	};
};

const tokenIn = (cookies: Cookies, { origin }: App.Locals) =>
	cookies.get(loginCookie(origin)) ?? '';

export const actions: Actions = {
	/** What the browser's own window is opened with. */
	begin: async ({ locals, cookies }) => {
		const begun = await beginPasskey(locals.asPerson(), {
			token: tokenIn(cookies, locals),
			origin: locals.origin
		});
		if (!begun.ok) return fail(409, { reason: begun.reason });
		return { options: begun.value };
	},
	add: async ({ request, locals, cookies }) => {
		const added = await addPasskey(locals.asPerson(), {
			token: tokenIn(cookies, locals),
			origin: locals.origin,
			answer: String((await request.formData()).get('answer') ?? '')
		});
		if (!added.ok) return fail(400, { reason: added.reason });
		keepLogin(cookies, locals.origin, added.value.cookie);
		return { added: true, codes: added.value.codes?.map(showCode) ?? null };
	},
	codes: async ({ locals }) => {
		const made = await makeCodesAnew(locals.asPerson());
		if (!made.ok) return fail(409, { reason: made.reason });
		return { codes: made.value.codes.map(showCode) };
	},
	remove: async ({ request, locals, cookies }) => {
		const id = String((await request.formData()).get('passkey') ?? '');
		const removed = await removePasskey(locals.asPerson(), { id, token: tokenIn(cookies, locals) });
		if (!removed.ok) return fail(404, { reason: removed.reason });
		redirect(303, '/account/passkeys');
	}
};
