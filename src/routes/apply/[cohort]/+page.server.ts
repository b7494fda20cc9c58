import { error, fail, redirect } from '@sveltejs/kit';
import { readApplication, type Problem, type Typed } from '#lib/admissions/application.ts';
import { submitApplication } from '#lib/admissions/commands.server.ts';
import { mayApply } from '#lib/cohorts/cohort.ts';
import { cohortBySlug } from '#lib/cohorts/queries.server.ts';
import { isLocale } from '#lib/paraglide/runtime.js';
import { hashToken } from '#lib/server/seal.server.ts';
import { alongside } from '#lib/ui/twin.ts';
import { sayDay } from '#lib/values/say-day.ts';
import { keepLanguage } from '../../preferences/keep.ts';
import type { Actions, PageServerLoad } from './$types';

export const load: PageServerLoad = async ({ locals, params }) => {
	const cohort = await cohortBySlug(locals.asVisitor(), params.cohort);
	if (!cohort) error(404, 'not-found');
	// Said here: a phone on the road need not carry what says dates.
	return { cohort, open: mayApply(cohort.stage), begins: sayDay(cohort.startsOn, locals.locale) };
};

/** Everything that was typed, as it was typed. */
function typedIn(form: FormData): Typed {
	const text = (name: string) => String(form.get(name) ?? '').slice(0, 2000);
	const answers: Typed['answers'] = {};
	for (const name of form.keys()) {
		const [what, key] = name.split(/\.(.*)/s);
		if (!key || (what !== 'yes' && what !== 'note')) continue;
		answers[key] ??= { yes: form.has(`yes.${key}`), note: text(`note.${key}`) };
	}
	return {
		name: text('name'),
		email: text('email'),
		company: text('company'),
		teamSize: text('teamSize'),
		baselineGuess: text('baselineGuess'),
		sponsorName: text('sponsorName'),
		sponsorEmail: text('sponsorEmail'),
		towards: text('towards'),
		answers
	};
}

export const actions: Actions = {
	send: async ({ request, locals, params, url, getClientAddress }) => {
		const typed = typedIn(await request.formData());
		if (!(await locals.within('apply-network', hashToken(getClientAddress())))) {
			return fail(429, { typed, reason: 'too-often' as const, problems: [] });
		}
		const { locale } = locals;
		const applied = await submitApplication(locals.asVisitor(), {
			slug: params.cohort,
			typed,
			locale,
			origin: locals.origin
		});
		if (!applied.ok) {
			return fail(applied.reason === 'problems' ? 400 : 409, {
				typed,
				reason: applied.reason,
				problems: 'problems' in applied ? applied.problems : []
			});
		}
		redirect(303, alongside(url.pathname, '/apply/received'));
	},

	/** The same page in the other language, with every word that stands in it; nothing is stored or sent. */
	language: async ({ request, locals, params, cookies }) => {
		const form = await request.formData();
		// A script asks first and takes the page anew after: a database that is away must be noticed now.
		const cohort = await cohortBySlug(locals.asVisitor(), params.cohort);
		if (!cohort) error(404, 'not-found');
		const locale = form.get('locale');
		if (isLocale(locale)) await keepLanguage({ cookies, locals }, locale);
		const typed = typedIn(form);
		const read = form.has('refused') ? readApplication(typed, cohort.pledge) : null;
		const problems: Problem[] = read && 'problems' in read ? read.problems : [];
		return { typed, reason: null, problems };
	}
};
