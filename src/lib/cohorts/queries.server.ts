import { and, desc, eq, isNull, sql } from 'drizzle-orm';
import type { Coach, Leader } from '#lib/people/actor.ts';
import { person } from '#lib/people/tables.server.ts';
import type { Context } from '#lib/server/context.server.ts';
import { isId } from '#lib/values/id.ts';
import type { Enrollment } from './enrollment.ts';
import { cohort, enrollment, seller } from './tables.server.ts';

const columns = {
	id: enrollment.id,
	cohortId: enrollment.cohortId,
	cohortName: cohort.name,
	programId: cohort.programId,
	seatNumber: enrollment.seatNumber,
	leaderId: enrollment.leaderId,
	coachId: enrollment.coachId,
	company: enrollment.company,
	dayZero: enrollment.dayZero,
	timeZone: enrollment.timeZone,
	currency: enrollment.currency,
	towards: enrollment.towards,
	state: sql<Enrollment['state']>`${enrollment.state}`
};

export type EnrollmentInCohort = Enrollment & { cohortName: string; programId: string };

/** The leader's own enrollment: the one that started last. Null when they have none. One statement. */
export async function myEnrollment({ db, who }: Context<Leader>): Promise<(EnrollmentInCohort & { coachName: string }) | null> {
	const [found] = await db
		.select({ ...columns, coachName: person.name })
		.from(enrollment)
		.innerJoin(cohort, eq(cohort.id, enrollment.cohortId))
		.innerJoin(person, eq(person.id, enrollment.coachId))
		.where(eq(enrollment.leaderId, who.personId))
		.orderBy(desc(enrollment.dayZero))
		.limit(1);
	return found ?? null;
}

/** An enrollment of one of the coach's own leaders; null for anybody else's. */
export async function enrollmentForCoach(
	{ db, who }: Context<Coach>,
	id: string
): Promise<(EnrollmentInCohort & { leaderName: string; leaderTimeZone: string }) | null> {
	if (!isId(id)) return null;
	const [found] = await db
		.select({ ...columns, leaderName: person.name, leaderTimeZone: person.timeZone })
		.from(enrollment)
		.innerJoin(cohort, eq(cohort.id, enrollment.cohortId))
		.innerJoin(person, eq(person.id, enrollment.leaderId))
		.where(and(eq(enrollment.id, id), eq(enrollment.coachId, who.personId)));
	return found ?? null;
}

/** The sellers on the roster, in the order of their names; those who left only when asked for. */
export async function roster({ db }: Context, enrollmentId: string, { withLeft = false } = {}) {
	return db
		.select()
		.from(seller)
		.where(and(eq(seller.enrollmentId, enrollmentId), withLeft ? undefined : isNull(seller.endedOn)))
		.orderBy(seller.name)
		.limit(200);
}
