/** A program as its content files tell it: one file for the whole, one for each week. */
import * as v from 'valibot';
import { parse } from 'yaml';
import { assignmentSchema, criterionSchema, keySchema, sentenceSchema } from './assignment.ts';
import { closingWeek } from './lesson.ts';
import { criteriaOfAReview } from './rubric.ts';

/** The program that every cohort goes through unless it is given another. */
export const defaultProgramSlug = 'servant-leadership';

export type ContentFile = { name: string; text: string };
export type ProgramFiles = { program: ContentFile; modules: ContentFile[] };

const programSchema = v.strictObject({
	title: sentenceSchema,
	summary: sentenceSchema,
	phases: v.pipe(
		v.array(
			v.strictObject({
				id: keySchema,
				name: sentenceSchema,
				weeks: v.pipe(v.array(v.number()), v.minLength(1)),
				summary: sentenceSchema
			})
		),
		v.minLength(1)
	),
	rubric: v.pipe(v.array(criterionSchema), v.length(3, 'has three common criteria')),
	review: sentenceSchema
});

const moduleSchema = v.strictObject({
	week: v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(closingWeek)),
	slug: keySchema,
	title: sentenceSchema,
	aim: sentenceSchema,
	minutesToRead: v.pipe(v.number(), v.integer(), v.minValue(1)),
	draws: v.array(sentenceSchema),
	assignment: assignmentSchema,
	criteria: v.pipe(
		v.array(criterionSchema),
		v.length(criteriaOfAReview - 3, 'has two criteria of its own')
	)
});

export type ModuleContent = v.InferOutput<typeof moduleSchema> & { markdown: string };
export type Phase = {
	key: string;
	name: string;
	fromWeek: number;
	toWeek: number;
	summary: string;
};
export type ProgramContent = {
	title: string;
	summary: string;
	phases: Phase[];
	rubric: v.InferOutput<typeof criterionSchema>[];
	modules: ModuleContent[];
};

/**
 * Reads the content files.
 *
 * @throws Error that names the file and what is wrong with it: an author's mistake must not reach a leader
 */
export function readProgram({ program: file, modules: files }: ProgramFiles): ProgramContent {
	const { phases, title, summary, rubric } = valid(file, programSchema, yamlOf(file, file.text));
	const modules = files.map(readModule).sort((a, b) => a.week - b.week);
	const weeks = modules.map(({ week }) => week);
	for (let week = 0; week <= closingWeek; week += 1) {
		const count = weeks.filter((other) => other === week).length;
		if (count !== 1) throw new Error(`week ${week} has ${count} modules instead of one`);
	}
	const slugs = new Set(modules.map(({ slug }) => slug));
	if (slugs.size < modules.length) throw new Error('two modules have the same slug');
	return {
		title,
		summary,
		rubric,
		modules,
		phases: phases.map(({ id: key, name, weeks: of, summary: says }) => ({
			key,
			name,
			fromWeek: Math.min(...of),
			toWeek: Math.max(...of),
			summary: says
		}))
	};
}

function readModule(file: ContentFile): ModuleContent {
	const [, front, body] = /^---\r?\n([\s\S]*?)\r?\n---\r?\n([\s\S]*)$/.exec(file.text) ?? [];
	if (front === undefined || body === undefined)
		throw new Error(`${file.name}: no front matter between --- lines`);
	const markdown = body.trim();
	if (markdown.split('\n').filter((line) => /^##\s+Field task\s*$/.test(line)).length !== 1)
		throw new Error(`${file.name}: needs exactly one heading "Field task"`);
	return { ...valid(file, moduleSchema, yamlOf(file, front)), markdown };
}

function yamlOf({ name }: ContentFile, text: string): unknown {
	try {
		return parse(text);
	} catch (error) {
		throw new Error(`${name}: ${(error as Error).message}`, { cause: error });
	}
}

function valid<S extends v.GenericSchema>(
	{ name }: ContentFile,
	schema: S,
	value: unknown
): v.InferOutput<S> {
	const read = v.safeParse(schema, value);
	if (read.success) return read.output;
	const [issue] = read.issues;
	throw new Error(`${name}: ${v.getDotPath(issue) ?? 'the file'} ${issue.message}`);
}
