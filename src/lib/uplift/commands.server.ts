import { createHash } from 'node:crypto';
import { and, eq, inArray, isNull, lt, lte, sql } from 'drizzle-orm';
import * as v from 'valibot';
import { myEnrollment } from '#lib/cohorts/queries.server.ts';
import { enrollment } from '#lib/cohorts/tables.server.ts';
import { exactSeries, publishedResults, type ExactWave } from '#lib/engagement/queries.server.ts';
import type { Admin, Coach, Leader, System } from '#lib/people/actor.ts';
import { m } from '#lib/paraglide/messages.js';
import { tellAdmins } from '#lib/people/admins.server.ts';
import { audit } from '#lib/server/audit.server.ts';
import { inTransactionOrUndo, type Context } from '#lib/server/context.server.ts';
import { enqueue } from '#lib/server/job.server.ts';
import { seal } from '#lib/server/seal.server.ts';
import { readCsv } from '#lib/values/csv.ts';
import { dayIn, daysBetween } from '#lib/values/day.ts';
import { isId } from '#lib/values/id.ts';
import { ok, refuse, type Result } from '#lib/values/result.ts';
import {
	computeBaseline,
	mayStillLock,
	noHolidays,
	obstacleToLock,
	proposal,
	type LockRefusal,
	type Policy
} from './baseline.ts';
import {
	acceptedAnswers,
	asKnown,
	driftBetween,
	from,
	mostDeals,
	rememberedAnswers,
	summaryOf,
	type BatchRefusal
} from './batch.ts';
import { cohortFigures, type CohortLeader } from './cohort-figures.ts';
import type { CohortResult } from './cohort-result.ts';
import type { RefusalReason } from './deals-file.ts';
import { programSpan, isIn, wonDeals } from './deals.ts';
import { engagementResult, trajectoryOf } from './engagement-pillar.ts';
import { programWeeks } from './forecast.ts';
import { calendarOf } from './holidays.server.ts';
import { knownEventInput, mostEvents } from './known-event.ts';
import { dealsResult, isFrozenOn } from './measurement.ts';
import { resultMethodVersion, type PillarResult } from './pillar.ts';
import {
	dealsOf,
	factsOf,
	inputOf,
	inputsSha256,
	isOwn,
	knownDeals,
	latestSource,
	ownBatch,
	policyOf,
	readBatch,
	rosterOf,
	type Facts
} from './queries.server.ts';
import {
	baseline,
	baselineDraft,
	cohortResult,
	importBatch,
	knownEvent,
	pillarResult
} from './tables.server.ts';

// Files -----------------------------------------------------------------------------------------

/**
 * Takes a file of deals. Nothing is counted yet: it waits for its questions and for confirmation.
 * The same file again leads to where it already lies.
 */
export async function uploadDeals(
	ctx: Context<Leader>,
	{ fileName, bytes }: { fileName: string; bytes: Uint8Array }
): Promise<Result<{ batchId: string; known: boolean }, BatchRefusal | RefusalReason>> {
	const mine = await myEnrollment(ctx);
	if (!mine) return refuse('no-enrollment');
	const { db, keys, now, who } = ctx;
	const readable = readCsv(bytes);
	if (!readable.ok) return readable;
	const sha256 = createHash('sha256').update(bytes).digest('hex');
	const [last] = await db
		.select({ answers: sql<Record<string, string>>`${importBatch.answers}` })
		.from(importBatch)
		.where(and(eq(importBatch.enrollmentId, mine.id), eq(importBatch.status, 'confirmed')))
		.orderBy(sql`${importBatch.confirmedAt} desc`)
		.limit(1);
	const [added] = await db
		.insert(importBatch)
		.values({
			enrollmentId: mine.id,
			fileName: fileName.slice(0, 200),
			sha256,
			fileEnc: seal(keys, 'file', bytes),
			answers: rememberedAnswers(last?.answers ?? {}),
			uploadedBy: who.personId,
			createdAt: now
		})
		.onConflictDoNothing()
		.returning({ id: importBatch.id });
	if (added) return ok({ batchId: added.id, known: false });
	const [known] = await db
		.select({ id: importBatch.id })
		.from(importBatch)
		.where(
			and(
				eq(importBatch.enrollmentId, mine.id),
				eq(importBatch.sha256, sha256),
				inArray(importBatch.status, ['preview', 'confirmed'])
			)
		);
	return known ? ok({ batchId: known.id, known: true }) : refuse('not-found');
}

