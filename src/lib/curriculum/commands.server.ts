import { and, eq, notInArray } from 'drizzle-orm';
import { inTransaction, type Context } from '#lib/server/context.server.ts';
import { renderMarkdown } from '#lib/server/markdown.server.ts';
import {
	defaultProgramSlug,
	readProgram,
	type ModuleContent,
	type ProgramFiles
} from './program.ts';
import { assignment, criterion, lesson, module, program } from './tables.server.ts';

/**
 * Brings the database to what the content files say: a second run with the same files changes
 * nothing, a changed text keeps its id and with it everything that was handed in. A criterion that
 * left the files goes, unless a review has used it: then the whole fill is undone.
 *
 * @returns the program's id
 * @throws Error that names the file with an author's mistake
 */
export async function fillProgram(
	ctx: Context,
	files: ProgramFiles,
	slug = defaultProgramSlug
): Promise<string> {
	const { modules, rubric, ...about } = readProgram(files);
	return inTransaction(ctx, async (tx) => {
		const [filled] = await tx.db
			.insert(program)
			.values({ slug, ...about, createdAt: ctx.now })
			.onConflictDoUpdate({ target: program.slug, set: about })
			.returning({ id: program.id });
		const programId = filled!.id;
		await fillCriteria(tx, { programId, assignmentId: null, criteria: rubric });
		for (const content of modules) await fillModule(tx, programId, content);
		return programId;
	});
}

async function fillModule(ctx: Context, programId: string, content: ModuleContent) {
	const { week, slug, title, aim, draws } = content;
	const [filled] = await ctx.db
		.insert(module)
		.values({ programId, week, slug, title, aim, draws })
		.onConflictDoUpdate({
			target: [module.programId, module.week],
			set: { slug, title, aim, draws }
		})
		.returning({ id: module.id });
	const moduleId = filled!.id;

	const { markdown, minutesToRead } = content;
	const text = { title, markdown, html: renderMarkdown(markdown), minutesToRead };
	await ctx.db
		.insert(lesson)
		.values({ moduleId, position: 1, ...text })
		.onConflictDoUpdate({ target: [lesson.moduleId, lesson.position], set: text });

	const [asked] = await ctx.db
		.insert(assignment)
		.values({ moduleId, ...content.assignment })
		.onConflictDoUpdate({ target: assignment.moduleId, set: content.assignment })
		.returning({ id: assignment.id });
	await fillCriteria(ctx, { programId, assignmentId: asked!.id, criteria: content.criteria });
}

type Criteria = {
	programId: string;
	assignmentId: string | null;
	criteria: ModuleContent['criteria'];
};

async function fillCriteria({ db }: Context, { programId, assignmentId, criteria }: Criteria) {
	for (const [index, { id: key, name, levels }] of criteria.entries()) {
		const position = index + 1;
		await db
			.insert(criterion)
			.values({ programId, assignmentId, key, name, levels, position })
			.onConflictDoUpdate({
				target: [criterion.programId, criterion.assignmentId, criterion.key],
				set: { name, levels, position }
			});
	}
	if (assignmentId) {
		const keys = criteria.map(({ id }) => id);
		await db
			.delete(criterion)
			.where(and(eq(criterion.assignmentId, assignmentId), notInArray(criterion.key, keys)));
	}
}
