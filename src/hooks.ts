import type { Reroute, Transport } from '@sveltejs/kit';
import { browser } from '$app/environment';
import { isMarkupOnly } from '#lib/ui/drawing.ts';
import { plainPath } from '#lib/ui/twin.ts';

/*
 * A browser needs none of this and does not carry it: routes are found on the server, and SvelteKit
 * would write out the data of every page, also of one that sends no script to read it.
 */
export const transport: Transport | undefined = browser
	? undefined
	: {
			MarkupOnly: {
				encode: (value) => isMarkupOnly(value) && ['drawn'],
				decode: () => {
					throw new Error('this page sends no script');
				}
			}
		};

export const reroute: Reroute | undefined = browser
	? undefined
	: ({ url }) => plainPath(url.pathname);
