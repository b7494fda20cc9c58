/** The programs that make a running Løfte on one machine: app, worker and the two stand-ins. */
import { fork, type ChildProcess } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import fs from 'node:fs';
import net from 'node:net';
import path from 'node:path';
import process from 'node:process';

export const root = path.join(import.meta.dirname, '..');

export type Ports = { app: number; stripe: number; resend: number };
export type Environment = Record<string, string>;

const isFree = (port: number): Promise<boolean> =>
	new Promise((resolve) => {
		const probe = net.createServer();
		probe.once('error', () => resolve(false));
		probe.listen(port, () => probe.close(() => resolve(true)));
	});

/** Three ports next to each other, from `wanted` on; the first free ones. */
export async function choosePorts(wanted: number): Promise<Ports> {
	const ports: number[] = [];
	for (let port = wanted; ports.length < 3 && port < 65_536; port += 1) {
		if (await isFree(port)) ports.push(port);
	}
	const [app, stripe, resend] = ports as [number, number, number];
	return { app, stripe, resend };
}

/** Secrets of a machine's own, made once and kept where only its owner reads them. */
export function localSecrets(folder: string) {
	const file = path.join(folder, 'secrets.json');
	if (!fs.existsSync(file)) {
		const random = () => randomBytes(32).toString('base64url');
		const secrets = {
			APP_KEYS: random(),
			STRIPE_SECRET_KEY: `sk_test_${random().replace(/[-_]/g, 'x')}`,
			STRIPE_WEBHOOK_SECRETS: `whsec_${random().replace(/[-_]/g, 'x')}`,
			RESEND_API_KEY: `re_${random().replace(/[-_]/g, 'x')}`,
			// The Standard Webhooks format asks for base64 after the prefix.
			RESEND_WEBHOOK_SECRET: `whsec_${randomBytes(24).toString('base64')}`
		};
		fs.mkdirSync(folder, { recursive: true });
		fs.writeFileSync(file, JSON.stringify(secrets), { mode: 0o600 });
	}
	return JSON.parse(fs.readFileSync(file, 'utf8')) as Record<string, string>;
}

/** The environment of every program of a local stack. */
export function environment(options: {
	folder: string;
	databaseUrl: string;
	ports: Ports;
	mailRate?: number;
}): Environment {
	const { folder, databaseUrl, ports, mailRate = 20 } = options;
	return {
		...localSecrets(folder),
		DATABASE_URL: databaseUrl,
		APP_ORIGIN: `http://localhost:${ports.app}`,
		PORT: String(ports.app),
		STRIPE_API_BASE: `http://localhost:${ports.stripe}`,
		RESEND_BASE_URL: `http://localhost:${ports.resend}`,
		MAIL_FROM: 'Løfte <post@lofte.example>',
		MAIL_RATE: String(mailRate),
		// Whoever looks round has no authenticator app for a coach who does not exist.
		SECOND_STEP: 'offered',
		// Its check digit is wrong, so it is nobody's number.
		SELLER_NAME: 'Løfte AS',
		SELLER_NUMBER: 'NO 987 654 321 MVA',
		SELLER_ADDRESS: 'Eksempelgata 1, 0101 Oslo',
		VAT_PERCENT: '25',
		VAT_INCLUDED: 'yes',
		STANDIN_STRIPE_PORT: String(ports.stripe),
		STANDIN_RESEND_PORT: String(ports.resend),
		STANDIN_DATA_DIR: path.join(folder, 'standins'),
		NODE_ENV: 'production'
	};
}

export type Program = { name: string; child: ChildProcess; ended: Promise<number | null> };

/** Starts one program as a child that ends with us. Its output goes to a log file in `folder`. */
export function startProgram(
	name: string,
	file: string,
	env: Environment,
	folder: string
): Program {
	fs.mkdirSync(folder, { recursive: true });
	const out = fs.openSync(path.join(folder, `${name}.log`), 'a');
	const child = fork(path.join(root, file), {
		cwd: root,
		env: {
			PATH: process.env.PATH ?? '',
			HOME: process.env.HOME ?? '',
			TZ: process.env.TZ ?? '',
			...env
		},
		stdio: ['ignore', out, out, 'ipc'],
		// A Ctrl C is answered by the parent, which ends its children in order.
		detached: true
	});
	fs.closeSync(out);
	const ended = new Promise<number | null>((resolve) =>
		child.once('exit', (code) => resolve(code))
	);
	return { name, child, ended };
}

/** Asks a program to end, and insists after `graceMs`. */
export async function stopProgram({ child, ended }: Program, graceMs = 15_000): Promise<void> {
	if (child.exitCode !== null || child.signalCode !== null) return;
	child.kill('SIGTERM');
	const insist = setTimeout(() => child.kill('SIGKILL'), graceMs);
	await ended;
	clearTimeout(insist);
}

/** Waits until an address answers 200; gives up when the program ended or after `seconds`. */
export async function waitFor(url: string, program: Program | null, seconds = 60): Promise<void> {
	const until = Date.now() + seconds * 1000;
	let ended = false;
	void program?.ended.then(() => (ended = true));
	while (Date.now() < until) {
		if (ended)
			throw new Error(
				`${program?.name} ended before it was ready; its log is in ${program?.name}.log`
			);
		try {
			const answer = await fetch(url, { signal: AbortSignal.timeout(2_000) });
			await answer.arrayBuffer();
			if (answer.ok) return;
		} catch {
			// Not there yet.
		}
		await new Promise((resolve) => setTimeout(resolve, 100));
	}
	throw new Error(`${url} did not answer within ${seconds} s`);
}

/** Starts both stand-ins and waits for them. */
export async function startStandins(env: Environment, folder: string): Promise<Program[]> {
	const stripe = startProgram('stripe-standin', 'src/standins/stripe.ts', env, folder);
	const resend = startProgram('resend-standin', 'src/standins/resend.ts', env, folder);
	await Promise.all([
		waitFor(`${env.STRIPE_API_BASE}/`, stripe, 20),
		waitFor(`${env.RESEND_BASE_URL}/`, resend, 20)
	]);
	return [stripe, resend];
}

/** Starts app and worker and waits until the app says that it is ready. */
export async function startApp(env: Environment, folder: string): Promise<Program[]> {
	const app = startProgram('app', 'src/server.ts', env, folder);
	const worker = startProgram('worker', 'src/worker.ts', env, folder);
	await waitFor(`${env.APP_ORIGIN}/readyz`, app, 60);
	return [app, worker];
}

/** Whether the build is of the sources as they are; compared by the newest change of a source file. */
export function isBuilt(): boolean {
	const stamp = path.join(root, 'build/handler.js');
	if (!fs.existsSync(stamp)) return false;
	const builtAt = fs.statSync(stamp).mtimeMs;
	const newer = (folder: string): boolean =>
		fs.readdirSync(folder, { withFileTypes: true, recursive: true }).some((entry) => {
			if (!entry.isFile() || entry.parentPath.includes('paraglide')) return false;
			return fs.statSync(path.join(entry.parentPath, entry.name)).mtimeMs > builtAt;
		});
	if (['src', 'messages', 'static'].some((folder) => newer(path.join(root, folder)))) return false;
	return ['package-lock.json', 'svelte.config.js', 'vite.config.ts'].every(
		(file) => fs.statSync(path.join(root, file)).mtimeMs <= builtAt
	);
}
