import { setTimeout as wait } from 'node:timers/promises';
import { fail, redirect } from '@sveltejs/kit';
import { requestSignIn } from '#lib/people/commands.server.ts';
import { cleanEmail, safeNext } from '#lib/people/login.ts';
import { homeOf } from '#lib/people/role.ts';
import { hashToken } from '#lib/server/seal.server.ts';
import { toSecondStep } from './second-step.ts';
import type { Actions, PageServerLoad } from './$types';

/** Longer than a mail takes to be written: the clock must not tell who is known here and who is not. */
const answerAfterMs = 300;

export const load: PageServerLoad = ({ url, locals }) => {
	const next = safeNext(url.searchParams.get('next'));
	if (locals.owing) redirect(303, toSecondStep(next));
	if (locals.signedIn) redirect(303, next ?? homeOf(locals.signedIn.roles));
	return { next, sent: url.searchParams.has('sent') };
};

export const actions: Actions = {
	default: async ({ request, locals, getClientAddress }) => {
		const form = await request.formData();
		const email = String(form.get('email') ?? '');
		const next = safeNext(String(form.get('next') ?? ''));
		if (!cleanEmail(email)) return fail(400, { email, reason: 'not-an-address' as const });
		const network = hashToken(getClientAddress());
		if (!(await locals.within('sign-in-network', network))) {
			return fail(429, { email, reason: 'too-often' as const });
		}
		await Promise.all([wait(answerAfterMs), send()]);
		redirect(303, '/sign-in?sent');

		/** Three mails an hour for one address from one network, twenty from all; more are dropped without a word. */
		async function send() {
			const address = hashToken(cleanEmail(email) ?? '');
			if (
				(await locals.within('sign-in-address', hashToken(`${address} ${network}`))) &&
				(await locals.within('sign-in-mailbox', address))
			)
				await requestSignIn(locals.asVisitor(), { email, next, origin: locals.origin });
		}
	}
};
