import type { Component } from 'svelte';
import { render } from 'svelte/server';
import { Drawing } from './drawing.ts';

/**
 * The markup of a component for a page without a script. What only hydration needs is left
 * out, and shapes are closed the short way.
 *
 * @param name different for each drawing of a page: it begins the ids inside
 */
export function drawn<Props extends Record<string, unknown>>(
	component: Component<Props>,
	props: Props,
	name: string
): Drawing {
	const { body } = render(component as Component, { props, idPrefix: name });
	return new Drawing(
		body.replace(/<!--[^>]*-->/g, '').replace(/><\/(?:circle|line|path|rect|use)>/g, '/>')
	);
}
