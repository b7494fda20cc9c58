import { fail, redirect, type Cookies } from '@sveltejs/kit';
import { createTOTPKeyURI } from '@oslojs/otp';
import { encode } from 'uqr';
import {
	beginSecondStep,
	confirmSecondStep,
	endSecondStep,
	renewRecoveryCodes,
	signOut
} from '#lib/people/commands.server.ts';
import { needsSecondStep } from '#lib/people/access.ts';
import { loginCookie } from '#lib/people/login.ts';
import { secondStepOf } from '#lib/people/queries.server.ts';
import { homeOf } from '#lib/people/role.ts';
import { digits, showCode, stepSeconds } from '#lib/people/second-step.ts';
import { hashToken } from '#lib/server/seal.server.ts';
import { keepLogin } from '../../sign-in/login-cookie.ts';
import type { Actions, PageServerLoad } from './$types';

/** A key is shown, and codes that come once: nothing of it belongs in a script's data. */
export const csr = false;

export const load: PageServerLoad = async ({ locals, cookies }) => {
	const { on, pending, codesLeft } = await secondStepOf(
		locals.asPerson(),
		tokenIn(cookies, locals)
	);
	const { secondStepDue: due, signedIn } = locals;
	return {
		on,
		codesLeft,
		/** With a passkey a link alone is still not enough for these. */
		stillOwes: signedIn!.ways.passkey && needsSecondStep(signedIn!.roles),
		/** Set while the work of a coach or an admin waits for it. */
		waits: due ? homeOf(signedIn!.roles) : null,
		key: pending && shownKey(pending, locals.signedIn!.email)
	};
};

/** The key as an app reads it from the screen, and as a person types it. */
function shownKey(secret: Uint8Array, email: string) {
	const address = createTOTPKeyURI('Løfte', email, secret, stepSeconds, digits);
	const { data, size } = encode(address, { border: 4 });
	const squares = data.flatMap((row, y) =>
		row.flatMap((dark, x) => (dark ? `M${x} ${y}h1v1h-1z` : []))
	);
	const key = new URL(address).searchParams.get('secret') ?? '';
	return { path: squares.join(''), size, text: key.replace(/(.{4})(?=.)/g, '$1 ') };
}

const tokenIn = (cookies: Cookies, { origin }: App.Locals) =>
	cookies.get(loginCookie(origin)) ?? '';
const codeIn = async (request: Request) => String((await request.formData()).get('code') ?? '');

/** Whoever guesses at a login that somebody left open loses it. */
async function wrongCode(locals: App.Locals, cookies: Cookies) {
	const token = tokenIn(cookies, locals);
	if (await locals.within('second-step', hashToken(token)))
		return fail(400, { reason: 'code-wrong' as const });
	await signOut(locals.asVisitor(), token);
	redirect(303, '/sign-in');
}

export const actions: Actions = {
	begin: async ({ locals, cookies }) => {
		const begun = await beginSecondStep(locals.asPerson(), tokenIn(cookies, locals));
		if (!begun.ok) return fail(409, { reason: begun.reason });
		return {};
	},
	confirm: async ({ request, locals, cookies }) => {
		const ctx = locals.asPerson();
		if (!(await locals.within('second-step-account', ctx.who.personId)))
			return fail(429, { reason: 'too-often' as const });
		const confirmed = await confirmSecondStep(ctx, {
			code: await codeIn(request),
			token: tokenIn(cookies, locals)
		});
		if (!confirmed.ok) return fail(400, { reason: confirmed.reason });
		keepLogin(cookies, locals.origin, confirmed.value.cookie);
		return { codes: confirmed.value.codes.map(showCode) };
	},
	codes: async ({ request, locals, cookies }) => {
		const ctx = locals.asPerson();
		if (!(await locals.within('second-step-account', ctx.who.personId)))
			return fail(429, { reason: 'too-often' as const });
		const made = await renewRecoveryCodes(ctx, { code: await codeIn(request) });
		if (!made.ok) return wrongCode(locals, cookies);
		return { codes: made.value.codes.map(showCode), renewed: true };
	},
	end: async ({ request, locals, cookies }) => {
		const ctx = locals.asPerson();
		if (!(await locals.within('second-step-account', ctx.who.personId)))
			return fail(429, { reason: 'too-often' as const });
		const ended = await endSecondStep(ctx, { code: await codeIn(request) });
		if (!ended.ok) return wrongCode(locals, cookies);
		return { ended: true };
	}
};
