import { createHash } from 'node:crypto';
import { and, desc, eq, ne, sql, type SQL } from 'drizzle-orm';
import { stageOf, type Stage } from '#lib/cohorts/cohort.ts';
import { standing } from '#lib/cohorts/enrollment.ts';
import type { PastOutcome } from '#lib/cohorts/outcome.ts';
import {
	cohortIdOf,
	absencesOf,
	myEnrollment,
	roster,
	type EnrollmentInCohort
} from '#lib/cohorts/queries.server.ts';
import type { Tally } from '#lib/cohorts/seat.ts';
import type { Share } from '#lib/cohorts/sponsorship.ts';
import { enrollment } from '#lib/cohorts/tables.server.ts';
import type { Admin, Coach, Leader, Sponsor } from '#lib/people/actor.ts';
import type { Context } from '#lib/server/context.server.ts';
import { whoAsks, type Question } from '#lib/server/question.server.ts';
import { unseal } from '#lib/server/seal.server.ts';
import { addDays, dayIn, daysBetween, weekOf, type Day } from '#lib/values/day.ts';
import { isId } from '#lib/values/id.ts';
import {
	baselineFigures,
	computeBaseline,
	defaultPolicy,
	inputsText,
	mayStillLock,
	noHolidays,
	obstacleToLock,
	restatedPct,
	suggestedPrimary,
	warningsFor,
	type BaselineFigures,
	type BaselineInput,
	type Calendar,
	type Computed,
	type LockRefusal,
	type Policy,
	type Warning
} from './baseline.ts';
import {
	driftBetween,
	mostDeals,
	previewOf,
	type BatchStatus,
	type BatchSummary,
	type Drift,
	type KnownDeal,
	type Preview
} from './batch.ts';
import { readDealsFile, type Reading, type RosterSeller } from './deals-file.ts';
import type { CohortResult } from './cohort-result.ts';
import { outcomeOf, type Ended } from './course.ts';
import { isIn, speaksUntil, type DealFact, type TeamMember } from './deals.ts';
import { programWeeks } from './forecast.ts';
import { usualCalendar } from './holidays.server.ts';
import type { EventKind } from './known-event.ts';
import {
	emptyResult,
	frozenAfterDays,
	isFrozenOn,
	staleAfterDays,
	type KnownEvent
} from './measurement.ts';
import type { BaselineId, PillarResult, Source } from './pillar.ts';
import { cohortResult, deal, importBatch } from './tables.server.ts';
import { pillars, type Pillar } from './verdict.ts';
import type { LeaderDeals } from './weekly.ts';

// The facts of one enrollment -------------------------------------------------------------------

type Draft = {
	policy: Partial<Policy>;
	leaderSignedAt: string | null;
	coachSignedAt: string | null;
	inputsSha256: string;
};
export type Locked = {
	version: number;
	policy: Policy;
	computed: Computed;
	inputsSha256: string;
	lockedAt: string;
	reason: string | null;
};
type ConfirmedBatch = {
	id: string;
	fileName: string;
	createdAt: string;
	confirmedAt: string;
	summary: BatchSummary;
};
export type EventRow = KnownEvent & { id: string; kind: EventKind; note: string };

/** All that measurement knows of an enrollment but its deals. */
export type Facts = {
	enrollment: {
		id: string;
		cohortId: string;
		leaderId: string;
		coachId: string;
		leaderName: string;
		coachName: string;
		dayZero: Day;
		timeZone: string;
		currency: string;
		state: 'active' | 'left';
		leftOn: Day | null;
	};
	team: TeamMember[];
	minGroup: number;
	/** Flags that were published of the team's own baseline; empty before it closed. */
	engagementFlags: string[];
	draft: Draft | null;
	locked: Locked | null;
	/** What was locked before that, the first one first. */
	earlier: Locked[];
	/** What is proposed while nobody has chosen a country: the holidays where the cohort's clock stands. */
	usual: Calendar;
	events: EventRow[];
	/** Confirmed files, newest first. */
	batches: ConfirmedBatch[];
};

