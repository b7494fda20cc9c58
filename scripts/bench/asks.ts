/** What the bench asks the product: addresses, cookies, and what must stand in each answer. */
import type postgres from 'postgres';
import { questionsAt } from '#lib/engagement/survey.ts';
import type { Wave } from '#lib/engagement/score.ts';
import { startLogin } from '#lib/people/lucia.server.ts';
import type { Database } from '#lib/server/database.server.ts';
import type { Ask } from './load.ts';
import { tokenOf } from './population.ts';

const loginsEach = 64;
/** As text stands in HTML. */
const inHtml = (text: string) => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;');
type Signed = { name: string; personId: string; cookie: string };

/** So many logins, given in turn to these people. */
async function signIn(
	db: Database,
	people: readonly { id: string; name: string }[]
): Promise<Signed[]> {
	const signed: Signed[] = [];
	for (let at = 0; at < loginsEach; at += 1) {
		const { id, name } = people[at % people.length]!;
		signed.push({ name, personId: id, cookie: `login=${await startLogin(db, id, new Date())}` });
	}
	return signed;
}

const page = (path: string, marker: string, cookie?: string): Ask => ({
	path,
	status: 200,
	marker,
	headers: { 'accept-language': 'en', accept: 'text/html', ...(cookie && { cookie }) }
});

export type Reads = Record<string, Ask[]>;

/** The pages that are read, each for many people in turn. The running cohort and its copies count. */
export async function readsOf(sql: postgres.Sql, db: Database, slug: string): Promise<Reads> {
	const like = `${slug}%`;
	// In an order that has nothing to do with where the rows lie.
	const leaders = await sql<{ id: string; name: string }[]>`
		select p.id, p.name from enrollment e join person p on p.id = e.leader_id join cohort c on c.id = e.cohort_id
		where c.slug like ${like} order by md5(e.id::text) limit ${loginsEach}`;
	const admins = await sql<
		{ id: string; name: string }[]
	>`select id, name from person where 'admin' = any(roles)`;
	const modules = await sql<
		{ slug: string; title: string }[]
	>`select slug, title from module where week between 1 and 6 order by week`;
	const submissions = await sql<{ id: string; coach: string; coachName: string; leader: string }[]>`
		select s.id, e.coach_id as coach, k.name as "coachName", p.name as leader
		from submission s join enrollment e on e.id = s.enrollment_id join cohort c on c.id = e.cohort_id
		join person p on p.id = e.leader_id join person k on k.id = e.coach_id
		where c.slug like ${like} and s.status <> 'draft' order by md5(s.id::text) limit ${loginsEach}`;
	const cohorts = await sql<{ id: string; name: string }[]>`
		select id, name from cohort where slug like ${like} order by md5(id::text) limit ${loginsEach}`;
	const invitations = await sql<{ id: string; leader: string }[]>`
		select i.id, p.name as leader from invitation i join wave w on w.id = i.wave_id
		join enrollment e on e.id = w.enrollment_id join person p on p.id = e.leader_id
		where w.status = 'open' order by md5(i.id::text) limit 512`;
	const signed = await signIn(db, leaders);
	const staff = await signIn(db, admins);
	const coaches = await signIn(
		db,
		submissions.map(({ coach, coachName }) => ({ id: coach, name: coachName }))
	);
	const turns = Array.from({ length: loginsEach }, (_, at) => at);
	const at = <Thing>(things: readonly Thing[], turn: number) => things[turn % things.length]!;
	return {
		'public page': [page('/', '</html>')],
		'leader’s home': signed.map(({ name, cookie }) => page('/leader', name, cookie)),
		// What has a query is always made: the first visit after a change, its drawings kept.
		'the same, made': signed.map(({ name, cookie }) => page('/leader?made', name, cookie)),
		'module page': signed.map(({ cookie }, turn) => {
			const { slug: module, title } = at(modules, turn);
			return page(`/leader/lessons/${module}`, inHtml(title), cookie);
		}),
		'coach’s review': turns.map((turn) => {
			const { id, leader } = at(submissions, turn);
			return page(`/coach/reviews/${id}`, inHtml(leader), coaches[turn]!.cookie);
		}),
		'cohort page': staff.map(({ cookie }, turn) => {
			const { id, name } = at(cohorts, turn);
			return page(`/admin/cohorts/${id}`, inHtml(name), cookie);
		}),
		'survey, opened': invitations.map(({ id, leader }) =>
			page(`/survey/${tokenOf(id)}`, inHtml(leader))
		)
	};
}

