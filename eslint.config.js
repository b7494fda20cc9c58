import svelte from 'eslint-plugin-svelte';
import globals from 'globals';
import ts from 'typescript-eslint';
import svelteConfig from './svelte.config.js';

/** A clock, a die or a global of the process inside a rule makes it untestable: they are arguments. */
const pure = [
	{
		selector: "NewExpression[callee.name='Date'][arguments.length=0]",
		message: 'Time is an argument: use ctx.now.'
	},
	{
		selector: "CallExpression[callee.object.name='Date'][callee.property.name='now']",
		message: 'Time is an argument: use ctx.now.'
	},
	{
		selector: "CallExpression[callee.object.name='Math'][callee.property.name='random']",
		message: 'Chance is an argument; for secrets use node:crypto.'
	}
];
const everywhere = [
	{
		selector: 'ExportAllDeclaration, ExportNamedDeclaration[source]',
		message: 'No re-exports: the import path says where a thing lives.'
	}
];

export default ts.config(
	{
		ignores: [
			'build/',
			'.svelte-kit/',
			'.data/',
			'node_modules/',
			'src/lib/paraglide/',
			'project.inlang/',
			'drizzle/',
			'docs/'
		]
	},
	...ts.configs.recommended,
	...svelte.configs.recommended,
	{
		languageOptions: { globals: { ...globals.node, ...globals.browser } },
		rules: {
			'no-undef': 'off',
			'no-restricted-syntax': ['error', ...everywhere],
			'no-warning-comments': [
				'error',
				{ terms: ['todo', 'fixme', 'hack', 'xxx'], location: 'start' }
			],
			'@typescript-eslint/no-unused-vars': [
				'error',
				{ argsIgnorePattern: '^_', varsIgnorePattern: '^_', ignoreRestSiblings: true }
			],
			'@typescript-eslint/no-explicit-any': 'error',
			'@typescript-eslint/ban-ts-comment': 'error',
			'@typescript-eslint/consistent-type-imports': [
				'error',
				{ fixStyle: 'separate-type-imports', disallowTypeAnnotations: false }
			],
			'no-restricted-imports': [
				'error',
				{
					patterns: [{ group: ['$lib', '$lib/*'], message: 'Use #lib/… with the file extension.' }]
				}
			],
			// Every address is a path of this site without a base; the doors are held by the access table.
			'svelte/no-navigation-without-resolve': 'off'
		}
	},
	{
		files: ['**/*.svelte', '**/*.svelte.ts'],
		languageOptions: {
			parserOptions: { extraFileExtensions: ['.svelte'], parser: ts.parser, svelteConfig }
		}
	},
	{
		files: ['src/lib/**/*.ts'],
		ignores: ['src/lib/**/*.test.ts'],
		rules: { 'no-restricted-syntax': ['error', ...everywhere, ...pure] }
	},
	{
		// A test that waits by the clock or tries again hides a race.
		files: ['**/*.test.ts', 'tests/**/*.ts'],
		rules: {
			'no-restricted-syntax': [
				'error',
				...everywhere,
				{
					selector:
						'MemberExpression[property.name=/^(skip|only|todo|fails)$/][object.name=/^(test|it|describe)$/]',
					message: 'A test that does not run is no claim.'
				},
				{
					selector: "CallExpression[callee.property.name='waitForTimeout']",
					message: 'Wait for what is seen, not for time.'
				}
			]
		}
	}
);
