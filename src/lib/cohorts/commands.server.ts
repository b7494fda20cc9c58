import { and, count, desc, eq, gte, inArray, isNull, lte, or, sql, type SQL } from 'drizzle-orm';
import type { Admin, Coach, Leader, System } from '#lib/people/actor.ts';
import { grantRole } from '#lib/people/commands.server.ts';
import { person } from '#lib/people/tables.server.ts';
import { program } from '#lib/curriculum/tables.server.ts';
import { audit } from '#lib/server/audit.server.ts';
import { inTransaction, inTransactionOrUndo, type Context } from '#lib/server/context.server.ts';
import { refusedBy } from '#lib/server/database.server.ts';
import { enqueue } from '#lib/server/job.server.ts';
import { isDay, type Day } from '#lib/values/day.ts';
import { isId } from '#lib/values/id.ts';
import { ok, refuse, type Result } from '#lib/values/result.ts';
import { faultOf, slugOf, type NewCohort, type NewCohortRefusal } from './cohort.ts';
import { defaultPledge, pledgeFault, type Pledge, type PledgeFault } from './pledge.ts';
import {
	largestTeam,
	mostAbsences,
	readAbsence,
	readSeller,
	sameMailbox,
	type Absence,
	type RosterRefusal,
	type SellerForm
} from './seller.ts';
import { isShare, shares as allShares } from './sponsorship.ts';
import { absence, cohort, enrollment, seat, seller, sponsorship } from './tables.server.ts';

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

/** The enrollment whose roster a leader keeps: the one that started last, as `myEnrollment` says. */
async function rosterOf({ db, who }: Context<Leader>) {
	const [found] = await db
		.select({ id: enrollment.id, email: person.email })
		.from(enrollment)
		.innerJoin(person, eq(person.id, enrollment.leaderId))
		.where(eq(enrollment.leaderId, who.personId))
		.orderBy(sql`${enrollment.dayZero} desc`)
		.limit(1);
	return found ?? null;
}

const rosterRefusals: Record<string, RosterRefusal> = {
	seller_email: 'address-taken',
	seller_external_id: 'crm-id-taken',
	seller_ended: 'left-before-start'
};

/** Turns what the table refused into a reason; anything else is thrown on. */
async function orRosterRefusal<T>(
	work: Promise<Result<T, RosterRefusal>>
): Promise<Result<T, RosterRefusal>> {
	try {
		return await work;
	} catch (error) {
		const reason = rosterRefusals[refusedBy(error) ?? ''];
		if (reason) return refuse(reason);
		throw error;
	}
}

/** Puts a seller on the leader's own roster. @returns the seller's id */
export async function addSeller(
	ctx: Context<Leader>,
	form: SellerForm
): Promise<Result<string, RosterRefusal>> {
	const read = readSeller(form);
	if (!read.ok) return read;
	return orRosterRefusal(
		inTransactionOrUndo<Leader, Result<string, RosterRefusal>>(ctx, async (tx) => {
			const team = await rosterOf(tx);
			if (!team) return refuse('not-on-team');
			// Whoever holds the links holds the answers.
			if (sameMailbox(team.email, read.value.email)) return refuse('own-address');
			if ((await tx.db.$count(seller, eq(seller.enrollmentId, team.id))) >= largestTeam)
				return refuse('team-full');
			const [made] = await tx.db
				.insert(seller)
				.values({ ...read.value, enrollmentId: team.id, createdAt: ctx.now })
				.returning({ id: seller.id });
			await audit(tx, { action: 'seller-added', object: { kind: 'seller', id: made!.id } });
			return ok(made!.id);
		})
	);
}

/** Changes what the roster says about one of the leader's own sellers. */
export async function changeSeller(
	ctx: Context<Leader>,
	sellerId: string,
	form: SellerForm
): Promise<Result<null, RosterRefusal>> {
	const read = readSeller(form);
	if (!read.ok) return read;
	return onOwnSeller(ctx, sellerId, 'seller-changed', read.value);
}

/** Notes that a seller left the team on this day, or, with null, that they are still there. */
export async function sellerLeaves(
	ctx: Context<Leader>,
	sellerId: string,
	on: Day | null
): Promise<Result<null, RosterRefusal>> {
	if (on !== null && !isDay(on)) return refuse('not-a-day');
	return onOwnSeller(ctx, sellerId, on ? 'seller-left' : 'seller-stayed', { endedOn: on });
}

async function onOwnSeller(
	ctx: Context<Leader>,
	sellerId: string,
	action: string,
	change: Partial<typeof seller.$inferInsert>
): Promise<Result<null, RosterRefusal>> {
	if (!isId(sellerId)) return refuse('not-on-team');
	return orRosterRefusal(
		inTransactionOrUndo<Leader, Result<null, RosterRefusal>>(ctx, async (tx) => {
			const team = await rosterOf(tx);
			if (!team) return refuse('not-on-team');
			if (change.email && sameMailbox(team.email, change.email)) return refuse('own-address');
			const [changed] = await tx.db
				.update(seller)
				.set(change)
				.where(and(eq(seller.id, sellerId), eq(seller.enrollmentId, team.id)))
				.returning({ id: seller.id });
			if (!changed) return refuse('not-on-team');
			await audit(tx, { action, object: { kind: 'seller', id: sellerId } });
			return ok(null);
		})
	);
}