/** Keeps the answers that the file takes; answers to anything else are dropped. */
export async function answerBatch(
	ctx: Context<Leader>,
	batchId: string,
	given: Readonly<Record<string, string>>
): Promise<Result<null, BatchRefusal>> {
	return inTransactionOrUndo<Leader, Result<null, BatchRefusal>>(ctx, async (inner) => {
		const batch = await ownBatch(inner, batchId, { lock: true });
		if (!batch) return refuse('not-found');
		if (!from('answer').includes(batch.status)) return refuse('already-decided');
		const reading = readBatch(inner, batch, await rosterOf(inner, batch.enrollmentId));
		if (!reading) return refuse('not-found');
		const answers = { ...batch.answers, ...acceptedAnswers(reading, given) };
		for (const [id, value] of Object.entries(answers)) if (value === '') delete answers[id];
		await inner.db.update(importBatch).set({ answers }).where(eq(importBatch.id, batchId));
		return ok(null);
	});
}

/** One file and one lock at a time per enrollment: a signature never meets half a file. */
const lockDeals = ({ db }: Context, enrollmentId: string) =>
	db.execute(sql`select pg_advisory_xact_lock(hashtextextended(${`deals/${enrollmentId}`}, 0))`);

/**
 * Takes the file's deals over: new ones are added, changed ones changed with their old state kept.
 * Deals that the file does not name stay. A second confirmation changes nothing and says the same.
 */
export async function confirmBatch(
	ctx: Context<Leader>,
	batchId: string
): Promise<Result<{ already: boolean }, BatchRefusal>> {
	// A large file takes a moment to read: that is done before anything is locked.
	const seen = await ownBatch(ctx, batchId);
	if (!seen) return refuse('not-found');
	const { enrollmentId } = seen;
	const reading = readBatch(ctx, seen, await rosterOf(ctx, enrollmentId));
	return inTransactionOrUndo<Leader, Result<{ already: boolean }, BatchRefusal>>(
		ctx,
		async (inner) => {
			await lockDeals(inner, enrollmentId);
			const batch = await ownBatch(inner, batchId, { lock: true });
			if (!batch) return refuse('not-found');
			if (batch.status === 'confirmed') return ok({ already: true });
			if (!from('confirm').includes(batch.status)) return refuse('already-decided');
			if (!reading?.ready || !sameAnswers(batch.answers, seen.answers)) return refuse('not-ready');
			if (reading.deals.length > mostDeals) return refuse('too-many-deals');
			const drift = driftBetween(await knownDeals(inner, enrollmentId), reading.deals);
			const summary = summaryOf(reading, drift);
			if (!summary) return refuse('not-ready');
			await writeDeals(inner, { enrollmentId, batchId, rows: reading.deals.map(asKnown) });
			await inner.db
				.update(importBatch)
				.set({ status: 'confirmed', fileEnc: null, summary, confirmedAt: inner.now })
				.where(eq(importBatch.id, batchId));
			await refreshLater(inner, enrollmentId);
			await audit(inner, {
				action: 'deals-confirmed',
				object: { kind: 'import_batch', id: batchId },
				detail: { used: summary.used, leftOut: summary.leftOut, ...drift }
			});
			return ok({ already: false });
		}
	);
}

const sameAnswers = (one: Record<string, string>, other: Record<string, string>) =>
	Object.keys(one).length === Object.keys(other).length &&
	Object.entries(one).every(([id, answer]) => other[id] === answer);

