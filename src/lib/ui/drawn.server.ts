import type { Component } from 'svelte';
import { render } from 'svelte/server';
import { Drawing } from './drawing.ts';

/** Without what only hydration needs, and with empty shapes closed the short way. */
export const shortened = (markup: string): string =>
	markup
		.replace(/<!--[^>]*-->/g, '')
		.replace(/<((?:circle|line|path|rect|use)\b[^<>]*)><\/\w+>/g, '<$1/>');

/**
 * The markup of a component for a page without a script.
 *
 * @param name different for each drawing of a page: it begins the ids inside
 */
export function drawn<Props extends Record<string, unknown>>(
	component: Component<Props>,
	props: Props,
	name: string
): Drawing {
	const { body } = render(component as Component, { props, idPrefix: name });
	return new Drawing(shortened(body));
}