/**
 * Books leave for one of the leader's own sellers, or, with `everybody`, for all who are on the team
 * in those days. The same leave twice is one.
 */
export async function bookAbsence(
	ctx: Context<Leader>,
	{ sellerId, ...days }: Absence & { sellerId: string }
): Promise<Result<null, RosterRefusal>> {
	const read = readAbsence(days);
	if (!read.ok) return read;
	const { from, to } = read.value;
	if (sellerId !== 'everybody' && !isId(sellerId)) return refuse('not-on-team');
	return inTransactionOrUndo<Leader, Result<null, RosterRefusal>>(ctx, async (tx) => {
		const team = await rosterOf(tx);
		if (!team) return refuse('not-on-team');
		const sellers = await tx.db
			.select({ id: seller.id })
			.from(seller)
			.where(
				and(
					eq(seller.enrollmentId, team.id),
					sellerId === 'everybody'
						? and(lte(seller.startedOn, to), or(isNull(seller.endedOn), gte(seller.endedOn, from)))
						: eq(seller.id, sellerId)
				)
			)
			.for('update');
		if (sellers.length === 0) return refuse('not-on-team');
		const ids = sellers.map(({ id }) => id);
		const booked = await tx.db
			.insert(absence)
			.values(ids.map((id) => ({ sellerId: id, firstDay: from, lastDay: to, createdAt: ctx.now })))
			.onConflictDoNothing()
			.returning({ sellerId: absence.sellerId });
		const most = await tx.db
			.select({ count: count() })
			.from(absence)
			.where(inArray(absence.sellerId, ids))
			.groupBy(absence.sellerId)
			.orderBy(desc(count()))
			.limit(1);
		if ((most[0]?.count ?? 0) > mostAbsences) return refuse('absences-full');
		for (const { sellerId: id } of booked)
			await audit(tx, {
				action: 'absence-booked',
				object: { kind: 'seller', id },
				detail: { from, to }
			});
		if (booked.length > 0) await countAgain(tx, team.id);
		return ok(null);
	});
}

/** Leave moves the figures: they are made anew as after a file. */
const countAgain = (ctx: Context, enrollmentId: string) =>
	enqueue(ctx, 'refresh-results', {
		payload: { enrollmentId },
		key: `refresh-results/${enrollmentId}`
	});

/** Takes back a leave of one of the leader's own sellers. */
export async function cancelAbsence(
	ctx: Context<Leader>,
	absenceId: string
): Promise<Result<null, RosterRefusal>> {
	if (!isId(absenceId)) return refuse('not-on-team');
	return inTransactionOrUndo<Leader, Result<null, RosterRefusal>>(ctx, async (tx) => {
		const team = await rosterOf(tx);
		const [gone] = team
			? await tx.db
					.delete(absence)
					.where(
						and(
							eq(absence.id, absenceId),
							sql`${absence.sellerId} in (select s.id from seller s where s.enrollment_id = ${team.id})`
						)
					)
					.returning()
			: [];
		if (!team || !gone) return refuse('not-on-team');
		await audit(tx, {
			action: 'absence-cancelled',
			object: { kind: 'seller', id: gone.sellerId },
			detail: { from: gone.firstDay, to: gone.lastDay }
		});
		await countAgain(tx, team.id);
		return ok(null);
	});
}

/**
 * Decides what a sponsor sees of the leader's own enrollment. Taking a share back closes it with the
 * next page that is opened. What is not a share is refused, and so is anybody else's sponsorship.
 */
export async function shareWithSponsor(
	ctx: Context<Leader>,
	{ sponsorshipId, shares }: { sponsorshipId: string; shares: readonly string[] }
): Promise<Result<null, 'not-found' | 'not-a-share'>> {
	if (!isId(sponsorshipId)) return refuse('not-found');
	const agreed = allShares.filter((share) => shares.includes(share));
	if (!shares.every(isShare)) return refuse('not-a-share');
	return inTransaction(ctx, async (tx) => {
		const [changed] = await tx.db
			.update(sponsorship)
			.set({ shares: agreed, agreedAt: agreed.length > 0 ? ctx.now : null })
			.where(
				and(
					eq(sponsorship.id, sponsorshipId),
					sql`${sponsorship.enrollmentId} in (select e.id from enrollment e where e.leader_id = ${ctx.who.personId})`
				)
			)
			.returning({ id: sponsorship.id });
		if (!changed) return refuse('not-found');
		await audit(tx, {
			action: 'shares-agreed',
			object: { kind: 'sponsorship', id: sponsorshipId },
			detail: { shares: agreed.join(',') }
		});
		return ok(null);
	});
}
