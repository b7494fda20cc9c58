import { beforeEach, expect, test } from 'vitest';
import { programFiles } from '../../../scripts/program-files.ts';
import { databasePerTest } from '../../../tests/database.ts';
import { worldOn, type World } from '../../../tests/world.ts';
import { fillProgram } from './commands.server.ts';
import { defaultProgramId, programAtAGlance } from './queries.server.ts';
import { assignment, criterion, lesson, module, program } from './tables.server.ts';

const database = databasePerTest();
let world: World;
beforeEach(() => {
	world = worldOn(database.db);
});

const everything = async () => ({
	programs: await database.db.select().from(program),
	modules: await database.db.select().from(module).orderBy(module.week),
	lessons: await database.db.select().from(lesson).orderBy(lesson.id),
	assignments: await database.db.select().from(assignment).orderBy(assignment.id),
	criteria: await database.db.select().from(criterion).orderBy(criterion.id)
});

test('the content files fill the database completely: every assignment is reviewed by five criteria', async () => {
	await fillProgram(world.system(), programFiles());
	const { modules, lessons, assignments, criteria } = await everything();
	expect(modules).toHaveLength(14);
	expect(lessons).toHaveLength(14);
	expect(assignments).toHaveLength(14);
	for (const { id } of assignments) {
		expect(
			criteria.filter(({ assignmentId }) => assignmentId === null || assignmentId === id)
		).toHaveLength(5);
	}
	expect(
		lessons.every(({ html }) => html.includes('<h2>Field task</h2>') && !/<h1|<script/.test(html))
	).toBe(true);
});

test('a second run changes nothing, two at once neither', async () => {
	await fillProgram(world.system(), programFiles());
	const before = await everything();
	await Promise.all([
		fillProgram(world.system(), programFiles()),
		fillProgram(world.system(), programFiles())
	]);
	expect(await everything()).toEqual(before);
});

test('a changed text keeps its id; a criterion that left the files goes', async () => {
	await fillProgram(world.system(), programFiles());
	const before = await everything();
	const files = programFiles();
	files.modules[6]!.text = files.modules[6]!.text.replace(
		'title: Delegation map',
		'title: Map of decisions'
	).replace('id: letting-stand', 'id: letting-it-stand');
	await fillProgram(world.system(), files);
	const after = await everything();
	expect(after.assignments.map(({ id }) => id)).toEqual(before.assignments.map(({ id }) => id));
	expect(after.assignments.filter(({ title }) => title === 'Map of decisions')).toHaveLength(1);
	expect(after.criteria).toHaveLength(before.criteria.length);
	expect(after.criteria.map(({ key }) => key)).toContain('letting-it-stand');
	expect(after.criteria.map(({ key }) => key)).not.toContain('letting-stand');
});

test('an author’s mistake leaves everything as it was', async () => {
	await fillProgram(world.system(), programFiles());
	const before = await everything();
	const files = programFiles();
	files.modules[0]!.text = files.modules[0]!.text.replace('title: Honest start', 'title: Other');
	files.modules[13]!.text = files.modules[13]!.text.replace('week: 13', 'week: 12');
	await expect(fillProgram(world.system(), files)).rejects.toThrow('week 12 has 2 modules');
	expect(await everything()).toEqual(before);
});

test('the program at a glance has its modules in order', async () => {
	expect(await programAtAGlance(world.visitor())).toBeNull();
	expect(await defaultProgramId(world.visitor())).toBeNull();
	const id = await fillProgram(world.system(), programFiles());
	const glance = await programAtAGlance(world.visitor());
	expect(glance!.modules.map(({ week }) => week)).toEqual(
		Array.from({ length: 14 }, (_, week) => week)
	);
	expect(glance!.modules[6]).toMatchObject({
		slug: 'hand-over-power-not-just-tasks',
		assignmentTitle: 'Delegation map'
	});
	expect(glance!.phases).toHaveLength(3);
	expect(await defaultProgramId(world.visitor())).toBe(id);
});
