/** What no off-the-shelf tool knows about this house. The directions are held by dependency-cruiser. */
import fs from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { roles } from '#lib/people/role.ts';
import { root } from '../scripts/stack.ts';

const rooms = [
	'people',
	'curriculum',
	'cohorts',
	'admissions',
	'payments',
	'coursework',
	'coaching',
	'engagement',
	'uplift'
];
/** The most lines that one file may have before it is asked whether it is two subjects. */
const mostLines = 1_100;

const read = (file: string) => fs.readFileSync(path.join(root, file), 'utf8');
const filesUnder = (folder: string) =>
	fs
		.readdirSync(path.join(root, folder), { recursive: true, withFileTypes: true })
		.filter((entry) => entry.isFile())
		.map((entry) => path.relative(root, path.join(entry.parentPath, entry.name)))
		.filter((file) => !file.includes('paraglide/'));
const source = filesUnder('src');
const routes = source.filter((file) => file.startsWith('src/routes/'));
const components = source.filter((file) => file.endsWith('.svelte'));

test('a room is flat and holds nouns, server files, components, and their tests and styles', () => {
	const shape = /^(([a-z]+(-[a-z]+)*)(\.test|\.server)?\.ts|[A-Z][A-Za-z]+\.svelte|[a-z]+\.css)$/;
	for (const room of rooms) {
		const files = filesUnder(`src/lib/${room}`).map((file) =>
			path.relative(`src/lib/${room}`, file)
		);
		expect(files.length, room).toBeGreaterThan(0);
		expect(files.filter((file) => !shape.test(file))).toEqual([]);
		// A name that says nothing collects everything.
		expect(files.filter((file) => /^(index|utils?|helpers?|misc|types)\b/.test(file))).toEqual([]);
		for (const file of files.filter((one) => one.endsWith('.test.ts'))) {
			const subject = file.replace('.test.ts', '');
			const stands = files.some((one) => [`${subject}.ts`, `${subject}.server.ts`].includes(one));
			expect(stands, `${room}/${file} tests a file`).toBe(true);
		}
	}
	expect(fs.readdirSync(path.join(root, 'src/lib')).sort()).toEqual(
		[...rooms, 'paraglide', 'server', 'ui', 'values'].sort()
	);
});

test('every noun that decides something has its test beside it', () => {
	const decides = /^export (async )?function|^export const \w+( =|:)[^;]*=>/m;
	const lacking = rooms
		.flatMap((room) => filesUnder(`src/lib/${room}`))
		.filter((file) => file.endsWith('.ts') && !/\.(test|server)\.ts$/.test(file))
		.filter((file) => decides.test(read(file)))
		.filter((file) => !source.includes(file.replace(/\.ts$/, '.test.ts')));
	expect(lacking).toEqual([]);
});

test('a page under a role acts only in that role, and no other page acts in one', () => {
	const audiences = new Set<string>();
	for (const file of routes.filter((one) => one.endsWith('.ts'))) {
		const folder = file.split('/')[2]!;
		const acting = [...read(file).matchAll(/\blocals\s*\.as\(\s*'?(\w*)'?/g)].map(([, as]) => as!);
		for (const as of acting) {
			if ((roles as readonly string[]).includes(folder)) expect(as, file).toBe(folder);
			else expect(['person'], `${file} acts as ${as}`).toContain(as);
			audiences.add(as);
		}
		if (!file.startsWith('src/routes/webhooks/')) expect(read(file)).not.toContain('asMachine');
	}
	expect([...roles].filter((role) => !audiences.has(role))).toEqual([]);
});

test('no file of a route knows a table or the database', () => {
	const knowing = routes.filter((file) =>
		/from '[^']*(tables\.server|database\.server|drizzle-orm|'postgres')/.test(read(file))
	);
	expect(knowing).toEqual([]);
});

test('no component carries a style attribute, which the content security policy would drop', () => {
	expect(components.length).toBeGreaterThan(50);
	expect(
		components.filter((file) =>
			/\sstyle[=:]/.test(read(file).replace(/<style[\s\S]*?<\/style>/, ''))
		)
	).toEqual([]);
});

test('HTML is shown only where the line above says who cleaned it', () => {
	for (const file of components) {
		const lines = read(file).split('\n');
		lines.forEach((line, index) => {
			if (!line.includes('{@html')) return;
			// The one place for what our own components made.
			if (file === 'src/lib/ui/Drawn.svelte') return;
			expect(lines[index - 1], `${file}:${index + 1}`).toMatch(
				/eslint-disable-next-line svelte\/no-at-html-tags -- .*sanitize/
			);
		});
	}
});

