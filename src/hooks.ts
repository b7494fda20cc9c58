import type { Transport } from '@sveltejs/kit';
import { browser } from '$app/environment';
import { isMarkupOnly } from '#lib/ui/drawing.ts';

// SvelteKit writes out the data of every page, also of one that sends no script to read it.
export const transport: Transport = browser
	? {}
	: {
			MarkupOnly: {
				encode: (value) => isMarkupOnly(value) && ['drawn'],
				decode: () => {
					throw new Error('this page sends no script');
				}
			}
		};
