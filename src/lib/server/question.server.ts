import { sql, type SQL } from 'drizzle-orm';
import type { Context } from './context.server.ts';
import { writtenOnce } from './database.server.ts';

/**
 * Something that a room can be asked: one value of PostgreSQL and how it is read. A page that needs
 * several rooms asks them in one statement, and no room has to know of another one.
 */
export type Question<Answer> = {
	/** A subselect in brackets with one JSON value, or null; for `whoAsks`, at `askedAt`, perhaps about `askedAbout`. */
	json: SQL;
	/** @param found what `json` gave; nothing but this may matter */
	read: (found: never) => Answer;
};

/** The id of the person who asks. */
export const whoAsks = sql`${sql.placeholder('who')}::uuid`;
/** The moment of asking. */
export const askedAt = sql`${sql.placeholder('now')}::timestamptz`;
/** The id of the one thing that is asked about, on a page that is about one. */
export const askedAbout = sql`${sql.placeholder('about')}::uuid`;

/** What was told. Whatever is made of it alone can be kept under its text, and read only when it is made. */
export type Told<Answer> = { text: string; read: () => Answer };

/** What a question told, read. */
export const readTold = <Answer>({ read }: Question<Answer>, text: string): Answer =>
	read(JSON.parse(text) as never);

type AnswersTo<Questions> = {
	[Name in keyof Questions]: Questions[Name] extends Question<infer Answer> ? Told<Answer> : never;
};

/**
 * Puts these into one statement, which sees one moment and is written out once.
 *
 * @returns what asks them on behalf of the person in the context, about the thing with this id
 */
export function asking<Questions extends Record<string, Question<unknown>>>(questions: Questions) {
	const names = Object.keys(questions);
	const statement = writtenOnce((db) =>
		db
			.select(
				Object.fromEntries(
					names.map((name) => [name, sql<string>`coalesce(${questions[name]!.json}::text, 'null')`])
				)
			)
			.from(sql`(values (0)) as once`)
			.prepare('asked')
	);
	return async (
		{ db, now, who }: Pick<Context<{ personId: string }>, 'db' | 'now' | 'who'>,
		about: string | null = null
	): Promise<AnswersTo<Questions>> => {
		const values = { who: who.personId, now: now.toISOString(), about };
		const [found] = await statement(db).execute(values);
		return Object.fromEntries(
			names.map((name) => {
				const text = found![name]!;
				return [name, { text, read: () => readTold(questions[name]!, text) }];
			})
		) as AnswersTo<Questions>;
	};
}
