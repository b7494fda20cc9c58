import { expect, test } from 'vitest';
import { renderLetter } from './letter.server.ts';

const letter = {
	locale: 'en' as const,
	subject: 'Welcome, Ola\r\nBcc: everybody@evil.example',
	paragraphs: ['Hello <script>alert(1)</script> & "friends"'],
	button: { label: 'Open', url: 'https://lofte.example/sign-in/abc' },
	reason: 'Because you asked.'
};

test('a name cannot add a recipient or a line to the head', () => {
	expect(renderLetter(letter).subject).toBe('Welcome, Ola Bcc: everybody@evil.example');
});

test('words of people are words, never markup', () => {
	const { html, text } = renderLetter(letter);
	expect(html).not.toContain('<script>');
	expect(html).toContain('&#60;script&#62;');
	expect(text).toContain('<script>alert(1)</script>');
	expect(text).toContain('https://lofte.example/sign-in/abc');
});
