/** CPU time of processes, as Linux counts it in ticks of 10 ms. Elsewhere there is nothing to read. */
import fs from 'node:fs';

const tickMs = 10;
type Stat = { parent: number; own: number; reaped: number };

function statOf(pid: number): Stat | null {
	try {
		const text = fs.readFileSync(`/proc/${pid}/stat`, 'utf8');
		// The name in parentheses may hold spaces; after it come state, parent, …
		const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
		const at = (field: number) => Number(fields[field - 3]);
		return { parent: at(4), own: at(14) + at(15), reaped: at(16) + at(17) };
	} catch {
		return null;
	}
}

/** CPU milliseconds that a process used so far; null where that cannot be read. */
export function cpuOf(pid: number): number | null {
	const stat = statOf(pid);
	return stat && stat.own * tickMs;
}

/** The same for a server of processes: itself, its living children, and those that ended. */
export function cpuOfFamily(pid: number): number | null {
	const stat = statOf(pid);
	if (!stat) return null;
	let ticks = stat.own + stat.reaped;
	for (const name of fs.readdirSync('/proc')) {
		if (!/^\d+$/.test(name)) continue;
		const child = statOf(Number(name));
		if (child?.parent === pid) ticks += child.own;
	}
	return ticks * tickMs;
}

/** The parent of a process; of a PostgreSQL backend it is the server itself. */
export const parentOf = (pid: number): number | null => statOf(pid)?.parent ?? null;
