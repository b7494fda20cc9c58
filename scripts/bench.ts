/**
 * `npm run bench`: the built app beside servers without a framework, on an embedded PostgreSQL of
 * its own with 4, 400 and 4,000 leaders, everything measured in turns in one run. Prints a table
 * and the aims, and writes `.data/bench/report.json`. `-- --quick`: one size, two short rounds.
 * Ends with an error when a single answer was not what it must be.
 */
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import process from 'node:process';
import postgres from 'postgres';
import { enrollment, cohort } from '#lib/cohorts/tables.server.ts';
import { openWave } from '#lib/engagement/commands.server.ts';
import { actorIn, personByEmail, type SignedIn } from '#lib/people/queries.server.ts';
import { openDatabase } from '#lib/server/database.server.ts';
import { keysFrom } from '#lib/server/seal.server.ts';
import { eq } from 'drizzle-orm';
import { bareAsks, readsOf, writesOf } from './bench/asks.ts';
import { assetsOf } from './bench/browser-load.ts';
import { cpuOf, cpuOfFamily, parentOf } from './bench/cpu.ts';
import type { Ask, Job, Measured } from './bench/load.ts';
import { multiply, nameTokens } from './bench/population.ts';
import {
	aimLines,
	aimsOf,
	rowsOf,
	tableOf,
	type BrowserLoad,
	type Window
} from './bench/report.ts';
import { migrateDatabase } from './migrate.ts';
import { startPostgres } from './postgres.ts';
import { coach } from './seed/staff.ts';
import { confirmedTeam } from './seed/team.ts';
import {
	choosePorts,
	environment,
	isBuilt,
	root,
	startProgram,
	startStandins,
	stopProgram,
	waitFor,
	type Environment,
	type Program
} from './stack.ts';

const quick = process.argv.includes('--quick');
const sizes = quick ? [4] : [4, 400, 4_000];
const rounds = quick ? 2 : 5;
const seconds = quick ? 1 : 2;
const lanes = 8;
/** How many copies of the cohort post things, on top of those that are read; four leaders each. */
const writingCohorts = quick ? 12 : 64;
const slug = 'cohort-3';
const folder = path.join(root, '.data/bench');
const logs = path.join(folder, 'logs');

const say = (text: string) => process.stdout.write(`· ${text}\n`);
async function timed<Value>(what: string, work: () => Promise<Value>): Promise<Value> {
	const started = performance.now();
	const value = await work();
	say(`${what} (${((performance.now() - started) / 1000).toFixed(1)} s)`);
	return value;
}

const programs: Program[] = [];
const run = (name: string, file: string, env: Environment) => {
	const program = startProgram(name, file, env, logs);
	programs.push(program);
	return program;
};

/** The client, in a process of its own. */
function openClient() {
	const { child } = run('load', 'scripts/bench/load.ts', {});
	const next = () =>
		new Promise<unknown>((resolve, reject) => {
			const ended = () => reject(new Error('the load ended; its log is in load.log'));
			child.once('exit', ended);
			child.once('message', (message) => {
				child.off('exit', ended);
				resolve(message);
			});
		});
	return {
		ready: next(),
		async load(job: Job): Promise<Measured> {
			child.send(job);
			const answer = (await next()) as { measured: Measured } | { failed: string };
			if ('failed' in answer) throw new Error(answer.failed);
			return answer.measured;
		}
	};
}

