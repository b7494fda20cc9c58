/** The built product as it runs: two app processes, a worker, both stand-ins, and the demo's people. */
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import process from 'node:process';
import postgres from 'postgres';
import type { TestProject } from 'vitest/node';
import {
	choosePorts,
	environment,
	root,
	startApp,
	startProgram,
	startStandins,
	stopProgram,
	waitFor,
	type Program
} from '../scripts/stack.ts';

declare module 'vitest' {
	export interface ProvidedContext {
		/** The environment of the running programs: addresses, keys, database. */
		stack: Record<string, string>;
		/** The address of the second app process. */
		second: string;
	}
}

export default async function setup(project: TestProject) {
	const folder = path.join(root, `.data/journeys-${process.pid}`);
	const logs = path.join(folder, 'logs');
	fs.rmSync(folder, { recursive: true, force: true });
	const url = new URL(project.getProvidedContext().postgres);
	const admin = postgres(url.href, { max: 1, onnotice: () => {} });
	await admin`create database journeys template template_lofte`;
	await admin.end();
	url.pathname = '/journeys';

	const env = environment({
		folder,
		databaseUrl: url.href,
		ports: await choosePorts(4300),
		mailRate: 200
	});
	const programs: Program[] = await startStandins(env, logs);
	execFileSync(process.execPath, ['scripts/seed.ts'], {
		cwd: root,
		env: { ...process.env, ...env },
		stdio: 'pipe'
	});
	programs.push(...(await startApp(env, logs)));
	const [port] = Object.values(await choosePorts(Number(env.PORT) + 10));
	const second = `http://localhost:${port}`;
	const twin = startProgram(
		'app-2',
		'src/server.ts',
		{ ...env, PORT: String(port), APP_ORIGIN: second },
		logs
	);
	await waitFor(`${second}/readyz`, twin);
	programs.push(twin);
	project.provide('stack', env);
	project.provide('second', second);
	return async () => {
		await Promise.all(programs.map((program) => stopProgram(program)));
		fs.rmSync(folder, { recursive: true, force: true });
	};
}