/** What the two bare servers with a database are asked. */
export async function bareAsks(
	sql: postgres.Sql,
	db: Database,
	slug: string
): Promise<{ three: Ask[]; home: Ask[] }> {
	const leaders = await sql<{ id: string; name: string }[]>`
		select p.id, p.name from enrollment e join person p on p.id = e.leader_id join cohort c on c.id = e.cohort_id
		where c.slug like ${`${slug}%`} order by md5(e.id::text) limit ${loginsEach}`;
	const signed = await signIn(db, leaders);
	return {
		three: signed.map(({ name, cookie }) => page('/three', name, cookie)),
		home: signed.map(({ name, cookie }) => page('/home', name, cookie))
	};
}

const form = (origin: string, cookie?: string) => ({
	origin,
	'content-type': 'application/x-www-form-urlencoded',
	'accept-language': 'en',
	accept: 'text/html',
	...(cookie && { cookie })
});
const paragraph =
	'On Tuesday I handed the pricing of the renewal to the seller who owns the account, and wrote down what I would have done before we met. ';

export type Writes = { survey: Ask[]; drafts: Ask[]; submissions: Ask[] };

/** What can be posted once each by the people of these copies. */
export async function writesOf(
	sql: postgres.Sql,
	db: Database,
	origin: string,
	{ slug, first, last }: { slug: string; first: number; last: number }
): Promise<Writes> {
	const slugs = Array.from({ length: last - first + 1 }, (_, at) => `${slug}-copy-${first + at}`);
	const invitations = await sql<{ id: string; index: Wave }[]>`
		select i.id, w.index from invitation i join wave w on w.id = i.wave_id
		join enrollment e on e.id = w.enrollment_id join cohort c on c.id = e.cohort_id
		where c.slug in ${sql(slugs)} and w.status = 'open' order by md5(i.id::text)`;
	const fresh = await sql<{ person: string; assignment: string }[]>`
		select e.leader_id as person, a.id as assignment
		from enrollment e join cohort c on c.id = e.cohort_id join module m on m.program_id = c.program_id
		join assignment a on a.module_id = m.id
		where c.slug in ${sql(slugs)} and m.week <= 12 and not exists
			(select 1 from submission s where s.enrollment_id = e.id and s.assignment_id = a.id)
		order by md5(a.id::text), md5(e.id::text)`;
	const cookies = new Map<string, string>();
	for (const { person } of fresh) {
		if (!cookies.has(person))
			cookies.set(person, `login=${await startLogin(db, person, new Date())}`);
	}
	const posted = (
		{ person, assignment }: (typeof fresh)[number],
		action: 'save' | 'submit',
		revision: number
	) => ({
		method: 'POST' as const,
		path: `/leader/assignments/${assignment}?/${action}`,
		headers: {
			...form(origin, cookies.get(person)),
			// A draft is saved by the page's script while its writer types.
			...(action === 'save' && { accept: 'application/json', 'x-sveltekit-action': 'true' })
		},
		body: new URLSearchParams({
			attempt: '1',
			revision: String(revision),
			body: paragraph.repeat(12)
		}).toString()
	});
	return {
		survey: invitations.map(({ id, index }, turn) => ({
			method: 'POST',
			path: `/survey/${tokenOf(id)}?/answer`,
			headers: form(origin),
			body: new URLSearchParams({
				language: 'en',
				...Object.fromEntries(
					questionsAt(index).map(({ id: name, steps }, place) => [
						name,
						String(1 + ((turn + place) % steps))
					])
				)
			}).toString(),
			status: 303,
			marker: '/survey/thanks'
		})),
		drafts: fresh.map((one) => ({
			...posted(one, 'save', 0),
			status: 200,
			marker: '"type":"success"'
		})),
		submissions: fresh.map((one) => ({
			...posted(one, 'submit', 1),
			status: 303,
			marker: `/leader/assignments/${one.assignment}`
		}))
	};
}
