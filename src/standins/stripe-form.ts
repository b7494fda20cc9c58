/** One value of a decoded form: text, a list, or named values. */
export type Value = string | Value[] | Params;
export interface Params {
	[name: string]: Value;
}

type Branch = Map<string, Branch | string>;

/**
 * Decodes a form body or query string with bracketed names, as Stripe's libraries send them:
 * `line_items[0][price_data][currency]=nok` and `expand[]=payment_intent`. Branches whose names
 * count 0, 1, 2 … become lists.
 */
export function decodeForm(encoded: string): Params {
	const root: Branch = new Map();
	for (const [name, value] of new URLSearchParams(encoded)) {
		const path = [name.split('[', 1)[0] ?? '', ...name.matchAll(/\[([^\]]*)\]/g).map((m) => m[1])];
		let branch = root;
		path.forEach((step, depth) => {
			const key = step === undefined || step === '' ? String(branch.size) : step;
			if (depth === path.length - 1) branch.set(key, value);
			else {
				const below = branch.get(key);
				if (below instanceof Map) branch = below;
				else {
					const fresh: Branch = new Map();
					branch.set(key, fresh);
					branch = fresh;
				}
			}
		});
	}
	return named(root);
}

function named(branch: Branch): Params {
	return Object.fromEntries([...branch].map(([name, below]) => [name, decoded(below)]));
}

function decoded(below: Branch | string): Value {
	if (typeof below === 'string') return below;
	const isList = [...below.keys()].every((name, index) => name === String(index));
	return isList ? [...below.values()].map(decoded) : named(below);
}

/** The same text for the same parameters in any order. */
export function fingerprint(encoded: string): string {
	const pairs = [...new URLSearchParams(encoded)].map((pair) => JSON.stringify(pair));
	return pairs.sort().join('\n');
}

export function isParams(value: Value | undefined): value is Params {
	return typeof value === 'object' && !Array.isArray(value);
}

export function textOf(params: Params, name: string): string | null {
	const value = params[name];
	return typeof value === 'string' && value !== '' ? value : null;
}

export function listOf(params: Params, name: string): Value[] {
	const value = params[name];
	return Array.isArray(value) ? value : [];
}

export function branchOf(params: Params, name: string): Params {
	const value = params[name];
	return isParams(value) ? value : {};
}
