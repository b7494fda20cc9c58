import { overwriteGetLocale, toLocale } from '#lib/paraglide/runtime.js';

// The server decided the language and wrote it into the page.
overwriteGetLocale(() => toLocale(document.documentElement.lang) ?? 'en');
