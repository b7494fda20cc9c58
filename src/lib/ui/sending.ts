import type { SubmitFunction } from '@sveltejs/kit';
import { enhance as sent } from '$app/forms';

/**
 * SvelteKit's `enhance` for a form that must not lose what was typed: when the post meets a broken
 * line, a server that is away or a login that ended, the page and its fields stay, and a sentence
 * under them says so.
 * (SvelteKit would put the error page in their place.) The sentence stands in `app.html`.
 */
export const enhance = (form: HTMLFormElement, submit?: SubmitFunction) =>
	sent(form, async (input) => {
		form.querySelector('.unsent')?.remove();
		const after = await submit?.(input);
		return async (outcome) => {
			const { result } = outcome;
			const status = result.type === 'error' ? (result.status ?? 503) : 200;
			if (status < 500 && status !== 401) return after ? after(outcome as never) : outcome.update();
			const why = document.getElementById(status === 401 ? 'signed-out' : 'unsent');
			const { content } = why as HTMLTemplateElement;
			form.append(content.cloneNode(true));
			await after?.({ ...outcome, update: async () => {} } as never);
		};
	});
