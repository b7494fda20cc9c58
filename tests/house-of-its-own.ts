/**
 * A running product of a test's own: PostgreSQL, stand-ins, app and worker, each of which can be
 * killed, stopped, frozen and started again without disturbing any other test.
 */
import fs from 'node:fs';
import path from 'node:path';
import process from 'node:process';
import { setTimeout as wait } from 'node:timers/promises';
import postgres from 'postgres';
import { fillProgram } from '#lib/curriculum/commands.server.ts';
import { makeLink } from '#lib/people/commands.server.ts';
import { system } from '#lib/people/actor.ts';
import { personByEmail } from '#lib/people/queries.server.ts';
import { openDatabase } from '#lib/server/database.server.ts';
import { keysFrom } from '#lib/server/seal.server.ts';
import { migrateDatabase } from '../scripts/migrate.ts';
import { startPostgres } from '../scripts/postgres.ts';
import { programFiles } from '../scripts/program-files.ts';
import {
	choosePorts,
	environment,
	root,
	startProgram,
	stopProgram,
	waitFor,
	type Program
} from '../scripts/stack.ts';
import type { StoredMail } from '../src/standins/resend-mail.ts';
import { worldOn } from './world.ts';

const files = {
	app: 'src/server.ts',
	worker: 'src/worker.ts',
	stripe: 'src/standins/stripe.ts',
	resend: 'src/standins/resend.ts'
};
type Name = keyof typeof files;
export type Answer = { status: number; headers: Headers; body: string; ms: number };

/** Starts everything on a database with the program in it and nobody else. */
export async function openHouseOfItsOwn(firstPort: number, set: Record<string, string> = {}) {
	const folder = path.join(root, `.data/own-house-${process.pid}`);
	const logs = path.join(folder, 'logs');
	let server = await startPostgres(path.join(folder, 'postgres'));
	const { port } = server;
	const admin = postgres(server.url, { max: 1, onnotice: () => {} });
	await admin`create database own`;
	await admin.end();
	const url = new URL(server.url);
	url.pathname = '/own';
	await migrateDatabase(url.href);
	const env = {
		...environment({
			folder,
			databaseUrl: url.href,
			ports: await choosePorts(firstPort),
			mailRate: 200
		}),
		...set
	};
	const origin = env.APP_ORIGIN!;
	const keys = keysFrom(env.APP_KEYS!.split(','));
	let pool = openDatabase(url.href, { max: 4 });
	const ctx = () => ({ db: pool.db, keys, now: new Date(), who: system });
	const programId = await fillProgram(ctx(), programFiles());

	const running = new Map<Name, Program>();
	const heard: Partial<Record<Name, string>> = {
		app: `${origin}/livez`,
		stripe: `${env.STRIPE_API_BASE}/`,
		resend: `${env.RESEND_BASE_URL}/`
	};

	/** Starts a program and waits until it answers; the worker, until it has said that it lives. */
	async function start(name: Name): Promise<void> {
		const since = new Date().toISOString();
		const program = startProgram(name, files[name], env, logs);
		running.set(name, program);
		if (heard[name]) return waitFor(heard[name], program);
		for (const until = Date.now() + 30_000; Date.now() < until; await wait(50)) {
			const [beat] =
				await pool.sql`select 1 from heartbeat where name = 'worker' and at >= ${since}::timestamptz`;
			if (beat) return;
		}
		throw new Error(`the ${name} did not start; see ${name}.log`);
	}

	/** Sends a signal and waits for the end. */
	async function end(name: Name, signal: NodeJS.Signals = 'SIGKILL') {
		const { child, ended } = running.get(name)!;
		const began = performance.now();
		child.kill(signal);
		return { code: await ended, ms: performance.now() - began };
	}

	/** The one value of a query of ours. */
	async function one(text: TemplateStringsArray, ...values: string[]): Promise<unknown> {
		const rows = await pool.sql(text, ...values);
		return Object.values(rows[0] ?? {})[0];
	}

	const request = async (address: string, init: RequestInit = {}): Promise<Answer> => {
		const began = performance.now();
		const answer = await fetch(address.startsWith('http') ? address : origin + address, {
			redirect: 'manual',
			signal: AbortSignal.timeout(30_000),
			...init,
			headers: { accept: 'text/html', 'accept-language': 'en', ...init.headers }
		});
		const body = await answer.text();
		const ms = performance.now() - began;
		return { status: answer.status, headers: answer.headers, body, ms };
	};

	return {
		env,
		origin,
		ctx,
		programId,
		one,
		get sql() {
			return pool.sql;
		},
		get world() {
			return worldOn(pool.db, new Date().toISOString(), keys);
		},
		start,
		end,
		program: (name: Name) => running.get(name)!,
		get: (address: string, cookie = '') => request(address, { headers: { cookie } }),
		/** A form post as a browser without JavaScript sends it. */
		post: (address: string, fields: Record<string, string> = {}, cookie = '') =>
			request(address, {
				method: 'POST',
				headers: { cookie, origin, 'content-type': 'application/x-www-form-urlencoded' },
				body: new URLSearchParams(fields).toString()
			}),
		request,
		/** A control of a stand-in. */
		async tell<T>(whom: 'stripe' | 'resend', control: string, input?: unknown): Promise<T> {
			const base = whom === 'stripe' ? env.STRIPE_API_BASE : env.RESEND_BASE_URL;
			const answer = await fetch(`${base}/_test/${control}`, {
				...(input !== undefined && { method: 'POST', body: JSON.stringify(input) })
			});
			return (await answer.json()) as T;
		},
		/** The cookie of somebody who signed in by a link. */
		async cookieOf(email: string): Promise<string> {
			const person = await personByEmail(ctx(), email);
			const token = await makeLink(ctx(), { personId: person!.id, purpose: 'welcome', next: null });
			const answer = await this.post(`/sign-in/${token}`);
			return answer.headers.getSetCookie()[0]!.split(';')[0]!;
		},
		async mailsTo(to: string): Promise<StoredMail[]> {
			return this.tell<StoredMail[]>('resend', `mails?to=${encodeURIComponent(to)}`);
		},
		database: {
			stop() {
				server.stop();
			},
			async start() {
				server = await startPostgres(path.join(folder, 'postgres'), port);
				await pool.close().catch(() => {});
				pool = openDatabase(url.href, { max: 4 });
			},
			/** Everything stands still, and no connection is closed. @returns what lets it go on */
			freeze(): () => void {
				const family = [server.pid, ...childrenOf(server.pid)];
				for (const pid of family) process.kill(pid, 'SIGSTOP');
				return () => {
					for (const pid of family.reverse()) process.kill(pid, 'SIGCONT');
				};
			}
		},
		async close() {
			await pool.close().catch(() => {});
			await Promise.all([...running.values()].map((program) => stopProgram(program)));
			server.stop();
			fs.rmSync(server.home, { recursive: true, force: true });
			fs.rmSync(folder, { recursive: true, force: true });
		}
	};
}

/** The processes that this one started, as the kernel lists them. */
function childrenOf(parent: number): number[] {
	return fs
		.readdirSync('/proc')
		.filter((name) => /^\d+$/.test(name))
		.map(Number)
		.filter((pid) => {
			try {
				return fs.readFileSync(`/proc/${pid}/status`, 'utf8').includes(`PPid:\t${parent}\n`);
			} catch {
				return false;
			}
		});
}