/** One statement. The caller has loaded the enrollment through its owner, or is the worker. */
export async function factsOf({ db }: Context, enrollmentId: string): Promise<Facts | null> {
	if (!isId(enrollmentId)) return null;
	const [row] = (await db.execute(sql`
		select
			json_build_object('id', e.id, 'cohortId', e.cohort_id, 'leaderId', e.leader_id, 'coachId', e.coach_id,
				'leaderName', l.name, 'coachName', c.name, 'dayZero', e.day_zero, 'timeZone', e.time_zone,
				'currency', e.currency, 'state', e.state, 'leftOn', e.left_on) as enrollment,
			coalesce((select json_agg(json_build_object('id', s.id, 'fte', s.fte, 'startsOn', s.started_on,
				'endsOn', s.ended_on, 'absences', ${absencesOf(sql`s.id`)}) order by s.id)
				from seller s where s.enrollment_id = e.id), '[]'::json) as team,
			coalesce((select p.min_group from team_policy p where p.enrollment_id = e.id), 5) as "minGroup",
			coalesce((select r.payload -> 'flags' from published_result r
				where r.enrollment_id = e.id and r.wave_index = 0), '[]'::jsonb) as "engagementFlags",
			(select json_build_object('policy', d.policy, 'leaderSignedAt', d.leader_signed_at,
				'coachSignedAt', d.coach_signed_at, 'inputsSha256', d.inputs_sha256)
				from baseline_draft d where d.enrollment_id = e.id) as draft,
			(select json_build_object('version', b.version, 'policy', b.policy, 'computed', b.computed,
				'inputsSha256', b.inputs_sha256, 'lockedAt', b.locked_at, 'reason', b.reason)
				from baseline b where b.enrollment_id = e.id order by b.version desc limit 1) as locked,
			coalesce((select json_agg(json_build_object('version', b.version, 'policy', b.policy,
				'computed', b.computed, 'inputsSha256', b.inputs_sha256, 'lockedAt', b.locked_at, 'reason', b.reason)
				order by b.version) from baseline b where b.enrollment_id = e.id and b.version <
				(select max(o.version) from baseline o where o.enrollment_id = e.id)), '[]'::json) as earlier,
			coalesce((select json_agg(json_build_object('id', k.id, 'day', k.day, 'kind', k.kind, 'size', k.size,
				'note', k.note) order by k.day, k.created_at)
				from known_event k where k.enrollment_id = e.id), '[]'::json) as events,
			coalesce((select json_agg(json_build_object('id', i.id, 'fileName', i.file_name, 'createdAt', i.created_at,
				'confirmedAt', i.confirmed_at, 'summary', i.summary) order by i.confirmed_at desc)
				from import_batch i where i.enrollment_id = e.id and i.status = 'confirmed'), '[]'::json) as batches
		from enrollment e
		join person l on l.id = e.leader_id
		join person c on c.id = e.coach_id
		where e.id = ${enrollmentId}`)) as unknown as Facts[];
	if (!row) return null;
	const { draft, locked, enrollment: of } = row;
	const chosen = locked !== null || draft?.policy.country !== undefined;
	return { ...row, usual: chosen ? noHolidays : await usualCalendar(of) };
}

/** The decided deals of an enrollment. One statement. */
export async function dealsOf({ db }: Context, enrollmentId: string): Promise<DealFact[]> {
	const rows = await db
		.select({
			externalId: deal.externalId,
			sellerId: deal.sellerId,
			status: deal.status,
			closedOn: deal.closedOn,
			createdOn: deal.createdOn,
			amountMinor: deal.amountMinor,
			currency: deal.currency,
			kind: deal.kind
		})
		.from(deal)
		.where(and(eq(deal.enrollmentId, enrollmentId), ne(deal.status, 'open')))
		.limit(200_000);
	return rows as DealFact[];
}

/** The policy as it stands: the locked one, or the proposal on top of what is usual. */
export const policyOf = ({ locked, draft, usual, minGroup }: Facts): Policy =>
	locked
		? // One from before holidays were known counts none.
			{ ...noHolidays, ...locked.policy }
		: { ...defaultPolicy, ...usual, ...draft?.policy, minGroup };

export const inputOf = (facts: Facts, deals: readonly DealFact[]): BaselineInput => ({
	dayZero: facts.enrollment.dayZero,
	currency: facts.enrollment.currency,
	team: facts.team,
	deals,
	policy: policyOf(facts)
});

/** What a signature is for. */
export const inputsSha256 = (input: BaselineInput): string =>
	createHash('sha256').update(inputsText(input)).digest('hex');

/** The whole file that speaks of the latest day, and until when. */
export function latestSource({
	batches,
	enrollment: { timeZone }
}: Pick<Facts, 'batches' | 'enrollment'>): {
	speaksUntil: Day;
	source: Omit<Source, 'stale' | 'daysOld'>;
} | null {
	let latest: ReturnType<typeof latestSource> = null;
	for (const { id, fileName, createdAt, confirmedAt, summary } of batches) {
		if (summary.drift.part) continue;
		const broughtOn = dayIn(new Date(createdAt), timeZone);
		const until = speaksUntil({ broughtOn, lastRow: summary.lastRow });
		if (latest && latest.speaksUntil >= until) continue;
		latest = {
			speaksUntil: until,
			source: {
				batchId: id,
				fileName,
				crm: summary.crm,
				importedAt: new Date(confirmedAt).toISOString(),
				lastDay: until,
				used: summary.used,
				leftOut: summary.leftOut
			}
		};
	}
	return latest;
}

