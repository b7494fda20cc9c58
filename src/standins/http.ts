import { createServer } from 'node:http';
import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

const LARGEST_BODY = 60 * 1024 * 1024;
const REMEMBERED_CALLS = 10_000;

export interface Call {
	method: string;
	path: string;
	query: URLSearchParams;
	headers: IncomingHttpHeaders;
	body: string;
}

export interface Answer {
	status: number;
	headers?: Record<string, string>;
	body: string | Buffer;
}

export interface Standin {
	port: number;
	url: string;
	close: () => Promise<void>;
}

/**
 * What may go wrong on the way to an outside service:
 * `500` and `429` are answered before any work and nothing is remembered;
 * `500-remembered` is answered after the call began, so the same key gets it again;
 * `timeout` never answers and did nothing, `timeout-after` did the work and never answers;
 * `reset-before` cuts the line before the work, `reset-after` after it.
 */
const FAULT_MODES = [
	'none',
	'500',
	'500-remembered',
	'429',
	'timeout',
	'timeout-after',
	'reset-before',
	'reset-after'
] as const;
type FaultMode = (typeof FAULT_MODES)[number];

interface FaultPlan {
	mode: FaultMode;
	/** How many calls it hits; null = all until the plan is changed. */
	next: number | null;
	/** Only calls whose `METHOD /path` contains this. */
	match: string;
}

/** One call to the service's own API, as `GET /_test/calls` lists it. */
interface CallRecord {
	at: string;
	atMs: number;
	method: string;
	path: string;
	idempotencyKey: string | null;
	body: string;
	fault: FaultMode;
	/** null = no answer was sent */
	status: number | null;
	replayed: boolean;
}

interface Line {
	calls: CallRecord[];
	plan: (input: Record<string, unknown>) => FaultPlan;
	/** Lets all calls go on that a timeout holds back. Gives their number. */
	release: () => number;
	answer: (
		call: Call,
		sockets: { request: IncomingMessage; response: ServerResponse },
		service: {
			/** The service's own words for a fault, in its own shape of error. */
			fault: (mode: '500' | '429') => Answer;
			work: (call: Call, options: { failRemembered: boolean }) => Promise<Answer>;
			/** Marks an idempotency key as being worked on, as a slow first call does. */
			inUse: Set<string>;
		}
	) => Promise<void>;
}

/** The line between a caller and a stand-in's API: records every call and plays the faults. */
export function openLine(): Line {
	const calls: CallRecord[] = [];
	const held = new Set<() => void>();
	let plan: FaultPlan = { mode: 'none', next: null, match: '' };

	const takeFault = (call: Call): FaultMode => {
		if (plan.mode === 'none' || !`${call.method} ${call.path}`.includes(plan.match)) return 'none';
		const { mode } = plan;
		if (plan.next !== null) {
			const next = plan.next - 1;
			plan = next > 0 ? { ...plan, next } : { mode: 'none', next: null, match: '' };
		}
		return mode;
	};

	/** True when released, false when the caller hung up first. */
	const hold = (response: ServerResponse) =>
		new Promise<boolean>((resolve) => {
			const release = () => settle(true);
			const settle = (released: boolean) => {
				held.delete(release);
				resolve(released);
			};
			held.add(release);
			response.once('close', () => settle(false));
		});

	return {
		calls,
		plan(input) {
			const mode = FAULT_MODES.find((known) => known === input['mode']);
			if (!mode) throw new BadControl(`mode is one of ${FAULT_MODES.join(', ')}`);
			const next = input['next'];
			if (next !== undefined && next !== null && !(Number.isInteger(next) && Number(next) > 0)) {
				throw new BadControl('next is a whole number above 0, or null for all calls');
			}
			plan = { mode, next: typeof next === 'number' ? next : null, match: text(input['match']) };
			return plan;
		},
		release() {
			const count = held.size;
			for (const release of [...held]) release();
			return count;
		},
		async answer(call, { request, response }, { fault, work, inUse }) {
			const mode = takeFault(call);
			const key = header(call, 'idempotency-key');
			const now = new Date();
			const record: CallRecord = {
				at: now.toISOString(),
				atMs: now.getTime(),
				method: call.method,
				path: call.path + (call.query.size ? `?${call.query}` : ''),
				idempotencyKey: key,
				body: call.body,
				fault: mode,
				status: null,
				replayed: false
			};
			calls.push(record);
			if (calls.length > REMEMBERED_CALLS) calls.shift();

			const reply = (answer: Answer) => {
				record.status = answer.status;
				record.replayed = answer.headers?.['Idempotent-Replayed'] === 'true';
				send(response, answer);
			};
			if (mode === 'reset-before') return cut(request);
			if (mode === '500' || mode === '429') return reply(fault(mode));
			if (mode === 'timeout') {
				if (key) inUse.add(key);
				const released = await hold(response);
				if (key) inUse.delete(key);
				if (!released) return;
			}
			const answer = await work(call, { failRemembered: mode === '500-remembered' });
			if (mode === 'reset-after') return cut(request);
			if (mode === 'timeout-after' && !(await hold(response))) return;
			reply(answer);
		}
	};
}

