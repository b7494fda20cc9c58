/** A past that is told in order: each event happens at its own instant, through the app's commands. */
import fs from 'node:fs';
import path from 'node:path';
import { Temporal } from 'temporal-polyfill';
import { parse } from 'yaml';
import { system, visitor, type ActorOf, type System, type Visitor } from '#lib/people/actor.ts';
import { actorIn, personByEmail, type SignedIn } from '#lib/people/queries.server.ts';
import type { Role } from '#lib/people/role.ts';
import { readConfig, type Config } from '#lib/server/config.server.ts';
import type { Context } from '#lib/server/context.server.ts';
import { openDatabase, type Pool } from '#lib/server/database.server.ts';
import { resendMailer } from '#lib/server/mailer.server.ts';
import { deliverNext, type Mailer } from '#lib/server/outbox.server.ts';
import { keysFrom, type Keys } from '#lib/server/seal.server.ts';
import { stripeTill, type Till } from '#lib/server/till.server.ts';
import { addDays, isWorkday, type Day } from '#lib/values/day.ts';
import type { Result } from '#lib/values/result.ts';
import type { StoredMail } from '../../src/standins/resend-mail.ts';
import { root } from '../stack.ts';

type Happening = { at: Date; order: number; what: (now: Date) => Promise<void>; quiet: boolean };
type Words = {
	submissions: Record<string, Record<string, Version[]>>;
	towards: Record<string, string>;
	sessionNotes: Record<string, { shared: string; own: string }[]>;
	teamComments: { en: string[]; nb: string[] };
	touchpointNotes: string[];
	applicationNotes: {
		name: string;
		email: string;
		company: string;
		locale: 'en' | 'nb';
		teamSize: number;
		baselineGuess: number | null;
		sponsorName: string | null;
		sponsorEmail: string | null;
		towards: string;
		saidNo: Record<string, string>;
		declined?: boolean;
	}[];
	declineReason: string;
	draft: string;
};
export type Version = {
	body: string;
	review?: {
		outcome: 'accepted' | 'returned';
		levels: number[];
		comment: string;
		remarks?: { quote: string; body: string }[];
		own?: string;
	};
};

export const content = (file: string) => path.join(root, 'src/content', file);
export const zone = 'Europe/Oslo';

export class Story {
	readonly config: Config;
	readonly pool: Pool;
	readonly keys: Keys;
	readonly till: Till;
	readonly origin: string;
	readonly words: Words;
	private readonly mailer: Mailer;
	/** By the leader's address. */
	readonly enrollments = new Map<string, string>();
	private readonly happenings: Happening[] = [];
	/** Who somebody is stays the same once they have their role; most happenings ask for it. */
	private readonly actors = new Map<string, ActorOf[Role]>();
	private readonly told = new Date();

	private constructor() {
		this.config = readConfig();
		// A story that is cut off is told again from nothing, so it need not wait for the disk at every step.
		const url = new URL(this.config.DATABASE_URL);
		url.searchParams.set('synchronous_commit', 'off');
		this.pool = openDatabase(url.href, { max: 4, queryMs: 30_000, transactionMs: 60_000 });
		this.keys = keysFrom(this.config.APP_KEYS);
		this.till = stripeTill(this.config);
		this.origin = this.config.APP_ORIGIN;
		this.mailer = resendMailer(this.config);
		this.words = parse(fs.readFileSync(content('demo/words.yaml'), 'utf8')) as Words;
	}

	static async begin(): Promise<Story> {
		const story = new Story();
		// Payments of the past are handed over by us, in order; nothing is delivered by itself.
		await story.control('stripe', '/_test/deliveries', { hold: true });
		await story.control('resend', '/_test/saving', { hold: true });
		return story;
	}

	/**
	 * Something that happens on a day at an hour in Oslo. What lies in the future does not happen.
	 *
	 * @param quiet it writes to nobody, so that nothing has to be looked for in the outbox
	 */
	on(day: Day, time: string, what: (now: Date) => Promise<void>, { quiet = false } = {}) {
		const at = new Date(
			Temporal.PlainDateTime.from(`${day}T${time}`).toZonedDateTime(zone).epochMilliseconds
		);
		if (at < this.told) this.happenings.push({ at, order: this.happenings.length, what, quiet });
	}

