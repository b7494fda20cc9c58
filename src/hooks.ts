import type { Transport } from '@sveltejs/kit';
import { browser } from '$app/environment';
import { Drawing } from '#lib/ui/drawing.ts';

// A page without a script has no use for its data; a drawing in it is not written out a second time.
// Where a script asks for the data alone, `shown` has made a drawing plain before.
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