// Evidence --------------------------------------------------------------------------------------

export type BatchRow = {
	id: string;
	fileName: string;
	status: BatchStatus;
	createdAt: Date;
	confirmedAt: Date | null;
	summary: BatchSummary | null;
};

export type Evidence = {
	currency: string;
	timeZone: string;
	files: BatchRow[];
	/** The file that speaks of the latest day; `null` before the first. */
	latest: { id: string; lastDay: Day; daysOld: number; stale: boolean } | null;
	changes: number;
};

const mostFiles = 50;

/** The files behind the leader's numbers, newest first. Two statements; null without an enrollment. */
export async function evidence(ctx: Context<Leader>): Promise<Evidence | null> {
	const mine = await myEnrollment(ctx);
	if (!mine) return null;
	const { db, now } = ctx;
	const rows = await db
		.select({
			id: importBatch.id,
			fileName: importBatch.fileName,
			status: importBatch.status,
			createdAt: importBatch.createdAt,
			confirmedAt: importBatch.confirmedAt,
			summary: importBatch.summary,
			changes: sql<number>`(select count(*)::int from deal_version v join import_batch b on b.id = v.import_id
				where b.enrollment_id = ${mine.id} and v.before is not null)`
		})
		.from(importBatch)
		.where(and(eq(importBatch.enrollmentId, mine.id), ne(importBatch.status, 'discarded')))
		.orderBy(desc(importBatch.createdAt))
		.limit(mostFiles);
	const files = rows as (BatchRow & { changes: number })[];
	const found = latestSource({
		enrollment: { timeZone: mine.timeZone } as Facts['enrollment'],
		batches: files.flatMap(({ id, fileName, status, createdAt, confirmedAt, summary }) =>
			status === 'confirmed' && confirmedAt && summary
				? [
						{
							id,
							fileName,
							createdAt: createdAt.toISOString(),
							confirmedAt: confirmedAt.toISOString(),
							summary
						}
					]
				: []
		)
	});
	const today = dayIn(now, mine.timeZone);
	const daysOld = found ? Math.max(0, daysBetween(found.speaksUntil, today)) : 0;
	return {
		currency: mine.currency,
		timeZone: mine.timeZone,
		files: files.map(({ id, fileName, status, createdAt, confirmedAt, summary }) => ({
			id,
			fileName,
			status,
			createdAt,
			confirmedAt,
			summary
		})),
		latest: found && {
			id: found.source.batchId,
			lastDay: found.speaksUntil,
			daysOld,
			stale: daysOld > staleAfterDays
		},
		changes: files[0]?.changes ?? 0
	};
}

/** A batch of the leader's own, with its file; null for anybody else's. */
export async function ownBatch({ db, who }: Context<Leader>, id: string, { lock = false } = {}) {
	if (!isId(id)) return null;
	const query = db
		.select({
			id: importBatch.id,
			enrollmentId: importBatch.enrollmentId,
			fileName: importBatch.fileName,
			status: sql<BatchStatus>`${importBatch.status}`,
			fileEnc: importBatch.fileEnc,
			answers: sql<Record<string, string>>`${importBatch.answers}`,
			summary: sql<BatchSummary | null>`${importBatch.summary}`,
			createdAt: importBatch.createdAt,
			confirmedAt: importBatch.confirmedAt,
			currency: enrollment.currency,
			timeZone: enrollment.timeZone
		})
		.from(importBatch)
		.innerJoin(enrollment, eq(enrollment.id, importBatch.enrollmentId))
		.where(and(eq(importBatch.id, id), eq(enrollment.leaderId, who.personId)));
	const [found] = await (lock ? query.for('update', { of: importBatch }) : query);
	return found ?? null;
}
export type OwnBatch = NonNullable<Awaited<ReturnType<typeof ownBatch>>>;

/** Everybody who is or was on the team, as files are matched against it. */
export async function rosterOf(ctx: Context, enrollmentId: string): Promise<RosterSeller[]> {
	const sellers = await roster(ctx, enrollmentId, { withLeft: true });
	return sellers.map(({ id, name, externalId, email }) => ({
		sellerId: id,
		name,
		externalId,
		email
	}));
}

/** Reads the batch's file again, with the answers given so far. Null when the file is gone. */
export function readBatch(
	{ keys, now }: Context,
	batch: OwnBatch,
	team: RosterSeller[]
): Reading | null {
	if (!batch.fileEnc) return null;
	const reading = readDealsFile(unseal(keys, 'file', batch.fileEnc), {
		roster: team,
		today: dayIn(now, batch.timeZone),
		defaultCurrency: batch.currency,
		answers: batch.answers,
		timeZone: batch.timeZone
	});
	return reading.ok ? reading.value : null;
}

