/**
 * `npm run demo`: a whole Løfte on this machine, with people in it. Nothing to configure.
 * `-- --fresh` starts over; PORT moves it; Ctrl C ends all of it.
 */
import { spawn, type ChildProcess } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import process from 'node:process';
import { parseArgs } from 'node:util';
import postgres from 'postgres';
import { migrateDatabase } from './migrate.ts';
import { startPostgres, type Server } from './postgres.ts';
import {
	choosePorts,
	environment,
	isBuilt,
	root,
	startApp,
	startStandins,
	stopProgram,
	type Environment,
	type Program
} from './stack.ts';

const { values } = parseArgs({ options: { fresh: { type: 'boolean', default: false } } });
const folder = path.join(root, '.data/demo');
const logs = path.join(folder, 'logs');
const began = performance.now();
const say = (text: string) => process.stdout.write(`${text}\n`);
const seconds = () => `${((performance.now() - began) / 1000).toFixed(0)} s`.padStart(5);
const step = (text: string): void => void say(`${seconds()}  ${text}`);

let server: Server | undefined;
let programs: Program[] = [];
/** What builds and tells the story at the first start. */
const helpers = new Set<ChildProcess>();
let ending = false;

async function end(code: number) {
	if (ending) return;
	ending = true;
	say('\nEnding: app, worker, stand-ins, database …');
	for (const helper of helpers) helper.kill('SIGKILL');
	await Promise.all(programs.map((program) => stopProgram(program)));
	server?.stop();
	say('Ended. The data stays in .data/demo.');
	process.exit(code);
}
process.on('SIGINT', () => void end(0));
process.on('SIGTERM', () => void end(0));
process.on('SIGHUP', () => void end(0));

/** Runs a program to its end; its output is kept for the case that it fails. */
function run(command: string, args: string[], env: NodeJS.ProcessEnv): Promise<void> {
	return new Promise((resolve, reject) => {
		const child = spawn(command, args, { cwd: root, env, stdio: ['ignore', 'pipe', 'pipe'] });
		helpers.add(child);
		child.once('exit', () => helpers.delete(child));
		let output = '';
		child.stdout.on('data', (part: Buffer) => {
			output += part.toString();
			for (const line of part.toString().split('\n')) if (line.startsWith('· ')) step(line);
		});
		child.stderr.on('data', (part: Buffer) => (output += part.toString()));
		child.once('exit', (code) =>
			code === 0 ? resolve() : reject(new Error(output.slice(-4_000)))
		);
		child.once('error', reject);
	});
}

/** Written when the demo people's story was told to its end; a story that was cut off is told again. */
const toldToTheEnd = path.join(folder, 'told');

async function ensureDatabase(admin: string, { anew }: { anew: boolean }): Promise<string> {
	const sql = postgres(admin, { max: 1, onnotice: () => {} });
	try {
		if (anew) await sql`drop database if exists lofte with (force)`;
		const [found] = await sql`select 1 from pg_database where datname = 'lofte'`;
		if (!found) await sql`create database lofte`;
	} finally {
		await sql.end();
	}
	const url = new URL(admin);
	url.pathname = '/lofte';
	return url.href;
}

async function printDoors(env: Environment) {
	const { demoDoors } = await import('./demo-doors.ts');
	const doors = await demoDoors(env);
	say('');
	say(`  Løfte is at      ${env.APP_ORIGIN}`);
	say(`  Mail arrives at  ${env.RESEND_BASE_URL}`);
	say(`  Payments are at  ${env.STRIPE_API_BASE}   (a stand-in; no money moves)`);
	say('');
	say('  Sign in as (each link works once; a new start prints new ones)');
	for (const { role, name, url } of doors) say(`    ${role.padEnd(8)} ${name.padEnd(17)} ${url}`);
	say('');
	say('  Ctrl C ends everything. npm run demo -- --fresh starts over.');
	say('');
}

try {
	step(`Starting PostgreSQL${values.fresh ? ', from nothing' : ''} …`);
	if (values.fresh) {
		// A server that outlived a killed demo is ended before its data goes.
		const old = await startPostgres(path.join(folder, 'postgres'));
		old.stop();
		fs.rmSync(old.home, { recursive: true, force: true });
		fs.rmSync(folder, { recursive: true, force: true });
	}
	server = await startPostgres(path.join(folder, 'postgres'));
	const ports = await choosePorts(Number(process.env.PORT ?? 3000));
	const told = fs.existsSync(toldToTheEnd);
	if (!told) fs.rmSync(path.join(folder, 'standins'), { recursive: true, force: true });
	const databaseUrl = await ensureDatabase(server.url, { anew: !told });
	const env = environment({ folder, databaseUrl, ports });
	step(server.adopted ? 'PostgreSQL was still running; taken over.' : 'PostgreSQL runs.');
	await migrateDatabase(env.DATABASE_URL!);
	step('Tables are up to date.');
	programs = await startStandins(env, logs);
	step('The stand-ins for Stripe and Resend run.');

	const work: Promise<void>[] = [];
	if (!isBuilt()) {
		step('Building the app …');
		const vite = path.join(root, 'node_modules/vite/bin/vite.js');
		work.push(
			run(process.execPath, [vite, 'build', '--logLevel', 'warn'], process.env).then(() =>
				step('The app is built.')
			)
		);
	}
	if (!told) {
		step('Letting the demo people live through their last months …');
		work.push(
			run(process.execPath, ['scripts/seed.ts'], { ...process.env, ...env }).then(() => {
				fs.writeFileSync(toldToTheEnd, new Date().toISOString());
				step('The demo people are there.');
			})
		);
	}
	await Promise.all(work);
	programs.push(...(await startApp(env, logs)));
	step('App and worker run.');
	await printDoors(env);
	for (const program of programs) {
		void program.ended.then((code) => {
			if (ending) return;
			say(`${program.name} ended (${code}); see .data/demo/logs/${program.name}.log`);
			void end(1);
		});
	}
} catch (error) {
	if (!ending)
		say(`\nThe demo could not start: ${error instanceof Error ? error.message : String(error)}`);
	await end(1);
}