type KnownRow = ReturnType<typeof asKnown>;

/** So many rows in one statement: far inside its deadline. */
const rowsAtOnce = 2500;

async function writeDeals(
	ctx: Context,
	{ enrollmentId, batchId, rows }: { enrollmentId: string; batchId: string; rows: KnownRow[] }
) {
	for (let start = 0; start < rows.length; start += rowsAtOnce)
		await writeSome(ctx, {
			enrollmentId,
			batchId,
			rows: rows.slice(start, start + rowsAtOnce)
		});
}

/** Adds or changes the rows in one statement, and keeps what each was before. */
async function writeSome(
	{ db, now }: Context,
	{ enrollmentId, batchId, rows }: { enrollmentId: string; batchId: string; rows: KnownRow[] }
) {
	await db.execute(sql`
		with incoming as (
			select * from jsonb_to_recordset(${JSON.stringify(rows)}::text::jsonb) as r (
				"externalId" text, "sellerId" uuid, name text, status text, "closedOn" date, "createdOn" date,
				"amountMinor" bigint, currency char(3), kind text)
		), before as (
			select d.* from deal d join incoming i on i."externalId" = d.external_id
			where d.enrollment_id = ${enrollmentId}
		), written as (
			insert into deal (enrollment_id, external_id, seller_id, name, status, closed_on, created_on,
				amount_minor, currency, kind, import_id)
			select ${enrollmentId}::uuid, "externalId", "sellerId", name, status, "closedOn", "createdOn",
				"amountMinor", currency, kind, ${batchId}::uuid from incoming order by "externalId"
			on conflict (enrollment_id, external_id) do update set
				seller_id = excluded.seller_id, name = excluded.name, status = excluded.status,
				closed_on = excluded.closed_on, created_on = excluded.created_on,
				amount_minor = excluded.amount_minor, currency = excluded.currency, kind = excluded.kind,
				import_id = excluded.import_id
			where (deal.seller_id, deal.name, deal.status, deal.closed_on, deal.created_on, deal.amount_minor,
					deal.currency, deal.kind)
				is distinct from (excluded.seller_id, excluded.name, excluded.status, excluded.closed_on,
					excluded.created_on, excluded.amount_minor, excluded.currency, excluded.kind)
			returning *
		)
		insert into deal_version (deal_id, import_id, before, after, at)
		select w.id, ${batchId}::uuid, case when b.id is null then null else to_jsonb(b) end, to_jsonb(w),
			${now.toISOString()}::timestamptz
		from written w left join before b on b.id = w.id`);
}

/** Puts a file aside; its rows are gone for good. */
export async function discardBatch(
	ctx: Context<Leader>,
	batchId: string
): Promise<Result<null, BatchRefusal>> {
	return inTransactionOrUndo<Leader, Result<null, BatchRefusal>>(ctx, async (inner) => {
		const batch = await ownBatch(inner, batchId, { lock: true });
		if (!batch) return refuse('not-found');
		if (!from('discard').includes(batch.status)) return refuse('already-decided');
		await inner.db
			.update(importBatch)
			.set({ status: 'discarded', fileEnc: null })
			.where(eq(importBatch.id, batchId));
		await audit(inner, {
			action: 'deals-discarded',
			object: { kind: 'import_batch', id: batchId }
		});
		return ok(null);
	});
}

/** Files that nobody confirmed are put aside after thirty days. */
export async function forgetOldPreviews({ db, now }: Context<System>): Promise<void> {
	const old = new Date(now.getTime() - 30 * 24 * 3_600_000);
	await db
		.update(importBatch)
		.set({ status: 'discarded', fileEnc: null })
		.where(and(eq(importBatch.status, 'preview'), lt(importBatch.createdAt, old)));
}

