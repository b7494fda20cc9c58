import { and, desc, eq, getTableColumns, isNull, sql, type SQL } from 'drizzle-orm';
import type { Admin, Coach, Leader } from '#lib/people/actor.ts';
import { program } from '#lib/curriculum/tables.server.ts';
import { person } from '#lib/people/tables.server.ts';
import type { Context } from '#lib/server/context.server.ts';
import type { Day } from '#lib/values/day.ts';
import { isId } from '#lib/values/id.ts';
import { stageOf, type Stage } from './cohort.ts';
import type { Enrollment } from './enrollment.ts';
import { storedPledge, type Pledge } from './pledge.ts';
import type { Tally } from './seat.ts';
import type { Absence } from './seller.ts';
import type { Share } from './sponsorship.ts';
import { cohort, enrollment, seller, sponsorship } from './tables.server.ts';

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

/** The id of the cohort with this id or this name in its address, as a subselect; null when there is none. */
export const cohortIdOf = (key: string): SQL<string | null> =>
	sql`(select k.id from cohort k where k.slug = ${key} or k.id = ${isId(key) ? key : null}::uuid limit 1)`;

export type EnrollmentInCohort = Enrollment & { cohortName: string; programId: string };

/** The leader's own enrollment: the one that started last. Null when they have none. One statement. */
export async function myEnrollment({
	db,
	who
}: Context<Leader>): Promise<(EnrollmentInCohort & { coachName: string }) | null> {
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

/** The sellers on the roster with their leave, in the order of their names; those who left only when asked for. */
export async function roster({ db }: Context, enrollmentId: string, { withLeft = false } = {}) {
	return db
		.select({
			...getTableColumns(seller),
			absences: sql<BookedAbsence[]>`${absencesOf(sql`seller.id`)}`
		})
		.from(seller)
		.where(
			and(eq(seller.enrollmentId, enrollmentId), withLeft ? undefined : isNull(seller.endedOn))
		)
		.orderBy(seller.name)
		.limit(200);
}

export type BookedAbsence = Absence & { id: string };
/** The booked leave of a seller as JSON: [{ id, from, to }], both days included, the first one first. */
export const absencesOf = (sellerId: SQL) => sql`coalesce((select json_agg(
	json_build_object('id', a.id, 'from', a.first_day, 'to', a.last_day) order by a.first_day, a.last_day)
	from absence a where a.seller_id = ${sellerId}), '[]'::json)`;

/** How many of a cohort's seats are in each state, as one JSON object beside the cohort's own columns. */
const tally = sql<Tally>`(select json_build_object(
	'free', count(*) filter (where s.state = 'free'), 'held', count(*) filter (where s.state = 'held'),
	'sold', count(*) filter (where s.state = 'sold'), 'blocked', count(*) filter (where s.state = 'blocked'))
	from seat s where s.cohort_id = ${cohort.id})`;

const offered = {
	id: cohort.id,
	slug: cohort.slug,
	name: cohort.name,
	startsOn: cohort.startsOn,
	priceMinor: cohort.priceMinor,
	currency: cohort.currency,
	timeZone: cohort.timeZone,
	salesOpen: cohort.salesOpen,
	pledge: cohort.pledge,
	coachId: cohort.coachId,
	coachName: person.name,
	tally
};

/** A cohort as the public sees it. */
export type OfferedCohort = {
	id: string;
	slug: string;
	name: string;
	startsOn: Day;
	priceMinor: number;
	currency: string;
	timeZone: string;
	coachId: string;
	coachName: string;
	tally: Tally;
	pledge: Pledge;
	stage: Stage;
};

const asOffered =
	(now: Date) =>
	({
		salesOpen,
		pledge,
		...row
	}: Omit<OfferedCohort, 'stage' | 'pledge'> & {
		salesOpen: boolean;
		pledge: unknown;
	}): OfferedCohort => ({
		...row,
		pledge: storedPledge(pledge),
		stage: stageOf({ ...row, salesOpen }, row.tally, now)
	});

/** The cohort that a visitor is offered: the next one to begin, one with a free seat before a full one. One statement. */
export async function nextCohort({ db, now }: Context): Promise<OfferedCohort | null> {
	const rows = await db
		.select(offered)
		.from(cohort)
		.innerJoin(person, eq(person.id, cohort.coachId))
		.where(
			// The second line is what is meant; the first lets the index leave out all cohorts that are over.
			sql`${cohort.startsOn} >= ${now.toISOString().slice(0, 10)}::date - 1
				and ${cohort.startsOn} > (${now.toISOString()}::timestamptz at time zone ${cohort.timeZone})::date`
		)
		.orderBy(cohort.startsOn)
		.limit(5);
	const coming = rows.map(asOffered(now));
	return coming.find(({ stage }) => stage === 'open') ?? coming[0] ?? null;
}

/** One cohort by the name in its address. */
export async function cohortBySlug(
	{ db, now }: Context,
	slug: string
): Promise<OfferedCohort | null> {
	const [row] = await db
		.select(offered)
		.from(cohort)
		.innerJoin(person, eq(person.id, cohort.coachId))
		.where(eq(cohort.slug, slug));
	return row ? asOffered(now)(row) : null;
}

/** One of the coach's own cohorts, for editing its pledge; null for anybody else's. */
export async function cohortForCoach(
	{ db, now, who }: Context<Coach>,
	id: string
): Promise<OfferedCohort | null> {
	if (!isId(id)) return null;
	const [row] = await db
		.select(offered)
		.from(cohort)
		.innerJoin(person, eq(person.id, cohort.coachId))
		.where(and(eq(cohort.id, id), eq(cohort.coachId, who.personId)));
	return row ? asOffered(now)(row) : null;
}

/** All cohorts, the latest first. */
export async function cohortsForAdmin({ db, now }: Context<Admin>): Promise<OfferedCohort[]> {
	const rows = await db
		.select(offered)
		.from(cohort)
		.innerJoin(person, eq(person.id, cohort.coachId))
		.orderBy(desc(cohort.startsOn))
		.limit(50);
	return rows.map(asOffered(now));
}

/** What a new cohort can be made of: programs and coaches. Two statements. */
export async function newCohortChoices({ db }: Context<Admin>) {
	const [programs, coaches] = await Promise.all([
		db
			.select({ id: program.id, title: program.title })
			.from(program)
			.orderBy(program.title)
			.limit(50),
		db
			.select({ id: person.id, name: person.name })
			.from(person)
			.where(and(sql`'coach' = any(${person.roles})`, isNull(person.disabledAt)))
			.orderBy(person.name)
			.limit(100)
	]);
	return { programs, coaches };
}

/** Who answers for the leader's own enrollment, and what was agreed that they see. One statement. */
export async function mySponsors({ db, who }: Context<Leader>) {
	return db
		.select({
			id: sponsorship.id,
			name: person.name,
			shares: sql<Share[]>`${sponsorship.shares}`,
			agreedAt: sponsorship.agreedAt
		})
		.from(sponsorship)
		.innerJoin(enrollment, eq(enrollment.id, sponsorship.enrollmentId))
		.innerJoin(person, eq(person.id, sponsorship.sponsorId))
		.where(eq(enrollment.leaderId, who.personId))
		.orderBy(desc(enrollment.dayZero), person.name)
		.limit(20);
}
