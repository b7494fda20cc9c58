/*
 * A stand-in for Resend's API, and an inbox to read what was sent. No mail leaves it. The app knows it
 * only as RESEND_BASE_URL and talks to it with the real library.
 *
 * Run it: `node src/standins/resend.ts`, with the environment
 *   STANDIN_RESEND_PORT    port (default 4112)
 *   APP_ORIGIN             webhooks go to APP_ORIGIN/webhooks/resend; without it none are sent
 *   RESEND_WEBHOOK_SECRET  signs webhooks (whsec_…)
 *   STANDIN_DATA_DIR       keeps its state there as resend.json; without it in memory
 *
 * The service (every call needs a key that starts with re_):
 *   POST /emails   POST /emails/batch   GET /emails   GET /emails/:id
 * An address whose name is bounce or bounced (with or without +label) bounces; complain or
 * complained complains; delivered is delivered. Each makes its webhook by itself, others on demand.
 * People: GET / (inbox, ?to= narrows it), GET /mail/:id, GET /mail/:id/attachments/:n
 *
 * Controls for tests, JSON in and out, no key:
 *   POST   /_test/clock       {now: ISO instant | null}: stops the clock there, null lets it run
 *   POST   /_test/faults      {mode, next?: n, match?: 'POST /emails'}; modes in http.ts
 *   POST   /_test/release     lets the calls go on that a timeout holds
 *   POST   /_test/rate        {perSecond: n | null}: calls allowed in any second
 *   POST   /_test/saving      {hold: boolean}: write no state while a long story is told
 *   POST   /_test/deliveries  {hold: boolean}: keep webhooks back
 *   POST   /_test/webhook     {mail: id, type: email.delivered | email.bounced | email.complained |
 *                              email.sent} → the event
 *   POST   /_test/deliver     {events: [id …] in order, times?: n, atOnce?: boolean, secret?,
 *                              signedAt?: ISO instant, body?: text instead of the payload,
 *                              url?: another receiver} → [{event, status, ms}]
 *   GET    /_test/events      ?secret=&signedAt= → [{id, event, payload, headers, delivery}]
 *   GET    /_test/mails       ?to=&subject= (contains) → newest first, everything that was sent
 *   DELETE /_test/mails       empties the inbox
 *   GET    /_test/calls       every call to /emails; DELETE empties the list
 * Clock, faults, rate and held deliveries end with the process; the rest survives it.
 */
import { createHash, randomUUID } from 'node:crypto';
import type { ErrorResponse, GetEmailResponseSuccess } from 'resend';
import type {
	EmailBouncedEvent,
	EmailComplainedEvent,
	EmailDeliveredEvent,
	EmailSentEvent
} from 'resend';
import { Webhook } from 'standardwebhooks';
import { openDeliveries } from './deliveries.ts';
import type { Delivery, Shipment } from './deliveries.ts';
import {
	BadControl,
	controlInput,
	header,
	json,
	openClock,
	openLine,
	runAsProgram,
	send,
	serve,
	text
} from './http.ts';
import type { Answer, Call, Standin } from './http.ts';
import type { StoredAttachment, StoredMail } from './resend-mail.ts';
import { inboxPage, mailPage, unknownMailPage } from './resend-pages.ts';
import { openStore } from './store.ts';

const KEY_MEMORY_MS = 24 * 60 * 60 * 1000;
const MOST_RECIPIENTS = 50;
const LARGEST_BATCH = 100;
const LARGEST_ATTACHMENTS = 40 * 1024 * 1024;
/** As the service does it, the first tries a little quicker. */
const RETRY_DELAYS = [1, 5, 300, 1800, 7200, 5 * 3600, 10 * 3600, 10 * 3600].map(
	(seconds) => seconds * 1000
);

export interface ResendStandinOptions {
	/** 0 takes a free one */
	port?: number;
	host?: string;
	/** Where webhooks go; without it none are sent, events are kept all the same. */
	webhookUrl?: string | undefined;
	webhookSecret?: string | undefined;
	dataDir?: string | undefined;
	/** Calls allowed in any second; default 100 */
	perSecond?: number;
	/** Milliseconds between tries of a webhook. */
	retryDelays?: readonly number[];
}

