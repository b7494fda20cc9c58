import { randomUUID } from 'node:crypto';
import { sql } from 'drizzle-orm';
import { beforeEach, describe, expect, test } from 'vitest';
import { missedInRowQuestion, missedSessions, sessionsHeld } from '#lib/coaching/queries.server.ts';
import { session } from '#lib/coaching/tables.server.ts';
import { shareWithSponsor } from '#lib/cohorts/commands.server.ts';
import { mySponsors } from '#lib/cohorts/queries.server.ts';
import { sponsorship } from '#lib/cohorts/tables.server.ts';
import type { Leader } from '#lib/people/actor.ts';
import type { Context } from '#lib/server/context.server.ts';
import { asking } from '#lib/server/question.server.ts';
import { databasePerTest } from '../../../tests/database.ts';
import { enrolled } from '../../../tests/enrolled.ts';
import { sample, type Sample } from '../../../tests/pillars.ts';
import { worldOn, type World } from '../../../tests/world.ts';
import { cohortCsv, cohortView } from './cohort-view.server.ts';
import type { CohortResult } from './cohort-result.ts';
import { pillars, type Pillar } from './verdict.ts';
import {
	cohortForAdmin,
	allThree,
	homeResultsQuestion,
	leaderUplift,
	pastOutcomes,
	sponsored,
	sponsorPage
} from './queries.server.ts';
import { sponsorView, upliftView } from './page-view.server.ts';
import { cohortResult, pillarResult } from './tables.server.ts';

const database = databasePerTest();
let world: World;
beforeEach(() => {
	world = worldOn(database.db, '2027-02-23T09:00:00Z');
});

/** A figure that no page may contain, in every place where an exact one could hide. */
const canary = 0.123456789;
const basis = {
	lnRatio: canary,
	se: canary,
	df: canary,
	pGoal: canary,
	pAny: canary,
	program: canary,
	counterfactual: canary
};

async function publish(enrollmentId: string, some: Partial<Record<Pillar, Sample>> = {}) {
	await database.db.insert(pillarResult).values(
		pillars.map((pillar) => ({
			enrollmentId,
			pillar,
			week: 6,
			payload: sample(pillar, { gradePct: 10, basis, ...some[pillar] }),
			methodVersion: '1.0',
			computedAt: world.now
		}))
	);
}

const outcome: CohortResult = {
	methodVersion: '1.0',
	week: 13,
	final: true,
	leaders: 1,
	left: 0,
	kept: 0,
	counts: {
		engagement: { reached: 0, of: 1, left: 0, notMeasurable: 1 },
		sales: { reached: 1, of: 1, left: 0, notMeasurable: 0 },
		revenue: { reached: 0, of: 1, left: 0, notMeasurable: 0 }
	},
	typical: { engagement: null, sales: null, revenue: null },
	moneyPct: 12,
	engagement: { state: 'suppressed', teams: { of: 1 } },
	engagementWave: null
};

/** Runs `work` and tells how many statements it made. */
async function statements<T>(
	work: (db: World['db']) => Promise<T>
): Promise<{ count: number; value: T }> {
	let count = 0;
	const counting = new Proxy(database.db, {
		get(target, name, receiver) {
			if (name === 'execute' || name === 'select') count++;
			const found: unknown = Reflect.get(target, name, receiver);
			return typeof found === 'function' ? (found.bind(target) as unknown) : found;
		}
	});
	return { value: await work(counting), count };
}

const homeOf = async (ctx: Context<Leader>) =>
	allThree((await asking({ results: homeResultsQuestion })(ctx)).results.read(), 6);

