/** A leader on a seat, with coach, cohort and team: where most tests begin. */
import { randomUUID } from 'node:crypto';
import { application, offer } from '#lib/admissions/tables.server.ts';
import { cohort, enrollment, seat, seller } from '#lib/cohorts/tables.server.ts';
import { program } from '#lib/curriculum/tables.server.ts';
import { checkout, payment } from '#lib/payments/tables.server.ts';
import type { World } from './world.ts';

type Options = { dayZero?: string; sellers?: number; programId?: string; leader?: string; coach?: string };

/**
 * Enrolls a leader in a cohort of their own.
 *
 * @returns contexts of the leader and the coach, the enrollment's id and the sellers' ids
 */
export async function enrolled(world: World, options: Options = {}) {
	const { dayZero = '2027-01-11', sellers = 6, leader: email = `leader-${randomUUID()}@team.example`, coach = 'maren@lofte.example' } = options;
	const leaderCtx = await world.as('leader', email, { name: 'Ingrid Solheim' });
	const coachCtx = await world.as('coach', coach, { name: 'Maren Holt' });
	const { db, now } = world;
	let programId = options.programId;
	if (!programId) {
		const [made] = await db
			.insert(program)
			.values({ slug: randomUUID(), title: 'Program', summary: '', createdAt: now })
			.returning();
		programId = made!.id;
	}
	const [run] = await db
		.insert(cohort)
		.values({ slug: randomUUID(), name: 'Cohort', programId, coachId: coachCtx.who.personId, startsOn: dayZero, priceMinor: 8_700_000, currency: 'NOK', pledge: [], createdAt: now })
		.returning();
	const cohortId = run!.id;
	const [asked] = await db
		.insert(application)
		.values({ cohortId, email, name: 'Ingrid Solheim', company: 'Nordbris Mat', locale: 'en', teamSize: sellers, answers: {}, towards: 'x', status: 'enrolled', createdAt: now })
		.returning();
	const [offered] = await db
		.insert(offer)
		.values({ applicationId: asked!.id, priceMinor: 8_700_000, currency: 'NOK', tokenHash: randomUUID(), goodUntil: now, createdAt: now })
		.returning();
	const [paid] = await db
		.insert(checkout)
		.values({ offerId: offered!.id, applicationId: asked!.id, cohortId, status: 'paid', amountMinor: 8_700_000, currency: 'NOK', createdAt: now, updatedAt: now })
		.returning();
	await db.insert(payment).values({ stripePaymentIntent: `pi_${randomUUID()}`, checkoutId: paid!.id, amountMinor: 8_700_000, currency: 'NOK', livemode: false, at: now });
	await db.insert(seat).values({ cohortId, number: 1, state: 'sold', checkoutId: paid!.id });
	const [part] = await db
		.insert(enrollment)
		.values({ cohortId, seatNumber: 1, leaderId: leaderCtx.who.personId, coachId: coachCtx.who.personId, company: 'Nordbris Mat', dayZero, timeZone: 'Europe/Oslo', currency: 'NOK', createdAt: now })
		.returning();
	const team = await db
		.insert(seller)
		.values(
			Array.from({ length: sellers }, (_, index) => ({
				enrollmentId: part!.id,
				name: `Seller ${index + 1}`,
				email: `seller${index + 1}@team.example`,
				externalId: `S${index + 1}`,
				startedOn: '2024-01-01',
				createdAt: now
			}))
		)
		.returning();
	return { leader: leaderCtx, coach: coachCtx, cohortId, enrollmentId: part!.id, sellers: team, programId };
}
