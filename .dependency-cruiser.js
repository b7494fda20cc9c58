/** The map of the house is data; the rules are made from it. */
const rooms = {
	people: [],
	curriculum: [],
	cohorts: ['people', 'curriculum'],
	admissions: ['people', 'cohorts'],
	payments: ['people', 'cohorts', 'admissions'],
	coursework: ['people', 'cohorts', 'curriculum'],
	coaching: ['people', 'cohorts'],
	engagement: ['people', 'cohorts'],
	uplift: ['people', 'cohorts', 'engagement']
};
const names = Object.keys(rooms);
const any = `(${names.join('|')})`;
const test = '\\.test\\.ts$';

/** @type {import('dependency-cruiser').IConfiguration} */
export default {
	forbidden: [
		{
			name: 'no-circles',
			comment: 'Two files that need each other are one file, or a third one is missing.',
			severity: 'error',
			from: {},
			to: { circular: true }
		},
		{
			name: 'noun-files-are-pure',
			comment:
				'A file without .server in its name may go to the browser: it may not import one with it.',
			severity: 'error',
			from: { path: `^src/lib/(${any}|values|ui)/`, pathNot: ['\\.server\\.ts$', test] },
			to: { path: '\\.server\\.ts$', dependencyTypesNot: ['type-only'] }
		},
		{
			name: 'values-stand-alone',
			comment: 'values/ knows no domain and no server.',
			severity: 'error',
			from: { path: '^src/lib/values/' },
			to: { path: '^src/', pathNot: '^src/(lib/values/|jstat\\.d\\.ts)' }
		},
		{
			name: 'ui-knows-no-room',
			comment: 'What needs a domain word belongs to its room.',
			severity: 'error',
			from: { path: '^src/lib/ui/' },
			to: { path: `^src/lib/${any}/` }
		},
		{
			name: 'server-knows-no-room',
			comment: 'An adapter can be replaced alone.',
			severity: 'error',
			from: { path: '^src/lib/server/' },
			to: { path: `^src/lib/${any}/` }
		},
		{
			name: 'lib-knows-no-routes',
			severity: 'error',
			from: { path: '^src/lib/' },
			to: { path: '^src/routes/' }
		},
		{
			name: 'rooms-know-no-framework',
			comment: 'A room runs in plain Node: the worker and the scripts use it too.',
			severity: 'error',
			from: { path: `^src/lib/(${any}|values|server)/`, pathNot: '\\.svelte$' },
			to: { path: '(@sveltejs/kit|\\$app/)' }
		},
		{
			name: 'routes-ask-rooms-not-tables',
			comment: 'A route names the role, reads the input, calls a query or command, answers.',
			severity: 'error',
			from: { path: '^src/routes/' },
			to: {
				path: '(tables\\.server\\.ts$|node_modules/(drizzle-orm|postgres|stripe|resend|lucia)/|server/database\\.server\\.ts$)'
			}
		},
		{
			name: 'the-app-knows-no-stand-in',
			severity: 'error',
			from: { path: '^src/', pathNot: '^src/standins/' },
			to: { path: '^src/standins/' }
		},
		{
			name: 'not-to-dev-dependencies',
			comment:
				'What the server needs at run time is a dependency; the stand-ins never run in production.',
			severity: 'error',
			from: { path: '^src/', pathNot: [test, '\\.svelte$', '^src/standins/'] },
			to: {
				dependencyTypes: ['npm-dev'],
				dependencyTypesNot: ['type-only'],
				pathNot: ['@sveltejs/kit', 'node_modules/svelte/']
			}
		},
		...names.map((name) => ({
			name: `${name}-looks-down`,
			comment: `${name} may use ${rooms[name].join(', ') || 'no other room'}; turn the call round instead.`,
			severity: 'error',
			from: { path: `^src/lib/${name}/`, pathNot: test },
			to: { path: `^src/lib/${any}/`, pathNot: `^src/lib/(${[name, ...rooms[name]].join('|')})/` }
		}))
	],
	options: {
		doNotFollow: { path: 'node_modules' },
		exclude: { path: '^src/lib/paraglide' },
		tsConfig: { fileName: 'tsconfig.json' },
		tsPreCompilationDeps: true,
		enhancedResolveOptions: {
			exportsFields: ['exports'],
			conditionNames: ['import', 'node', 'default', 'types', 'svelte'],
			extensions: ['.ts', '.js', '.svelte', '.d.ts']
		}
	}
};
