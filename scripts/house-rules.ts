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

/** Keys that one language has and the other lacks, empty texts, keys in two files. */
export function missingTexts(): string[] {
	const faults: string[] = [];
	const seen = new Map<string, string>();
	const patterns = (
		JSON.parse(read('project.inlang/settings.json')) as Record<string, { pathPattern: string[] }>
	)['plugin.inlang.messageFormat']!.pathPattern;
	for (const pattern of patterns) {
		const of = (locale: string) =>
			JSON.parse(read(pattern.replace('{locale}', locale))) as Record<string, unknown>;
		const [en, nb] = [of('en'), of('nb')];
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
