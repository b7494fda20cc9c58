import type { Transport } from '@sveltejs/kit';
import { browser } from '$app/environment';
import { Drawing } from '#lib/ui/drawing.ts';

// A drawing is only for pages without a script: none ever comes to a browser as data.
export const transport: Transport = browser
	? {}
	: {
			Drawing: {
				encode: (value) => value instanceof Drawing && ['drawn'],
				decode: () => {
					throw new Error('a drawing is only for pages without a script');
				}
			}
		};
