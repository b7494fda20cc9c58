import { error, fail } from '@sveltejs/kit';
import { agreementView, baselineRefusal, baselineView } from '#lib/uplift/baseline-words.server.ts';
import { addKnownEvent, proposeBaseline, signBaseline } from '#lib/uplift/commands.server.ts';
import { countriesKnown } from '#lib/uplift/holidays.server.ts';
import { myBaseline } from '#lib/uplift/queries.server.ts';
import type { Actions, PageServerLoad } from './$types';

export const load: PageServerLoad = async ({ locals }) => {
	const page = await myBaseline(locals.as('leader'));
	if (!page) error(404, 'not-found');
	return {
		baseline: baselineView(page, locals.locale),
		agreement: agreementView(page, locals.locale, page.locked ? [] : await countriesKnown())
	};
};

const text = (form: FormData, name: string) => String(form.get(name) ?? '');

/** Rates are fields named `rate:EUR`; a comma is a decimal mark here. */
function ratesOf(form: FormData): Record<string, number> {
	const rates: Record<string, number> = {};
	for (const [name, value] of form)
		if (name.startsWith('rate:') && typeof value === 'string' && value.trim() !== '')
			rates[name.slice(5)] = Number(value.trim().replace(',', '.'));
	return rates;
}

export const actions: Actions = {
	propose: async ({ locals, request }) => {
		const form = await request.formData();
		const proposed = await proposeBaseline(locals.as('leader'), {
			metric: text(form, 'metric'),
			windowWeeks: text(form, 'windowWeeks'),
			primary: text(form, 'primary'),
			country: form.has('country') ? text(form, 'country') : undefined,
			rates: ratesOf(form)
		});
		if (!proposed.ok)
			return fail(400, { of: 'propose', trouble: baselineRefusal(proposed.reason, locals.locale) });
		return { of: 'propose', done: true };
	},
	sign: async ({ locals, request }) => {
		const form = await request.formData();
		const signed = await signBaseline(locals.as('leader'), {
			enrollmentId: text(form, 'enrollmentId'),
			inputsSha256: text(form, 'inputsSha256'),
			origin: locals.origin
		});
		if (!signed.ok)
			return fail(409, { of: 'sign', trouble: baselineRefusal(signed.reason, locals.locale) });
		return { of: 'sign', done: true };
	},
	event: async ({ locals, request }) => {
		const form = await request.formData();
		const event = {
			day: text(form, 'day'),
			kind: text(form, 'kind'),
			size: text(form, 'size'),
			note: text(form, 'note')
		};
		const added = await addKnownEvent(locals.as('leader'), event);
		if (!added.ok)
			return fail(400, {
				of: 'event',
				trouble: baselineRefusal(added.reason, locals.locale),
				event
			});
		return { of: 'event', done: true };
	}
};
