import { and, eq, sql, type SQL } from 'drizzle-orm';
import type { Admin, Coach, System } from '#lib/people/actor.ts';
import { grantRole } from '#lib/people/commands.server.ts';
import { person } from '#lib/people/tables.server.ts';
import { program } from '#lib/curriculum/tables.server.ts';
import { audit } from '#lib/server/audit.server.ts';
import { inTransaction, inTransactionOrUndo, type Context } from '#lib/server/context.server.ts';
import { refusedBy } from '#lib/server/database.server.ts';
import { isId } from '#lib/values/id.ts';
import { ok, refuse, type Result } from '#lib/values/result.ts';
import { faultOf, slugOf, type NewCohort, type NewCohortRefusal } from './cohort.ts';
import { defaultPledge, pledgeFault, type Pledge, type PledgeFault } from './pledge.ts';
import { cohort, enrollment, seat, sponsorship } from './tables.server.ts';

/**
 * Makes a cohort with its seats, numbered from 1, and a copy of the default pledge.
 *
 * @returns its id and the slug of its public page
 */
export async function createCohort(
	ctx: Context<Admin | System>,
	{ seats, pledge = defaultPledge, ...input }: NewCohort & { pledge?: Pledge }
): Promise<
	Result<
		{ id: string; slug: string },
		NewCohortRefusal | 'coach-unknown' | 'program-unknown' | 'name-taken'
	>
> {
	const fault = faultOf({ ...input, seats });
	if (fault) return refuse(fault);
	if (!isId(input.coachId)) return refuse('coach-unknown');
	if (!isId(input.programId)) return refuse('program-unknown');
	const slug = slugOf(input.name);
	try {
		return await inTransactionOrUndo(ctx, async (tx) => {
			const [coach] = await tx.db
				.select({ id: person.id })
				.from(person)
				.where(and(eq(person.id, input.coachId), sql`'coach' = any(${person.roles})`));
			if (!coach) return refuse('coach-unknown');
			const [taught] = await tx.db
				.select({ id: program.id })
				.from(program)
				.where(eq(program.id, input.programId));
			if (!taught) return refuse('program-unknown');
			const [made] = await tx.db
				.insert(cohort)
				.values({ ...input, name: input.name.trim(), slug, pledge, createdAt: ctx.now })
				.returning({ id: cohort.id });
			await tx.db
				.insert(seat)
				.values(
					Array.from({ length: seats }, (_, index) => ({ cohortId: made!.id, number: index + 1 }))
				);
			await audit(tx, {
				action: 'cohort-created',
				object: { kind: 'cohort', id: made!.id },
				detail: { seats }
			});
			return ok({ id: made!.id, slug });
		});
	} catch (error) {
		if (refusedBy(error) === 'cohort_slug') return refuse('name-taken');
		throw error;
	}
}

/** Opens or closes the sale of a cohort's seats. Offers that were made stay good. */
export async function setSales(
	ctx: Context<Admin | System>,
	{ cohortId, open }: { cohortId: string; open: boolean }
): Promise<Result<null, 'not-found'>> {
	if (!isId(cohortId)) return refuse('not-found');
	return inTransaction(ctx, async (tx) => {
		const [changed] = await tx.db
			.update(cohort)
			.set({ salesOpen: open })
			.where(eq(cohort.id, cohortId))
			.returning({ id: cohort.id });
		if (!changed) return refuse('not-found');
		await audit(tx, {
			action: open ? 'sales-opened' : 'sales-closed',
			object: { kind: 'cohort', id: cohortId }
		});
		return ok(null);
	});
}

/** Replaces the pledge of one of the coach's own cohorts. Applications that came keep their answers. */
export async function editPledge(
	ctx: Context<Coach>,
	{ cohortId, pledge }: { cohortId: string; pledge: Pledge }
): Promise<Result<null, PledgeFault | 'not-found'>> {
	if (!isId(cohortId)) return refuse('not-found');
	const fault = pledgeFault(pledge);
	if (fault) return refuse(fault);
	return inTransaction(ctx, async (tx) => {
		const [changed] = await tx.db
			.update(cohort)
			.set({ pledge })
			.where(and(eq(cohort.id, cohortId), eq(cohort.coachId, ctx.who.personId)))
			.returning({ id: cohort.id });
		if (!changed) return refuse('not-found');
		await audit(tx, {
			action: 'pledge-edited',
			object: { kind: 'cohort', id: cohortId },
			detail: { statements: pledge.length }
		});
		return ok(null);
	});
}

