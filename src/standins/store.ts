import { mkdirSync, readFileSync } from 'node:fs';
import { rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

interface Store<State> {
	state: State;
	/** Resolves when everything that is in `state` now is on disk; at once without a directory. */
	save: () => Promise<void>;
	/** Puts saving off until it is let go again: for a long story that is told again if it is cut off. */
	hold: (held: boolean) => Promise<void>;
}

/**
 * Opens the state of a stand-in: one JSON file, replaced as a whole (written beside, then renamed),
 * so that a killed process leaves the old file or the new one and never half of one.
 *
 * @param directory where the file lies; without it the state is kept in memory only
 * @param name file name without its ending
 * @param empty the state of a stand-in that was never used; also fills fields an older file lacks
 * @throws when a file is there and is not JSON: silence would look like lost payments
 */
export function openStore<State extends object>(
	directory: string | undefined,
	name: string,
	empty: State
): Store<State> {
	const nothing = () => Promise.resolve();
	if (!directory) return { state: empty, save: nothing, hold: nothing };
	mkdirSync(directory, { recursive: true });
	const file = join(directory, `${name}.json`);
	const state: State = { ...empty, ...(readJson(file) as Partial<State>) };

	let held = false;
	let writing: Promise<void> | null = null;
	let next: Promise<void> | null = null;

	const write = async () => {
		const beside = `${file}.${process.pid}.new`;
		await writeFile(beside, JSON.stringify(state));
		await rename(beside, file);
	};
	const start = () => {
		writing = write().finally(() => {
			writing = null;
		});
		return writing;
	};
	// Callers that come during a write share the one after it: the running one may have missed them.
	const save = (): Promise<void> => {
		if (held) return Promise.resolve();
		if (!writing) return start();
		next ??= writing
			.catch(() => undefined)
			.then(() => {
				next = null;
				return start();
			});
		return next;
	};
	const hold = (wish: boolean) => {
		held = wish;
		return save();
	};
	return { state, save, hold };
}

function readJson(file: string): object {
	let text: string;
	try {
		text = readFileSync(file, 'utf8');
	} catch (error) {
		if ((error as NodeJS.ErrnoException).code === 'ENOENT') return {};
		throw error;
	}
	return JSON.parse(text) as object;
}
