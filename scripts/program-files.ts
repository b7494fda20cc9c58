/** The default program's content files, as `fillProgram` takes them. */
import fs from 'node:fs';
import path from 'node:path';
import type { ProgramFiles } from '../src/lib/curriculum/program.ts';

const folder = path.join(import.meta.dirname, '../src/content/program');
const read = (name: string) => ({ name, text: fs.readFileSync(path.join(folder, name), 'utf8') });

export const programFiles = (): ProgramFiles => ({
	program: read('program.yaml'),
	modules: fs
		.readdirSync(folder)
		.filter((name) => name.endsWith('.md'))
		.sort()
		.map(read)
});
