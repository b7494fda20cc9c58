/** Medians, ratios, the table and the aims. */
import type { Measured } from './load.ts';

export type Window = {
	what: string;
	size: number;
	measured: Measured;
	/** CPU milliseconds of the server and of PostgreSQL in this window; null where it cannot be read. */
	appMs: number | null;
	databaseMs: number | null;
};

export type Row = {
	what: string;
	size: number;
	perSecond: number;
	p50Ms: number;
	p95Ms: number;
	appMs: number | null;
	databaseMs: number | null;
	bodyBytes: number;
	headerBytes: number;
	requests: number;
	toHello: number;
	toThree: number;
	toBareHome: number;
};

export const median = (values: readonly number[]): number => {
	const sorted = [...values].sort((a, b) => a - b);
	const middle = sorted.length / 2;
	return sorted.length % 2 === 1
		? sorted[Math.floor(middle)]!
		: ((sorted[middle - 1] ?? 0) + (sorted[middle] ?? 0)) / 2;
};
const quantile = (sorted: readonly number[], share: number) =>
	sorted[Math.min(sorted.length - 1, Math.ceil(sorted.length * share) - 1)] ?? 0;

/** One row for everything that was measured, in the order in which it was first measured. */
export function rowsOf(windows: readonly Window[]): Row[] {
	const groups = Map.groupBy(windows, ({ what, size }) => `${what}\t${size}`);
	const rows = [...groups.values()].map((rounds) => {
		const each = (of: (window: Window) => number) => median(rounds.map(of));
		const cpu = (of: (window: Window) => number | null) =>
			rounds.some((one) => of(one) === null) ? null : each((one) => of(one)! / one.measured.count);
		return {
			what: rounds[0]!.what,
			size: rounds[0]!.size,
			perSecond: each(({ measured }) => (measured.count / measured.elapsedMs) * 1000),
			p50Ms: each(({ measured }) => quantile(measured.times, 0.5)),
			p95Ms: each(({ measured }) => quantile(measured.times, 0.95)),
			appMs: cpu(({ appMs }) => appMs),
			databaseMs: cpu(({ databaseMs }) => databaseMs),
			bodyBytes: Math.max(...rounds.map(({ measured }) => measured.bodyBytes)),
			headerBytes: Math.max(...rounds.map(({ measured }) => measured.headerBytes)),
			requests: rounds.reduce((sum, { measured }) => sum + measured.count, 0)
		};
	});
	const rate = (what: string, size: number) =>
		rows.find((row) => row.what === what && (row.size === size || row.size === 0))?.perSecond ??
		NaN;
	return rows.map((row) => ({
		...row,
		toHello: row.perSecond / rate('bare hello', 0),
		toThree: row.perSecond / rate('bare 3 queries', row.size),
		toBareHome: row.perSecond / rate('bare leader’s home', row.size)
	}));
}

const number = (value: number | null, digits: number) =>
	value === null || Number.isNaN(value) ? '-' : value.toFixed(digits);

/** The table as it is printed. */
export function tableOf(rows: readonly Row[]): string {
	const head = [
		'page',
		'leaders',
		'req/s',
		'p50 ms',
		'p95 ms',
		'CPU ms',
		'app',
		'db',
		'/ hello',
		'/ 3 queries',
		'/ bare home',
		'kB',
		'requests'
	];
	const cells = rows.map((row) => [
		row.what,
		row.size === 0 ? '-' : row.size.toLocaleString('en'),
		number(row.perSecond, 0),
		number(row.p50Ms, 1),
		number(row.p95Ms, 1),
		number(row.appMs === null || row.databaseMs === null ? null : row.appMs + row.databaseMs, 2),
		number(row.appMs, 2),
		number(row.databaseMs, 2),
		number(row.toHello, 3),
		number(row.toThree, 2),
		number(row.toBareHome, 2),
		number(row.bodyBytes / 1024, 1),
		String(row.requests)
	]);
	const widths = head.map((name, at) =>
		Math.max(name.length, ...cells.map((line) => line[at]!.length))
	);
	const line = (parts: readonly string[]) =>
		parts
			.map((part, at) => (at === 0 ? part.padEnd(widths[at]!) : part.padStart(widths[at]!)))
			.join('  ');
	return [line(head), line(widths.map((width) => '-'.repeat(width))), ...cells.map(line)].join(
		'\n'
	);
}

export type Aim = { aim: string; found: string; met: boolean | null };
export type BrowserLoad = {
	size: number;
	requests: number;
	kB: number;
	appMs: number | null;
	databaseMs: number | null;
};

const most = { headerBytes: 4096, browserMs: 2.5, leastShare: 0.2, growth: 1.25 };

/** What the product sets out to reach, and whether this run reached it. `null`: could not be told here. */
export function aimsOf(rows: readonly Row[], loads: readonly BrowserLoad[]): Aim[] {
	const homes = rows.filter(({ what }) => what === 'leader’s home');
	const aims: Aim[] = homes.map(({ size, toThree }) => ({
		aim: `leader’s home at ${most.leastShare} or more of the bare 3-query server’s rate, ${size} leaders`,
		found: number(toThree, 2),
		met: toThree >= most.leastShare
	}));
	for (const { size, appMs, databaseMs, requests } of loads) {
		const total = appMs === null || databaseMs === null ? null : appMs + databaseMs;
		aims.push({
			aim: `everything the browser asks for leader’s home in ${most.browserMs} ms of CPU, ${size} leaders`,
			found: `${number(total, 2)} ms for ${requests} requests`,
			met: total === null ? null : total <= most.browserMs
		});
	}
	const pages = rows.filter(({ what }) => !what.startsWith('bare'));
	const widest = Math.max(...pages.map(({ headerBytes }) => headerBytes));
	aims.push({
		aim: 'response headers of at most 4 kB',
		found: `${widest} bytes`,
		met: widest <= most.headerBytes
	});
	const sizes = [...new Set(pages.map(({ size }) => size))].sort((a, b) => a - b);
	for (const [small, large] of sizes.length > 1 ? [[sizes[0]!, sizes.at(-1)!]] : []) {
		for (const what of new Set(pages.map((row) => row.what))) {
			const cost = (size: number) => {
				const row = pages.find((one) => one.what === what && one.size === size);
				return row?.appMs == null || row.databaseMs == null ? null : row.appMs + row.databaseMs;
			};
			const [from, to] = [cost(small!), cost(large!)];
			aims.push({
				aim: `${what}: the cost is flat from ${small} to ${large} leaders (at most ${most.growth} times)`,
				found: from === null || to === null ? '-' : `${number(to / from, 2)} times`,
				met: from === null || to === null ? null : to / from <= most.growth
			});
		}
	}
	return aims;
}

const word = (met: boolean | null) => (met === null ? 'unknown' : met ? 'pass' : 'MISSED');
export const aimLines = (aims: readonly Aim[]): string =>
	aims.map(({ aim, found, met }) => `${word(met).padEnd(8)} ${aim}: ${found}`).join('\n');
