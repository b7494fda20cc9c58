import { sql, type SQL } from 'drizzle-orm';
import type { Context } from './context.server.ts';

/**
 * Something that a room can be asked: one value of PostgreSQL and how it is read. A page that needs
 * several rooms asks them in one statement, and no room has to know of another one.
 */
export type Question<Answer> = {
	/** A subselect in brackets with one JSON value, or null. */
	json: SQL;
	/** @param found what `json` gave */
	read: (found: never) => Answer;
};

type Answers<Questions> = {
	[Name in keyof Questions]: Questions[Name] extends Question<infer Answer> ? Answer : never;
};

/** Asks all of these in one statement, which sees one moment. */
export async function ask<Questions extends Record<string, Question<unknown>>>(
	{ db }: Pick<Context, 'db'>,
	questions: Questions
): Promise<Answers<Questions>> {
	const columns = Object.entries(questions).map(
		([name, { json }]) => sql`${json} as ${sql.identifier(name)}`
	);
	const [row] = (await db.execute(sql`select ${sql.join(columns, sql`, `)}`)) as unknown as [
		Record<string, unknown>
	];
	return Object.fromEntries(
		Object.entries(questions).map(([name, { read }]) => [name, read(row[name] as never)])
	) as Answers<Questions>;
}
