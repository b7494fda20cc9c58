/** Every page opened and every action posted as everybody, compared with the one table. */
import { sql } from 'drizzle-orm';
import { beforeAll, describe, expect, test } from 'vitest';
import { access, mayEnter, type Door } from '#lib/people/access.ts';
import type { Role } from '#lib/people/role.ts';
import { missingTexts, routesOnDisk, undeclaredDoors } from '../scripts/house-rules.ts';
import { cookieOf, house, origin } from './journey.ts';

type Principal = { name: string; roles: Role[] | null; cookie: string | null };
const principals: Principal[] = [];
const own: Record<string, string> = {};

beforeAll(async () => {
	principals.push({ name: 'a stranger', roles: null, cookie: null });
	const people: [string, string, Role][] = [
		['the leader', 'ingrid@nordbris.example', 'leader'],
		['the coach', 'maren@lofte.example', 'coach'],
		['the admin', 'live@lofte.example', 'admin'],
		['the sponsor', 'henrik@nordbris.example', 'sponsor']
	];
	for (const [name, email, role] of people)
		principals.push({ name, roles: [role], cookie: await cookieOf(email) });
	const one = async (query: ReturnType<typeof sql>) =>
		Object.values((await house().db.execute<Record<string, string>>(query))[0] ?? {})[0] ?? 'none';
	const ingrid = sql`(select e.id from enrollment e join person p on p.id = e.leader_id where p.email = 'ingrid@nordbris.example')`;
	own['/cohorts/[cohort]'] = await one(
		sql`select slug from cohort order by starts_on desc limit 1`
	);
	own['/apply/[cohort]'] = own['/cohorts/[cohort]'];
	own['/leader/lessons/[module]'] = await one(sql`select slug from module where week = 2 limit 1`);
	own['/leader/assignments/[assignment]'] = await one(
		sql`select assignment_id from submission where enrollment_id = ${ingrid} order by created_at desc limit 1`
	);
	own['/leader/evidence/[batch]'] = await one(
		sql`select id from import_batch where enrollment_id = ${ingrid} limit 1`
	);
	own['/leader/sessions/[session]'] = await one(
		sql`select id from session where enrollment_id = ${ingrid} order by starts_at desc limit 1`
	);
	own['/coach/sessions/[session]'] = own['/leader/sessions/[session]'];
	own['/coach/reviews/[submission]'] = await one(
		sql`select id from submission where enrollment_id = ${ingrid} and status in ('submitted', 'in-review') limit 1`
	);
	own['/coach/leaders/[enrollment]'] = await one(sql`select ${ingrid}`);
	own['/coach/leaders/[enrollment]/ask'] = own['/coach/leaders/[enrollment]'];
	own['/coach/leaders/[enrollment]/baseline'] = own['/coach/leaders/[enrollment]'];
	own['/sponsor/[enrollment]'] = own['/coach/leaders/[enrollment]'];
	own['/admin/baselines/[enrollment]'] = own['/coach/leaders/[enrollment]'];
	own['/coach/cohorts/[cohort]'] = await one(
		sql`select id from cohort order by starts_on desc limit 1`
	);
	own['/admin/cohorts/[cohort]'] = await one(
		sql`select cohort_id from enrollment where id = ${ingrid}`
	);
	own['/admin/cohorts/[cohort]/uplift.csv'] = own['/admin/cohorts/[cohort]'];
	own['/admin/applications/[application]'] = await one(
		sql`select id from application where status = 'submitted' limit 1`
	);
});

const address = (route: string) =>
	origin + route.replace(/\[(\w+)\]/, () => own[route] ?? 'unknown-token-of-nobody');

const ask = (route: string, { cookie }: Principal, init: RequestInit = {}) =>
	fetch(address(route), {
		redirect: 'manual',
		...init,
		headers: { ...init.headers, ...(cookie && { cookie }) }
	});

test('every door on disk is in the table, with its actions', () => {
	expect(undeclaredDoors()).toEqual([]);
	const onDisk = new Set(routesOnDisk().map(({ route }) => route));
	expect(Object.keys(access).filter((route) => !onDisk.has(route))).toEqual([]);
});

test('every text is there in both languages', () => {
	expect(missingTexts()).toEqual([]);
});