type MailEvent = EmailBouncedEvent | EmailComplainedEvent | EmailDeliveredEvent | EmailSentEvent;
const EVENT_TYPES: readonly MailEvent['type'][] = [
	'email.sent',
	'email.delivered',
	'email.bounced',
	'email.complained'
];

interface ResendState {
	mails: StoredMail[];
	events: Record<string, MailEvent>;
	deliveries: Delivery[];
	/** What was answered under a key: path and body (its hash) compared, the same ids given again. */
	keys: Record<string, { path: string; body: string; at: number; answer: object }>;
}

/** An answer in Resend's shape of error. */
class Refused extends Error {
	readonly error: ErrorResponse & { statusCode: number };
	readonly headers: Record<string, string>;
	constructor(
		statusCode: number,
		name: ErrorResponse['name'],
		message: string,
		headers: Record<string, string> = {}
	) {
		super(message);
		this.error = { statusCode, name, message };
		this.headers = headers;
	}
	answer(): Answer {
		return json(this.error.statusCode, this.error, this.headers);
	}
}

/** Starts the stand-in; `close` ends it and writes what is not written yet. */
export async function startResendStandin(options: ResendStandinOptions = {}): Promise<Standin> {
	const store = openStore<ResendState>(options.dataDir, 'resend', {
		mails: [],
		events: {},
		deliveries: [],
		keys: {}
	});
	const { state } = store;
	const clock = openClock();
	const line = openLine();
	const inUse = new Set<string>();
	const secret = options.webhookSecret ?? `whsec_${Buffer.from('stand-in').toString('base64')}`;
	let perSecond = options.perSecond ?? 100;
	let taken: number[] = [];

	const pack = (
		eventId: string,
		other: { secret?: string; signedAt?: string; body?: string; url?: string } = {}
	): Shipment | null => {
		const event = state.events[eventId];
		const url = other.url ?? options.webhookUrl;
		if (!event || !url) return null;
		const payload = JSON.stringify(event);
		return {
			url,
			headers: {
				'Content-Type': 'application/json',
				'User-Agent': 'Svix-Webhooks/1.0 (stand-in)',
				...signature(eventId, payload, other.secret ?? secret, other.signedAt)
			},
			// The signature stays that of the true payload, so that another body is a forged one.
			body: other.body ?? payload
		};
	};
	const deliveries = openDeliveries(
		state.deliveries,
		options.retryDelays ?? RETRY_DELAYS,
		pack,
		() => void store.save().catch((error: unknown) => console.error(error))
	);

	const emit = (mail: StoredMail, type: MailEvent['type']) => {
		const id = `msg_${randomUUID().replaceAll('-', '')}`;
		const event = mailEvent(mail, type, clock.now().toISOString());
		mail.lastEvent = type.slice('email.'.length) as StoredMail['lastEvent'];
		state.events[id] = event;
		if (options.webhookUrl) deliveries.add(id);
		return { id, event };
	};

	const accept = (mails: StoredMail[]) => {
		for (const mail of mails) {
			state.mails.push(mail);
			for (const type of fateOf(mail)) emit(mail, type);
		}
	};

	/** Counts a call against the rate, over a sliding second of real time. */
	const limit = () => {
		const now = performance.now();
		taken = taken.filter((at) => at > now - 1000);
		const oldest = taken[0];
		if (taken.length >= perSecond && oldest !== undefined)
			throw tooMany(perSecond, oldest + 1000 - now);
		taken.push(now);
	};

	const work = async (call: Call, { failRemembered }: { failRemembered: boolean }) => {
		try {
			checkApiKey(call);
			limit();
			if (call.method === 'POST' && (call.path === '/emails' || call.path === '/emails/batch')) {
				if (failRemembered) throw outage();
				return await post(call);
			}
			if (call.method === 'GET' && call.path === '/emails') {
				const newest = state.mails.toReversed().slice(0, 100);
				return json(200, {
					object: 'list',
					has_more: state.mails.length > 100,
					data: newest.map(shown)
				});
			}
			const mail = state.mails.find((known) => call.path === `/emails/${known.id}`);
			if (call.method === 'GET' && mail) return json(200, shown(mail));
			if (call.method === 'GET') throw new Refused(404, 'not_found', 'Email not found');
			throw new Refused(405, 'method_not_allowed', 'Method is not allowed for the requested path');
		} catch (error) {
			if (error instanceof Refused) return error.answer();
			throw error;
		}
	};

	const post = async (call: Call): Promise<Answer> => {
		const key = header(call, 'idempotency-key');
		const now = clock.now();
		for (const [old, { at }] of Object.entries(state.keys)) {
			if (at + KEY_MEMORY_MS <= now.getTime()) delete state.keys[old];
		}
		if (key !== null) {
			if (key.length < 1 || key.length > 256) {
				throw new Refused(400, 'invalid_idempotency_key', 'The key must be between 1-256 chars.');
			}
			const remembered = state.keys[key];
			if (remembered) {
				if (remembered.path !== call.path || remembered.body !== printOf(call.body)) {
					throw new Refused(
						409,
						'invalid_idempotent_request',
						'Same idempotency key used with a different request payload.'
					);
				}
				return json(200, remembered.answer, { 'Idempotent-Replayed': 'true' });
			}
			if (inUse.has(key)) {
				throw new Refused(
					409,
					'concurrent_idempotent_requests',
					'Same idempotency key used while original request is still in progress.'
				);
			}
		}
		const body = parsed(call.body);
		let mails: StoredMail[];
		let answer: object;
		if (call.path === '/emails/batch') {
			if (!Array.isArray(body) || body.length === 0 || body.length > LARGEST_BATCH) {
				throw refuseField(`The batch is a list of 1 to ${LARGEST_BATCH} emails.`);
			}
			mails = body.map((one) => readMail(one, now, key));
			answer = { data: mails.map(({ id }) => ({ id })) };
		} else {
			const mail = readMail(body, now, key);
			mails = [mail];
			answer = { id: mail.id };
		}
		accept(mails);
		if (key !== null) {
			state.keys[key] = { path: call.path, body: printOf(call.body), at: now.getTime(), answer };
		}
		await store.save();
		return json(200, answer);
	};

	const fault = (mode: '500' | '429'): Answer =>
		(mode === '500' ? outage() : tooMany(perSecond, 1000)).answer();

	const control = async (call: Call): Promise<unknown> => {
		const input = call.method === 'POST' ? controlInput(call) : {};
		switch (`${call.method} ${call.path}`) {
			case 'POST /_test/clock':
				return { now: clock.set(input) };
			case 'POST /_test/saving':
				await store.hold(input['hold'] === true);
				return { hold: input['hold'] === true };
			case 'POST /_test/faults':
				return line.plan(input);
			case 'POST /_test/release':
				return { released: line.release() };
			case 'POST /_test/rate': {
				const wish = input['perSecond'];
				if (wish !== null && !(Number.isInteger(wish) && Number(wish) > 0)) {
					throw new BadControl('perSecond is a whole number above 0, or null for no limit');
				}
				perSecond = wish === null ? Infinity : Number(wish);
				taken = [];
				return { perSecond: wish };
			}
			case 'POST /_test/deliveries':
				if (typeof input['hold'] === 'boolean') deliveries.hold(input['hold']);
				return { hold: deliveries.held() };
			case 'POST /_test/webhook': {
				const mail = state.mails.find((known) => known.id === input['mail']);
				if (!mail) throw new BadControl(`there is no mail ${text(input['mail'])}`);
				const type = EVENT_TYPES.find((known) => known === input['type']);
				if (!type) throw new BadControl(`type is one of ${EVENT_TYPES.join(', ')}`);
				const made = emit(mail, type);
				await store.save();
				return made;
			}
			case 'POST /_test/deliver': {
				const other = Object.fromEntries(
					['secret', 'signedAt', 'body', 'url']
						.filter((name) => typeof input[name] === 'string')
						.map((name) => [name, text(input[name])])
				);
				return deliveries.sendNow(input, (id) => pack(id, other));
			}
			case 'GET /_test/events':
				return Object.entries(state.events).map(([id, event]) => {
					const payload = JSON.stringify(event);
					const { query } = call;
					return {
						id,
						event,
						payload,
						headers: signature(
							id,
							payload,
							query.get('secret') ?? secret,
							query.get('signedAt') ?? undefined
						),
						delivery: state.deliveries.find((known) => known.eventId === id) ?? null
					};
				});
			case 'GET /_test/mails': {
				const subject = call.query.get('subject') ?? '';
				return mailsTo(call.query.get('to')).filter((mail) => mail.subject.includes(subject));
			}
			case 'DELETE /_test/mails':
				state.mails.length = 0;
				state.events = {};
				state.deliveries.length = 0;
				await store.save();
				return { mails: 0 };
			case 'GET /_test/calls':
				return line.calls;
			case 'DELETE /_test/calls':
				line.calls.length = 0;
				return { calls: 0 };
			default:
				throw new BadControl(`there is no control ${call.method} ${call.path}`);
		}
	};

	/** Newest first; `to` is part of an address of any recipient. */
	const mailsTo = (to: string | null): StoredMail[] => {
		const wish = (to ?? '').trim().toLowerCase();
		const reached = (mail: StoredMail) =>
			[...mail.to, ...(mail.cc ?? []), ...(mail.bcc ?? [])].join(' ').toLowerCase();
		return state.mails.filter((mail) => reached(mail).includes(wish)).toReversed();
	};

	const inbox = (call: Call): Answer => {
		if (call.method !== 'GET' && call.method !== 'HEAD') {
			return new Refused(405, 'method_not_allowed', 'Method is not allowed.').answer();
		}
		if (call.path === '/') {
			const to = call.query.get('to')?.trim() ?? '';
			return inboxPage(mailsTo(to), to);
		}
		const [, id, attachments, index] =
			/^\/mail\/([^/]+)(\/attachments\/(\d+))?$/.exec(call.path) ?? [];
		const mail = state.mails.find((known) => known.id === id);
		if (!mail) return unknownMailPage();
		if (!attachments) return mailPage(mail);
		const attachment = mail.attachments[Number(index)];
		if (!attachment) return unknownMailPage();
		return {
			status: 200,
			headers: {
				'Content-Type': attachment.contentType,
				'Content-Disposition': `attachment; filename*=UTF-8''${encodeURIComponent(attachment.filename)}`
			},
			body: Buffer.from(attachment.content, 'base64')
		};
	};

	const standin = await serve(
		options.port ?? 0,
		options.host ?? '127.0.0.1',
		async (call, request, response) => {
			if (/^\/emails(\/|$)/.test(call.path)) {
				return line.answer(call, { request, response }, { fault, work, inUse });
			}
			if (call.path.startsWith('/_test/')) return send(response, json(200, await control(call)));
			send(response, inbox(call));
		}
	);
	return {
		port: standin.port,
		url: standin.url,
		async close() {
			deliveries.stop();
			await standin.close();
			await store.save();
		}
	};
}