/** The deals that are there, as a file is compared with them. One statement. */
export async function knownDeals({ db }: Context, enrollmentId: string): Promise<KnownDeal[]> {
	return db
		.select({
			externalId: deal.externalId,
			sellerId: deal.sellerId,
			name: deal.name,
			status: deal.status,
			closedOn: deal.closedOn,
			createdOn: deal.createdOn,
			amountMinor: deal.amountMinor,
			currency: deal.currency,
			kind: deal.kind
		})
		.from(deal)
		.where(eq(deal.enrollmentId, enrollmentId))
		.limit(200_000);
}

export type BatchPage = {
	id: string;
	fileName: string;
	status: BatchStatus;
	createdAt: Date;
	confirmedAt: Date | null;
	currency: string;
	summary: BatchSummary | null;
	/** Only while it waits for confirmation. */
	preview: Preview | null;
	drift: Drift | null;
	sellers: { sellerId: string; name: string }[];
};

/** A file's page: what was read and asked, or what became of it. At most three statements. */
export async function batchPage(ctx: Context<Leader>, id: string): Promise<BatchPage | null> {
	const batch = await ownBatch(ctx, id);
	if (!batch) return null;
	const { fileName, status, createdAt, confirmedAt, currency, summary } = batch;
	const page = { id: batch.id, fileName, status, createdAt, confirmedAt, currency, summary };
	if (status !== 'preview') return { ...page, preview: null, drift: null, sellers: [] };
	const [team, known] = await Promise.all([
		rosterOf(ctx, batch.enrollmentId),
		knownDeals(ctx, batch.enrollmentId)
	]);
	const reading = readBatch(ctx, batch, team);
	const drift = reading && driftBetween(known, reading.deals);
	return {
		...page,
		preview: reading && drift && previewOf(reading, drift, batch.answers),
		drift,
		sellers: team.map(({ sellerId, name }) => ({ sellerId, name }))
	};
}

// Baseline --------------------------------------------------------------------------------------

export type BaselinePage = {
	enrollmentId: string;
	leaderName: string;
	coachName: string;
	dayZero: Day;
	timeZone: string;
	currency: string;
	policy: Policy;
	suggested: BaselineId;
	figures: BaselineFigures[];
	historyWeeks: number;
	warnings: Warning[];
	/** Why it cannot be locked; null when it can. */
	obstacle: LockRefusal | null;
	currenciesWithoutRate: string[];
	cycleDays: number | null;
	/** Public holidays and working days of leave in the baseline's weeks: no time to sell. */
	holidays: number;
	/** `null` in a lock from before leave was known. */
	absenceDays: number | null;
	/** What is signed: posted with the signature, so that nobody signs what they did not see. */
	inputsSha256: string;
	leaderSignedAt: string | null;
	coachSignedAt: string | null;
	locked: { version: number; lockedAt: string; reason: string | null; inputsSha256: string } | null;
	/** As it would be locked today, where that differs and may still be locked: a coach signs it, an admin locks it. */
	changed: BaselineFigures[] | null;
	/** What was locked before, the first one first, with the figures that decided. */
	earlier: { version: number; lockedAt: string; reason: string | null; figures: BaselineFigures }[];
	/** By how much the baseline would differ today, per cent unrounded; only after the lock. */
	restated: { sales: number | null; revenue: number | null } | null;
	events: EventRow[];
	hasFile: boolean;
};

/** The baseline as leader and coach see it. Two statements; the enrollment is the caller's own. */
export async function baselinePage(
	ctx: Context<Leader | Coach>,
	enrollmentId: string
): Promise<BaselinePage | null> {
	const [facts, deals] = await Promise.all([
		factsOf(ctx, enrollmentId),
		isId(enrollmentId) ? dealsOf(ctx, enrollmentId) : []
	]);
	if (!facts || !isOwn(ctx, facts)) return null;
	return baselinePageOf(facts, deals, dayIn(ctx.now, facts.enrollment.timeZone));
}

/** The baseline as an admin sees it, whose only part in it is a further lock. Two statements. */
export async function baselineForAdmin(
	ctx: Context<Admin>,
	enrollmentId: string
): Promise<BaselinePage | null> {
	const facts = await factsOf(ctx, enrollmentId);
	if (!facts?.locked) return null;
	const deals = await dealsOf(ctx, enrollmentId);
	return baselinePageOf(facts, deals, dayIn(ctx.now, facts.enrollment.timeZone));
}

