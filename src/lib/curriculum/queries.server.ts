import { asc, eq, sql } from 'drizzle-orm';
import type { Context } from '#lib/server/context.server.ts';
import { defaultProgramSlug, type Phase } from './program.ts';
import { assignment, lesson, module, program } from './tables.server.ts';

export type ModuleAtAGlance = {
	week: number;
	slug: string;
	title: string;
	aim: string;
	minutesToRead: number;
	assignmentTitle: string;
	assignmentMinutes: number;
};

export type ProgramAtAGlance = {
	id: string;
	title: string;
	summary: string;
	phases: Phase[];
	modules: ModuleAtAGlance[];
};

/** A program with its modules in order, as the public page shows it; null when there is none. One statement. */
export async function programAtAGlance(
	{ db }: Context,
	slug: string = defaultProgramSlug
): Promise<ProgramAtAGlance | null> {
	const rows = await db
		.select({
			id: program.id,
			title: program.title,
			summary: program.summary,
			phases: sql<Phase[]>`${program.phases}`,
			module: {
				week: module.week,
				slug: module.slug,
				title: module.title,
				aim: module.aim,
				minutesToRead: lesson.minutesToRead,
				assignmentTitle: assignment.title,
				assignmentMinutes: assignment.minutes
			}
		})
		.from(program)
		.innerJoin(module, eq(module.programId, program.id))
		.innerJoin(lesson, eq(lesson.moduleId, module.id))
		.innerJoin(assignment, eq(assignment.moduleId, module.id))
		.where(eq(program.slug, slug))
		.orderBy(asc(module.week), asc(lesson.position))
		.limit(50);
	const [first] = rows;
	if (!first) return null;
	const { id, title, summary, phases } = first;
	return { id, title, summary, phases, modules: rows.map((row) => row.module) };
}

/** The id of the default program, for a new cohort; null before the program was filled in. */
export async function defaultProgramId({ db }: Context): Promise<string | null> {
	const [found] = await db
		.select({ id: program.id })
		.from(program)
		.where(eq(program.slug, defaultProgramSlug));
	return found?.id ?? null;
}
