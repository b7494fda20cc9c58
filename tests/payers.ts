/** Fifty applicants with an offer, released at the same instant over both app processes. */
import { sql } from 'drizzle-orm';
import { expect, inject } from 'vitest';
import { offerSeat, submitApplication } from '#lib/admissions/commands.server.ts';
import { defaultPledge } from '#lib/cohorts/pledge.ts';
import { actorIn, personByEmail, type SignedIn } from '#lib/people/queries.server.ts';
import { visitor } from '#lib/people/actor.ts';
import { house, origin, stack } from './journey.ts';

type Cohort = { id: string; slug: string };

async function offeredTokens(cohort: Cohort, count: number): Promise<string[]> {
	const ctx = house();
	const row = await personByEmail(ctx, 'live@lofte.example');
	const admin = {
		...ctx,
		who: actorIn({ ...row!, personId: row!.id } as unknown as SignedIn, 'admin')!
	};
	const answers = Object.fromEntries(defaultPledge.map(({ key }) => [key, { yes: true }]));
	const tokens: string[] = [];
	for (let n = 0; n < count; n += 1) {
		const email = `payer${n}@${cohort.slug}.example`;
		const applied = await submitApplication(
			{ ...ctx, who: visitor },
			{
				slug: cohort.slug,
				locale: 'en',
				origin,
				typed: {
					name: `Payer ${n}`,
					email,
					company: 'Payers',
					teamSize: '8',
					baselineGuess: '',
					sponsorName: '',
					sponsorEmail: '',
					towards: 'Paying once.',
					answers
				}
			}
		);
		if (!applied.ok) throw new Error(JSON.stringify(applied));
		const [asked] = await ctx.db.execute<{ id: string }>(
			sql`select id from application where cohort_id = ${cohort.id} and email = ${email}`
		);
		const offered = await offerSeat(admin, { applicationId: asked!.id, origin, seller: null });
		if (!offered.ok) throw new Error(offered.reason);
		tokens.push(offered.value.token);
	}
	return tokens;
}

const press = (base: string, token: string) =>
	fetch(`${base}/offer/${token}?/pay`, {
		method: 'POST',
		redirect: 'manual',
		headers: {
			origin: base,
			accept: 'text/html',
			'content-type': 'application/x-www-form-urlencoded'
		},
		body: ''
	});

export async function fiftyPayersForFourSeats(
	cohortOnSale: (name: string, seats?: number) => Promise<Cohort>
) {
	const cohort = await cohortOnSale('Fifty payers', 4);
	const tokens = await offeredTokens(cohort, 50);
	const bases = [origin, inject('second')];
	const { db } = house();
	const answers = await Promise.all(tokens.map((token, n) => press(bases[n % 2]!, token)));
	const places = answers.map((answer) => ({
		status: answer.status,
		location: answer.headers.get('location')
	}));
	const pages = places.filter(({ location }) => location?.startsWith(stack.STRIPE_API_BASE!));
	const [held] = await db.execute<{ n: number }>(
		sql`select count(*)::int as n from seat where cohort_id = ${cohort.id} and state in ('held', 'sold')`
	);
	// Everybody who got a page pays, all at once.
	await Promise.all(
		pages.map(({ location }) =>
			fetch(`${stack.STRIPE_API_BASE}/_test/pay`, {
				method: 'POST',
				body: JSON.stringify({ session: location!.split('/').at(-1), outcome: 'paid' })
			})
		)
	);
	await expect
		.poll(
			async () =>
				(
					await db.execute<{ n: number }>(
						sql`select count(*)::int as n from enrollment where cohort_id = ${cohort.id}`
					)
				)[0]?.n,
			{ timeout: 60_000 }
		)
		.toBe(pages.length);
	const [sold] = await db.execute<{ n: number }>(
		sql`select count(*)::int as n from seat where cohort_id = ${cohort.id} and state = 'sold'`
	);
	const [enrolled] = await db.execute<{ n: number }>(
		sql`select count(*)::int as n from enrollment where cohort_id = ${cohort.id}`
	);
	return {
		serverErrors: places.filter(({ status }) => status >= 500).length,
		holding: held!.n,
		sold: sold!.n,
		enrolled: enrolled!.n,
		toldFull: places.filter(({ status }) => status === 409).length,
		violations: await db.execute(sql`select rule, subject from invariant_violations`)
	};
}
