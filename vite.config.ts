import process from 'node:process';
import { paraglideVitePlugin } from '@inlang/paraglide-js';
import { sveltekit } from '@sveltejs/kit/vite';
import { defineConfig } from 'vitest/config';
import { houseRules } from './scripts/house-rules.ts';

// Tests read the texts as `npm run prepare` (or `npm test`) compiled them; three projects need not compile them again.
const texts = process.env.VITEST ? [] : [paraglideVitePlugin({ project: './project.inlang' })];

export default defineConfig({
	plugins: [...texts, sveltekit(), houseRules()],
	server: { watch: { ignored: ['**/.data/**'] } },
	build: { target: 'es2022' },
	test: {
		passWithNoTests: false,
		projects: [
			{
				extends: true,
				test: {
					name: 'rules',
					include: ['src/**/*.test.ts', 'tests/*.test.ts'],
					exclude: ['src/**/commands.test.ts', 'src/**/queries.test.ts', 'tests/*.db.test.ts'],
					environment: 'node'
				}
			},
			{
				extends: true,
				test: {
					name: 'database',
					include: ['src/**/commands.test.ts', 'src/**/queries.test.ts', 'tests/*.db.test.ts'],
					environment: 'node',
					globalSetup: ['tests/postgres.setup.ts'],
					testTimeout: 30_000,
					hookTimeout: 60_000,
					maxWorkers: 2
				}
			},
			{
				extends: true,
				test: {
					name: 'journeys',
					// What is polled is waited for; how long depends on the machine, not on the claim.
					expect: { poll: { timeout: 20_000 } },
					include: ['tests/*.e2e.ts'],
					environment: 'node',
					globalSetup: ['tests/postgres.setup.ts', 'tests/app.setup.ts'],
					testTimeout: 120_000,
					hookTimeout: 180_000,
					// One browser and one app at a time: two cores.
					maxWorkers: 1,
					fileParallelism: false
				}
			}
		]
	}
});