/**
 * Gives a free seat to a checkout, in one statement: `change` is done to the first free seat that
 * nobody else is about to take. If all of them are, the second try waits for the others to end, so
 * that somebody who steps back does not leave a false "full". Two callers never get one seat.
 */
async function takeFree({ db }: Context, cohortId: string, change: SQL): Promise<number | null> {
	for (const lock of [sql`for update skip locked`, sql`for update`]) {
		const taken = await db.execute<{ number: number }>(sql`
			update seat set ${change} where (cohort_id, number) = (
				select cohort_id, number from seat where cohort_id = ${cohortId}::uuid and state = 'free'
				order by number limit 1 ${lock})
			returning number`);
		if (taken[0]) return taken[0].number;
	}
	return null;
}

/** Holds a free seat for a checkout. @returns its number, or null when the cohort is full */
export function holdSeat(
	ctx: Context,
	{ cohortId, checkoutId, until }: { cohortId: string; checkoutId: string; until: Date }
): Promise<number | null> {
	return takeFree(
		ctx,
		cohortId,
		sql`state = 'held', checkout_id = ${checkoutId}::uuid, hold_until = ${until.toISOString()}::timestamptz`
	);
}

/** Sells the seat that the checkout holds, or another free one. @returns its number, or null when there is none */
export async function sellSeat(
	ctx: Context,
	{ cohortId, checkoutId }: { cohortId: string; checkoutId: string }
): Promise<number | null> {
	const [own] = await ctx.db
		.update(seat)
		.set({ state: 'sold', holdUntil: null })
		.where(and(eq(seat.checkoutId, checkoutId), eq(seat.state, 'held')))
		.returning({ number: seat.number });
	if (own) return own.number;
	return takeFree(
		ctx,
		cohortId,
		sql`state = 'sold', checkout_id = ${checkoutId}::uuid, hold_until = null`
	);
}

/** Frees the seat that a checkout holds. A sold one stays sold. */
export async function releaseSeat({ db }: Context, checkoutId: string): Promise<boolean> {
	const freed = await db
		.update(seat)
		.set({ state: 'free', checkoutId: null, holdUntil: null })
		.where(and(eq(seat.checkoutId, checkoutId), eq(seat.state, 'held')))
		.returning({ number: seat.number });
	return freed.length > 0;
}

type NewEnrollment = {
	cohortId: string;
	seatNumber: number;
	leader: { email: string; name: string; locale: 'en' | 'nb' };
	company: string;
	towards: string;
	sponsor?: { email: string; name: string } | null;
};

/**
 * Seats a leader: day 0 is the cohort's first day, the coach is the cohort's coach. A sponsor who
 * was named sees nothing before the leader agrees.
 *
 * @returns the enrollment's and the leader's id
 */
export async function enroll(
	ctx: Context,
	{ cohortId, seatNumber, leader, sponsor, company, towards }: NewEnrollment
): Promise<{ enrollmentId: string; leaderId: string }> {
	const { db, now } = ctx;
	const [run] = await db.select().from(cohort).where(eq(cohort.id, cohortId));
	const leaderId = await grantRole(ctx, { role: 'leader', timeZone: run!.timeZone, ...leader });
	const [made] = await db
		.insert(enrollment)
		.values({
			cohortId,
			seatNumber,
			leaderId,
			coachId: run!.coachId,
			company,
			towards,
			dayZero: run!.startsOn,
			timeZone: run!.timeZone,
			currency: run!.currency,
			createdAt: now
		})
		.returning({ id: enrollment.id });
	if (sponsor) {
		const sponsorId = await grantRole(ctx, {
			role: 'sponsor',
			email: sponsor.email,
			name: sponsor.name,
			locale: leader.locale,
			timeZone: run!.timeZone
		});
		await db.insert(sponsorship).values({ enrollmentId: made!.id, sponsorId, createdAt: now });
	}
	return { enrollmentId: made!.id, leaderId };
}