/** The demo's people, with a wave open in every team of the running cohort. */
async function firstDatabase(env: Environment) {
	await migrateDatabase(env.DATABASE_URL!);
	execFileSync(process.execPath, ['scripts/seed.ts'], {
		cwd: root,
		env: { ...process.env, ...env },
		stdio: 'pipe'
	});
	const pool = openDatabase(env.DATABASE_URL!, { max: 2 });
	const person = (await personByEmail(pool, coach.email))!;
	const who = actorIn({ ...person, personId: person.id } as unknown as SignedIn, 'coach')!;
	const parts = await pool.db
		.select({ id: enrollment.id, dayZero: enrollment.dayZero })
		.from(enrollment)
		.innerJoin(cohort, eq(cohort.id, enrollment.cohortId))
		.where(eq(cohort.slug, slug));
	for (const { id, dayZero } of parts) {
		// The fourth pulse, on the first morning on which it may be asked.
		const now = new Date(new Date(`${dayZero}T09:00:00Z`).getTime() + 49 * 86_400_000);
		const ctx = { db: pool.db, keys: keysFrom(env.APP_KEYS!.split(',')), now, who };
		const team = await confirmedTeam(ctx, id);
		const opened = await openWave(ctx, {
			enrollmentId: id,
			index: 4,
			origin: env.APP_ORIGIN!,
			...team
		});
		if (!opened.ok) throw new Error(`no wave could be opened: ${opened.reason}`);
	}
	await nameTokens(pool.sql);
	await pool.sql`vacuum (analyze)`;
	await pool.close();
}

async function assertSound(sql: postgres.Sql) {
	// No worker runs here: what waits for one is no broken promise.
	const broken = await sql`select rule, count(*)::int from invariant_violations
		where rule not in ('mail-not-sent-for-an-hour', 'event-not-acted-on') group by rule`;
	if (broken.length > 0) throw new Error(`broken promises: ${JSON.stringify(broken)}`);
}

type Target = {
	what: string;
	size: number;
	pid: number;
	port: number;
	host: string;
	asks: Ask[];
	at: number;
	once?: boolean;
};

