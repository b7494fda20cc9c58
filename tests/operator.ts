/** An operator at the command line: the real program, as a process of its own. */
import { spawn } from 'node:child_process';
import path from 'node:path';
import process from 'node:process';
import type { Keys } from '#lib/server/seal.server.ts';
import { root } from '../scripts/stack.ts';

const encoded = ({ current, previous }: Keys) =>
	[current, ...(previous ? [previous] : [])]
		.map((key) => Buffer.from(key).toString('base64url'))
		.join(',');

/** Runs `npm run lofte -- …` on a database. @returns the process, and what it said once it ended */
export function lofte(args: string[], { url, keys }: { url: string; keys: Keys }) {
	const child = spawn(process.execPath, [path.join(root, 'scripts/lofte.ts'), ...args], {
		cwd: root,
		env: {
			PATH: process.env.PATH,
			HOME: process.env.HOME,
			DATABASE_URL: url,
			APP_KEYS: encoded(keys),
			APP_ORIGIN: 'https://lofte.example',
			STRIPE_SECRET_KEY: 'sk_test_operator',
			STRIPE_WEBHOOK_SECRETS: 'whsec_operator',
			RESEND_API_KEY: 're_operator',
			RESEND_WEBHOOK_SECRET: 'whsec_operator'
		}
	});
	const said = { out: '', err: '' };
	child.stdout.on('data', (part: Buffer) => (said.out += part.toString()));
	child.stderr.on('data', (part: Buffer) => (said.err += part.toString()));
	const ended = new Promise<{ code: number | null; out: string; err: string }>((resolve) =>
		child.once('close', (code) => resolve({ code, ...said }))
	);
	return { child, ended };
}