/** Webhook headers by the Standard Webhooks rules, under the names that the service uses. */
function signature(id: string, payload: string, secret: string, signedAt?: string) {
	const at = signedAt ? new Date(signedAt) : new Date();
	if (Number.isNaN(at.getTime())) throw new BadControl('signedAt is an ISO instant');
	return {
		'svix-id': id,
		'svix-timestamp': String(Math.floor(at.getTime() / 1000)),
		'svix-signature': new Webhook(secret).sign(id, at, payload)
	};
}

/** The events that an address asks for by its name. */
function fateOf(mail: StoredMail): MailEvent['type'][] {
	const name = /([^\s<@]+)@[^@]*$/
		.exec(mail.to[0] ?? '')?.[1]
		?.split('+', 1)[0]
		?.toLowerCase();
	if (name === 'bounce' || name === 'bounced') return ['email.bounced'];
	if (name === 'complain' || name === 'complained') return ['email.delivered', 'email.complained'];
	if (name === 'delivered') return ['email.delivered'];
	return [];
}

function mailEvent(mail: StoredMail, type: MailEvent['type'], now: string): MailEvent {
	const data = {
		created_at: mail.createdAt,
		email_id: mail.id,
		message_id: messageId(mail),
		from: mail.from,
		to: mail.to,
		subject: mail.subject,
		tags: Object.fromEntries(mail.tags.map(({ name, value }) => [name, value]))
	};
	if (type !== 'email.bounced') return { type, created_at: now, data };
	const bounce = {
		message: 'The address of the recipient does not exist. (Said by the stand-in.)',
		subType: 'General',
		type: 'Permanent'
	};
	return { type, created_at: now, data: { ...data, bounce } };
}

