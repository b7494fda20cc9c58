import { and, asc, desc, eq, inArray, isNull, sql } from 'drizzle-orm';
import { storedPledge } from '#lib/cohorts/pledge.ts';
import type { Tally } from '#lib/cohorts/seat.ts';
import { cohortIdOf } from '#lib/cohorts/queries.server.ts';
import { cohort } from '#lib/cohorts/tables.server.ts';
import type { Admin, Visitor } from '#lib/people/actor.ts';
import { person } from '#lib/people/tables.server.ts';
import type { Context } from '#lib/server/context.server.ts';
import { hashToken } from '#lib/server/seal.server.ts';
import { isId } from '#lib/values/id.ts';
import { judge, warningsOf, type Answers, type Status } from './application.ts';
import { offerState } from './offer.ts';
import { application, offer } from './tables.server.ts';

const tally = sql<Tally>`(select json_build_object(
	'free', count(*) filter (where s.state = 'free'), 'held', count(*) filter (where s.state = 'held'),
	'sold', count(*) filter (where s.state = 'sold'), 'blocked', count(*) filter (where s.state = 'blocked'))
	from seat s where s.cohort_id = ${cohort.id})`;

/** Applications to cohorts that have not begun, and those that still wait: who waits longest first. One statement. */
export async function applicationsForAdmin({ db, now }: Context<Admin>) {
	const rows = await db
		.select({
			id: application.id,
			name: application.name,
			company: application.company,
			teamSize: application.teamSize,
			baselineGuess: application.baselineGuess,
			answers: application.answers,
			status: sql<Status>`${application.status}`,
			createdAt: application.createdAt,
			decidedAt: application.decidedAt,
			cohortId: cohort.id,
			cohortName: cohort.name,
			startsOn: cohort.startsOn,
			pledge: cohort.pledge,
			tally
		})
		.from(application)
		.innerJoin(cohort, eq(cohort.id, application.cohortId))
		.where(
			sql`${cohort.startsOn} > (${now.toISOString()}::timestamptz - interval '7 days')::date
				or ${application.status} in ('submitted', 'waiting-for-seat')`
		)
		.orderBy(asc(cohort.startsOn), asc(application.createdAt))
		.limit(300);
	return rows.map(({ pledge, answers, ...row }) => ({
		...row,
		judgement: judge(storedPledge(pledge), answers as Answers),
		warnings: warningsOf(row)
	}));
}

/** One application with everything that its decision needs. One statement; null when there is none. */
export async function applicationForAdmin({ db, now }: Context<Admin>, id: string) {
	if (!isId(id)) return null;
	const [row] = await db
		.select({
			application,
			offer,
			deciderName: person.name,
			cohort: {
				id: cohort.id,
				name: cohort.name,
				startsOn: cohort.startsOn,
				priceMinor: cohort.priceMinor,
				currency: cohort.currency,
				timeZone: cohort.timeZone,
				salesOpen: cohort.salesOpen
			},
			pledge: cohort.pledge,
			tally,
			/** Offers that are out and not paid: together with the free seats they say whether there is room. */
			offersOut: sql<number>`(select count(*)::int from application other where other.cohort_id = ${cohort.id} and other.status in ('offered', 'waiting-for-seat'))`
		})
		.from(application)
		.innerJoin(cohort, eq(cohort.id, application.cohortId))
		.leftJoin(offer, and(eq(offer.applicationId, application.id), isNull(offer.withdrawnAt)))
		.leftJoin(person, eq(person.id, application.decidedBy))
		.where(eq(application.id, id));
	if (!row) return null;
	const pledge = storedPledge(row.pledge);
	const answers = row.application.answers as Answers;
	return {
		...row,
		application: { ...row.application, status: row.application.status as Status, answers },
		pledge,
		judgement: judge(pledge, answers),
		warnings: warningsOf(row.application),
		offerState:
			row.offer && offerState({ ...row.offer, status: row.application.status as Status }, now)
	};
}

/** The offer that a link opens, with its cohort; null for a link that we do not know. One statement. */
export async function offerByToken({ db, now }: Context<Visitor>, token: string) {
	const [row] = await db
		.select({
			id: offer.id,
			applicationId: application.id,
			priceMinor: offer.priceMinor,
			currency: offer.currency,
			goodUntil: offer.goodUntil,
			withdrawnAt: offer.withdrawnAt,
			status: sql<Status>`${application.status}`,
			name: application.name,
			company: application.company,
			cohortName: cohort.name,
			cohortSlug: cohort.slug,
			startsOn: cohort.startsOn,
			timeZone: cohort.timeZone,
			salesOpen: cohort.salesOpen,
			coachName: person.name,
			tally
		})
		.from(offer)
		.innerJoin(application, eq(application.id, offer.applicationId))
		.innerJoin(cohort, eq(cohort.id, application.cohortId))
		.innerJoin(person, eq(person.id, cohort.coachId))
		.where(eq(offer.tokenHash, hashToken(token)));
	return row ? { ...row, state: offerState(row, now) } : null;
}

/** How many applications wait for an answer, for the admin's first page. */
export async function applicationsWaiting({ db }: Context<Admin>) {
	const rows = await db
		.select({
			id: application.id,
			name: application.name,
			company: application.company,
			createdAt: application.createdAt
		})
		.from(application)
		.where(inArray(application.status, ['submitted', 'waiting-for-seat']))
		.orderBy(desc(sql`${application.status} = 'waiting-for-seat'`), application.createdAt)
		.limit(50);
	return rows;
}

/** How many applied for a cohort and how many of them wait for an answer. One statement. */
export async function applicationsTally(
	{ db }: Context<Admin>,
	cohortKey: string
): Promise<{ applied: number; waiting: number }> {
	const [row] = await db
		.select({
			applied: sql<number>`count(*)::int`,
			waiting: sql<number>`(count(*) filter (where ${application.status} in ('submitted', 'waiting-for-seat')))::int`
		})
		.from(application)
		.where(eq(application.cohortId, cohortIdOf(cohortKey)));
	return row ?? { applied: 0, waiting: 0 };
}
