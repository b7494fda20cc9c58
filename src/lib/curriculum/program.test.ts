import { expect, test } from 'vitest';
import { programFiles } from '../../../scripts/program-files.ts';
import { minutesToRead } from './lesson.ts';
import { readProgram, type ProgramFiles } from './program.ts';

/** The default program's files with one text replaced in one of them. */
function changed(name: string, from: string | RegExp, to: string): ProgramFiles {
	const { program, modules } = programFiles();
	const change = (file: { name: string; text: string }) =>
		file.name === name ? { ...file, text: file.text.replace(from, to) } : file;
	return { program: change(program), modules: modules.map(change) };
}

test('the default program has fourteen modules in three phases, each with two criteria of its own', () => {
	const { modules, phases, rubric } = readProgram(programFiles());
	expect(modules.map(({ week }) => week)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13]);
	expect(rubric).toHaveLength(3);
	expect(modules.every(({ criteria }) => criteria.length === 2)).toBe(true);
	expect(phases.map(({ fromWeek, toWeek }) => [fromWeek, toWeek])).toEqual([
		[0, 4],
		[5, 8],
		[9, 13]
	]);
});

test('every lesson is 400 to 900 words, says its reading time honestly and ends in its field task', () => {
	for (const { markdown, title, minutesToRead: minutes } of readProgram(programFiles()).modules) {
		const words = markdown.match(/\S+/g)!.length;
		expect(words, title).toBeGreaterThanOrEqual(400);
		expect(words, title).toBeLessThanOrEqual(900);
		expect(Math.abs(minutes - minutesToRead(markdown)), title).toBeLessThanOrEqual(1);
		expect(markdown.match(/^## .*$/gm)!.at(-1), title).toBe('## Field task');
	}
});

test('an author’s mistake is named with its file', () => {
	const week6 = '06-hand-over-power-not-just-tasks.md';
	expect(() => readProgram(changed(week6, 'week: 6', 'week: 5'))).toThrow(
		'week 5 has 2 modules instead of one'
	);
	expect(() => readProgram(changed(week6, '## Field task', '## Task'))).toThrow(
		`${week6}: needs exactly one heading`
	);
	expect(() => readProgram(changed(week6, /^---\n/, ''))).toThrow(`${week6}: no front matter`);
	expect(() => readProgram(changed(week6, /\n {2}minutes: \d+/, ''))).toThrow(
		`${week6}: assignment.minutes`
	);
	expect(() => readProgram(changed('program.yaml', /^title:.*$/m, 'title: "'))).toThrow(
		'program.yaml: '
	);
});
