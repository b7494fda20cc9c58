import { LRUCache } from 'lru-cache';

/**
 * Pure work that is done once for the same input and then kept in this process's memory: the input
 * itself is the key, so nothing has to be thrown away when something changes, and nobody can be
 * shown what was made of somebody else's.
 *
 * @param make from plain data alone: no clock, no language of the request, no randomness
 * @param mostBytes how much memory the results may take; what was used longest ago goes first
 * @param bytesOf about how much one result takes
 */
export function kept<Input, Output extends object>(
	make: (input: Input) => Output,
	{
		mostBytes,
		bytesOf,
		textOf = JSON.stringify
	}: {
		mostBytes: number;
		bytesOf: (made: Output) => number;
		/** Says all that is in the input, so that no two inputs give the same text. */
		textOf?: (input: Input) => string;
	}
): (input: Input) => Output {
	const all = new LRUCache<string, Output>({
		maxSize: mostBytes,
		sizeCalculation: (made, key) => bytesOf(made) + key.length * 2 + 200
	});
	return (input) => {
		const key = textOf(input);
		let made = all.get(key);
		if (!made) all.set(key, (made = make(input)));
		return made;
	};
}