/** Baselines of which the coach has signed changed figures that no admin has locked. One statement; at most 50. */
export async function signedChanges({
	db,
	now
}: Context<Admin>): Promise<{ enrollmentId: string; leaderName: string; cohortName: string }[]> {
	return (await db.execute(sql`
		select e.id as "enrollmentId", l.name as "leaderName", c.name as "cohortName"
		from baseline_draft d
		join enrollment e on e.id = d.enrollment_id
		join person l on l.id = e.leader_id
		join cohort c on c.id = e.cohort_id
		join lateral (select b.locked_at, b.inputs_sha256 from baseline b where b.enrollment_id = e.id
			order by b.version desc limit 1) b on true
		where d.coach_signed_at > b.locked_at and d.inputs_sha256 <> b.inputs_sha256
			and e.day_zero > ${dayIn(now, 'UTC')}::date - ${frozenAfterDays}::int
		order by d.coach_signed_at limit 50`)) as unknown as {
		enrollmentId: string;
		leaderName: string;
		cohortName: string;
	}[];
}

/** Whether the enrollment is the leader's, or of one of the coach's leaders. */
export const isOwn = ({ who }: Context<Leader | Coach>, { enrollment: of }: Facts): boolean =>
	who.role === 'leader' ? of.leaderId === who.personId : of.coachId === who.personId;

/** The leader's own. Three statements. */
export async function myBaseline(ctx: Context<Leader>): Promise<BaselinePage | null> {
	const mine = await myEnrollment(ctx);
	return mine && baselinePage(ctx, mine.id);
}

function baselinePageOf(facts: Facts, deals: DealFact[], today: Day): BaselinePage {
	const { enrollment: of, draft, locked, earlier, events, engagementFlags } = facts;
	const input = inputOf(facts, deals);
	const { policy } = input;
	const current = computeBaseline(input);
	const computed = locked ? locked.computed : current;
	const hash = inputsSha256(input);
	// A signature for a state that is locked already is spent.
	const signed = draft?.inputsSha256 === hash && locked?.inputsSha256 !== hash ? draft : null;
	const figures = baselineFigures(computed, policy.primary);
	// Who came or went since the lock changes what is planned, not what was.
	const asOfToday = baselineFigures(
		{ ...current, plannedExposure: computed.plannedExposure },
		policy.primary
	);
	const changed = locked !== null && JSON.stringify(asOfToday) !== JSON.stringify(figures);
	const late = !locked && !mayStillLock(today, of.dayZero);
	return {
		enrollmentId: of.id,
		leaderName: of.leaderName,
		coachName: of.coachName,
		dayZero: of.dayZero,
		timeZone: of.timeZone,
		currency: of.currency,
		policy,
		suggested: suggestedPrimary(computed),
		figures,
		historyWeeks: computed.historyWeeks,
		warnings: warningsFor(computed, {
			policy,
			goalOutOfScale: engagementFlags.includes('goal_out_of_scale')
		}),
		obstacle: locked ? 'already-locked' : late ? 'too-late' : obstacleToLock(computed, policy),
		currenciesWithoutRate: computed.withoutRate,
		cycleDays: computed.cycleDays,
		holidays: policy.holidays.filter((day) => isIn(day, computed.baseline)).length,
		absenceDays: computed.baseline.absenceDays ?? null,
		inputsSha256: hash,
		leaderSignedAt: signed?.leaderSignedAt ?? null,
		coachSignedAt: signed?.coachSignedAt ?? null,
		locked: locked && {
			version: locked.version,
			lockedAt: locked.lockedAt,
			reason: locked.reason,
			inputsSha256: locked.inputsSha256
		},
		changed: changed && !isFrozenOn(today, of.dayZero) ? asOfToday : null,
		earlier: earlier.flatMap(({ version, lockedAt, reason, policy: agreed, computed: then }) => {
			const decided = baselineFigures(then, agreed.primary).find(({ primary }) => primary);
			return decided ? [{ version, lockedAt, reason, figures: decided }] : [];
		}),
		restated: locked && {
			sales: restatedPct(locked.computed, current, locked.policy, 'sales'),
			revenue: restatedPct(locked.computed, current, locked.policy, 'revenue')
		},
		events,
		hasFile: facts.batches.length > 0
	};
}

// Pages of results ------------------------------------------------------------------------------

/** What is stored of each pillar, without the unrounded figures that no page may have. */
const publishedOf = (enrollmentId: SQL) =>
	sql`coalesce((select json_agg(p.payload - 'basis' order by p.pillar)
		from pillar_result p where p.enrollment_id = ${enrollmentId}), '[]'::json)`;

/** The same without the weeks on the way, for those who only need to know how it ended. */
const outcomesOf = (enrollmentId: SQL) =>
	sql`coalesce((select json_agg(p.payload - '{basis,series}'::text[] order by p.pillar)
		from pillar_result p where p.enrollment_id = ${enrollmentId}), '[]'::json)`;

/**
 * All three pillars, in their order: what nobody has computed yet is not locked.
 *
 * @param week whole weeks done, 0..13
 */