describe('the leader', () => {
	test('sees their own three pillars in one statement, and nobody else sees them', async () => {
		const { leader, enrollmentId } = await enrolled(world);
		const other = await enrolled(world);
		await publish(enrollmentId);
		const { value, count } = await statements((db) => homeOf({ ...leader, db }));
		expect(count).toBe(1);
		expect(value.map(({ pillar }) => pillar)).toEqual(['engagement', 'sales', 'revenue']);
		expect(value[1]).toMatchObject({ state: 'in-progress', gradePct: 10, basis: null });
		expect((await homeOf(other.leader))[1]?.state).toBe('not-locked');
		expect((await statements((db) => leaderUplift({ ...leader, db }))).count).toBe(1);
	});

	test('has three open pillars before anything was computed', async () => {
		const { leader } = await enrolled(world);
		const page = await leaderUplift(leader);
		expect(page?.results.map(({ state }) => state)).toEqual([
			'not-locked',
			'not-locked',
			'not-locked'
		]);
		expect(page).toMatchObject({ week: 6, phase: 'running', lockedAt: null, events: [] });
		expect(await leaderUplift(await world.as('leader', 'new@team.example'))).toBeNull();
	});

	test('no page data contains an unrounded figure', async () => {
		const { leader, enrollmentId } = await enrolled(world);
		await publish(enrollmentId);
		const page = (await leaderUplift(leader))!;
		for (const locale of ['en', 'nb'] as const)
			for (const measure of pillars)
				expect(JSON.stringify(upliftView(page, null, { measure, locale }))).not.toContain('12345');
	});
});

describe('the admin', () => {
	test('sees every seat of the cohort and of no other, in one statement', async () => {
		const one = await enrolled(world);
		const other = await enrolled(world);
		await publish(one.enrollmentId);
		await publish(other.enrollmentId);
		const admin = await world.as('admin', 'lars@lofte.example');
		const { value, count } = await statements((db) =>
			cohortForAdmin({ ...admin, db }, one.cohortId)
		);
		expect(count).toBe(1);
		expect(value?.seats.map(({ enrollmentId }) => enrollmentId)).toEqual([one.enrollmentId]);
		expect(value).toMatchObject({ stage: 'running', week: 6, tally: { sold: 1 } });
		expect((await cohortForAdmin(admin, value!.slug))?.id).toBe(one.cohortId);
		expect(await cohortForAdmin(admin, 'no-such-cohort')).toBeNull();
	});

	test('engagement before the endline leaves as words, points and steps of five, and nothing more', async () => {
		const { enrollmentId, cohortId } = await enrolled(world);
		await publish(enrollmentId, {
			engagement: {
				changePoints: 6,
				gradePct: 10,
				series: [
					{ week: 2, pct: 5 },
					{ week: 4, pct: 10 }
				],
				forecast: {
					pct: 25,
					low: 15,
					high: 35,
					p: 0.75,
					status: 'on-track',
					odds: 'results_odds_rather_likely'
				},
				figures: [{ key: 'results_figure_answered_wave', value: 5, unit: 'people' }]
			}
		});
		const admin = await world.as('admin', 'lars@lofte.example');
		const page = (await cohortForAdmin(admin, cohortId))!;
		const view = cohortView(page, { locale: 'en', missed: new Map() });
		const [seat] = view.seats;
		expect(seat!.pillars[0]).toMatchObject({ value: '+6 points', note: 'rather likely' });
		expect(seat!.answered).toBe('5 answered');
		const sent = JSON.stringify(view);
		expect(sent).not.toContain('12345');
		expect(sent).not.toMatch(/"(basis|figures|series|forecast|results|respondentKey|p)":/);
	});

	test('the sheet has published figures only, and a name in it runs nothing', async () => {
		const { enrollmentId, cohortId, leader } = await enrolled(world);
		await publish(enrollmentId, { engagement: { changePoints: 6, gradePct: 10, ciPct: [3, 17] } });
		await database.db.execute(
			sql`update person set name = '=HYPERLINK("http://x.example")' where id = ${leader.who.personId}`
		);
		const admin = await world.as('admin', 'lars@lofte.example');
		const csv = cohortCsv((await cohortForAdmin(admin, cohortId))!);
		const rows = csv.trim().split('\r\n');
		expect(rows).toHaveLength(4);
		expect(rows[1]).toContain(`"'=HYPERLINK(""http://x.example"")"`);
		// Engagement before the endline: points and the drawn step, neither a per cent nor an interval.
		expect(rows[1]).toContain('"engagement","in-progress",6,,6,10,,,');
		expect(csv).not.toContain('12345');
	});

	test('a team with too few answers looks the same for nobody and for four', async () => {
		const { enrollmentId, cohortId } = await enrolled(world);
		await publish(enrollmentId, { engagement: { state: 'suppressed', gradePct: null } });
		const admin = await world.as('admin', 'lars@lofte.example');
		const view = cohortView((await cohortForAdmin(admin, cohortId))!, {
			locale: 'nb',
			missed: new Map()
		});
		expect(view.seats[0]!.pillars[0]).toMatchObject({ value: 'skjult', note: 'for få svar' });
		expect(view.seats[0]!.answered).toBe('for få svar til å vises');
	});

	test('a cohort without leaders is no error', async () => {
		const { cohortId } = await enrolled(world, { dayZero: '2027-05-03' });
		await database.db.execute(sql`delete from seller`);
		await database.db.execute(sql`delete from enrollment`);
		const admin = await world.as('admin', 'lars@lofte.example');
		const view = cohortView((await cohortForAdmin(admin, cohortId))!, {
			locale: 'en',
			missed: new Map()
		});
		expect(view.seats).toEqual([]);
		expect(view.say.first).toBe('Every seat is taken.');
	});

	test('missed sessions count since the last one that was held', async () => {
		const { enrollmentId, cohortId, coach } = await enrolled(world);
		const at = (day: string, status: string) => ({
			enrollmentId,
			coachId: coach.who.personId,
			startsAt: new Date(`${day}T09:00:00Z`),
			timeZone: 'Europe/Oslo',
			minutes: 60,
			status,
			createdAt: world.now
		});
		await database.db
			.insert(session)
			.values([
				at('2027-01-12', 'missed'),
				at('2027-01-19', 'held'),
				at('2027-02-02', 'missed'),
				at('2027-02-09', 'missed')
			]);
		const admin = await world.as('admin', 'lars@lofte.example');
		expect(await missedSessions(admin, cohortId)).toEqual(new Map([[enrollmentId, 2]]));
		const seenBy = async (ctx: typeof coach) =>
			(await asking({ missed: missedInRowQuestion })(ctx, enrollmentId)).missed.read();
		expect(await seenBy(coach)).toBe(2);
		expect(await seenBy(await world.as('coach', 'other@lofte.example'))).toBe(0);
	});
});

