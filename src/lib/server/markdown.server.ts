/**
 * Markdown that people write, made safe to show: parsed, turned into a tree, sanitized, and only
 * then written as HTML. No HTML of the writer's survives, no picture, no script, no address but
 * http, https and mailto.
 */
import rehypeSanitize, { defaultSchema } from 'rehype-sanitize';
import rehypeStringify from 'rehype-stringify';
import remarkGfm from 'remark-gfm';
import remarkParse from 'remark-parse';
import remarkRehype from 'remark-rehype';
import { unified } from 'unified';
import { kept } from './kept.server.ts';

type Node = {
	type: string;
	tagName?: string;
	value?: string;
	properties?: Record<string, unknown>;
	children?: Node[];
};

/** A line of a text as a reader sees it: a heading, a paragraph, a list item, a row of a table. */
export type Block = { tag: 'h2' | 'h3' | 'p' | 'li' | 'tr' | 'pre'; text: string };

/** A stretch of a text's plain form, shown highlighted and numbered. */
export type Passage = { startsAt: number; endsAt: number; number: number };

const schema = {
	...defaultSchema,
	tagNames: (defaultSchema.tagNames ?? []).filter(
		(tag) => !['img', 'input', 'picture', 'source', 'section', 'details', 'summary'].includes(tag)
	),
	attributes: { a: ['href'], th: ['align'], td: ['align'], ol: ['start'] },
	protocols: { href: ['http', 'https', 'mailto'] }
};

const parser = unified()
	.use(remarkParse)
	.use(remarkGfm, { singleTilde: false })
	.use(remarkRehype)
	.use(() => withTicks)
	.use(rehypeSanitize, schema)
	.use(() => withHeadingsFromTwo);
const writer = unified().use(rehypeStringify);

const treeOf = (markdown: string): Node =>
	parser.runSync(parser.parse(markdown)) as unknown as Node;
const htmlOf = (tree: Node): string => writer.stringify(tree as never);

/** A text is asked for its lines, its places and its HTML, and read again with every visit to it. */
const readOnce = kept(
	(markdown: string) => {
		const tree = treeOf(markdown);
		return { tree, length: markdown.length, ...readTree(tree) };
	},
	{
		mostBytes: 32 * 1024 * 1024,
		// A place for every character, and the nodes of the tree.
		bytesOf: ({ length }) => length * 60,
		textOf: (markdown) => markdown
	}
);

/** The text as HTML whose first heading level is h2. */
export const renderMarkdown = (markdown: string): string => htmlOf(treeOf(markdown));

/** The same, with passages in `<mark>` and their numbers behind them as links to `#remark-<prefix><n>`. */
export function renderMarked(markdown: string, passages: Passage[], prefix = ''): string {
	const { tree, places } = readOnce(markdown);
	const cuts = new Map<Node, { from: number; to: number; passage: Passage; last: boolean }[]>();
	for (const passage of passages) {
		const inNodes = new Map<Node, { from: number; to: number }>();
		for (const place of places.slice(passage.startsAt, passage.endsAt)) {
			if (!place) continue;
			const cut = inNodes.get(place.node) ?? { from: place.at, to: place.at };
			inNodes.set(place.node, {
				from: Math.min(cut.from, place.at),
				to: Math.max(cut.to, place.at + 1)
			});
		}
		const nodes = [...inNodes];
		nodes.forEach(([node, cut], index) => {
			cuts.set(node, [
				...(cuts.get(node) ?? []),
				{ ...cut, passage, last: index === nodes.length - 1 }
			]);
		});
	}
	return htmlOf(replaceTexts(tree, (node) => cutText(node, cuts.get(node) ?? [], prefix)));
}

/** What a reader sees, line by line, without any markup. Cells of a row are parted by a tab. */
export const blocksOf = (markdown: string): Block[] => readOnce(markdown).blocks;

/** The plain form in which passages are counted: the lines joined by one space, every white space one space. */
export const plainOf = (blocks: Block[]): string =>
	blocks.map(({ text }) => text.replaceAll('\t', ' ')).join(' ');

const blockTags: Record<string, Block['tag']> = {
	h2: 'h2',
	h3: 'h3',
	h4: 'h3',
	h5: 'h3',
	h6: 'h3',
	p: 'p',
	li: 'li',
	tr: 'tr',
	pre: 'pre',
	blockquote: 'p'
};