const refreshLater = (ctx: Context, enrollmentId: string) =>
	enqueue(ctx, 'refresh-results', {
		payload: { enrollmentId },
		key: `refresh-results/${enrollmentId}`
	});

// Baseline --------------------------------------------------------------------------------------

/** Changes what is proposed to be agreed; signatures for anything else fall. */
export async function proposeBaseline(
	ctx: Context<Leader>,
	input: unknown
): Promise<Result<null, LockRefusal | 'not-valid'>> {
	const wanted = v.safeParse(proposal, input);
	if (!wanted.success) return refuse('not-valid');
	const mine = await myEnrollment(ctx);
	if (!mine) return refuse('not-found');
	return inTransactionOrUndo<Leader, Result<null, LockRefusal | 'not-valid'>>(
		ctx,
		async (inner) => {
			await lockDeals(inner, mine.id);
			const facts = await factsOf(inner, mine.id);
			if (!facts || !isOwn(inner, facts)) return refuse('not-found');
			if (facts.locked) return refuse('already-locked');
			const { rates, country, ...chosen } = wanted.output;
			const calendar = country && (await calendarOf(country, facts.enrollment.dayZero));
			if (country && !calendar) return refuse('not-valid');
			const policy: Policy = {
				...policyOf(facts),
				...chosen,
				...(calendar || (country === '' && noHolidays)),
				rates
			};
			const changed = { ...facts, draft: { ...unsigned, policy } };
			const hash = inputsSha256(inputOf(changed, await dealsOf(inner, mine.id)));
			const values = { policy, inputsSha256: hash, updatedAt: inner.now };
			await inner.db
				.insert(baselineDraft)
				.values({ enrollmentId: mine.id, ...values })
				.onConflictDoUpdate({
					target: baselineDraft.enrollmentId,
					set:
						facts.draft?.inputsSha256 === hash
							? values
							: { ...values, leaderSignedAt: null, coachSignedAt: null }
				});
			await audit(inner, {
				action: 'baseline-proposed',
				object: { kind: 'enrollment', id: mine.id },
				detail: {
					primary: policy.primary,
					windowWeeks: policy.windowWeeks,
					metric: policy.metric,
					country: policy.country
				}
			});
			return ok(null);
		}
	);
}

const unsigned = { leaderSignedAt: null, coachSignedAt: null, inputsSha256: '' };

/**
 * Signs the baseline as the leader or as the coach. `inputsSha256` is what the signer saw; when
 * policy, roster or deals have changed since, nothing is signed. The second signature locks it in
 * the same transaction. After the lock only the coach may sign, for a restated baseline; the admins
 * are told that it waits for them.
 *
 * @param origin of the address in that mail
 */
