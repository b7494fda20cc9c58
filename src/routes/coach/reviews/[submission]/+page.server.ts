import { error, fail, redirect } from '@sveltejs/kit';
import {
	accept,
	addRemark,
	removeRemark,
	returnForRevision,
	saveReview
} from '#lib/coursework/commands.server.ts';
import { reviewsWaiting, submissionForCoach } from '#lib/coursework/queries.server.ts';
import type { Actions, PageServerLoad } from './$types';

export const load: PageServerLoad = async ({ locals, params, url }) => {
	const ctx = locals.as('coach');
	const [found, queue] = await Promise.all([
		submissionForCoach(ctx, params.submission, url.searchParams.get('view')),
		reviewsWaiting(ctx)
	]);
	if (!found) error(404, 'not-found');
	const place = queue.findIndex(({ submissionId }) => submissionId === found.submissionId);
	return {
		...found,
		queue,
		next: queue[place + 1] ?? (place > 0 ? queue[0] : undefined) ?? null,
		previous: place > 0 ? (queue[place - 1] ?? null) : null,
		done: url.searchParams.get('done'),
		now: ctx.now,
		timeZone: ctx.who.timeZone,
		coachName: ctx.who.name
	};
};

async function readReview(request: Request, submissionId: string) {
	const form = await request.formData();
	const levels: Record<string, number> = {};
	for (const [name, value] of form)
		if (name.startsWith('level-')) levels[name.slice(6)] = Number(value);
	return {
		submissionId,
		revision: Number(form.get('revision')) || 0,
		comment: String(form.get('comment') ?? ''),
		levels,
		next: String(form.get('next') ?? '')
	};
}

/** The next one in the queue that the page showed, or the queue. */
const onward = (next: string, done: string): never =>
	redirect(303, `/coach/reviews${/^[0-9a-f-]{36}$/.test(next) ? `/${next}` : ''}?done=${done}`);

/** The passage as it was selected or pasted; else the sentence that was chosen: its place, a space, its words. */
function passageIn(form: FormData): { quote: string; near: number } {
	const quote = String(form.get('quote') ?? '');
	const [, place, words] = /^(\d+) (.+)$/s.exec(String(form.get('sentence') ?? '')) ?? [];
	if (!quote.trim() && words) return { quote: words, near: Number(place) };
	return { quote, near: Number(form.get('near')) || 0 };
}

export const actions: Actions = {
	save: async ({ request, locals, params }) => {
		const written = await readReview(request, params.submission);
		const saved = await saveReview(locals.as('coach'), written);
		if (saved.ok) return { saved: true, ...saved.value };
		if (saved.reason === 'not-found') error(404, 'not-found');
		return fail(409, { ...written, ...saved });
	},
	accept: async ({ request, locals, params }) => {
		const written = await readReview(request, params.submission);
		const given = await accept(locals.as('coach'), { ...written, origin: locals.origin });
		if (given.ok) return onward(written.next, 'accepted');
		if (given.reason === 'not-found') error(404, 'not-found');
		return fail(409, { ...written, ...given });
	},
	return: async ({ request, locals, params }) => {
		const written = await readReview(request, params.submission);
		const given = await returnForRevision(locals.as('coach'), {
			...written,
			origin: locals.origin
		});
		if (given.ok) return onward(written.next, 'returned');
		if (given.reason === 'not-found') error(404, 'not-found');
		return fail(409, { ...written, ...given });
	},
	remark: async ({ request, locals, params }) => {
		const form = await request.formData();
		const remark = {
			submissionId: params.submission,
			visibility: form.get('visibility') === 'own' ? ('own' as const) : ('shared' as const),
			...passageIn(form),
			body: String(form.get('body') ?? '')
		};
		const added = await addRemark(locals.as('coach'), remark);
		if (added.ok) return { remarked: added.value };
		if (added.reason === 'not-found') error(404, 'not-found');
		return fail(400, { remark, remarkReason: added.reason });
	},
	remove: async ({ request, locals }) => {
		const form = await request.formData();
		const removed = await removeRemark(locals.as('coach'), String(form.get('remark') ?? ''));
		if (removed.ok) return { removed: true };
		if (removed.reason === 'not-found') error(404, 'not-found');
		return fail(409, { remarkReason: removed.reason });
	}
};
