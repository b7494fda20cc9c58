/**
 * `npm run shots`: every page in both languages at 1440 and 390 px into docs/img/shots/, and the
 * pictures of the README into docs/img/. It starts what it needs in .data/shots and ends it again.
 *
 *     npm run shots [-- part-of-a-name …]
 */
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import process from 'node:process';
import postgres from 'postgres';
import type { Browser } from 'playwright-core';
import { system } from '#lib/people/actor.ts';
import { openDatabase } from '#lib/server/database.server.ts';
import { keysFrom } from '#lib/server/seal.server.ts';
import { openBrowser } from './browser.ts';
import { demoPages, pageRoutes, type Visit } from './demo-pages.ts';
import { migrateDatabase } from './migrate.ts';
import { startPostgres } from './postgres.ts';
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

const folder = path.join(root, '.data/shots');
const logs = path.join(folder, 'logs');
const album = path.join(root, 'docs/img/shots');
const wanted = process.argv.slice(2);

type Shot = {
	file: string;
	visit: Pick<Visit, 'path' | 'cookie'>;
	width: 1440 | 390;
	locale: 'en' | 'nb';
	night?: boolean;
	/** What is pressed before the picture is taken. */
	press?: string;
	/** How many points from the top; the whole page unless given. */
	height?: number;
};

const nameOf = (route: string) =>
	route === '/' ? 'home' : route.slice(1).replaceAll('/', '-').replaceAll(/[[\]]/g, '');

async function take(browser: Browser, origin: string, shot: Shot) {
	const phone = shot.width === 390;
	const context = await browser.newContext({
		viewport: { width: shot.width, height: shot.height ?? (phone ? 844 : 1000) },
		deviceScaleFactor: phone ? 2 : 1,
		hasTouch: phone,
		locale: shot.locale === 'nb' ? 'nb-NO' : 'en-GB',
		timezoneId: 'Europe/Oslo',
		colorScheme: shot.night ? 'dark' : 'light',
		reducedMotion: 'reduce'
	});
	const cookies = [`locale=${shot.locale}`, ...(shot.visit.cookie ? [shot.visit.cookie] : [])];
	await context.addCookies(
		cookies.map((pair) => {
			const [name, value] = pair.split('=') as [string, string];
			return { name, value, url: origin };
		})
	);
	const page = await context.newPage();
	await page.goto(origin + shot.visit.path, { waitUntil: 'networkidle' });
	if (shot.press) await page.locator(shot.press).click();
	await page.evaluate(() => document.fonts.ready.then(() => undefined));
	fs.mkdirSync(path.dirname(shot.file), { recursive: true });
	await page.screenshot({ path: shot.file, fullPage: shot.height === undefined });
	await context.close();
}

async function pictures(env: Environment): Promise<Shot[]> {
	const pool = openDatabase(env.DATABASE_URL!, { max: 2 });
	const house = () => ({
		db: pool.db,
		keys: keysFrom(env.APP_KEYS!.split(',')),
		now: new Date(),
		who: system
	});
	try {
		const { visit } = demoPages(env, house);
		const visits = new Map<string, Visit>();
		for (const route of pageRoutes) visits.set(route, await visit(route));
		// The language of a page follows the cookie, whoever is signed in.
		const sizes = [1440, 390] as const;
		const shots: Shot[] = [...visits].flatMap(([route, at]) =>
			(['en', 'nb'] as const).flatMap((locale) =>
				sizes.map((width) => ({
					file: path.join(album, `${nameOf(route)}-${locale}-${width}.png`),
					visit: at,
					width,
					locale
				}))
			)
		);
		const readme = (file: string, route: string, more: Partial<Shot> = {}) =>
			shots.push({
				file: path.join(root, 'docs/img', file),
				visit: visits.get(route)!,
				width: 1440,
				locale: 'en',
				height: 1100,
				...more
			});
		readme('leader-home.png', '/leader');
		readme('leader-home-night.png', '/leader', { night: true });
		readme('coach-review.png', '/coach/reviews/[submission]');
		readme('cohort.png', '/admin/cohorts/[cohort]');
		readme('survey-phone.png', '/survey/[token]', {
			width: 390,
			height: 844,
			press: '.intro .btn-ink'
		});
		return shots;
	} finally {
		await pool.close();
	}
}

const programs: Program[] = [];
fs.rmSync(path.join(folder, 'standins'), { recursive: true, force: true });
const server = await startPostgres(path.join(folder, 'postgres'));
try {
	const admin = postgres(server.url, { max: 1, onnotice: () => {} });
	await admin`drop database if exists lofte with (force)`;
	await admin`create database lofte`;
	await admin.end();
	const url = new URL(server.url);
	url.pathname = '/lofte';
	const env = environment({ folder, databaseUrl: url.href, ports: await choosePorts(4200) });
	await migrateDatabase(url.href);
	programs.push(...(await startStandins(env, logs)));
	if (!isBuilt()) {
		const vite = path.join(root, 'node_modules/vite/bin/vite.js');
		execFileSync(process.execPath, [vite, 'build', '--logLevel', 'error'], {
			cwd: root,
			stdio: 'inherit'
		});
	}
	execFileSync(process.execPath, ['scripts/seed.ts'], {
		cwd: root,
		env: { ...process.env, ...env },
		stdio: 'inherit'
	});
	programs.push(...(await startApp(env, logs)));
	const shots = (await pictures(env)).filter(
		({ file }) => wanted.length === 0 || wanted.some((part) => path.basename(file).includes(part))
	);
	const browser = await openBrowser();
	for (const shot of shots) {
		await take(browser, env.APP_ORIGIN!, shot);
		process.stdout.write(`${path.relative(root, shot.file)}\n`);
	}
	await browser.close();
} finally {
	await Promise.all(programs.map((program) => stopProgram(program)));
	server.stop();
}
