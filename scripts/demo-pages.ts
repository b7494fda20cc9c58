/** A real address for every page of the access table, and the person of the demo who may open it. */
import { sql, type SQL } from 'drizzle-orm';
import { openWave } from '#lib/engagement/commands.server.ts';
import { linkToken } from '#lib/engagement/box.server.ts';
import { access, type Door } from '#lib/people/access.ts';
import type { System } from '#lib/people/actor.ts';
import { makeLink } from '#lib/people/commands.server.ts';
import { actorIn, personByEmail, type SignedIn } from '#lib/people/queries.server.ts';
import type { Role } from '#lib/people/role.ts';
import type { Context } from '#lib/server/context.server.ts';
import { unseal } from '#lib/server/seal.server.ts';
import { unsubscribeToken } from '#lib/server/suppression.server.ts';
import type { StoredMail } from '../src/standins/resend-mail.ts';
import { confirmedTeam } from './seed/team.ts';

export const people: Record<Role, string> = {
	leader: 'ingrid@nordbris.example',
	coach: 'maren@lofte.example',
	admin: 'live@lofte.example',
	sponsor: 'henrik@nordbris.example'
};

/** The pages that somebody can look at: what answers a machine or only takes posts is not one. */
export const pageRoutes = Object.entries(access)
	.filter(([route, { methods }]) => !methods && !route.endsWith('z'))
	.map(([route]) => route);

const roleOf = ({ who }: Door): Role | null =>
	typeof who === 'string' ? (who === 'person' ? 'leader' : null) : who[0]!;

export type Visit = { route: string; path: string; role: Role | null; cookie: string | null };

/** The cookie of somebody who signed in by a link, as the mail would bring it. Throws when they cannot. */
export async function signInCookie(
	ctx: Context<System>,
	origin: string,
	email: string
): Promise<string> {
	const person = await personByEmail(ctx, email);
	if (!person) throw new Error(`nobody has the address ${email}`);
	const token = await makeLink(ctx, { personId: person.id, purpose: 'welcome', next: null });
	const answer = await fetch(`${origin}/sign-in/${token}`, {
		method: 'POST',
		redirect: 'manual',
		headers: { origin, accept: 'text/html', 'content-type': 'application/x-www-form-urlencoded' },
		body: ''
	});
	const cookie = answer.headers.getSetCookie().find((line) => line.startsWith('login='));
	if (!cookie) throw new Error(`${email} could not sign in: ${answer.status}`);
	return cookie.split(';')[0]!;
}

/**
 * The pages of a running product with the demo's people in it.
 *
 * @param env where the product and its stand-ins are
 * @param house a context of the house itself on the product's database
 */