export async function signBaseline(
	ctx: Context<Leader | Coach>,
	{
		enrollmentId,
		inputsSha256: seen,
		origin
	}: { enrollmentId: string; inputsSha256: string; origin: string }
): Promise<Result<{ locked: boolean }, LockRefusal>> {
	if (!isId(enrollmentId)) return refuse('not-found');
	return inTransactionOrUndo<Leader | Coach, Result<{ locked: boolean }, LockRefusal>>(
		ctx,
		async (inner) => {
			await lockDeals(inner, enrollmentId);
			const facts = await factsOf(inner, enrollmentId);
			if (!facts || !isOwn(inner, facts)) return refuse('not-found');
			const { role } = inner.who;
			const { enrollment: of, locked, draft } = facts;
			const today = dayIn(inner.now, of.timeZone);
			if (locked && role === 'leader') return refuse('already-locked');
			if (locked && isFrozenOn(today, of.dayZero)) return refuse('already-final');
			if (!locked && !mayStillLock(today, of.dayZero)) return refuse('too-late');
			const input = inputOf(facts, await dealsOf(inner, enrollmentId));
			const hash = inputsSha256(input);
			if (hash !== seen) return refuse('changed-since');
			const computed = computeBaseline(input);
			const obstacle = obstacleToLock(computed, input.policy);
			if (obstacle) return refuse(obstacle);

			const same = draft?.inputsSha256 === hash;
			const mine = role === 'leader' ? 'leaderSignedAt' : 'coachSignedAt';
			const other = role === 'leader' ? 'coachSignedAt' : 'leaderSignedAt';
			const values = { policy: input.policy, inputsSha256: hash, updatedAt: inner.now };
			const signed = { [mine]: inner.now, ...(same ? {} : { [other]: null }) };
			await inner.db
				.insert(baselineDraft)
				.values({ enrollmentId, ...values, ...signed })
				.onConflictDoUpdate({ target: baselineDraft.enrollmentId, set: { ...values, ...signed } });
			const both = !locked && same && draft[other] !== null;
			if (both) {
				await inner.db.insert(baseline).values({
					enrollmentId,
					version: 1,
					policy: input.policy,
					computed,
					inputsSha256: hash,
					methodVersion: resultMethodVersion,
					lockedAt: inner.now,
					leaderId: of.leaderId,
					coachId: of.coachId
				});
				await refreshLater(inner, enrollmentId);
			}
			if (locked && locked.inputsSha256 !== hash) {
				await tellAdmins(inner, {
					fact: `baseline-changed/${enrollmentId}/${hash}`,
					page: `${origin}/admin/baselines/${enrollmentId}`,
					say: (locale) => ({
						subject: m.mail_admin_baseline_subject({}, { locale }),
						body: m.mail_admin_baseline_body({}, { locale }),
						button: m.mail_admin_baseline_button({}, { locale })
					})
				});
			}
			await audit(inner, {
				action: both ? 'baseline-locked' : 'baseline-signed',
				object: { kind: 'enrollment', id: enrollmentId },
				detail: { inputs: hash, as: role }
			});
			return ok({ locked: both });
		}
	);
}

/**
 * Locks the baseline as it would be today, as a further version; the earlier one stays (method 4.7).
 * Needs the coach's signature for exactly this state, given after the last lock, a reason, and that
 * the results are not final. `inputsSha256` is what the admin saw.
 */
export async function relockBaseline(
	ctx: Context<Admin>,
	{
		enrollmentId,
		reason,
		inputsSha256: seen
	}: { enrollmentId: string; reason: string; inputsSha256: string }
): Promise<Result<{ version: number }, LockRefusal>> {
	const why = reason.trim();
	if (why.length < 10 || why.length > 1000) return refuse('reason-missing');
	if (!isId(enrollmentId)) return refuse('not-found');
	return inTransactionOrUndo<Admin, Result<{ version: number }, LockRefusal>>(
		ctx,
		async (inner) => {
			await lockDeals(inner, enrollmentId);
			const facts = await factsOf(inner, enrollmentId);
			if (!facts?.locked) return refuse('not-found');
			const { locked, draft, enrollment: of } = facts;
			if (isFrozenOn(dayIn(inner.now, of.timeZone), of.dayZero)) return refuse('already-final');
			const input = inputOf(facts, await dealsOf(inner, enrollmentId));
			const hash = inputsSha256(input);
			const byCoach =
				draft?.inputsSha256 === hash &&
				draft.coachSignedAt !== null &&
				new Date(draft.coachSignedAt) > new Date(locked.lockedAt);
			if (hash !== seen) return refuse('changed-since');
			if (!byCoach) return refuse('not-signed-by-coach');
			const version = locked.version + 1;
			await inner.db.insert(baseline).values({
				enrollmentId,
				version,
				policy: input.policy,
				computed: computeBaseline(input),
				inputsSha256: hash,
				methodVersion: resultMethodVersion,
				lockedAt: inner.now,
				leaderId: of.leaderId,
				coachId: of.coachId,
				reason: why
			});
			await refreshLater(inner, enrollmentId);
			await audit(inner, {
				action: 'baseline-relocked',
				object: { kind: 'enrollment', id: enrollmentId },
				detail: { version, inputs: hash }
			});
			return ok({ version });
		}
	);
}

