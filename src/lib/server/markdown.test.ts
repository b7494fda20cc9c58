import { describe, expect, test } from 'vitest';
import { blocksOf, plainOf, renderMarkdown, renderMarked } from './markdown.server.ts';

describe('nothing that acts comes through', () => {
	test.each([
		'<script>alert(1)</script>',
		'<img src=x onerror=alert(1)>',
		'<svg onload=alert(1)>',
		'<svg><script>alert(1)</script></svg>',
		'<iframe src="javascript:alert(1)"></iframe>',
		'<a href="javascript:alert(1)">x</a>',
		'[x](javascript:alert(1))',
		'[x](JaVaScRiPt:alert(1))',
		'[x](java&#115;cript:alert(1))',
		'[x](data:text/html;base64,PHNjcmlwdD4=)',
		'[x](vbscript:msgbox(1))',
		'<javascript:alert(1)>',
		'![x](https://tracker.example/pixel.png)',
		'![x](javascript:alert(1))',
		'[x]: javascript:alert(1)\n\n[x]',
		'<form action="/sign-out" method="post"><button>x</button></form>',
		'<style>body{display:none}</style>',
		'<p style="position:fixed" class="btn" id="main">x</p>',
		'<math><mtext></mtext><script>alert(1)</script></math>',
		'<details open ontoggle=alert(1)>x</details>',
		'```"><script>alert(1)</script>\nx\n```',
		'[x](https://a.example "onmouseover=alert(1)")',
		'<!--><script>alert(1)</script>-->',
		'<noscript><p title="</noscript><img src=x onerror=alert(1)>">',
		'&lt;script&gt;alert(1)&lt;/script&gt;',
		'- [x] <input autofocus onfocus=alert(1)>'
	])('%s', (markdown) => {
		const html = renderMarkdown(markdown);
		const tags = [...html.matchAll(/<\s*\/?\s*([a-z0-9]+)([^>]*)>/gi)];
		const kept = ['a', 'p', 'pre', 'code', 'ul', 'li'];
		expect(tags.filter(([, tag]) => !kept.includes(tag!.toLowerCase()))).toEqual([]);
		for (const [, , attributes] of tags) {
			expect(attributes!.trim()).toMatch(
				/^(href="https:\/\/a\.example")?\s*(rel="nofollow noreferrer")?$/
			);
		}
	});
});

test('headings begin at h2, whatever level the writer began with', () => {
	expect(renderMarkdown('# A\n\n## B\n\n###### C')).toBe('<h2>A</h2>\n<h3>B</h3>\n<h6>C</h6>');
	expect(renderMarkdown('## A\n\n### B')).toBe('<h2>A</h2>\n<h3>B</h3>');
	expect(renderMarkdown('#### A')).toBe('<h2>A</h2>');
});

const text = `## The map

I wrote *every* decision down.
There were 22.

- one **big**
- two

| Decision | Now |
| --- | --- |
| Reviews | Silje |`;

test('the lines of a text are what a reader sees', () => {
	expect(blocksOf(text)).toEqual([
		{ tag: 'h2', text: 'The map' },
		{ tag: 'p', text: 'I wrote every decision down. There were 22.' },
		{ tag: 'li', text: 'one big' },
		{ tag: 'li', text: 'two' },
		{ tag: 'tr', text: 'Decision\tNow' },
		{ tag: 'tr', text: 'Reviews\tSilje' }
	]);
});

describe('a passage is marked where it stands', () => {
	const plain = plainOf(blocksOf(text));
	const mark = (quote: string, number = 1) => {
		const startsAt = plain.indexOf(quote);
		return { startsAt, endsAt: startsAt + quote.length, number };
	};

	test('across emphasis and a line break', () => {
		const html = renderMarked(text, [mark('every decision down. There')]);
		expect(html).toContain(
			'<em><mark>every</mark></em><mark> decision down.\nThere</mark><a class="nr"'
		);
		expect(html).toContain('href="#remark-1" id="passage-1">1</a> were 22.');
	});

	test('from one line into the next, with one number at its end', () => {
		const html = renderMarked(text, [mark('big two')]);
		expect(html).toContain('<strong><mark>big</mark></strong>');
		expect(html).toContain('<li><mark>two</mark><a class="nr"');
		expect(html.match(/class="nr"/g)).toHaveLength(1);
	});

	test('two that overlap keep both numbers, and the words stay the same', () => {
		const html = renderMarked(text, [mark('I wrote every', 1), mark('wrote every decision', 2)]);
		expect(html.match(/class="nr"/g)).toHaveLength(2);
		const words = html.replace(/<a class="nr".*?<\/a>/g, '').replace(/<\/?mark>/g, '');
		expect(words).toBe(renderMarkdown(text));
	});

	test('none leaves the text as it is', () => {
		expect(renderMarked(text, [])).toBe(renderMarkdown(text));
	});
});
