/**
 * The servers that the bench is measured against, each a process of its own without a framework:
 * `hello` answers a line; `three` asks three small queries one after the other (performance: the
 * physical limit of a page); `home` does the database work of the leader's home and answers JSON.
 */
import http from 'node:http';
import process from 'node:process';
import postgres from 'postgres';
import { actorIn, signedIn } from '#lib/people/queries.server.ts';
import { openDatabase } from '#lib/server/database.server.ts';
import { asking } from '#lib/server/question.server.ts';
import { hashToken } from '#lib/server/seal.server.ts';
import { homeQuestions } from '../../src/routes/leader/home-questions.server.ts';

const { BARE_PORT, DATABASE_URL } = process.env as Record<string, string>;

const loginIn = (request: http.IncomingMessage) =>
	/(?:^|; )login=([^;]+)/.exec(request.headers.cookie ?? '')?.[1] ?? '';

const sql = postgres(DATABASE_URL!, { max: 10, onnotice: () => {} });
async function three(token: string): Promise<unknown> {
	const [login] = await sql`select person_id from login where id = ${hashToken(token)}`;
	const [person] =
		await sql`select id, name, email from person where id = ${login!.person_id as string}`;
	const modules = await sql`
		select m.id, m.week, m.title, count(r.lesson_id)::int as read
		from enrollment e
		join cohort c on c.id = e.cohort_id
		join module m on m.program_id = c.program_id and m.week > 0
		left join lesson l on l.module_id = m.id
		left join lesson_read r on r.lesson_id = l.id and r.enrollment_id = e.id
		where e.leader_id = ${person!.id as string} group by m.id order by m.week`;
	return { person, modules };
}

const web = openDatabase(DATABASE_URL!, { max: 8 });
const door = openDatabase(DATABASE_URL!, { max: 2 });
const askAll = asking(homeQuestions);
async function home(token: string): Promise<unknown> {
	const now = new Date();
	const who = actorIn((await signedIn(door.db, token, now))!, 'leader')!;
	const told = await askAll({ db: web.db, now, who });
	const found = Object.fromEntries(Object.entries(told).map(([name, { read }]) => [name, read()]));
	return { name: who.name, ...found };
}

const pages: Record<string, (token: string) => Promise<unknown>> = {
	'/three': three,
	'/home': home
};
const server = http.createServer((request, response) => {
	const page = pages[request.url ?? ''];
	if (!page) {
		response.end('hello');
		return;
	}
	page(loginIn(request)).then(
		(found) => {
			response.setHeader('content-type', 'application/json');
			response.end(JSON.stringify(found));
		},
		(error: unknown) => {
			response.statusCode = 500;
			response.end(String(error));
		}
	);
});
server.listen(Number(BARE_PORT), '127.0.0.1');
const stop = () => {
	server.close();
	server.closeAllConnections();
	void Promise.all([web.close(), door.close(), sql.end({ timeout: 2 })]).then(() =>
		process.exit(0)
	);
};
process.on('SIGTERM', stop);
process.on('disconnect', stop);