/** Notes a price change, a new territory and the like (method 4.7). */
export async function addKnownEvent(
	ctx: Context<Leader>,
	input: unknown
): Promise<Result<null, 'not-valid' | 'not-found' | 'too-many'>> {
	const wanted = v.safeParse(knownEventInput, input);
	if (!wanted.success) return refuse('not-valid');
	const mine = await myEnrollment(ctx);
	if (!mine) return refuse('not-found');
	return inTransactionOrUndo<Leader, Result<null, 'not-valid' | 'not-found' | 'too-many'>>(
		ctx,
		async (inner) => {
			const { db, now } = inner;
			const same = and(
				eq(knownEvent.enrollmentId, mine.id),
				eq(knownEvent.day, wanted.output.day),
				eq(knownEvent.kind, wanted.output.kind),
				eq(knownEvent.size, wanted.output.size),
				eq(knownEvent.note, wanted.output.note)
			);
			// Sent again after an answer that was lost: it is noted already.
			if ((await db.$count(knownEvent, same)) > 0) return ok(null);
			const many = await db.$count(knownEvent, eq(knownEvent.enrollmentId, mine.id));
			if (many >= mostEvents) return refuse('too-many');
			const [added] = await db
				.insert(knownEvent)
				.values({ enrollmentId: mine.id, ...wanted.output, createdAt: now })
				.returning({ id: knownEvent.id });
			await refreshLater(inner, mine.id);
			await audit(inner, {
				action: 'event-noted',
				object: { kind: 'known_event', id: added!.id },
				detail: { kind: wanted.output.kind, size: wanted.output.size }
			});
			return ok(null);
		}
	);
}

// Results ---------------------------------------------------------------------------------------

/**
 * Computes the three pillars of an enrollment and stores them. What is frozen stays: when the
 * window and its grace are over a result is computed for the last time.
 */
export async function refreshResults(ctx: Context<System>, enrollmentId: string): Promise<void> {
	const facts = await factsOf(ctx, enrollmentId);
	if (!facts) return;
	const { db, now } = ctx;
	const [deals, published, exact] = await Promise.all([
		dealsOf(ctx, enrollmentId),
		publishedResults(ctx, [enrollmentId]),
		exactSeries(ctx, [enrollmentId])
	]);
	const { enrollment: of, locked } = facts;
	const today = dayIn(now, of.timeZone);
	const over = isFrozenOn(today, of.dayZero);
	const policy = policyOf(facts);
	const { won } = wonDeals(deals, facts.team, { currency: of.currency, rates: policy.rates });
	const first = facts.earlier[0] ?? null;
	const inProgram = deals.filter(
		({ closedOn }) => closedOn !== null && isIn(closedOn, programSpan(of.dayZero, programWeeks))
	);
	const latest = latestSource(facts);
	const measurement = {
		dayZero: of.dayZero,
		today,
		currency: of.currency,
		team: facts.team,
		won,
		events: facts.events,
		locked: locked && { policy, computed: locked.computed },
		firstLocked: first && { policy: { ...policy, ...first.policy }, computed: first.computed },
		restated: locked && computeBaseline(inputOf(facts, deals)),
		speaksUntil: latest?.speaksUntil ?? null,
		source: latest?.source ?? null,
		withoutRate: wonDeals(inProgram, facts.team, {
			currency: of.currency,
			rates: policy.rates
		}).waiting
	};
	const week = weeksDone(facts, today);
	const results: PillarResult[] = [
		engagementResult({
			week,
			over,
			published: (published.get(enrollmentId) ?? []).map((result) => ({
				wave: result.wave,
				result
			})),
			forecast: trajectoryOf(exact.get(enrollmentId) ?? [])
		}),
		dealsResult('sales', measurement),
		dealsResult('revenue', measurement)
	];
	await db
		.insert(pillarResult)
		.values(
			results.map((payload) => ({
				enrollmentId,
				pillar: payload.pillar,
				week: payload.week,
				payload,
				methodVersion: payload.methodVersion,
				frozenAt: over ? now : null,
				computedAt: now
			}))
		)
		.onConflictDoUpdate({
			target: [pillarResult.enrollmentId, pillarResult.pillar],
			set: {
				week: sql`excluded.week`,
				payload: sql`excluded.payload`,
				methodVersion: sql`excluded.method_version`,
				frozenAt: sql`excluded.frozen_at`,
				computedAt: sql`excluded.computed_at`
			},
			// Of two at once the later look at the facts stands, whichever is written last.
			setWhere: and(isNull(pillarResult.frozenAt), lte(pillarResult.computedAt, now))!
		});
	await refreshCohort(ctx, of.cohortId);
}

