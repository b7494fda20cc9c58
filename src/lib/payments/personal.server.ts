/** What this room holds about a person, and how it is erased. */
import { sql } from 'drizzle-orm';
import type { Context } from '#lib/server/context.server.ts';
import {
	listOf,
	withoutLinks,
	type PersonalData,
	type Subject
} from '#lib/server/personal.server.ts';

const own = (email: string) =>
	sql`checkout_id in (select c.id from checkout c join application a on a.id = c.application_id where a.email = ${email})`;

/** What the provider told us about somebody's payments, or about their address. */
const eventsOf = (
	email: string
) => sql`webhook_event v where v.provider = 'stripe' and v.payload <> '{}' and exists (
	select 1 from (
		select to_jsonb(${email}::text)::text as ref union all
		select unnest(array[to_jsonb(c.id::text)::text, to_jsonb(c.stripe_session_id)::text, to_jsonb(c.stripe_payment_intent)::text])
		from checkout c join application a on a.id = c.application_id where a.email = ${email}) r
	where r.ref is not null and strpos(v.payload::text, r.ref) > 0)`;

/** What somebody was asked for and paid, and what the provider told us of it. No key to a page of payment. */
export async function personalData({ db }: Context, { email }: Subject): Promise<PersonalData> {
	const events = await listOf(
		db,
		sql`select v.type, v.received_at, v.payload from ${eventsOf(email)} order by v.received_at`
	);
	return {
		checkouts: await listOf(
			db,
			sql`select c.id, c.attempt, c.status, c.amount_minor, c.currency, c.stripe_session_id, c.stripe_payment_intent,
				c.failure, c.created_at, c.expires_at, c.updated_at
				from checkout c join application a on a.id = c.application_id where a.email = ${email} order by c.created_at`
		),
		payments: await listOf(
			db,
			sql`select stripe_payment_intent, amount_minor, currency, livemode, at from payment where ${own(email)}`
		),
		refunds: await listOf(
			db,
			sql`select amount_minor, reason, state, stripe_refund_id, created_at from refund where ${own(email)}`
		),
		askedOfProvider: await listOf(
			db,
			sql`select purpose, state, request - 'token' as request, created_at, done_at from provider_call
				where subject_id in (select c.id from checkout c join application a on a.id = c.application_id where a.email = ${email})`
		),
		toldByProvider: JSON.parse(withoutLinks(JSON.stringify(events))) as unknown[]
	};
}

/** Why somebody cannot be erased yet: money that is under way needs a name. */
export async function reasonsToWait({ db }: Context, { email }: Subject): Promise<string[]> {
	const [found] = await db.execute<{ paying: boolean; back: boolean; told: boolean }>(sql`select
		exists (select 1 from checkout c join application a on a.id = c.application_id
			where a.email = ${email} and (c.status in ('new', 'open', 'processing', 'refund-due', 'disputed')
				or c.status = 'flagged' and not exists (select 1 from provider_call p
					where p.purpose = 'refund-flagged' and p.subject_id = c.id and p.state = 'done'))) as paying,
		exists (select 1 from refund where ${own(email)} and state in ('intent', 'sent')) as back,
		exists (select 1 from ${eventsOf(email)} and v.state in ('new', 'parked')) as told`);
	return [
		found?.paying && 'A payment of theirs is still open, disputed or to be looked at.',
		found?.back && 'A refund to them has not arrived yet.',
		found?.told && 'An event of the payment provider about them waits to be acted on.'
	].filter((reason) => typeof reason === 'string');
}

/**
 * Amounts, days and the provider's references stay, because bookkeeping law asks for them; what the
 * provider was asked and told us about the person goes.
 */
export async function erasePersonalData({ db }: Context, { email }: Subject): Promise<void> {
	await db.execute(sql`update webhook_event set payload = '{}', last_error = null
		where (provider, event_id) in (select v.provider, v.event_id from ${eventsOf(email)})`);
	await db.execute(sql`update provider_call set request = '{}'
		where subject_id in (select c.id from checkout c join application a on a.id = c.application_id where a.email = ${email})`);
	await db.execute(sql`update refund set reason = '' where ${own(email)}`);
	await db.execute(sql`update checkout set url = null where id in
		(select c.id from checkout c join application a on a.id = c.application_id where a.email = ${email})`);
}