function messageId(mail: StoredMail): string {
	return `<${mail.id}@standin>`;
}

function shown(mail: StoredMail): GetEmailResponseSuccess {
	return {
		object: 'email',
		id: mail.id,
		message_id: messageId(mail),
		to: mail.to,
		from: mail.from,
		created_at: mail.createdAt,
		subject: mail.subject,
		html: mail.html,
		text: mail.text,
		bcc: mail.bcc,
		cc: mail.cc,
		reply_to: mail.replyTo,
		last_event: mail.lastEvent,
		scheduled_at: mail.scheduledAt,
		tags: mail.tags
	};
}

function checkApiKey(call: Call): void {
	const key = /^Bearer (.+)$/i.exec(header(call, 'authorization') ?? '')?.[1];
	if (!key) {
		throw new Refused(401, 'missing_api_key', 'Missing API key in the authorization header.');
	}
	if (!key.startsWith('re_')) throw new Refused(403, 'invalid_api_key', 'API key is invalid.');
}

function outage(): Refused {
	return new Refused(
		500,
		'internal_server_error',
		'An unexpected error occurred. The stand-in was told to fail.'
	);
}

function tooMany(perSecond: number, waitMs: number): Refused {
	const seconds = String(Math.max(1, Math.ceil(waitMs / 1000)));
	return new Refused(
		429,
		'rate_limit_exceeded',
		`Too many requests. You can only make ${perSecond} requests per second. See rate limit response headers for more information.`,
		{
			'Retry-After': seconds,
			'RateLimit-Limit': String(perSecond),
			'RateLimit-Remaining': '0',
			'RateLimit-Reset': seconds
		}
	);
}

