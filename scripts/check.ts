/** `npm run check`: everything that can be said without running the product. A list of steps, nothing more. */
import { spawnSync } from 'node:child_process';
import path from 'node:path';
import process from 'node:process';
import { missingTexts, undeclaredDoors, unusedTexts } from './house-rules.ts';
import { root } from './stack.ts';

const steps: [name: string, script: string, ...args: string[]][] = [
	[
		'texts compiled',
		'@inlang/paraglide-js/bin/run.js',
		'compile',
		'--project',
		'./project.inlang',
		'--silent'
	],
	['types of routes', '@sveltejs/kit/svelte-kit.js', 'sync'],
	['format', 'prettier/bin/prettier.cjs', '--check', '--log-level', 'warn', '.'],
	['lint', 'eslint/bin/eslint.js', '--max-warnings', '0', '.'],
	['types', 'svelte-check/bin/svelte-check', '--fail-on-warnings', '--output', 'human'],
	[
		'directions',
		'dependency-cruiser/bin/dependency-cruiser.mjs',
		'--config',
		'.dependency-cruiser.js',
		'src',
		'scripts',
		'tests'
	],
	['dead code', 'knip/bin/knip.js'],
	['build', 'vite/bin/vite.js', 'build', '--logLevel', 'error']
];

const only = process.argv[2];
let failed = 0;
const rules = [...undeclaredDoors(), ...missingTexts(), ...unusedTexts()];
if (rules.length > 0) {
	process.stdout.write(`house rules\n- ${rules.join('\n- ')}\n`);
	failed += 1;
}
for (const [name, script, ...args] of steps) {
	if (only && name !== only) continue;
	const began = performance.now();
	const { status } = spawnSync(
		process.execPath,
		[path.join(root, 'node_modules', script), ...args],
		{
			cwd: root,
			stdio: 'inherit',
			env: { ...process.env, NODE_OPTIONS: '--max-old-space-size=4096' }
		}
	);
	const seconds = ((performance.now() - began) / 1000).toFixed(1);
	process.stdout.write(`${status === 0 ? '✓' : '✗'} ${name} (${seconds} s)\n`);
	if (status !== 0) failed += 1;
}
process.exit(failed === 0 ? 0 : 1);