const weeksDone = ({ enrollment: { dayZero } }: Facts, today: string) =>
	Math.min(programWeeks, Math.max(0, Math.floor(daysBetween(dayZero, today) / 7)));

/** Computes what a cohort shows of itself from its leaders' results, and stores it. */
export async function refreshCohort(ctx: Context<System>, cohortId: string): Promise<void> {
	const { db, now } = ctx;
	const rows = await db
		.select({
			id: enrollment.id,
			dayZero: enrollment.dayZero,
			timeZone: enrollment.timeZone,
			currency: enrollment.currency,
			leftOn: enrollment.leftOn,
			pillar: pillarResult.pillar,
			payload: sql<PillarResult | null>`${pillarResult.payload}`,
			frozenAt: pillarResult.frozenAt,
			stored: sql<CohortResult | null>`(select c.payload from cohort_result c where c.cohort_id = ${cohortId})`
		})
		.from(enrollment)
		.leftJoin(pillarResult, eq(pillarResult.enrollmentId, enrollment.id))
		.where(eq(enrollment.cohortId, cohortId));
	const [first] = rows;
	if (!first) return;
	const exact = await exactSeries(ctx, [...new Set(rows.map(({ id }) => id))]);
	const leaders: CohortLeader[] = [...Map.groupBy(rows, ({ id }) => id)].map(([id, ofLeader]) => {
		const { dayZero, timeZone, currency, leftOn } = ofLeader[0]!;
		const result = (pillar: string) =>
			ofLeader.find((row) => row.pillar === pillar)?.payload ?? null;
		return {
			id,
			currency,
			week: weeksDone({ enrollment: { dayZero } } as Facts, dayIn(now, timeZone)),
			leftInWeek: leftOn === null ? null : Math.floor(daysBetween(dayZero, leftOn) / 7) + 1,
			final: ofLeader.every(({ frozenAt }) => frozenAt !== null),
			results: {
				engagement: result('engagement'),
				sales: result('sales'),
				revenue: result('revenue')
			},
			waves: (exact.get(id) ?? []) satisfies ExactWave[]
		};
	});
	const payload = cohortFigures(leaders, first.stored);
	const values = {
		payload,
		methodVersion: payload.methodVersion,
		endedOn: payload.final
			? sql`(select k.starts_on + 90 from cohort k where k.id = ${cohortId})`
			: null,
		computedAt: now
	};
	await db
		.insert(cohortResult)
		.values({ cohortId, ...values })
		.onConflictDoUpdate({
			target: cohortResult.cohortId,
			set: values,
			setWhere: lte(cohortResult.computedAt, now)
		});
}

/** Every enrollment whose results are not all frozen, for the night. */
export async function refreshAllResults(ctx: Context<System>): Promise<number> {
	const open = await ctx.db
		.select({ id: enrollment.id })
		.from(enrollment)
		.where(
			sql`(select count(*) from pillar_result p where p.enrollment_id = ${enrollment.id}
				and p.frozen_at is not null) < 3`
		);
	for (const { id } of open) await refreshLater(ctx, id);
	return open.length;
}
