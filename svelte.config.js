import adapter from '@sveltejs/adapter-node';

/** @type {import('@sveltejs/kit').Config} */
export default {
	compilerOptions: {
		runes: ({ filename }) => (filename.split(/[/\\]/).includes('node_modules') ? undefined : true),
		// On every element that has a style of its own: a page has hundreds.
		cssHash: ({ hash, css, filename }) => `l${hash(filename ?? css)}`
	},
	kit: {
		adapter: adapter(),
		csp: {
			mode: 'nonce',
			directives: {
				'default-src': ['self'],
				'script-src': ['self'],
				'style-src': ['self'],
				// SvelteKit's own route announcer carries one inline style attribute.
				'style-src-attr': ['unsafe-hashes', 'sha256-S8qMpvofolR8Mpjy4kQvEm7m1q8clzU4dfDH0AmvZjo='],
				'img-src': ['self', 'data:'],
				'font-src': ['self'],
				'connect-src': ['self'],
				'object-src': ['none'],
				'base-uri': ['none'],
				'frame-ancestors': ['none'],
				// Chromium applies form-action to the redirects of a form too; src/server.ts adds the
				// checkout's own origin where STRIPE_API_BASE names another one.
				'form-action': ['self', 'https://checkout.stripe.com']
			}
		},
		inlineStyleThreshold: 6000,
		csrf: { trustedOrigins: [] },
		// Response headers stay small: preloads go into the page, not into a Link header.
		output: { preloadStrategy: 'modulepreload' },
		// The list of all routes stays on the server: a visitor's browser need not carry it (5 kB).
		router: { resolution: 'server' },
		version: { pollInterval: 0 }
	}
};