export const allThree = (found: readonly PillarResult[], week: number): PillarResult[] =>
	pillars.map((pillar) => ({
		...(found.find((one) => one.pillar === pillar) ?? emptyResult(pillar, week, 'not-locked')),
		basis: null
	}));

type Counted = { dayZero: Day; timeZone: string };
const weeksDone = (of: Counted, now: Date): number => standing(of, now).weeksDone;

/** The leader's enrollment: what their home begins with; null without one. */
export const homePartQuestion: Question<(EnrollmentInCohort & { coachName: string }) | null> = {
	json: sql`(select json_build_object('id', e.id, 'cohortId', e.cohort_id,
			'cohortName', c.name, 'programId', c.program_id, 'seatNumber', e.seat_number, 'leaderId', e.leader_id,
			'coachId', e.coach_id, 'coachName', p.name, 'company', e.company, 'dayZero', e.day_zero,
			'timeZone', e.time_zone, 'currency', e.currency, 'towards', e.towards, 'state', e.state)
		from enrollment e join cohort c on c.id = e.cohort_id join person p on p.id = e.coach_id
		where e.leader_id = ${whoAsks}
		order by e.day_zero desc limit 1)`,
	read: (found) => found
};

/** What is stored of its results; `allThree` completes them. */
export const homeResultsQuestion: Question<PillarResult[]> = {
	json: sql`(select ${publishedOf(sql`e.id`)} from enrollment e
		where e.leader_id = ${whoAsks} order by e.day_zero desc limit 1)`,
	read: (found: PillarResult[] | null) => found ?? []
};

export type LeaderUplift = {
	dayZero: Day;
	week: number;
	phase: 'before' | 'running' | 'after';
	lockedAt: string | null;
	results: PillarResult[];
	events: EventRow[];
};

/** What the leader's uplift page shows. One statement; null without an enrollment. */
export async function leaderUplift({
	db,
	now,
	who
}: Context<Leader>): Promise<LeaderUplift | null> {
	const [row] = (await db.execute(sql`
		select e.day_zero as "dayZero", e.time_zone as "timeZone", ${publishedOf(sql`e.id`)} as results,
			(select b.locked_at from baseline b where b.enrollment_id = e.id order by b.version limit 1) as "lockedAt",
			coalesce((select json_agg(json_build_object('id', k.id, 'day', k.day, 'kind', k.kind, 'size', k.size,
				'note', k.note) order by k.day, k.created_at)
				from known_event k where k.enrollment_id = e.id), '[]'::json) as events
		from enrollment e where e.leader_id = ${who.personId}
		order by e.day_zero desc limit 1`)) as unknown as (Counted & {
		results: PillarResult[];
		lockedAt: string | null;
		events: EventRow[];
	})[];
	if (!row) return null;
	const { weeksDone: week, phase } = standing(row, now);
	const { dayZero, lockedAt, events } = row;
	return { dayZero, week, phase, lockedAt, events, results: allThree(row.results, week) };
}

/**
 * What the weeks behind the leader's sales and revenue are made of, from the latest lock on. One
 * statement; null before the lock, and for a team that wins more than a page can read.
 */
export async function leaderDeals({ db, who }: Context<Leader>): Promise<LeaderDeals | null> {
	const [row] = (await db.execute(sql`
		select e.day_zero as "dayZero", e.currency,
			json_build_object('windowWeeks', b.policy -> 'windowWeeks', 'rates', b.policy -> 'rates') as policy,
			json_build_object('baseline', b.computed -> 'baseline',
				'lastYearProgram', b.computed -> 'lastYearProgram') as locked,
			coalesce((select json_agg(json_build_object('id', s.id, 'name', s.name, 'fte', s.fte,
				'startsOn', s.started_on, 'endsOn', s.ended_on, 'absences', ${absencesOf(sql`s.id`)}))
				from seller s where s.enrollment_id = e.id), '[]'::json) as team,
			coalesce((select json_agg(json_build_object('externalId', d.external_id, 'sellerId', d.seller_id,
				'status', d.status, 'closedOn', d.closed_on, 'createdOn', d.created_on,
				'amountMinor', d.amount_minor, 'currency', d.currency, 'kind', d.kind))
				from (select * from deal w where w.enrollment_id = e.id and w.status = 'won'
					and w.closed_on >= e.day_zero - 7 * (b.policy ->> 'windowWeeks')::int
					and w.closed_on < e.day_zero + ${7 * programWeeks}::int
					limit ${mostDeals + 1}) d), '[]'::json) as deals
		from enrollment e
		left join lateral (select policy, computed from baseline where enrollment_id = e.id
			order by version desc limit 1) b on true
		where e.leader_id = ${who.personId}
		order by e.day_zero desc limit 1`)) as unknown as (LeaderDeals & {
		locked: { baseline: unknown };
	})[];
	return row?.locked.baseline && row.deals.length <= mostDeals ? { ...row } : null;
}