export function demoPages(env: Record<string, string>, house: () => Context<System>) {
	async function one(query: SQL): Promise<string> {
		const found = Object.values(
			(await house().db.execute<Record<string, string>>(query))[0] ?? {}
		)[0];
		if (!found) throw new Error('the demo has none of it');
		return found;
	}

	const part = sql`(select e.id from enrollment e join person p on p.id = e.leader_id where p.email = ${people.leader})`;
	/** What stands in the brackets, for a route and for those that lie below it. */
	const ids: Record<string, () => Promise<string>> = {
		'/cohorts/[cohort]': () => one(sql`select slug from cohort order by starts_on desc limit 1`),
		'/apply/[cohort]': () => one(sql`select slug from cohort order by starts_on desc limit 1`),
		'/offer/[token]': () => mailed('offer'),
		'/survey/[token]': surveyToken,
		'/u/[token]': async () => unsubscribeToken(house().keys, 'nobody@lofte.example', 'reminder'),
		'/sign-in/[token]': async () => {
			const person = (await personByEmail(house(), 'peter@vidapack.example'))!;
			return makeLink(house(), { personId: person.id, purpose: 'welcome', next: null });
		},
		'/leader/lessons/[module]': () => one(sql`select slug from module where week = 2 limit 1`),
		'/leader/assignments/[assignment]': () =>
			one(
				sql`select assignment_id from submission where enrollment_id = ${part} and attempt > 1 order by created_at desc limit 1`
			),
		'/leader/evidence/[batch]': () =>
			one(
				sql`select id from import_batch where enrollment_id = ${part} order by created_at limit 1`
			),
		'/leader/sessions/[session]': () =>
			one(sql`select id from session where enrollment_id = ${part} and status = 'held' limit 1`),
		'/coach/sessions/[session]': () =>
			one(sql`select id from session where enrollment_id = ${part} and status = 'held' limit 1`),
		'/coach/reviews/[submission]': () =>
			one(
				sql`select id from submission where enrollment_id = ${part} and status in ('submitted', 'in-review') limit 1`
			),
		'/coach/leaders/[enrollment]': () => one(sql`select ${part}`),
		'/sponsor/[enrollment]': () => one(sql`select ${part}`),
		'/admin/baselines/[enrollment]': () => one(sql`select ${part}`),
		'/coach/cohorts/[cohort]': () => one(sql`select cohort_id from enrollment where id = ${part}`),
		'/admin/cohorts/[cohort]': () => one(sql`select cohort_id from enrollment where id = ${part}`),
		'/admin/applications/[application]': () =>
			one(sql`select id from application where status = 'submitted' limit 1`)
	};

	/** The token of the newest link of a kind that anybody got by mail. */
	async function mailed(kind: string): Promise<string> {
		const answer = await fetch(`${env.RESEND_BASE_URL}/_test/mails`);
		for (const { text, headers } of (await answer.json()) as StoredMail[]) {
			const token = new RegExp(`/${kind}/([\\w.-]+)`).exec(
				`${text} ${JSON.stringify(headers)}`
			)?.[1];
			if (token) return token;
		}
		throw new Error(`nobody got a link /${kind}/`);
	}

	/** The link of an open survey. If none is open, the next pulse is asked ahead of its day. */
	async function surveyToken(): Promise<string> {
		const ctx = house();
		const open = async () => {
			const [row] = await ctx.db.execute<{ id: string; key: Uint8Array }>(sql`
				select i.id, w.private_key_enc as key from invitation i join wave w on w.id = i.wave_id
				where w.status = 'open' and not i.done and w.closes_at > now() limit 1`);
			return row && linkToken(unseal(ctx.keys, 'wave-key', row.key), row.id);
		};
		const already = await open();
		if (already) return already;
		const coach = (await personByEmail(ctx, people.coach))!;
		const who = actorIn({ ...coach, personId: coach.id } as unknown as SignedIn, 'coach')!;
		const [team] = await ctx.db.execute<{ id: string; day: string }>(sql`
			select e.id, e.day_zero::text as day from enrollment e join person p on p.id = e.leader_id
			where p.email = 'peter@vidapack.example'`);
		const now = new Date(new Date(`${team!.day}T09:00:00Z`).getTime() + 49 * 86_400_000);
		const asks = { ...ctx, now, who };
		const opened = await openWave(asks, {
			enrollmentId: team!.id,
			index: 4,
			origin: env.APP_ORIGIN!,
			...(await confirmedTeam(asks, team!.id))
		});
		if (!opened.ok) throw new Error(`no wave could be opened: ${opened.reason}`);
		return (await open())!;
	}

	const cookies = new Map<Role, string>();

	/** Where a page is, and the cookie of somebody who may open it. */
	async function visit(route: string): Promise<Visit> {
		const role = roleOf(access[route]!);
		if (role && !cookies.has(role))
			cookies.set(role, await signInCookie(house(), env.APP_ORIGIN!, people[role]));
		const bracket = route.indexOf(']') + 1;
		const id = bracket > 0 ? await ids[route.slice(0, bracket)]!() : '';
		const path = route.replace(/\[\w+\]/, id);
		return { route, path, role, cookie: role && cookies.get(role)! };
	}

	return { visit };
}
