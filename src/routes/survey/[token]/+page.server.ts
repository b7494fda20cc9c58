import { error, fail, redirect } from '@sveltejs/kit';
import { answerWave } from '#lib/engagement/commands.server.ts';
import { surveyBehind } from '#lib/engagement/queries.server.ts';
import { minutesFor, readReply } from '#lib/engagement/survey.ts';
import { isLocale } from '#lib/paraglide/runtime.js';
import type { Actions, PageServerLoad } from './$types';

// Looking changes nothing: mail scanners open links.
export const load: PageServerLoad = async ({ locals, params, url }) => {
	const lang = url.searchParams.get('lang');
	const language = isLocale(lang) ? lang : locals.locale;
	const survey = await surveyBehind(locals.asVisitor(), params.token);
	if (survey.state === 'used') redirect(303, `/survey/thanks?lang=${language}`);
	if (survey.state !== 'open') error(410, `survey-${survey.state}`);
	const { index, questions, leaderName, minGroup, closesAt, timeZone, withComment } = survey;
	const until = (locale: string) =>
		new Intl.DateTimeFormat(locale, {
			timeZone,
			weekday: 'long',
			day: 'numeric',
			month: 'long'
		}).format(new Date(closesAt.getTime() - 1));
	return {
		language,
		questions,
		leaderName,
		minGroup,
		minutes: minutesFor(index),
		until: { en: until('en-GB'), nb: until('nb-NO') },
		withComment
	};
};

export const actions: Actions = {
	answer: async ({ request, locals, params }) => {
		const form = await request.formData();
		const values = Object.fromEntries([...form].map(([name, value]) => [name, String(value)]));
		const language = isLocale(values.language) ? values.language : locals.locale;
		// Without JavaScript the other language is a button of the form, so that nothing typed is lost.
		if (isLocale(values.switch)) return { values, language: values.switch };
		const sent = await answerWave(locals.asVisitor(), params.token, ({ index, withComment }) =>
			readReply(index, values, { withComment })
		);
		if (sent.ok) redirect(303, `/survey/thanks?lang=${language}`);
		if (sent.reason === 'unknown' || sent.reason === 'closed') error(410, `survey-${sent.reason}`);
		return fail(400, { values, language, reason: sent.reason });
	}
};
