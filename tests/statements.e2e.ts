/** How often a page asks the database: counted in the server's own log, whatever library asks. */
import fs from 'node:fs';
import path from 'node:path';
import postgres from 'postgres';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
	choosePorts,
	root,
	startProgram,
	stopProgram,
	waitFor,
	type Program
} from '../scripts/stack.ts';
import { pageRoutes } from '../scripts/demo-pages.ts';
import { visit } from './addresses.ts';
import { stack } from './journey.ts';

const mostStatements = 5;
const mostHeaderBytes = 4_096;

let counted: Program;
let origin: string;
let log: string;

beforeAll(async () => {
	const sql = postgres(stack.DATABASE_URL!, { max: 1 });
	const [setting] = await sql`show data_directory`;
	await sql.end();
	log = path.join(String(setting!.data_directory), '..', 'postgres.log');

	// An app process of its own, whose connections alone write what they are asked into the log.
	const { app } = await choosePorts(Number(stack.PORT) + 40);
	origin = `http://localhost:${app}`;
	const database = new URL(stack.DATABASE_URL!);
	database.searchParams.set('log_statement', 'all');
	database.searchParams.set('application_name', 'counted');
	const env = { ...stack, DATABASE_URL: database.href, PORT: String(app), APP_ORIGIN: origin };
	counted = startProgram('counted', 'src/server.ts', env, path.join(root, '.data/counted'));
	await waitFor(`${origin}/livez`, counted);
});
afterAll(async () => {
	await stopProgram(counted);
	fs.rmSync(path.join(root, '.data/counted'), { recursive: true, force: true });
});

/** The statements that the log gained from here on; those with which a connection begins left out. */
function listen(): () => string[] {
	const from = fs.statSync(log).size;
	return () => {
		const gained = fs.readFileSync(log).subarray(from).toString('utf8');
		return gained
			.split(/^(?=\d{4}-\d\d-\d\d )/m)
			.flatMap((entry) => /LOG: {2}(?:execute [^:]+|statement): (.*)/s.exec(entry)?.[1] ?? [])
			.map((statement) => statement.replace(/\s+/g, ' ').trim())
			.filter((statement) => !statement.includes('pg_catalog.pg_type'));
	};
}

describe('the database is asked at most five times for a page', () => {
	test.each(pageRoutes)('%s', async (route) => {
		const { path: at, cookie } = await visit(route);
		const statements = listen();
		const answer = await fetch(origin + at, {
			redirect: 'manual',
			headers: { ...(cookie && { cookie }), 'accept-language': 'en' }
		});
		await answer.arrayBuffer();
		const asked = statements();
		expect(answer.status, `${route} at ${at}`).toBe(200);
		if (cookie) expect(asked.length, 'a signed-in page asks at least who it is').toBeGreaterThan(0);
		expect(
			asked.length,
			asked.map((statement) => statement.slice(0, 160)).join('\n')
		).toBeLessThanOrEqual(mostStatements);
		const headers = [...answer.headers].reduce(
			(sum, [name, value]) => sum + name.length + Buffer.byteLength(value) + 4,
			0
		);
		expect(headers, 'bytes of headers').toBeLessThanOrEqual(mostHeaderBytes);
	});
});

test('a page that was kept asks once: who is asking, and whether anything changed', async () => {
	const { path: at, cookie } = await visit('/leader');
	const read = async (search = '') => {
		const answer = await fetch(origin + at + search, {
			headers: { cookie: cookie!, 'accept-language': 'en' }
		});
		expect(answer.status).toBe(200);
		await answer.arrayBuffer();
	};
	await read();
	const statements = listen();
	await read();
	expect(statements()).toHaveLength(1);
	// Made, it asks once more, and that is all: nothing is read that the stamp does not know of.
	const again = listen();
	await read('?made');
	expect(again()).toHaveLength(2);
});
