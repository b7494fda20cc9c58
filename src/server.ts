/**
 * `npm start`: SvelteKit's handler behind what must hold for every byte that leaves the process.
 * Unknown hosts are refused, every answer carries the security headers, one-click unsubscribing
 * works without Origin, and a stop drains.
 */
import http from 'node:http';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { readConfig } from '#lib/server/config.server.ts';
import { log } from '#lib/server/log.server.ts';
import { assetsIn } from './assets.ts';

const config = readConfig();
const origin = new URL(config.APP_ORIGIN);
// Read by SvelteKit's handler when it is loaded.
process.env.ORIGIN = config.APP_ORIGIN;
process.env.BODY_SIZE_LIMIT ??= '12M';

const built = '../build/handler.js';
const { handler } = (await import(built)) as {
	handler: (req: http.IncomingMessage, res: http.ServerResponse, next: () => void) => void;
};

const asset = assetsIn(fileURLToPath(new URL('../build/client', import.meta.url)));

const server = http.createServer((request, response) => {
	response.setHeader('x-content-type-options', 'nosniff');
	response.setHeader('referrer-policy', 'strict-origin-when-cross-origin');
	response.setHeader(
		'permissions-policy',
		'camera=(), microphone=(), geolocation=(), payment=(), usb=()'
	);
	response.setHeader('cross-origin-opener-policy', 'same-origin');
	response.setHeader('cross-origin-resource-policy', 'same-origin');
	response.setHeader('x-frame-options', 'DENY');
	// A page brings its own policy with a nonce; everything else needs nothing at all.
	response.setHeader(
		'content-security-policy',
		"default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
	);
	if (origin.protocol === 'https:') {
		response.setHeader('strict-transport-security', 'max-age=63072000; includeSubDomains');
	}
	const path = request.url?.split('?')[0] ?? '/';
	const probe = path === '/livez' || path === '/readyz';
	if (!probe && request.headers.host !== origin.host) {
		response.writeHead(421, { 'content-type': 'text/plain' }).end('Misdirected request');
		return;
	}
	if (asset(request, response)) return;
	// Mail programs post the one-click unsubscribe without an Origin (RFC 8058); its token is the proof.
	if (request.method === 'POST' && /^\/u\/[\w-]+$/.test(path))
		request.headers.origin = config.APP_ORIGIN;
	// A form on a no-referrer page posts with "Origin: null". Sec-Fetch-Site, which no page can set,
	// says that it is ours all the same.
	if (request.headers.origin === 'null' && request.headers['sec-fetch-site'] === 'same-origin') {
		request.headers.origin = config.APP_ORIGIN;
	}
	handler(request, response, () => response.writeHead(404).end());
});

server.headersTimeout = 10_000;
server.requestTimeout = 30_000;
server.listen(config.PORT, () => log.info({ listening: config.PORT }));

let stopping = false;
/** Finishes what is under way (10 s at most), closes the pools, ends. */
function stop() {
	if (stopping) return;
	stopping = true;
	process.emit('lofte:stopping' as never);
	const hard = setTimeout(() => server.closeAllConnections(), 10_000);
	server.close(() => {
		clearTimeout(hard);
		process.emit('sveltekit:shutdown' as never);
		// An open channel to a parent would keep the process.
		if (process.connected) process.disconnect();
		// The pools end by themselves; nothing may keep the process after that.
		setTimeout(() => process.exit(0), 5_000).unref();
	});
	server.closeIdleConnections();
}
process.on('SIGTERM', stop);
process.on('SIGINT', stop);
// Started by `npm run demo` or a test: ends with its parent, also when that one is killed.
process.on('disconnect', stop);
