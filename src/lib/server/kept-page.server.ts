import { randomBytes } from 'node:crypto';
import { LRUCache } from 'lru-cache';

/** Whose page it is, of when, and for which answer it is made or taken. */
type Asked = {
	/** Everything that two people, two languages or two addresses do not have in common. */
	address: string;
	/** What the person's stamp was before the page asked the database for anything. */
	stamp: string;
	/** Stands in the page where a form needs a key of its own. */
	requestId: string;
};

type KeptPage = {
	stamp: string;
	until: number;
	/** The page in UTF-8, cut where this answer's nonce or request id has its place. */
	pieces: (Buffer | 'nonce' | 'request')[];
	headers: [name: string, value: string][];
	policy: string;
};

/** Longer than a page says the same; and no erased name lies about for longer. */
const mostKeptMs = 24 * 3600_000;
const nonceIn = (policy: string) => /'nonce-([^']+)'/.exec(policy)?.[1];
/** Belong to one answer, not to the page. */
const ofOneAnswer = ['content-length', 'content-security-policy', 'etag', 'set-cookie', 'link'];

/**
 * Finished pages, kept in this process's memory until the person's stamp is another one (see
 * `pageStamp`) or the clock would make them say something else. No nonce and no form's key is ever
 * given out twice.
 *
 * @param mostBytes how much memory the pages may take; what was used longest ago goes first
 */
export function openShelf({ mostBytes }: { mostBytes: number }) {
	const pages = new LRUCache<string, KeptPage>({
		maxSize: mostBytes,
		// What nobody may be shown any more does not stay in memory either.
		ttlAutopurge: true,
		ttl: mostKeptMs,
		sizeCalculation: ({ pieces, headers }) =>
			pieces.reduce((sum, piece) => sum + piece.length, 2_000 + headers.length * 100)
	});

	/** The page as it would be made now; null when it has to be made. */
	function take({ address, stamp, requestId }: Asked, now: Date): Response | null {
		const page = pages.get(address);
		if (!page || page.stamp !== stamp || page.until <= now.getTime()) return null;
		const nonce = randomBytes(16).toString('base64');
		const fills = { nonce: Buffer.from(nonce), request: Buffer.from(requestId) };
		const body = Buffer.concat(
			page.pieces.map((piece) => (typeof piece === 'string' ? fills[piece] : piece))
		);
		const headers = new Headers(page.headers);
		headers.set('content-length', String(body.length));
		headers.set(
			'content-security-policy',
			page.policy.replaceAll('{nonce}', () => nonce)
		);
		return new Response(body, { headers });
	}

	/**
	 * Keeps a page that was just made.
	 *
	 * @param until when the clock alone would make it say something else
	 * @param now the clock
	 * @returns the answer to send
	 */
	async function keep(
		{ address, stamp, requestId }: Asked,
		until: Date,
		now: Date,
		made: Response
	): Promise<Response> {
		const policy = made.headers.get('content-security-policy') ?? '';
		const nonce = nonceIn(policy);
		if (made.status !== 200 || !nonce || made.headers.has('set-cookie')) return made;
		const text = await made.text();
		const place = new RegExp(`(${RegExp.escape(nonce)}|${RegExp.escape(requestId)})`);
		const keptMs = Math.min(until.getTime() - now.getTime(), mostKeptMs);
		if (keptMs <= 0) return new Response(text, { headers: made.headers });
		const page: KeptPage = {
			stamp,
			until: until.getTime(),
			pieces: text.split(place).map((piece) => {
				if (piece === nonce) return 'nonce';
				return piece === requestId ? 'request' : Buffer.from(piece);
			}),
			headers: [...made.headers].filter(([name]) => !ofOneAnswer.includes(name)),
			policy: policy.replaceAll(nonce, '{nonce}')
		};
		pages.set(address, page, { ttl: keptMs });
		return new Response(text, { headers: made.headers });
	}

	return { take, keep };
}