async function main() {
	fs.rmSync(logs, { recursive: true, force: true });
	if (!isBuilt()) {
		await timed('built the app', async () => {
			execFileSync('npx', ['vite', 'build'], { cwd: root, stdio: 'pipe' });
		});
	}
	const server = await startPostgres(folder);
	const admin = postgres(server.url, { max: 1, onnotice: () => {} });
	const client = openClient();
	await client.ready;
	const [{ pid: backend }] = (await admin`select pg_backend_pid() as pid`) as unknown as [
		{ pid: number }
	];
	const postmaster = parentOf(backend) ?? 0;
	const urlOf = (size: number) =>
		Object.assign(new URL(server.url), { pathname: `/bench_${size}` }).href;
	const opened: ReturnType<typeof openDatabase>[] = [];
	try {
		for (const size of [4, 400, 4_000])
			await admin.unsafe(`drop database if exists bench_${size} with (force)`);
		await admin`create database bench_4`;
		const ports = await choosePorts(4900);
		const base = environment({ folder, databaseUrl: urlOf(4), ports, mailRate: 200 });
		fs.rmSync(base.STANDIN_DATA_DIR!, { recursive: true, force: true });
		const standins = await startStandins(base, logs);
		programs.push(...standins);
		await timed('4 leaders: the demo’s people', () => firstDatabase(base));
		for (const size of sizes.slice(1)) {
			await timed(`${size.toLocaleString('en')} leaders`, async () => {
				await admin.unsafe(`create database bench_${size} template bench_4`);
				const sql = postgres(urlOf(size), { max: 1, onnotice: () => {} });
				await multiply(sql, { slug, first: 1, last: size / 4 - 1 });
				await assertSound(sql);
				await sql.end();
			});
		}

		// Everything that is measured runs from here on, and only one of them is asked at a time.
		let port = ports.resend + 1;
		const nextPort = async () => (port = Object.values(await choosePorts(port))[0]! + 1) - 1;
		const started = async (
			name: string,
			file: string,
			env: Environment,
			at: number,
			probe: string
		) => {
			const program = run(name, file, env);
			await waitFor(`http://localhost:${at}${probe}`, program, 60);
			return program.child.pid!;
		};
		const bare = async (name: string, databaseUrl: string) => {
			const at = await nextPort();
			const env = { ...base, DATABASE_URL: databaseUrl, BARE_PORT: String(at) };
			return {
				port: at,
				host: `localhost:${at}`,
				pid: await started(name, 'scripts/bench/bare.ts', env, at, '/')
			};
		};
		const reads: Target[] = [
			{
				what: 'bare hello',
				size: 0,
				...(await bare('bare-hello', urlOf(4))),
				asks: [{ path: '/', status: 200, marker: 'hello' }],
				at: 0
			}
		];
		const apps = new Map<
			number,
			{
				env: Environment;
				pid: number;
				port: number;
				host: string;
				sql: postgres.Sql;
				pool: ReturnType<typeof openDatabase>;
			}
		>();
		for (const size of sizes) {
			const pool = openDatabase(urlOf(size), { max: 2 });
			opened.push(pool);
			const { sql, db } = pool;
			const asks = await bareAsks(sql, db, slug);
			reads.push({
				what: 'bare 3 queries',
				size,
				...(await bare(`bare-three-${size}`, urlOf(size))),
				asks: asks.three,
				at: 0
			});
			reads.push({
				what: 'bare leader’s home',
				size,
				...(await bare(`bare-home-${size}`, urlOf(size))),
				asks: asks.home,
				at: 0
			});
			const at = await nextPort();
			const env = {
				...base,
				DATABASE_URL: urlOf(size),
				PORT: String(at),
				APP_ORIGIN: `http://localhost:${at}`
			};
			const app = {
				env,
				pid: await started(`app-${size}`, 'src/server.ts', env, at, '/livez'),
				port: at,
				host: `localhost:${at}`,
				sql,
				pool
			};
			apps.set(size, app);
			for (const [what, list] of Object.entries(await readsOf(sql, db, slug))) {
				reads.push({ what, size, pid: app.pid, port: app.port, host: app.host, asks: list, at: 0 });
			}
		}

		const windows: Window[] = [];
		const wrong: string[] = [];
		const measure = async (
			target: Target,
			{ count = false, forSeconds = seconds, asks = target.asks } = {}
		) => {
			const before = { app: cpuOf(target.pid), database: cpuOfFamily(postmaster) };
			const measured = await client.load({
				port: target.port, host: target.host, asks, from: target.once ? 0 : target.at,
				...(target.once && { once: true }), lanes, seconds: forSeconds
			}); // prettier-ignore
			const after = { app: cpuOf(target.pid), database: cpuOfFamily(postmaster) };
			target.at += measured.count;
			if (measured.firstBad)
				wrong.push(
					`${target.what}, ${target.size} leaders: ${measured.bad} of ${measured.count} bad; ${measured.firstBad}`
				);
			const spent = (from: number | null, to: number | null) =>
				from === null || to === null ? null : to - from;
			if (count) {
				windows.push({
					what: target.what, size: target.size, measured,
					appMs: spent(before.app, after.app), databaseMs: spent(before.database, after.database)
				}); // prettier-ignore
			}
			return measured;
		};
		await admin`checkpoint`;
		await timed('warmed up', async () => {
			for (const target of reads) await measure(target, { forSeconds: quick ? 1 : 2 });
		});
		if (wrong.length > 0) throw new Error(wrong.join('\n'));
		await timed(`read in ${rounds} rounds`, async () => {
			for (let round = 0; round < rounds; round += 1) {
				for (const target of reads) await measure(target, { count: true });
			}
		});

		const loads: BrowserLoad[] = [];
		for (const size of sizes) {
			const { pid, port: at, host, env } = apps.get(size)!;
			const home = reads.find((one) => one.what === 'leader’s home' && one.size === size)!;
			const assets = await assetsOf(env.APP_ORIGIN!, home.asks[0]!.headers!.cookie!);
			const asset = (name: string): Ask => ({
				path: name,
				status: 200,
				marker: '',
				headers: { accept: '*/*', 'accept-encoding': 'gzip, deflate, br' }
			});
			// One page of everybody, and after each what it brings along.
			const asks = home.asks.flatMap((ask) => [
				{ ...ask, headers: { ...ask.headers, 'accept-encoding': 'gzip, deflate, br' } },
				...assets.map(asset)
			]);
			const target: Target = {
				what: 'everything',
				size,
				pid,
				port: at,
				host,
				asks,
				at: 0,
				once: true
			};
			const times = quick ? 2 : 6;
			await measure(target, { forSeconds: 60 });
			const before = { app: cpuOf(pid), database: cpuOfFamily(postmaster) };
			let bytes = 0;
			for (let time = 0; time < times; time += 1) {
				const measured = await measure(target, { forSeconds: 60 });
				bytes = measured.totalBytes / home.asks.length;
			}
			const pages = times * home.asks.length;
			const each = (from: number | null, to: number | null) =>
				from === null || to === null ? null : (to - from) / pages;
			loads.push({
				size, requests: 1 + assets.length, kB: bytes / 1024,
				appMs: each(before.app, cpuOf(pid)), databaseMs: each(before.database, cpuOfFamily(postmaster))
			}); // prettier-ignore
		}
		say('loaded the leader’s home with all that the browser asks for');

		const writes: { target: Target; parts: Ask[][] }[] = [];
		await timed(`${writingCohorts * 4} more leaders in each, who write`, async () => {
			for (const size of sizes) {
				const { sql, pool, pid, port: at, host, env } = apps.get(size)!;
				const copies = { slug, first: 100_001, last: 100_000 + writingCohorts };
				await multiply(sql, { ...copies, daysEarlier: 42 });
				const { survey, drafts, submissions } = await writesOf(
					sql,
					pool.db,
					env.APP_ORIGIN!,
					copies
				);
				const parts = (asks: Ask[]) => {
					const each = Math.floor(asks.length / (rounds + 1));
					return Array.from({ length: rounds + 1 }, (_, round) =>
						asks.slice(round * each, (round + 1) * each)
					);
				};
				const target = (what: string): Target => ({
					what,
					size,
					pid,
					port: at,
					host,
					asks: [],
					at: 0,
					once: true
				});
				writes.push({ target: target('survey, sent'), parts: parts(survey) });
				writes.push({ target: target('draft saved'), parts: parts(drafts) });
				writes.push({ target: target('submission'), parts: parts(submissions) });
			}
		});
		await admin`checkpoint`;
		await timed(`wrote in ${rounds} rounds`, async () => {
			for (let round = 0; round <= rounds; round += 1) {
				// The first warms up.
				for (const { target, parts } of writes)
					await measure(target, { count: round > 0, forSeconds: 60, asks: parts[round]! });
			}
		});
		for (const { sql } of apps.values()) {
			const [kept] = await sql`select (select count(*) from sealed_box)::int as boxes,
				(select count(*) from submission where status = 'submitted' and body like 'On Tuesday%')::int as handed`;
			const acknowledged = (what: string) =>
				writes
					.filter(({ target }) => target.what === what && apps.get(target.size)!.sql === sql)
					.reduce((sum, { target }) => sum + target.at, 0);
			if (
				kept!.boxes !== acknowledged('survey, sent') ||
				kept!.handed !== acknowledged('submission')
			) {
				throw new Error(`acknowledged and stored differ: ${JSON.stringify(kept)}`);
			}
			await assertSound(sql);
		}
		if (wrong.length > 0) throw new Error(wrong.join('\n'));

		const rows = rowsOf(windows);
		const aims = aimsOf(rows, loads);
		process.stdout.write(`\n${tableOf(rows)}\n\n`);
		for (const { size, requests, kB, appMs, databaseMs } of loads) {
			process.stdout.write(
				`leader’s home with all it asks for, ${size} leaders: ${requests} requests, ${kB.toFixed(0)} kB, CPU ${appMs?.toFixed(2) ?? '-'} ms app + ${databaseMs?.toFixed(2) ?? '-'} ms database\n`
			);
		}
		process.stdout.write(`\n${aimLines(aims)}\n`);
		const report = {
			at: new Date().toISOString(),
			machine: { cpus: os.cpus().length, model: os.cpus()[0]?.model, node: process.version },
			rounds,
			seconds,
			lanes,
			rows,
			loads,
			aims
		};
		fs.writeFileSync(path.join(folder, 'report.json'), JSON.stringify(report, null, '\t'));
		say(`the report is in ${path.relative(root, path.join(folder, 'report.json'))}`);
	} finally {
		await Promise.all(opened.map((pool) => pool.close()));
		await Promise.all(programs.map((program) => stopProgram(program)));
		await admin.end();
		server.stop();
	}
}

await main();