function refuseField(message: string): Refused {
	return new Refused(422, 'validation_error', message);
}

function parsed(body: string): unknown {
	try {
		return JSON.parse(body);
	} catch {
		throw refuseField('The request body is not valid JSON.');
	}
}

const ADDRESS = /^(?:[^\r\n<>]*<[^\s@<>]+@[^\s@<>]+\.[^\s@<>]+>|[^\s@<>]+@[^\s@<>]+\.[^\s@<>]+)$/;

function readAddresses(value: unknown, field: string): string[] | null {
	if (value === undefined || value === null) return null;
	const list: unknown[] = Array.isArray(value) ? value : [value];
	if (list.length > MOST_RECIPIENTS) {
		throw refuseField(`The \`${field}\` field has at most ${MOST_RECIPIENTS} addresses.`);
	}
	return list.map((address) => {
		if (typeof address === 'string' && ADDRESS.test(address)) return address;
		throw refuseField(
			`Invalid \`${field}\` field. The email address needs to follow the \`email@example.com\` or \`Name <email@example.com>\` format.`
		);
	});
}

const printOf = (body: string): string => createHash('sha256').update(body).digest('base64url');

function readMail(input: unknown, now: Date, idempotencyKey: string | null): StoredMail {
	if (typeof input !== 'object' || input === null || Array.isArray(input)) {
		throw refuseField('An email is a JSON object.');
	}
	const mail = input as Record<string, unknown>;
	const missing = (field: string) =>
		new Refused(422, 'missing_required_field', `Missing \`${field}\` field.`);
	const optionalText = (field: string): string | null => {
		const value = mail[field];
		if (value === undefined || value === null) return null;
		if (typeof value !== 'string') throw refuseField(`The \`${field}\` field must be a string.`);
		return value;
	};
	const [from, ...others] = readAddresses(mail['from'], 'from') ?? [];
	if (!from || others.length > 0) throw missing('from');
	const to = readAddresses(mail['to'], 'to') ?? [];
	if (to.length === 0) throw missing('to');
	const subject = optionalText('subject');
	if (subject === null) throw missing('subject');
	if (/[\r\n]/.test(subject)) {
		throw refuseField('The `subject` field must not contain line breaks.');
	}
	const html = optionalText('html');
	const plain = optionalText('text');
	if (html === null && plain === null) {
		throw new Refused(422, 'missing_required_field', 'Missing `html` or `text` field.');
	}
	const scheduledAt = optionalText('scheduled_at');
	return {
		id: randomUUID(),
		createdAt: now.toISOString(),
		from,
		to,
		cc: readAddresses(mail['cc'], 'cc'),
		bcc: readAddresses(mail['bcc'], 'bcc'),
		replyTo: readAddresses(mail['reply_to'], 'reply_to'),
		subject,
		html,
		text: plain,
		headers: readHeaders(mail['headers']),
		tags: readTags(mail['tags']),
		attachments: readAttachments(mail['attachments']),
		scheduledAt,
		lastEvent: scheduledAt === null ? 'sent' : 'scheduled',
		idempotencyKey
	};
}