function cut(request: IncomingMessage): void {
	request.socket.resetAndDestroy();
}

/** A control call that makes no sense; answered 400 with its message. */
export class BadControl extends Error {}

/** A clock that tests can stop at an instant. Stopped, it does not move by itself. */
export function openClock() {
	let stopped: Date | null = null;
	return {
		now: () => stopped ?? new Date(),
		set(input: Record<string, unknown>): string {
			const now = input['now'];
			if (now === null) stopped = null;
			else {
				const instant = new Date(text(now));
				if (Number.isNaN(instant.getTime())) throw new BadControl('now is an ISO instant or null');
				stopped = instant;
			}
			return (stopped ?? new Date()).toISOString();
		}
	};
}

/**
 * Serves a stand-in.
 *
 * @param port 0 takes a free one
 * @param handle answers one call; what it throws becomes a 400 (BadControl) or a 500
 */
export async function serve(
	port: number,
	host: string,
	handle: (call: Call, request: IncomingMessage, response: ServerResponse) => Promise<void>
): Promise<Standin> {
	const server = createServer((request, response) => {
		read(request)
			.then((body) => {
				const url = new URL(request.url ?? '/', 'http://standin');
				const call: Call = {
					method: request.method ?? 'GET',
					path: url.pathname,
					query: url.searchParams,
					headers: request.headers,
					body
				};
				return handle(call, request, response);
			})
			.catch((error: unknown) => {
				if (response.headersSent || response.destroyed) return;
				const mine = error instanceof BadControl;
				const message = error instanceof Error ? error.message : String(error);
				if (!mine) console.error(error);
				send(response, json(mine ? 400 : 500, { error: { type: 'standin', message } }));
			});
	});
	await new Promise<void>((resolve, reject) => {
		server.once('error', reject);
		server.listen(port, host, resolve);
	});
	const taken = (server.address() as AddressInfo).port;
	return {
		port: taken,
		url: `http://localhost:${taken}`,
		close: () =>
			new Promise((resolve) => {
				server.close(() => resolve());
				server.closeAllConnections();
			})
	};
}

async function read(request: IncomingMessage): Promise<string> {
	const parts: Buffer[] = [];
	let size = 0;
	for await (const part of request) {
		size += (part as Buffer).length;
		if (size > LARGEST_BODY) throw new BadControl('the body is larger than 60 MB');
		parts.push(part as Buffer);
	}
	return Buffer.concat(parts).toString('utf8');
}

export function send(response: ServerResponse, answer: Answer): void {
	if (response.destroyed) return;
	response.writeHead(answer.status, {
		'Cache-Control': 'no-store',
		'X-Content-Type-Options': 'nosniff',
		...answer.headers
	});
	response.end(answer.body);
}

export function json(status: number, body: unknown, headers: Record<string, string> = {}): Answer {
	return {
		status,
		headers: { 'Content-Type': 'application/json; charset=utf-8', ...headers },
		body: JSON.stringify(body)
	};
}

export function seeOther(location: string): Answer {
	return { status: 303, headers: { Location: location }, body: '' };
}

/** The JSON object in a control call's body; an empty body is an empty object. */
export function controlInput(call: Call): Record<string, unknown> {
	if (call.body.trim() === '') return {};
	let input: unknown;
	try {
		input = JSON.parse(call.body);
	} catch {
		throw new BadControl('the body is not JSON');
	}
	if (typeof input !== 'object' || input === null || Array.isArray(input)) {
		throw new BadControl('the body is not a JSON object');
	}
	return input as Record<string, unknown>;
}

export function header(call: Call, name: string): string | null {
	const value = call.headers[name];
	return typeof value === 'string' ? value : null;
}

export function text(value: unknown): string {
	return typeof value === 'string' ? value : '';
}

/**
 * Runs a stand-in as a program: says where it listens, and ends with its parent (when it was forked
 * with a channel), on SIGTERM and on SIGINT. A forked one reports `{ready: true, port, url}`.
 */
export async function runAsProgram(name: string, start: () => Promise<Standin>): Promise<void> {
	const standin = await start();
	let ending = false;
	const end = () => {
		if (ending) return;
		ending = true;
		standin.close().then(
			() => process.exit(0),
			(error: unknown) => {
				console.error(error);
				process.exit(1);
			}
		);
	};
	process.on('SIGTERM', end);
	process.on('SIGINT', end);
	if (process.send) {
		process.on('disconnect', end);
		process.send({ ready: true, port: standin.port, url: standin.url });
	}
	console.log(`${name} listens on ${standin.url}`);
}
