/**
 * The load of the bench, a program of its own so that its work is not counted as the server's.
 * Loopback only; it ends by count or by time, whatever comes first, and checks every answer.
 */
import http from 'node:http';
import process from 'node:process';

/** One request and what its answer must be. */
export type Ask = {
	method?: 'GET' | 'POST';
	path: string;
	headers?: Record<string, string>;
	body?: string;
	status: number;
	/** Text that must be in the body; for a redirect, in its location. */
	marker: string;
};

export type Job = {
	port: number;
	/** The name that the server answers to, "localhost:4900". */
	host: string;
	asks: Ask[];
	/** Where in `asks` to begin; they are asked in turn, and from the start again unless `once`. */
	from: number;
	once?: boolean;
	lanes: number;
	seconds: number;
};

export type Measured = {
	count: number;
	bad: number;
	/** What the first bad answer looked like. */
	firstBad: string | null;
	elapsedMs: number;
	/** Milliseconds of every request, ascending. */
	times: number[];
	/** The largest body and the largest headers. */
	bodyBytes: number;
	headerBytes: number;
	totalBytes: number;
};

type Answer = {
	status: number;
	body: string;
	location: string;
	headerBytes: number;
	bytes: number;
};

function send(agent: http.Agent, { port, host }: Job, ask: Ask): Promise<Answer> {
	return new Promise((resolve, reject) => {
		const headers: Record<string, string> = { host, ...ask.headers };
		if (ask.body !== undefined) headers['content-length'] = String(Buffer.byteLength(ask.body));
		const request = http.request(
			{
				agent,
				host: '127.0.0.1',
				port,
				method: ask.method ?? 'GET',
				path: ask.path,
				headers,
				timeout: 15_000
			},
			(response) => {
				const parts: Buffer[] = [];
				response.on('data', (part: Buffer) => parts.push(part));
				response.on('error', reject);
				response.on('end', () => {
					const bytes = Buffer.concat(parts);
					resolve({
						status: response.statusCode ?? 0,
						body: bytes.toString('utf8'),
						location: response.headers.location ?? '',
						headerBytes: response.rawHeaders.reduce(
							(sum, part) => sum + Buffer.byteLength(part) + 2,
							0
						),
						bytes: bytes.length
					});
				});
			}
		);
		request.on('timeout', () => request.destroy(new Error('no answer within 15 s')));
		request.on('error', reject);
		request.end(ask.body);
	});
}

const isRight = ({ status, marker }: Ask, answer: Answer) =>
	answer.status === status && (answer.body.includes(marker) || answer.location.includes(marker));

const agents = new Map<number, http.Agent>();

/** Runs one job: `lanes` requests at a time, each lane asking its next as soon as it was answered. */
export async function load(job: Job): Promise<Measured> {
	let agent = agents.get(job.port);
	if (!agent) agents.set(job.port, (agent = new http.Agent({ keepAlive: true, maxSockets: 64 })));
	const measured: Measured = {
		count: 0,
		bad: 0,
		firstBad: null,
		elapsedMs: 0,
		times: [],
		bodyBytes: 0,
		headerBytes: 0,
		totalBytes: 0
	};
	const started = performance.now();
	const until = started + job.seconds * 1000;
	let next = 0;
	const lane = async () => {
		while (performance.now() < until) {
			const place = next++;
			if (job.once && job.from + place >= job.asks.length) return;
			const ask = job.asks[(job.from + place) % job.asks.length]!;
			const begun = performance.now();
			const answer = await send(agent, job, ask);
			measured.times.push(performance.now() - begun);
			measured.count += 1;
			measured.totalBytes += answer.bytes + answer.headerBytes;
			measured.bodyBytes = Math.max(measured.bodyBytes, answer.bytes);
			measured.headerBytes = Math.max(measured.headerBytes, answer.headerBytes);
			if (isRight(ask, answer)) continue;
			measured.bad += 1;
			measured.firstBad ??= `${ask.method ?? 'GET'} ${ask.path} answered ${answer.status} ${answer.location} without "${ask.marker}": ${answer.body.replace(/\s+/g, ' ').slice(0, 300)}`;
		}
	};
	await Promise.all(Array.from({ length: job.lanes }, lane));
	measured.elapsedMs = performance.now() - started;
	measured.times.sort((a, b) => a - b);
	return measured;
}

if (import.meta.main) {
	process.on('disconnect', () => process.exit(0));
	process.on('message', (job: Job) => {
		load(job).then(
			(measured) => process.send!({ measured }),
			(error: unknown) => process.send!({ failed: String(error) })
		);
	});
	process.send!('ready');
}
