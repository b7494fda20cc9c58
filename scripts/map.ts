/** `npm run map`: draws the rooms and who uses whom, from the imports as they are, into docs/map.md. */
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import process from 'node:process';
import { root } from './stack.ts';

const file = path.join(root, 'docs/map.md');
const drawn = /```mermaid\n[\s\S]*?```/;

const drawing = execFileSync(
	process.execPath,
	[
		path.join(root, 'node_modules/dependency-cruiser/bin/dependency-cruiser.mjs'),
		...['--config', '.dependency-cruiser.js'],
		...['--include-only', '^src/(lib/|routes/|[a-z.]+\\.ts$)'],
		...['--exclude', '^src/lib/paraglide|\\.test\\.ts$|\\.d\\.ts$|^src/standins'],
		...['--collapse', '^src/(lib/[^/]+|routes)'],
		...['--output-type', 'mermaid'],
		'src'
	],
	{ cwd: root, encoding: 'utf8' }
);
const text = fs.readFileSync(file, 'utf8');
if (!drawn.test(text)) throw new Error('docs/map.md has no drawing to replace');
fs.writeFileSync(
	file,
	text.replace(drawn, () => `\`\`\`mermaid\n${drawing.trim()}\n\`\`\``)
);