export type CohortSeatRow = {
	enrollmentId: string;
	seatNumber: number;
	leaderName: string;
	company: string;
	left: boolean;
	leftInWeek: number | null;
	week: number;
	sellers: number;
	results: PillarResult[];
	sponsors: { name: string; shares: string[] }[];
};

export type CohortForAdmin = {
	id: string;
	slug: string;
	name: string;
	startsOn: Day;
	timeZone: string;
	coachName: string;
	salesOpen: boolean;
	stage: Stage;
	tally: Tally;
	/** Whole weeks since the cohort began, 0..13. */
	week: number;
	result: CohortResult | null;
	seats: CohortSeatRow[];
};

/** A cohort with every seat and measure, by id or by the name in its address. One statement. */
export async function cohortForAdmin(
	{ db, now }: Context<Admin>,
	key: string
): Promise<CohortForAdmin | null> {
	const [row] = (await db.execute(sql`
		select c.id, c.slug, c.name, c.starts_on as "startsOn", c.time_zone as "timeZone",
			c.sales_open as "salesOpen", coach.name as "coachName",
			(select json_build_object('free', count(*) filter (where s.state = 'free'),
				'held', count(*) filter (where s.state = 'held'), 'sold', count(*) filter (where s.state = 'sold'),
				'blocked', count(*) filter (where s.state = 'blocked')) from seat s where s.cohort_id = c.id) as tally,
			(select r.payload from cohort_result r where r.cohort_id = c.id) as result,
			coalesce((select json_agg(json_build_object('enrollmentId', e.id, 'seatNumber', e.seat_number,
				'leaderName', l.name, 'company', e.company, 'state', e.state, 'leftOn', e.left_on,
				'dayZero', e.day_zero, 'timeZone', e.time_zone,
				'sellers', (select count(*) from seller m where m.enrollment_id = e.id and m.ended_on is null),
				'results', ${publishedOf(sql`e.id`)},
				'sponsors', coalesce((select json_agg(json_build_object('name', q.name, 'shares', s.shares) order by q.name)
					from sponsorship s join person q on q.id = s.sponsor_id where s.enrollment_id = e.id), '[]'::json)
				) order by e.seat_number)
				from enrollment e join person l on l.id = e.leader_id where e.cohort_id = c.id), '[]'::json) as seats
		from cohort c join person coach on coach.id = c.coach_id
		where c.id = ${cohortIdOf(key)}`)) as unknown as (Omit<
		CohortForAdmin,
		'stage' | 'week' | 'seats'
	> & {
		seats: (Omit<CohortSeatRow, 'left' | 'leftInWeek' | 'week'> &
			Counted & { state: string; leftOn: Day | null })[];
	})[];
	if (!row) return null;
	const { seats, ...cohort } = row;
	return {
		...cohort,
		stage: stageOf(cohort, cohort.tally, now),
		week: weeksDone({ dayZero: cohort.startsOn, timeZone: cohort.timeZone }, now),
		seats: seats.map(({ dayZero, timeZone, state, leftOn, results, ...seat }) => {
			const week = weeksDone({ dayZero, timeZone }, now);
			return {
				...seat,
				left: state === 'left',
				leftInWeek: leftOn === null ? null : Math.max(0, Math.min(13, weekOf(leftOn, dayZero))),
				week,
				results: allThree(results, week)
			};
		})
	};
}

/**
 * How the coach's own leaders stand, from two weeks before day 0 until the late deals are in. One
 * statement; only one leader with `enrollmentId`.
 */
export async function coachedResults(
	{ db, now, who }: Context<Coach>,
	enrollmentId?: string
): Promise<Omit<CohortSeatRow, 'sponsors'>[]> {
	const rows = (await db.execute(sql`
		select e.id as "enrollmentId", e.seat_number as "seatNumber", l.name as "leaderName", e.company,
			e.day_zero as "dayZero", e.time_zone as "timeZone",
			(select count(*)::int from seller m where m.enrollment_id = e.id and m.ended_on is null) as sellers,
			${publishedOf(sql`e.id`)} as results
		from enrollment e join person l on l.id = e.leader_id
		where e.coach_id = ${who.personId} and e.state = 'active'
			and ${enrollmentId ? sql`e.id = ${enrollmentId}` : sql`e.day_zero between ${addDays(dayIn(now, who.timeZone), -105)} and ${addDays(dayIn(now, who.timeZone), 14)}`}
		order by e.day_zero desc, e.seat_number limit 40`)) as unknown as (Omit<
		CohortSeatRow,
		'left' | 'leftInWeek' | 'week' | 'sponsors'
	> &
		Counted)[];
	return rows.map(({ dayZero, timeZone, results, ...seat }) => {
		const week = weeksDone({ dayZero, timeZone }, now);
		return { ...seat, left: false, leftInWeek: null, week, results: allThree(results, week) };
	});
}