describe('the sponsor', () => {
	async function answeredFor() {
		const part = await enrolled(world);
		await publish(part.enrollmentId);
		const sponsor = await world.as('sponsor', 'henrik@nordbris.example', { name: 'Henrik Dahl' });
		const [row] = await database.db
			.insert(sponsorship)
			.values({
				enrollmentId: part.enrollmentId,
				sponsorId: sponsor.who.personId,
				createdAt: world.now
			})
			.returning();
		const share = (shares: string[], ctx = part.leader) =>
			shareWithSponsor(ctx, { sponsorshipId: row!.id, shares });
		return { ...part, sponsor, sponsorshipId: row!.id, share };
	}

	test('is shown nothing before the leader agreed, and what was agreed afterwards', async () => {
		const { sponsor, enrollmentId, share } = await answeredFor();
		expect(await sponsorPage(sponsor, enrollmentId)).toMatchObject({ shares: [], results: null });
		expect(await sessionsHeld(sponsor, enrollmentId)).toBeNull();
		expect((await share(['uplift', 'sessions'])).ok).toBe(true);
		const page = await sponsorPage(sponsor, enrollmentId);
		expect(page?.results).toHaveLength(3);
		expect(await sessionsHeld(sponsor, enrollmentId)).toBe(0);
		expect(await sponsored(sponsor)).toMatchObject([
			{ enrollmentId, shares: ['uplift', 'sessions'] }
		]);
	});

	test('sees nothing any more with the next page after the leader took it back', async () => {
		const { sponsor, enrollmentId, share } = await answeredFor();
		await share(['uplift', 'sessions', 'progress']);
		await share(['progress']);
		expect(await sponsorPage(sponsor, enrollmentId)).toMatchObject({
			shares: ['progress'],
			results: null
		});
		expect(await sessionsHeld(sponsor, enrollmentId)).toBeNull();
		await share([]);
		expect(await sponsorPage(sponsor, enrollmentId)).toMatchObject({ shares: [], agreedAt: null });
	});

	test('of another leader gets nothing', async () => {
		const { enrollmentId, share } = await answeredFor();
		await share(['uplift', 'sessions']);
		const stranger = await world.as('sponsor', 'grete@other.example');
		expect(await sponsorPage(stranger, enrollmentId)).toBeNull();
		expect(await sessionsHeld(stranger, enrollmentId)).toBeNull();
		expect(await sponsored(stranger)).toEqual([]);
		expect(await sponsorPage(stranger, 'x')).toBeNull();
	});

	test('is given neither figures nor files nor the unrounded', async () => {
		const { sponsor, enrollmentId, share } = await answeredFor();
		await share(['uplift']);
		const view = sponsorView((await sponsorPage(sponsor, enrollmentId))!, 'en');
		const sent = JSON.stringify(view);
		expect(view.pillars).toHaveLength(3);
		expect(sent).not.toMatch(
			/12345|"(basis|figures|source|baselines|events|weekly)":|"happened":\[\{/
		);
	});

	test('only the leader decides, with words that are known, and it is written down', async () => {
		const { share, leader, sponsorshipId } = await answeredFor();
		const other = await enrolled(world);
		expect(await share(['uplift'], other.leader)).toEqual({ ok: false, reason: 'not-found' });
		expect(await share(['notes'])).toEqual({ ok: false, reason: 'not-a-share' });
		expect(await shareWithSponsor(leader, { sponsorshipId: randomUUID(), shares: [] })).toEqual({
			ok: false,
			reason: 'not-found'
		});
		expect(await mySponsors(leader)).toMatchObject([{ name: 'Henrik Dahl', shares: [] }]);
		expect(await mySponsors(other.leader)).toEqual([]);
		await share(['sessions', 'uplift']);
		const entries = await database.db.execute(
			sql`select action, detail from audit_log where object_id = ${sponsorshipId}`
		);
		expect(entries).toMatchObject([
			{ action: 'shares-agreed', detail: { shares: 'uplift,sessions' } }
		]);
	});
});

describe('past outcomes', () => {
	test('tell hits and misses without a name, and only when it is over', async () => {
		const { enrollmentId, cohortId } = await enrolled(world);
		await publish(enrollmentId, {
			engagement: { state: 'suppressed' },
			sales: { state: 'final', verdict: 'met_robust', upliftPct: 31, ciPct: [2, 70] },
			revenue: { state: 'final', verdict: 'not_met', upliftPct: 12, ciPct: [-20, 60] }
		});
		await database.db.insert(cohortResult).values({
			cohortId,
			payload: { ...outcome, final: false },
			methodVersion: '1.0',
			computedAt: world.now
		});
		expect(await pastOutcomes(world.visitor())).toEqual([]);
		await database.db.update(cohortResult).set({ payload: outcome, endedOn: '2027-04-11' });
		const [past] = await pastOutcomes(world.visitor());
		expect(past).toMatchObject({
			endedOn: '2027-04-11',
			leaders: [
				{
					label: 'A',
					engagement: { kind: 'not-shown' },
					sales: { kind: 'shown', pct: 31, met: true },
					revenue: { kind: 'shown', pct: 12, met: false }
				}
			]
		});
		expect(JSON.stringify(past)).not.toMatch(/Ingrid|Nordbris|12345/);
	});
});
