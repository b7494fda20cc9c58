import { expect, test } from 'vitest';
import { shortened } from './drawn.server.ts';

test('an empty shape is closed the short way; one with a name stays whole', () => {
	expect(
		shortened(
			'<!--[--><g><path d="M0 0h1"></path><!----><rect x="1"><title>Campaign</title></rect></g><text></text><!--]-->'
		)
	).toBe('<g><path d="M0 0h1"/><rect x="1"><title>Campaign</title></rect></g><text></text>');
});