describe('opening', () => {
	test.each(
		Object.entries(access).filter(([, door]) => !door.methods || door.methods.includes('GET'))
	)('%s', async (route, door) => {
		for (const principal of principals) {
			const answer = await ask(route, principal);
			await answer.arrayBuffer();
			const told = `${principal.name} at ${route}`;
			if (mayEnter(door, principal.roles))
				expect(allowed(door, answer.status), `${told}: ${answer.status}`).toBe(true);
			else if (principal.roles) expect(answer.status, told).toBe(404);
			else {
				expect(answer.status, told).toBe(303);
				expect(answer.headers.get('location'), told).toMatch(/^\/sign-in/);
			}
			expect(answer.headers.get('x-content-type-options'), told).toBe('nosniff');
			expect(answer.headers.get('content-security-policy'), told).not.toMatch(
				/unsafe-inline|unsafe-eval/
			);
			if (principal.roles) expect(answer.headers.get('cache-control'), told).toContain('no-store');
			expect([...answer.headers].join('').length, `${told}: headers`).toBeLessThan(4_000);
		}
	});
});

/** A link that nobody was sent is not found or gone; everything else that is open is there. */
const allowed = (door: Door, status: number) =>
	door.who === 'bearer' ? [200, 404, 410].includes(status) : [200, 303].includes(status);

describe('posting', () => {
	const actions = Object.entries(access).flatMap(([route, door]) =>
		(door.actions ?? []).map((action) => [route, action, door] as const)
	);
	test.each(actions)('%s ?/%s', async (route, action, door) => {
		for (const principal of principals) {
			if (mayEnter(door, principal.roles)) continue;
			const query = action === 'default' ? '' : `?/${action}`;
			const answer = await fetch(address(route) + query, {
				method: 'POST',
				redirect: 'manual',
				headers: {
					origin,
					accept: 'text/html',
					'content-type': 'application/x-www-form-urlencoded',
					...(principal.cookie && { cookie: principal.cookie })
				},
				body: 'x=1'
			});
			await answer.arrayBuffer();
			expect(answer.status, `${principal.name} posting ${route}?/${action}`).toBe(404);
		}
	});

	test.each(actions.filter(([, action]) => action !== 'signOutEverywhere'))(
		'%s ?/%s from another site is refused',
		async (route, action, door) => {
			const principal = principals.find(
				({ roles }) => mayEnter(door, roles) && (roles !== null || door.who !== 'person')
			)!;
			for (const foreign of ['https://evil.example', 'null', undefined]) {
				for (const type of [
					'application/x-www-form-urlencoded',
					'text/plain',
					'multipart/form-data; boundary=x'
				]) {
					// One-click unsubscribing carries its proof in its address (RFC 8058).
					if (route === '/u/[token]') continue;
					const answer = await fetch(address(route) + (action === 'default' ? '' : `?/${action}`), {
						method: 'POST',
						redirect: 'manual',
						headers: {
							...(foreign && { origin: foreign }),
							accept: 'text/html',
							'content-type': type,
							...(principal.cookie && { cookie: principal.cookie })
						},
						body: 'x=1'
					});
					await answer.arrayBuffer();
					expect(answer.status, `${foreign} ${type} ${route}`).toBe(403);
				}
			}
		}
	);
});

test('a request that names another host is refused', async () => {
	const http = await import('node:http');
	const { port } = new URL(origin);
	const status = await new Promise<number>((resolve, reject) => {
		http
			.get({ port, path: '/', headers: { host: 'evil.example' } }, (answer) =>
				resolve(answer.statusCode ?? 0)
			)
			.on('error', reject);
	});
	expect(status).toBe(421);
});

test('asking for a link takes as long for somebody we know as for nobody, and says the same', async () => {
	const asked = async (email: string) => {
		const began = performance.now();
		const answer = await fetch(`${origin}/sign-in`, {
			method: 'POST',
			redirect: 'manual',
			headers: {
				origin,
				accept: 'text/html',
				'content-type': 'application/x-www-form-urlencoded'
			},
			body: new URLSearchParams({ email }).toString()
		});
		const took = performance.now() - began;
		return { status: answer.status, to: answer.headers.get('location'), took };
	};
	const known = await asked('henrik@nordbris.example');
	const nobody = await asked('nobody-here@nordbris.example');
	expect(nobody).toMatchObject({ status: known.status, to: known.to });
	// Neither answers as soon as its work is done: finding nobody takes a few milliseconds.
	for (const { took } of [known, nobody]) expect(took).toBeGreaterThan(290);
});
