/** `npm test`: every test, in order of cost. The last line says `N passed, N failed`. */
import { spawn } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import process from 'node:process';
import { isBuilt, root } from './stack.ts';

type Report = {
	numPassedTests: number;
	numFailedTests: number;
	numPendingTests: number;
	success: boolean;
};

const run = (script: string, args: string[]): Promise<number> =>
	new Promise((resolve) => {
		const child = spawn(process.execPath, [path.join(root, 'node_modules', script), ...args], {
			cwd: root,
			stdio: 'inherit'
		});
		child.once('exit', (code) => resolve(code ?? 1));
	});

const only = process.argv.slice(2);
await run('@inlang/paraglide-js/bin/run.js', [
	'compile',
	'--project',
	'./project.inlang',
	'--silent'
]);
if (!isBuilt()) {
	const built = await run('vite/bin/vite.js', ['build', '--logLevel', 'warn']);
	if (built !== 0) {
		process.stdout.write('The build failed, so nothing was tested.\n0 passed, 1 failed\n');
		process.exit(1);
	}
}
const report = path.join(fs.mkdtempSync(path.join(os.tmpdir(), 'lofte-')), 'report.json');
const code = await run('vitest/vitest.mjs', [
	'run',
	'--reporter=default',
	'--reporter=json',
	`--outputFile.json=${report}`,
	...only
]);
const found = fs.existsSync(report)
	? (JSON.parse(fs.readFileSync(report, 'utf8')) as Report)
	: null;
fs.rmSync(path.dirname(report), { recursive: true, force: true });
// A suite that could not start counts as a failure, not as nothing.
const failed = (found?.numFailedTests ?? 0) + (code !== 0 && !found?.numFailedTests ? 1 : 0);
process.stdout.write(`${found?.numPassedTests ?? 0} passed, ${failed} failed\n`);
process.exit(code !== 0 || failed > 0 || !found?.numPassedTests ? 1 : 0);
