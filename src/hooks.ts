import type { Transport } from '@sveltejs/kit';
import { Drawing } from '#lib/ui/drawing.ts';

export const transport: Transport = {
	Drawing: {
		encode: (value) => value instanceof Drawing && ['drawn'],
		decode: () => {
			throw new Error('a drawing is only for pages without a script');
		}
	}
};