/** Walks the tree once: its lines, and for every character of the plain form the text node and place it came from. */
function readTree(tree: Node) {
	const blocks: Block[] = [];
	const places: ({ node: Node; at: number } | null)[] = [];
	let open: Block | null = null;
	let gap: '' | ' ' | '\t' = '';
	let gapPlace: { node: Node; at: number } | null = null;

	const begin = (tag: Block['tag']) => {
		open = { tag, text: '' };
		gap = '';
	};
	const write = (node: Node) => {
		const text = node.value ?? '';
		for (let at = 0; at < text.length; at += 1) {
			const sign = text[at]!;
			if (/\s/.test(sign)) {
				gap ||= ' ';
				gapPlace ??= { node, at };
				continue;
			}
			open ??= { tag: 'p', text: '' };
			if (open.text === '') {
				if (blocks.length > 0) places.push(null);
				blocks.push(open);
			} else if (gap) {
				open.text += gap;
				places.push(gapPlace);
			}
			gap = '';
			gapPlace = null;
			open.text += sign;
			places.push({ node, at });
		}
	};
	const walk = (node: Node, inside: Block['tag'] | null) => {
		if (node.type === 'text') return write(node);
		const tag = node.tagName ? blockTags[node.tagName] : undefined;
		// A row is one line, and a paragraph in a list item is that item's line.
		const begins = tag && inside !== 'tr' && !(inside === 'li' && tag === 'p' && open?.text === '');
		if (begins) begin(tag);
		if (node.tagName === 'td' || node.tagName === 'th') gap = '\t';
		for (const child of node.children ?? []) walk(child, begins ? tag : inside);
		if (begins) open = null;
	};
	walk(tree, null);
	return { blocks, places };
}

function replaceTexts(node: Node, replace: (text: Node) => Node[]): Node {
	if (!node.children) return node;
	return {
		...node,
		children: node.children.flatMap((child) =>
			child.type === 'text' ? replace(child) : [replaceTexts(child, replace)]
		)
	};
}

/** Cuts one text node at the ends of its passages; what lies in a passage goes into a `<mark>`. */
function cutText(
	node: Node,
	cuts: { from: number; to: number; passage: Passage; last: boolean }[],
	prefix: string
): Node[] {
	if (cuts.length === 0) return [node];
	const text = node.value ?? '';
	const ends = [...new Set([0, text.length, ...cuts.flatMap(({ from, to }) => [from, to])])].sort(
		(a, b) => a - b
	);
	return ends.slice(1).flatMap((to, index) => {
		const from = ends[index]!;
		const piece: Node = { type: 'text', value: text.slice(from, to) };
		const covered = cuts.some((cut) => cut.from <= from && to <= cut.to);
		const badges = cuts
			.filter((cut) => cut.last && cut.to === to)
			.map(({ passage }): Node => ({
				type: 'element',
				tagName: 'a',
				properties: {
					className: ['nr'],
					href: `#remark-${prefix}${passage.number}`,
					id: `passage-${prefix}${passage.number}`
				},
				children: [{ type: 'text', value: String(passage.number) }]
			}));
		return [
			...(covered
				? [{ type: 'element', tagName: 'mark', properties: {}, children: [piece] }]
				: [piece]),
			...badges
		];
	});
}

/** A ticked box of a task list becomes a sign: a box that cannot be ticked here should not look like one. */
function withTicks(tree: unknown): void {
	eachElement(tree as Node, (node) => {
		if (node.tagName !== 'input') return;
		node.type = 'text';
		node.value = node.properties?.checked ? '☑' : '☐';
	});
}

/** Moves headings so that the highest is h2: the page has its own h1. */
function withHeadingsFromTwo(tree: unknown): void {
	const levels: number[] = [];
	const levelOf = (node: Node) => Number(/^h([1-6])$/.exec(node.tagName ?? '')?.[1] ?? 0);
	eachElement(tree as Node, (node) => {
		if (levelOf(node)) levels.push(levelOf(node));
		if (node.tagName === 'a')
			node.properties = { ...node.properties, rel: ['nofollow', 'noreferrer'] };
	});
	const shift = 2 - Math.min(...levels, 6);
	eachElement(tree as Node, (node) => {
		if (levelOf(node)) node.tagName = `h${Math.min(levelOf(node) + shift, 6)}`;
	});
}

function eachElement(node: Node, visit: (node: Node) => void): void {
	if (node.type === 'element') visit(node);
	for (const child of node.children ?? []) eachElement(child, visit);
}