/** How the cohorts that have results stand, by cohort. One statement. */
export async function cohortResults({ db }: Context<Admin>): Promise<Map<string, CohortResult>> {
	const rows = await db
		.select({ cohortId: cohortResult.cohortId, payload: cohortResult.payload })
		.from(cohortResult)
		.orderBy(desc(cohortResult.computedAt))
		.limit(100);
	return new Map(rows.map(({ cohortId, payload }) => [cohortId, payload as CohortResult]));
}

export type SponsoredRow = {
	enrollmentId: string;
	leaderName: string;
	company: string;
	cohortName: string;
	startsOn: Day;
	shares: Share[];
	phase: 'before' | 'running' | 'after';
	week: number;
};

/** The leaders that a sponsor answers for. One statement. */
export async function sponsored({ db, now, who }: Context<Sponsor>): Promise<SponsoredRow[]> {
	const rows = (await db.execute(sql`
		select e.id as "enrollmentId", l.name as "leaderName", e.company, c.name as "cohortName",
			e.day_zero as "dayZero", e.time_zone as "timeZone", s.shares
		from sponsorship s
		join enrollment e on e.id = s.enrollment_id
		join person l on l.id = e.leader_id
		join cohort c on c.id = e.cohort_id
		where s.sponsor_id = ${who.personId}
		order by e.day_zero desc, l.name limit 100`)) as unknown as (Omit<
		SponsoredRow,
		'startsOn' | 'phase' | 'week'
	> &
		Counted)[];
	return rows.map(({ dayZero, timeZone, ...row }) => {
		const { phase, weeksDone: week } = standing({ dayZero, timeZone }, now);
		return { ...row, startsOn: dayZero, phase, week };
	});
}

/** What a sponsor is shown of one leader: results only where the leader agreed to it. */
export type SponsorPage = SponsoredRow & {
	agreedAt: string | null;
	results: PillarResult[] | null;
};

/**
 * One leader of the sponsor's own; null for anybody else's. One statement: what was not agreed, or
 * was withdrawn a moment ago, is not even read.
 */
export async function sponsorPage(
	{ db, now, who }: Context<Sponsor>,
	enrollmentId: string
): Promise<SponsorPage | null> {
	if (!isId(enrollmentId)) return null;
	const [row] = (await db.execute(sql`
		select e.id as "enrollmentId", l.name as "leaderName", e.company, c.name as "cohortName",
			e.day_zero as "dayZero", e.time_zone as "timeZone", s.shares, s.agreed_at as "agreedAt",
			case when 'uplift' = any(s.shares) then ${publishedOf(sql`e.id`)} end as results
		from sponsorship s
		join enrollment e on e.id = s.enrollment_id
		join person l on l.id = e.leader_id
		join cohort c on c.id = e.cohort_id
		where s.sponsor_id = ${who.personId} and e.id = ${enrollmentId}`)) as unknown as (Omit<
		SponsorPage,
		'startsOn' | 'phase' | 'week'
	> &
		Counted)[];
	if (!row) return null;
	const { dayZero, timeZone, results, ...rest } = row;
	const { phase, weeksDone: week } = standing({ dayZero, timeZone }, now);
	return { ...rest, startsOn: dayZero, phase, week, results: results && allThree(results, week) };
}

/**
 * How cohorts that are over ended, hits and misses alike, as anybody may read it: without a name of
 * a person or a company. One statement.
 */
export async function pastOutcomes({ db }: Context): Promise<PastOutcome[]> {
	const rows = (await db.execute(sql`
		select c.slug, c.name, r.ended_on::text as "endedOn",
			coalesce((select json_agg(${outcomesOf(sql`e.id`)} order by e.id)
				from enrollment e where e.cohort_id = c.id), '[]'::json) as leaders
		from cohort_result r join cohort c on c.id = r.cohort_id
		where r.ended_on is not null
		order by r.ended_on desc limit 6`)) as unknown as {
		slug: string;
		name: string;
		endedOn: Day;
		leaders: Ended[][];
	}[];
	return rows.map(({ leaders, ...cohort }) => ({
		...cohort,
		leaders: leaders.map((results, index) => {
			const label = String.fromCharCode(65 + index);
			const of = (pillar: Pillar) => outcomeOf(results.find((one) => one.pillar === pillar));
			return {
				key: label,
				label,
				engagement: of('engagement'),
				sales: of('sales'),
				revenue: of('revenue')
			};
		})
	}));
}