function readHeaders(value: unknown): Record<string, string> {
	if (value === undefined || value === null) return {};
	const pairs = typeof value === 'object' ? Object.entries(value) : [];
	return Object.fromEntries(
		pairs.map(([name, content]: [string, unknown]) => {
			if (typeof content === 'string' && /^[!-9;-~]+$/.test(name) && !/[\r\n]/.test(content)) {
				return [name, content];
			}
			throw refuseField(`Invalid header \`${name}\` in the \`headers\` field.`);
		})
	);
}

function readTags(value: unknown): StoredMail['tags'] {
	if (value === undefined || value === null) return [];
	const allowed = (part: unknown): part is string =>
		typeof part === 'string' && /^[A-Za-z0-9_-]{1,256}$/.test(part);
	return (Array.isArray(value) ? value : [value]).map((tag: unknown) => {
		const { name, value: content } = (tag ?? {}) as Record<string, unknown>;
		if (allowed(name) && allowed(content)) return { name, value: content };
		throw refuseField(
			'Tags should only contain ASCII letters, numbers, underscores, or dashes, at most 256.'
		);
	});
}

function readAttachments(value: unknown): StoredAttachment[] {
	if (value === undefined || value === null) return [];
	const bad = (message: string) => new Refused(422, 'invalid_attachment', message);
	if (!Array.isArray(value)) throw bad('The `attachments` field must be a list.');
	const attachments = value.map((one: unknown, index): StoredAttachment => {
		const input = (one ?? {}) as Record<string, unknown>;
		const filename = text(input['filename']) || `attachment-${index + 1}`;
		const content = bytesOf(input['content']);
		if (!content) {
			throw bad('Attachment must have either a `content` or `path`; the stand-in takes content.');
		}
		return {
			filename,
			contentType: text(input['content_type']) || typeByName(filename),
			content: content.toString('base64')
		};
	});
	const size = attachments.reduce((sum, { content }) => sum + content.length, 0);
	if (size > LARGEST_ATTACHMENTS) throw bad('Attachments have at most 40 MB after encoding.');
	return attachments;
}

/** The library sends base64 text, or a Buffer as JSON writes it. */
function bytesOf(content: unknown): Buffer | null {
	if (typeof content === 'string' && content !== '') return Buffer.from(content, 'base64');
	if (typeof content === 'object' && content !== null && 'data' in content) {
		const { data } = content;
		if (Array.isArray(data)) return Buffer.from(data as number[]);
	}
	return null;
}

function typeByName(filename: string): string {
	const ending = filename.split('.').at(-1)?.toLowerCase() ?? '';
	const known: Record<string, string> = {
		ics: 'text/calendar; charset=utf-8',
		pdf: 'application/pdf',
		csv: 'text/csv; charset=utf-8',
		txt: 'text/plain; charset=utf-8'
	};
	return known[ending] ?? 'application/octet-stream';
}

if (import.meta.main) {
	const { env } = process;
	await runAsProgram('Stand-in for Resend', () =>
		startResendStandin({
			port: Number(env['STANDIN_RESEND_PORT'] ?? 4112),
			webhookUrl: env['APP_ORIGIN'] && new URL('/webhooks/resend', env['APP_ORIGIN']).href,
			webhookSecret: env['RESEND_WEBHOOK_SECRET'] || undefined,
			dataDir: env['STANDIN_DATA_DIR'] || undefined
		})
	);
}
