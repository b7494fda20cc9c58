import type { SubmitFunction } from '@sveltejs/kit';
import { enhance as sent } from '$app/forms';

/**
 * SvelteKit's `enhance` for a form that must not lose what was typed: when the post meets a broken
 * line or a server that is away, the page and its fields stay, and a sentence under them says so.
 * (SvelteKit would put the error page in their place.) The sentence stands in `app.html`.
 */
export const enhance = (form: HTMLFormElement, submit?: SubmitFunction) =>
	sent(form, async (input) => {
		form.querySelector('.unsent')?.remove();
		const after = await submit?.(input);
		return async (outcome) => {
			const { result } = outcome;
			if (result.type !== 'error' || (result.status ?? 503) < 500)
				return after ? after(outcome as never) : outcome.update();
			const { content } = document.getElementById('unsent') as HTMLTemplateElement;
			form.append(content.cloneNode(true));
			await after?.({ ...outcome, update: async () => {} } as never);
		};
	});
