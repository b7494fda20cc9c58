/**
 * The files of a build whose names carry the hash of their content, held in memory: there are a few
 * megabytes of them, they never change while the process runs, and opening them anew for each visitor
 * costs several times as much as a page's own answer.
 */
import fs from 'node:fs';
import type http from 'node:http';
import path from 'node:path';

const types: Record<string, string> = {
	'.js': 'text/javascript',
	'.css': 'text/css',
	'.json': 'application/json',
	'.svg': 'image/svg+xml',
	'.woff2': 'font/woff2'
};
const root = '/_app/immutable/';

type Asset = { type: string; plain: Buffer; br: Buffer | null };

/** @param client the folder of the build that a browser may read */
export function assetsIn(client: string) {
	const all = new Map<string, Asset>();
	const folder = path.join(client, root);
	for (const name of fs.readdirSync(folder, { recursive: true, encoding: 'utf8' })) {
		const file = path.join(folder, name);
		const type = types[path.extname(name)];
		if (!type) continue;
		const packed = `${file}.br`;
		all.set(root + name.split(path.sep).join('/'), {
			type,
			plain: fs.readFileSync(file),
			br: fs.existsSync(packed) ? fs.readFileSync(packed) : null
		});
	}

	/** Answers when one of these files is asked for. @returns whether it did */
	return (request: http.IncomingMessage, response: http.ServerResponse): boolean => {
		if (request.method !== 'GET') return false;
		const asset = all.get(request.url ?? '');
		if (!asset) return false;
		// Who does not take brotli gets what SvelteKit's own handler has: gzip, or plain.
		if (asset.br && !/\bbr\b(?!;q=0)/.test(request.headers['accept-encoding'] ?? '')) return false;
		const body = asset.br ?? asset.plain;
		response.writeHead(200, {
			'content-type': asset.type,
			'content-length': body.length,
			'cache-control': 'public, max-age=31536000, immutable',
			...(asset.br && { vary: 'accept-encoding', 'content-encoding': 'br' })
		});
		response.end(body);
		return true;
	};
}
