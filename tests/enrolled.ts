/** A leader on a seat, with coach, cohort and team: where most tests begin. */
import { randomUUID } from 'node:crypto';
import { eq, inArray, like, or } from 'drizzle-orm';
import { enrollment, seller } from '#lib/cohorts/tables.server.ts';
import { fulfill, startCheckout } from '#lib/payments/commands.server.ts';
import { hashAddress } from '#lib/server/seal.server.ts';
import { emailOutbox } from '#lib/server/tables.server.ts';
import { addDays } from '#lib/values/day.ts';
import { offered, origin, selling } from './cohort.ts';
import { fakeTill } from './till.ts';
import type { World } from './world.ts';

type Options = {
	dayZero?: string;
	sellers?: number;
	programId?: string;
	leader?: string;
	coach?: string;
};

/**
 * Enrolls a leader in a cohort of their own: they apply, are offered a seat and pay for it, before
 * the first day. The mails of that way are cleared away.
 *
 * @returns contexts of the leader and the coach, the enrollment's id and the sellers' ids
 */
export async function enrolled(world: World, options: Options = {}) {
	const {
		dayZero = '2027-01-11',
		sellers = 6,
		leader: email = `leader-${randomUUID()}@team.example`,
		coach = 'maren@lofte.example',
		programId
	} = options;
	const { db } = world;
	const now = new Date(
		Math.min(world.now.getTime(), Date.parse(`${addDays(dayZero, -7)}T09:00:00Z`))
	);
	const early: World = {
		...world,
		now,
		system: () => ({ ...world.system(), now }),
		visitor: () => ({ ...world.visitor(), now }),
		as: async (role, address, person) => ({ ...(await world.as(role, address, person)), now })
	};
	const run = await selling(early, {
		seats: 1,
		startsOn: dayZero,
		coach,
		...(programId && { programId })
	});
	const { token } = await offered(early, run, email, { teamSize: String(Math.max(sellers, 3)) });
	const bank = fakeTill(() => now);
	const begun = await startCheckout(early.visitor(), bank.till, { token, origin });
	if (!begun.ok) throw new Error(begun.reason);
	const { sessionId } = bank.sessionAt(begun.value.url);
	bank.pay(sessionId);
	const outcome = await fulfill(early.system(), bank.till, { sessionId, origin });
	if (outcome !== 'enrolled') throw new Error(outcome);
	const [part] = await db
		.select({ id: enrollment.id })
		.from(enrollment)
		.where(eq(enrollment.cohortId, run.id));
	const mailsTo = [email, coach].map((address) => hashAddress(world.keys, address));
	await db
		.delete(emailOutbox)
		.where(
			or(
				inArray(emailOutbox.recipientHash, mailsTo),
				like(emailOutbox.dedupeKey, 'application-waits/%')
			)
		);

	const rows = Array.from({ length: sellers }, (_, index) => ({
		enrollmentId: part!.id,
		name: `Seller ${index + 1}`,
		email: `seller${index + 1}@team.example`,
		externalId: `S${index + 1}`,
		startedOn: '2024-01-01',
		createdAt: now
	}));
	const team = rows.length > 0 ? await db.insert(seller).values(rows).returning() : [];
	return {
		leader: await world.as('leader', email, { name: 'Ingrid Solheim' }),
		coach: await world.as('coach', coach, { name: 'Maren Holt' }),
		cohortId: run.id,
		enrollmentId: part!.id,
		sellers: team,
		programId: run.programId
	};
}
