/** `npm run dev`: Vite's development server with an embedded PostgreSQL, worker and stand-ins around it. */
import { spawn } from 'node:child_process';
import path from 'node:path';
import process from 'node:process';
import { migrateDatabase } from './migrate.ts';
import { startPostgres } from './postgres.ts';
import {
	choosePorts,
	environment,
	root,
	startProgram,
	startStandins,
	stopProgram,
	type Environment,
	type Program
} from './stack.ts';

const folder = path.join(root, '.data/dev');
const given = process.env.DATABASE_URL;
const server = given ? null : await startPostgres(path.join(folder, 'postgres'));
const databaseUrl = given ?? server!.url;
await migrateDatabase(databaseUrl);
const env: Environment = {
	...environment({
		folder,
		databaseUrl,
		ports: await choosePorts(Number(process.env.PORT ?? 5173))
	}),
	NODE_ENV: 'development'
};
const programs: Program[] = await startStandins(env, path.join(folder, 'logs'));
programs.push(startProgram('worker', 'src/worker.ts', env, path.join(folder, 'logs')));
process.stdout.write(`mail ${env.RESEND_BASE_URL}   payments ${env.STRIPE_API_BASE}\n`);
const vite = spawn(
	process.execPath,
	[path.join(root, 'node_modules/vite/bin/vite.js'), 'dev', '--port', env.PORT!, '--strictPort'],
	{ cwd: root, stdio: 'inherit', env: { ...process.env, ...env } }
);
const end = async () => {
	vite.kill('SIGTERM');
	await Promise.all(programs.map((program) => stopProgram(program)));
	server?.stop();
	process.exit(0);
};
process.on('SIGINT', () => void end());
process.on('SIGTERM', () => void end());
vite.once('exit', () => void end());