test('a drawing is made in one place, from our own components, which escape every text', () => {
	const makers = source.filter((file) => /new Drawing\(/.test(read(file)));
	expect(makers).toEqual(['src/lib/ui/drawn.server.ts']);
});

test('nothing else is excused from the linter', () => {
	const excused = [...source, ...filesUnder('scripts')].filter((file) =>
		/eslint-disable|@ts-(ignore|expect-error|nocheck)/.test(
			read(file).replace(
				file === 'src/lib/ui/Drawn.svelte'
					? /eslint-disable-next-line svelte\/no-at-html-tags -- markup of our own components.*/
					: /eslint-disable-next-line svelte\/no-at-html-tags -- .*sanitize.*/g,
				''
			)
		)
	);
	expect(excused).toEqual([]);
});

test('no file is longer than one can keep in mind', () => {
	const long = source
		.filter((file) => /\.(ts|svelte|css)$/.test(file))
		.filter((file) => read(file).split('\n').length > mostLines);
	expect(long).toEqual([]);
});

test('the decisions are numbered without a gap, and say why', () => {
	const files = fs.readdirSync(path.join(root, 'docs/decisions')).sort();
	expect(files.length).toBeGreaterThan(0);
	files.forEach((file, index) => {
		const number = index + 1;
		expect(file).toMatch(new RegExp(`^${String(number).padStart(4, '0')}-[a-z0-9-]+\\.md$`));
		const text = read(`docs/decisions/${file}`);
		expect(text.startsWith(`# ${number}. `), file).toBe(true);
		for (const part of ['Context', 'Decision', 'Consequences']) expect(text, file).toContain(part);
	});
});

test('the README is short, and every file that it names is there', () => {
	const text = read('README.md');
	expect(text.split('\n').length).toBeLessThanOrEqual(200);
	const named = [
		...text.matchAll(/\]\(([^)#:]+)\)/g),
		...text.matchAll(/(?:src|srcset)="([^":]+)"/g),
		...text.matchAll(/`((?:src|scripts|messages|docs)\/[^`<]+?\.\w+)`/g)
	].map(([, file]) => file!);
	expect(named.length).toBeGreaterThan(3);
	const scripts = [...text.matchAll(/npm run ([a-z]+)/g)].map(([, name]) => name!);
	const known = (JSON.parse(read('package.json')) as { scripts: Record<string, string> }).scripts;
	expect(scripts.filter((name) => !(name in known))).toEqual([]);
	expect(named.filter((file) => !fs.existsSync(path.join(root, file)))).toEqual([]);
});

test('every version is exact, and every optional package is locked', () => {
	type Package = Record<string, Record<string, string> | undefined>;
	const wanted = JSON.parse(read('package.json')) as Package;
	for (const kind of ['dependencies', 'devDependencies', 'optionalDependencies', 'overrides']) {
		for (const [name, version] of Object.entries(wanted[kind] ?? {}))
			expect(version, name).toMatch(/^\d+\.\d+\.\d+(-[\w.]+)?$/);
	}
	const { packages } = JSON.parse(read('package-lock.json')) as { packages: Package };
	for (const [at, entry] of Object.entries(packages)) {
		for (const name of Object.keys((entry as unknown as Package)['optionalDependencies'] ?? {})) {
			// npm looks for it beside the package first, then in each folder above.
			const places = at
				.split('/node_modules/')
				.map((_, index, parts) =>
					[...parts.slice(0, parts.length - index), name].join('/node_modules/')
				);
			const found = [...places, `node_modules/${name}`].some((place) => place in packages);
			expect(found, `${name}, wanted by ${at || 'us'}, is in package-lock.json`).toBe(true);
		}
	}
});

test('what app.html leaves open stands where it is filled', () => {
	const [opening = ''] = read('src/app.html').split('%sveltekit.head%');
	const [, length] = /const length = ([\d_]+);/.exec(read('src/hooks.server.ts'))!;
	// With a quarter to spare, for an address that is longer than its name.
	expect(opening.length).toBeLessThan(Number(length!.replace('_', '')) * 0.75);
	const rest = read('src/app.html').slice(opening.length);
	expect(rest.match(/%[a-z-]+%/g)).toBeNull();
});
