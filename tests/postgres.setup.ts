/** One real PostgreSQL for a test run, with a migrated template that each test file clones. */
import path from 'node:path';
import process from 'node:process';
import postgres from 'postgres';
import type { TestProject } from 'vitest/node';
import { migrateDatabase } from '../scripts/migrate.ts';
import { startPostgres } from '../scripts/postgres.ts';

declare module 'vitest' {
	export interface ProvidedContext {
		postgres: string;
	}
}

export default async function setup(project: TestProject) {
	const folder = path.join(import.meta.dirname, `../.data/test-${process.pid}-${project.name}`);
	const server = await startPostgres(folder);
	const admin = postgres(server.url, { max: 1, onnotice: () => {} });
	await admin`create database template_lofte`;
	await admin.end();
	const template = new URL(server.url);
	template.pathname = '/template_lofte';
	await migrateDatabase(template.href);
	project.provide('postgres', server.url);
	return async () => {
		server.stop();
		const fs = await import('node:fs');
		fs.rmSync(server.home, { recursive: true, force: true });
		fs.rmSync(folder, { recursive: true, force: true });
	};
}
