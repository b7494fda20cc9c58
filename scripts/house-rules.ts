/** What no off-the-shelf tool knows, held at every build: a door that is not in the table, a text that is not in both languages. */
import fs from 'node:fs';
import path from 'node:path';
import type { Plugin } from 'vite';
import { access } from '../src/lib/people/access.ts';

const root = path.join(import.meta.dirname, '..');
const read = (file: string) => fs.readFileSync(path.join(root, file), 'utf8');

/** The routes on disk with the actions and methods that their server files export. */
export function routesOnDisk(): {
	route: string;
	actions: string[];
	methods: string[];
	page: boolean;
}[] {
	const folder = path.join(root, 'src/routes');
	const routes = new Map<string, { actions: string[]; methods: string[]; page: boolean }>();
	for (const file of fs.readdirSync(folder, { recursive: true, encoding: 'utf8' })) {
		const name = path.basename(file);
		if (!/^\+(page|server)\b/.test(name)) continue;
		const route = `/${path.dirname(file)}`.replace(/^\/\.$/, '/').replaceAll(path.sep, '/');
		const entry = routes.get(route) ?? { actions: [], methods: [], page: false };
		const text = fs.readFileSync(path.join(folder, file), 'utf8');
		if (name === '+page.server.ts') {
			const block = /export const actions\b[^=]*=\s*\{([\s\S]*?)\n\}/.exec(text)?.[1] ?? '';
			entry.actions = [...block.matchAll(/^\t(?:async )?(\w+)(?::|\(|,|$)/gm)].map(
				(match) => match[1]!
			);
		}
		if (name === '+server.ts') {
			entry.methods = [
				...text.matchAll(/export (?:const|async function|function) (GET|POST|PUT|PATCH|DELETE)\b/g)
			].map((match) => match[1]!);
		} else entry.page = true;
		routes.set(route, entry);
	}
	return [...routes].map(([route, entry]) => ({ route, ...entry }));
}

/** Every way in which doors and table differ, one sentence each. */
export function undeclaredDoors(): string[] {
	const faults: string[] = [];
	const same = (a: readonly string[], b: readonly string[]) =>
		[...a].sort().join() === [...b].sort().join();
	for (const { route, actions, methods } of routesOnDisk()) {
		const door = access[route];
		if (!door) faults.push(`${route} is not in the access table`);
		else {
			if (!same(actions, door.actions ?? []))
				faults.push(
					`${route} has the actions [${actions.join()}], the table says [${door.actions?.join() ?? ''}]`
				);
			if (!same(methods, door.methods ?? []))
				faults.push(
					`${route} answers [${methods.join()}], the table says [${door.methods?.join() ?? ''}]`
				);
		}
	}
	return faults;
}

const textFiles = () =>
	(JSON.parse(read('project.inlang/settings.json')) as Record<string, { pathPattern: string[] }>)[
		'plugin.inlang.messageFormat'
	]!.pathPattern;
const textsOf = (pattern: string, locale: string) =>
	JSON.parse(read(pattern.replace('{locale}', locale))) as Record<string, unknown>;

/** Keys that one language has and the other lacks, empty texts, keys in two files. */
export function missingTexts(): string[] {
	const faults: string[] = [];
	const seen = new Map<string, string>();
	for (const pattern of textFiles()) {
		const [en, nb] = [textsOf(pattern, 'en'), textsOf(pattern, 'nb')];
		for (const key of new Set([...Object.keys(en), ...Object.keys(nb)])) {
			if (key === '$schema') continue;
			if (!en[key]) faults.push(`${pattern}: ${key} is missing in English`);
			if (!nb[key]) faults.push(`${pattern}: ${key} is missing in Norwegian`);
			const other = seen.get(key);
			if (other && other !== pattern) faults.push(`${key} is in ${other} and in ${pattern}`);
			seen.set(key, pattern);
		}
	}
	return faults;
}

/**
 * Texts that nobody says. A key is said when it stands in the sources as a word, or when it begins as
 * a key is built there (`results_${…}`) and goes on with a quoted word or the name of a property.
 */
export function unusedTexts(): string[] {
	const sources = ['src', 'scripts'].flatMap((folder) =>
		fs
			.readdirSync(path.join(root, folder), { recursive: true, encoding: 'utf8' })
			.filter((file) => /\.(ts|svelte)$/.test(file) && !/\.test\.ts$|paraglide/.test(file))
			.map((file) => read(path.join(folder, file)))
	);
	const text = sources.join('\n');
	const found = (pattern: RegExp) => [...text.matchAll(pattern)].map((match) => match[1]!);
	const words = new Set(found(/(\w+)/g));
	const ends = new Set(found(/(?:['"]([\w-]+)['"])/g).concat(found(/\b(\w+):/g)));
	const beginnings = [...new Set(found(/`([a-z0-9_]+_)\$\{/g))];
	const built = beginnings.concat(
		beginnings.flatMap((first) => beginnings.map((second) => first + second))
	);
	const said = (key: string) =>
		words.has(key) ||
		built.some((start) => key.startsWith(start) && ends.has(key.slice(start.length)));
	return textFiles().flatMap((pattern) =>
		Object.keys(textsOf(pattern, 'en'))
			.filter((key) => key !== '$schema' && !said(key))
			.map((key) => `${pattern}: ${key} is said nowhere`)
	);
}

/** A Vite plugin that fails the build on any of them. */
export function houseRules(): Plugin {
	return {
		name: 'house-rules',
		apply: 'build',
		buildStart() {
			const faults = [...undeclaredDoors(), ...missingTexts()];
			if (faults.length > 0) this.error(`The house rules are broken:\n- ${faults.join('\n- ')}`);
		}
	};
}