	/** The same on the next workday, if the day is none. */
	onWorkday(day: Day, time: string, what: (now: Date) => Promise<void>) {
		let workday = day;
		while (!isWorkday(workday)) workday = addDays(workday, 1);
		this.on(workday, time, what);
	}

	async tell() {
		this.happenings.sort((a, b) => a.at.getTime() - b.at.getTime() || a.order - b.order);
		for (const { at, what, quiet } of this.happenings) {
			await what(at);
			if (!quiet) await this.deliver(at);
		}
	}

	/** Mail goes out under the clock of the story, so that the inbox shows when it came. */
	private async deliver(at: Date) {
		let clockSet = false;
		const send: Mailer = async (request, key) => {
			if (!clockSet) await this.control('resend', '/_test/clock', { now: at.toISOString() });
			clockSet = true;
			return this.mailer(request, key);
		};
		while ((await deliverNext(this.system(at), send)).state === 'done');
	}

	async end() {
		await this.control('stripe', '/_test/clock', { now: null });
		await this.control('resend', '/_test/clock', { now: null });
		await this.control('resend', '/_test/saving', { hold: false });
		await fetch(`${this.config.STRIPE_API_BASE}/_test/events`, { method: 'DELETE' });
		await this.control('stripe', '/_test/deliveries', { hold: false });
		await this.pool.close();
	}

	system = (now: Date): Context<System> => ({
		db: this.pool.db,
		keys: this.keys,
		now,
		who: system
	});
	visitor = (now: Date): Context<Visitor> => ({
		db: this.pool.db,
		keys: this.keys,
		now,
		who: visitor
	});

	/** The person with this address, acting in a role that they have. */
	async as<R extends Role>(role: R, email: string, now: Date): Promise<Context<ActorOf[R]>> {
		const key = `${role} ${email}`;
		let who = this.actors.get(key) as ActorOf[R] | undefined;
		if (!who) {
			const row = await personByEmail(this.system(now), email);
			const found = row && actorIn({ ...row, personId: row.id } as unknown as SignedIn, role);
			if (!found) throw new Error(`${email} is no ${role}`);
			this.actors.set(key, (who = found));
		}
		return { db: this.pool.db, keys: this.keys, now, who };
	}

	async control(service: 'stripe' | 'resend', at: string, body: unknown): Promise<unknown> {
		const base = service === 'stripe' ? this.config.STRIPE_API_BASE : this.config.RESEND_BASE_URL;
		const answer = await fetch(`${base}${at}`, { method: 'POST', body: JSON.stringify(body) });
		if (!answer.ok)
			throw new Error(`${service} stand-in, ${at}: ${answer.status} ${await answer.text()}`);
		return answer.json().catch(() => null);
	}

	/** The newest link of a kind that somebody got by mail. */
	async mailedLink(to: string, kind: 'survey' | 'offer' | 'sign-in'): Promise<string> {
		const answer = await fetch(
			`${this.config.RESEND_BASE_URL}/_test/mails?to=${encodeURIComponent(to)}`
		);
		const mails = (await answer.json()) as StoredMail[];
		const links = mails.flatMap(({ text }) =>
			[...(text ?? '').matchAll(new RegExp(`/${kind}/([\\w-]+)`, 'g'))].map((match) => match[1]!)
		);
		const link = links.at(0);
		if (!link) throw new Error(`${to} got no ${kind} link`);
		return link;
	}
}

/** The value of what must not be refused in the demo. */
export function must<T>(outcome: Result<T> | { ok: boolean; reason?: string; value?: T }): T {
	if (!outcome.ok)
		throw new Error(
			`refused: ${(outcome as { reason?: string }).reason} ${JSON.stringify(outcome)}`
		);
	return outcome.value as T;
}

/** Chance that is the same every time (mulberry32). */
export function dice(seed: number): () => number {
	let state = seed >>> 0;
	return () => {
		state = (state + 0x6d2b79f5) >>> 0;
		let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
		mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
		return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
	};
}
