import { readFileSync } from 'node:fs';
import path from 'node:path';
import { eq, like, sql } from 'drizzle-orm';
import { beforeEach, describe, expect, test } from 'vitest';
import { bookAbsence } from '#lib/cohorts/commands.server.ts';
import { seller } from '#lib/cohorts/tables.server.ts';
import { publishedResult, wave } from '#lib/engagement/tables.server.ts';
import type { Context } from '#lib/server/context.server.ts';
import { sqlState } from '#lib/server/database.server.ts';
import { emailOutbox } from '#lib/server/tables.server.ts';
import { addDays } from '#lib/values/day.ts';
import { databasePerTest } from '../../../tests/database.ts';
import { enrolled } from '../../../tests/enrolled.ts';
import { worldOn, type World } from '../../../tests/world.ts';
import {
	addKnownEvent,
	answerBatch,
	confirmBatch,
	discardBatch,
	proposeBaseline,
	refreshResults,
	relockBaseline,
	signBaseline,
	uploadDeals
} from './commands.server.ts';
import type { Policy } from './baseline.ts';
import { baselineView } from './baseline-words.server.ts';
import type { CohortResult } from './cohort-result.ts';
import type { PillarResult } from './pillar.ts';
import {
	baselineForAdmin,
	baselinePage,
	batchPage,
	evidence,
	leaderDeals,
	myBaseline,
	signedChanges
} from './queries.server.ts';
import {
	baseline,
	cohortResult,
	deal,
	dealVersion,
	importBatch,
	pillarResult
} from './tables.server.ts';
import { weeklyOf } from './weekly.ts';

const origin = 'https://lofte.example';
const database = databasePerTest();
const dayZero = '2027-01-11';
let world: World;
let team: Awaited<ReturnType<typeof enrolled>>;

beforeEach(async () => {
	world = worldOn(database.db, '2027-01-10T11:00:00Z');
	team = await enrolled(world, { dayZero });
	// The method's examples know no holidays.
	expect((await proposeBaseline(leader(), proposal({ country: '' }))).ok).toBe(true);
});

const proposal = (more = {}) => ({
	metric: 'booking_first_year',
	windowWeeks: '26',
	primary: 'B26',
	...more
});

/** The same person, at the world's clock. */
const now = <Who>(ctx: Context<Who>): Context<Who> => ({ ...ctx, now: world.now });
const leader = () => now(team.leader);
const coach = () => now(team.coach);

// Files ----------------------------------------------------------------------------------------

type Row = {
	id: string;
	owner?: string;
	closed: string;
	created?: string;
	amount: number | string;
};
const header = 'deal_id,owner_id,status,close_date,created_date,amount';
const csv = (rows: Row[]) =>
	[
		header,
		...rows.map(({ id, owner = 'S1', closed, created = '', amount }) =>
			[id, owner, 'won', closed, created, amount].join(',')
		)
	].join('\n');
const bytes = (text: string) => new TextEncoder().encode(text);

const before = [
	12000, 8000, 15000, 9500, 22000, 7000, 11000, 18000, 6000, 14000, 9000, 30000, 10000, 8500, 13000,
	16000, 7500, 12500, 20000, 11000, 9000, 14500, 8000, 17000
];
const after = [
	14000, 9000, 40000, 11000, 16000, 8000, 21000, 12500, 18000, 10500, 9500, 15000, 13000, 17500,
	12000
];
/** The deals of the method's example V7, spread over the windows. */
const v7Before: Row[] = before.map((amount, i) => ({
	id: `B${i}`,
	closed: addDays(dayZero, -180 + 7 * i),
	amount
}));
const v7After: Row[] = after.map((amount, i) => ({
	id: `P${i}`,
	closed: addDays(dayZero, 6 * i),
	amount
}));

async function upload(text: string | Uint8Array, ctx = leader()) {
	const taken = await uploadDeals(ctx, {
		fileName: 'deals.csv',
		bytes: typeof text === 'string' ? bytes(text) : text
	});
	if (!taken.ok) throw new Error(taken.reason);
	return taken.value.batchId;
}

async function take(text: string | Uint8Array, ctx = leader()) {
	const id = await upload(text, ctx);
	const confirmed = await confirmBatch(ctx, id);
	if (!confirmed.ok) {
		const page = await batchPage(ctx, id);
		throw new Error(JSON.stringify({ ...confirmed, preview: page?.preview }).slice(0, 2000));
	}
	return id;
}

async function lock(enrollmentId = team.enrollmentId, as = { leader: leader(), coach: coach() }) {
	const page = await baselinePage(as.leader, enrollmentId);
	const seen = { enrollmentId, inputsSha256: page!.inputsSha256, origin };
	expect(await signBaseline(as.leader, seen)).toEqual({ ok: true, value: { locked: false } });
	expect(await signBaseline(as.coach, seen)).toEqual({ ok: true, value: { locked: true } });
}

async function results(enrollmentId = team.enrollmentId) {
	await refreshResults(world.system(), enrollmentId);
	const rows = await world.db
		.select()
		.from(pillarResult)
		.where(eq(pillarResult.enrollmentId, enrollmentId));
	return Object.fromEntries(
		rows.map(({ pillar, payload }) => [pillar, payload as PillarResult])
	) as Record<'engagement' | 'sales' | 'revenue', PillarResult>;
}

const deals = () => world.db.select().from(deal).where(eq(deal.enrollmentId, team.enrollmentId));

/** Nothing of what was promised is broken. */
async function nothingBroken() {
	const broken = await world.db.execute(sql`select * from invariant_violations`);
	expect([...broken]).toEqual([]);
}

describe('a file', () => {
	test('changes nothing before it is confirmed, and is kept encrypted until then', async () => {
		const id = await upload(csv(v7Before));
		expect(await deals()).toEqual([]);
		const [row] = await world.db.select().from(importBatch);
		expect(new TextDecoder().decode(row!.fileEnc!)).not.toContain('deal_id');
		const page = await batchPage(leader(), id);
		expect(page!.preview).toMatchObject({
			ready: true,
			counts: { rows: 24, deals: 24, wonMinor: { NOK: 30_850_000 } },
			drift: { added: 24, changed: 0, same: 0, missing: 0 }
		});
		expect(await confirmBatch(leader(), id)).toEqual({ ok: true, value: { already: false } });
		expect(await deals()).toHaveLength(24);
		const [kept] = await world.db.select().from(importBatch);
		expect(kept).toMatchObject({ status: 'confirmed', fileEnc: null });
		expect((await batchPage(leader(), id))!.summary).toMatchObject({ used: 24, leftOut: 0 });
		await nothingBroken();
	});

	test('that is brought again leads to where it lies', async () => {
		const id = await upload(csv(v7Before));
		const again = await uploadDeals(leader(), {
			fileName: 'again.csv',
			bytes: bytes(csv(v7Before))
		});
		expect(again).toEqual({ ok: true, value: { batchId: id, known: true } });
		await confirmBatch(leader(), id);
		const third = await uploadDeals(leader(), { fileName: 'x', bytes: bytes(csv(v7Before)) });
		expect(third).toEqual({ ok: true, value: { batchId: id, known: true } });
	});

	test('that is confirmed in two tabs at once is taken over once', async () => {
		const id = await upload(csv(v7Before));
		const outcomes = await Promise.all([1, 2, 3, 4].map(() => confirmBatch(leader(), id)));
		expect(outcomes.filter((outcome) => outcome.ok && !outcome.value.already)).toHaveLength(1);
		expect(outcomes.filter((outcome) => outcome.ok && outcome.value.already)).toHaveLength(3);
		expect(await deals()).toHaveLength(24);
		expect(await world.db.select().from(dealVersion)).toHaveLength(24);
	});

	test('of somebody else is not there', async () => {
		const id = await upload(csv(v7Before));
		const other = await enrolled(world, { dayZero });
		expect(await batchPage(other.leader, id)).toBeNull();
		const refused = { ok: false, reason: 'not-found' };
		expect(await confirmBatch(other.leader, id)).toEqual(refused);
		expect(await discardBatch(other.leader, id)).toEqual(refused);
		expect(await answerBatch(other.leader, id, {})).toEqual(refused);
		expect(await batchPage(leader(), 'no-id')).toBeNull();
		expect((await evidence(other.leader))!.files).toEqual([]);
		expect(await baselinePage(other.leader, team.enrollmentId)).toBeNull();
	});

	test('with an unknown seller asks, and counts what is left out', async () => {
		const rows = [...v7Before, { id: 'X1', owner: 'Zoe', closed: '2026-12-01', amount: 10000 }];
		const id = await upload(csv(rows));
		expect(await confirmBatch(leader(), id)).toEqual({ ok: false, reason: 'not-ready' });
		const asked = (await batchPage(leader(), id))!.preview!;
		expect(asked.questions.shown).toMatchObject([{ kind: 'owner', value: 'Zoe', answer: null }]);
		const question = asked.questions.shown[0]!.id;
		const nonsense = { [question]: 'somebody', 'column:amount': 'nowhere', x: 'y' };
		await answerBatch(leader(), id, nonsense);
		expect((await batchPage(leader(), id))!.preview!.answers).toEqual({});
		await answerBatch(leader(), id, { [question]: 'leave-out' });
		expect((await batchPage(leader(), id))!.preview).toMatchObject({
			ready: true,
			counts: { deals: 24, leftOut: { 'not-on-team': 1 } }
		});
		expect((await confirmBatch(leader(), id)).ok).toBe(true);

		const next = await upload(
			csv([...rows, { id: 'X2', owner: 'Zoe', closed: '2026-12-02', amount: 1 }])
		);
		expect((await batchPage(leader(), next))!.preview).toMatchObject({
			ready: true,
			drift: { added: 0, changed: 0, same: 24, missing: 0 }
		});
	});

	test('with a deal twice, a future day and a formula names the lines', async () => {
		const id = await upload(
			csv([
				...v7Before,
				{ id: 'B0', closed: '2026-12-01', amount: 1 },
				{ id: 'F', closed: '2027-02-01', amount: 10000 },
				{ id: 'G', closed: '2026-12-01', amount: '=1+1' }
			])
		);
		const page = (await batchPage(leader(), id))!.preview!;
		expect(page.problems.shown.map(({ line, reason }) => [line, reason])).toEqual([
			[26, 'deal-twice'],
			[27, 'future-date'],
			[28, 'formula-in-amount']
		]);
		expect(await confirmBatch(leader(), id)).toEqual({ ok: false, reason: 'not-ready' });
		await answerBatch(leader(), id, {
			'leave-out:26': 'yes',
			'leave-out:27': 'yes',
			'leave-out:28': 'yes'
		});
		expect((await confirmBatch(leader(), id)).ok).toBe(true);
		expect(await deals()).toHaveLength(24);
	});

	test('of ten thousand rows with one bad: nothing, or all but the one', async () => {
		const rows = Array.from({ length: 10_000 }, (_, i) => ({
			id: `D${i}`,
			owner: `S${1 + (i % 6)}`,
			closed: addDays(dayZero, -1 - (i % 180)),
			amount: i === 7000 ? 'many' : 10000 + i
		}));
		const id = await upload(csv(rows));
		const page = (await batchPage(leader(), id))!.preview!;
		expect(page.problems).toMatchObject({ all: 1, shown: [{ line: 7002, value: 'many' }] });
		expect(await confirmBatch(leader(), id)).toEqual({ ok: false, reason: 'not-ready' });
		expect(await deals()).toEqual([]);
		await answerBatch(leader(), id, { 'leave-out:7002': 'yes' });
		expect((await confirmBatch(leader(), id)).ok).toBe(true);
		expect(await deals()).toHaveLength(9999);
		expect(await world.db.$count(dealVersion)).toBe(9999);
	});

	test('that changes a deal keeps what it was', async () => {
		await take(csv(v7Before));
		const changed = v7Before.map((row) => (row.id === 'B3' ? { ...row, amount: 9700 } : row));
		await take(csv(changed.slice(1)));
		expect(await deals()).toHaveLength(24);
		const versions = await world.db.select().from(dealVersion);
		expect(versions).toHaveLength(25);
		const last = versions.find(({ before: old }) => old !== null)!;
		expect(last).toMatchObject({
			before: { amount_minor: 950000 },
			after: { amount_minor: 970000 }
		});
		const grown = await world.db
			.update(dealVersion)
			.set({ before: null })
			.catch((error: unknown) => sqlState(error));
		expect(grown).toBe('23001');
	});

	test('that is put aside is gone, and may be brought again', async () => {
		const id = await upload(csv(v7Before));
		expect(await discardBatch(leader(), id)).toEqual({ ok: true, value: null });
		expect(await confirmBatch(leader(), id)).toEqual({ ok: false, reason: 'already-decided' });
		const again = await upload(csv(v7Before));
		expect(again).not.toBe(id);
		const [old] = await world.db.select().from(importBatch).where(eq(importBatch.id, id));
		expect(old).toMatchObject({ status: 'discarded', fileEnc: null });
	});

	test('that is no table is refused with its reason', async () => {
		const refused = await uploadDeals(leader(), {
			fileName: 'book.xlsx',
			bytes: new Uint8Array([0x50, 0x4b, 3, 4, 0, 0])
		});
		expect(refused).toEqual({ ok: false, reason: 'not-a-text-file' });
		expect(await world.db.select().from(importBatch)).toEqual([]);
	});
});

describe('the baseline', () => {
	test('is locked by the second signature, and a trigger keeps it', async () => {
		await take(csv(v7Before));
		await lock();
		const [row] = await world.db.select().from(baseline);
		expect(row).toMatchObject({ version: 1, methodVersion: '1.0', reason: null });
		expect(row!.inputsSha256).toMatch(/^[0-9a-f]{64}$/);
		expect(row!.leaderId).toBe(team.leader.who.personId);
		expect(row!.coachId).toBe(team.coach.who.personId);
		const state = (change: Promise<unknown>) => change.catch((error: unknown) => sqlState(error));
		expect(await state(world.db.update(baseline).set({ version: 2 }).execute())).toBe('23001');
		expect(await state(world.db.delete(baseline).execute())).toBe('23001');
		const page = (await myBaseline(leader()))!;
		expect(page.locked).toMatchObject({ version: 1 });
		expect(await proposeBaseline(leader(), proposal())).toEqual({
			ok: false,
			reason: 'already-locked'
		});
	});

	test('both signing at once lock it once', async () => {
		await take(csv(v7Before));
		const { inputsSha256 } = (await myBaseline(leader()))!;
		const seen = { enrollmentId: team.enrollmentId, inputsSha256, origin };
		await Promise.all([
			signBaseline(leader(), seen),
			signBaseline(coach(), seen),
			signBaseline(leader(), seen),
			signBaseline(coach(), seen)
		]);
		expect(await world.db.$count(baseline)).toBe(1);
	});

	test('a signature falls when deals, roster or proposal change', async () => {
		await take(csv(v7Before));
		const first = (await myBaseline(leader()))!;
		const seen = { enrollmentId: team.enrollmentId, inputsSha256: first.inputsSha256, origin };
		await signBaseline(leader(), seen);
		expect((await myBaseline(leader()))!.leaderSignedAt).not.toBeNull();
		await take(csv([...v7Before, { id: 'B99', closed: '2026-12-30', amount: 5000 }]));
		expect((await myBaseline(leader()))!.leaderSignedAt).toBeNull();
		expect(await signBaseline(coach(), seen)).toEqual({ ok: false, reason: 'changed-since' });

		const second = (await myBaseline(leader()))!.inputsSha256;
		await signBaseline(coach(), { ...seen, inputsSha256: second });
		await world.db.update(seller).set({ fte: 0.5 }).where(eq(seller.id, team.sellers[0]!.id));
		expect((await myBaseline(leader()))!.coachSignedAt).toBeNull();

		const third = (await myBaseline(leader()))!.inputsSha256;
		await signBaseline(coach(), { ...seen, inputsSha256: third });
		expect((await proposeBaseline(leader(), proposal({ windowWeeks: '13' }))).ok).toBe(true);
		const page = (await myBaseline(leader()))!;
		expect(page.policy.windowWeeks).toBe(13);
		expect(page.coachSignedAt).toBeNull();
		const signed = await signBaseline(leader(), { ...seen, inputsSha256: page.inputsSha256 });
		expect(signed).toEqual({ ok: true, value: { locked: false } });
		expect(await world.db.$count(baseline)).toBe(0);
	});

	test('is signed by its own leader and coach only, and not after week 1', async () => {
		await take(csv(v7Before));
		const { inputsSha256 } = (await myBaseline(leader()))!;
		const seen = { enrollmentId: team.enrollmentId, inputsSha256, origin };
		const other = await enrolled(world, { dayZero, coach: 'other@lofte.example' });
		const refused = { ok: false, reason: 'not-found' };
		expect(await signBaseline(other.leader, seen)).toEqual(refused);
		expect(await signBaseline(other.coach, seen)).toEqual(refused);
		expect(await signBaseline(leader(), { ...seen, enrollmentId: 'x' })).toEqual(refused);
		world.at('2027-01-18T00:00:00+01:00');
		expect(await signBaseline(leader(), seen)).toEqual({ ok: false, reason: 'too-late' });
	});

	test('cannot be locked without deals, or on a history that is not there', async () => {
		const page = (await myBaseline(leader()))!;
		expect(page.obstacle).toBe('no-deals');
		await take(csv(v7Before));
		await proposeBaseline(leader(), proposal({ primary: 'BLY' }));
		const wanting = (await myBaseline(leader()))!;
		expect(wanting.obstacle).toBe('primary-missing');
		const signed = await signBaseline(leader(), {
			enrollmentId: team.enrollmentId,
			inputsSha256: wanting.inputsSha256,
			origin
		});
		expect(signed).toEqual({ ok: false, reason: 'primary-missing' });
		expect(await proposeBaseline(leader(), { metric: 'wishes' })).toMatchObject({ ok: false });
	});

	test('says what its figures are', async () => {
		await take(csv(v7Before));
		const page = (await myBaseline(leader()))!;
		expect(page.historyWeeks).toBe(26);
		expect(page.figures.map(({ id }) => id)).toEqual(['B26', 'B13', 'BTOT']);
		expect(page.figures[0]).toMatchObject({
			primary: true,
			deals: 24,
			revenueMinor: 30_850_000,
			exposure: 156
		});
		expect(page.figures[0]!.neff).toBeCloseTo(20.295836, 6);
		expect(page.warnings).toEqual(['no-holidays']);
	});
});

describe('time in which nobody could sell', () => {
	const page = async () => (await myBaseline(leader()))!;

	test('the holidays of the leader’s country are taken out until they choose another', async () => {
		const other = await enrolled(world, { dayZero });
		const own = now(other.leader);
		await take(csv(v7Before), own);
		// Six sellers, and Christmas Day is a Friday: New Year's Day is one too.
		expect(await myBaseline(own)).toMatchObject({
			policy: { country: 'NO' },
			holidays: 2,
			figures: [{ exposure: 156 - (6 * 2) / 5 }, {}, {}],
			warnings: []
		});
		expect((await proposeBaseline(own, proposal({ country: 'IS' }))).ok).toBe(true);
		expect((await myBaseline(own))!.policy.country).toBe('IS');
		// A proposal that says nothing of it leaves it.
		await proposeBaseline(own, proposal());
		expect((await myBaseline(own))!.policy.country).toBe('IS');
		for (const country of ['XX', 'no', 'NOR', 7])
			expect(await proposeBaseline(own, proposal({ country }))).toMatchObject({
				reason: 'not-valid'
			});
		expect((await myBaseline(own))!.policy.country).toBe('IS');
		await proposeBaseline(own, proposal({ country: '' }));
		expect(await myBaseline(own)).toMatchObject({
			policy: { country: null, holidays: [] },
			figures: [{ exposure: 156 }, {}, {}],
			warnings: ['no-holidays']
		});
	});

	test('the calendar is locked with the baseline, and the program is counted by it', async () => {
		const other = await enrolled(world, { dayZero });
		const as = { leader: now(other.leader), coach: now(other.coach) };
		await take(csv(v7Before), as.leader);
		await lock(other.enrollmentId, as);
		const [{ policy }] = (await world.db
			.select({ policy: baseline.policy })
			.from(baseline)
			.where(eq(baseline.enrollmentId, other.enrollmentId))) as [{ policy: Policy }];
		expect(policy.holidays).toEqual(
			expect.arrayContaining(['2026-12-25', '2027-01-01', '2027-03-25', '2027-03-26', '2027-03-29'])
		);
		world.at('2027-04-12T08:00:00Z');
		await take(csv([...v7Before, ...v7After]), now(other.leader));
		const { revenue } = await results(other.enrollmentId);
		const figure = (key: string) => revenue.figures.find((some) => some.key === key)?.value;
		expect(figure('results_figure_baseline_exposure')).toBe(153.6);
		// Maundy Thursday, Good Friday, Easter Monday.
		expect(figure('results_figure_program_exposure')).toBe(78 - 3.6);
	});

	test('a baseline from before holidays were known goes on without them', async () => {
		await take(csv(v7Before));
		await lock();
		await world.db.execute(sql`alter table baseline disable trigger user`);
		await world.db.execute(sql`update baseline set policy = policy - 'country' - 'holidays',
			computed = computed #- '{baseline,absenceDays}'`);
		await world.db.execute(sql`alter table baseline enable trigger user`);
		const before = await page();
		expect(before).toMatchObject({ policy: { country: null, holidays: [] }, absenceDays: null });
		expect(baselineView(before, 'en').sentences.join(' ')).not.toMatch(/leave|holiday/);
		// Nothing is restated: there is nothing to sign.
		expect(before.locked!.inputsSha256).toBe(before.inputsSha256);
		world.at('2027-04-12T08:00:00Z');
		await take(csv([...v7Before, ...v7After]));
		const asBefore = async () => {
			const { revenue } = await results();
			expect(revenue.basis!.lnRatio).toBeCloseTo(Math.log(227 / 308.5) + Math.log(2), 9);
			expect(revenue.figures.map(({ key }) => key)).not.toContain('results_figure_program_absence');
		};
		await asBefore();
		// It knows of no leave either: counted in the program alone, leave would be a rise.
		await bookAbsence(leader(), { sellerId: 'everybody', from: '2027-02-15', to: '2027-02-21' });
		await asBefore();
	});

	test('leave before the start needs new signatures, leave after it is counted and told', async () => {
		await take(csv(v7Before));
		const unread = await page();
		// Nobody signs a baseline without leave by not thinking of it.
		expect(baselineView(unread, 'en').sentences).toContain(
			'No leave is booked in these weeks. Leave that is booked in the program alone looks like a rise.'
		);
		const none = { ...unread, holidays: 0, policy: { ...unread.policy, country: 'NO' } };
		expect(baselineView(none, 'en').sentences.join(' ')).not.toContain('holiday');
		const { inputsSha256: first } = unread;
		await signBaseline(leader(), { enrollmentId: team.enrollmentId, inputsSha256: first, origin });
		const [one] = team.sellers;
		const week = { sellerId: one!.id, from: '2026-12-07', to: '2026-12-13' };
		expect(await bookAbsence(leader(), week)).toEqual({ ok: true, value: null });
		const later = await page();
		expect(later).toMatchObject({ leaderSignedAt: null, absenceDays: 5 });
		expect(baselineView(later, 'en').sentences).toContain(
			'5 working days of leave, all sellers together, are not in them.'
		);
		expect(later.figures[0]!.exposure).toBe(155);
		expect(
			await signBaseline(coach(), { enrollmentId: team.enrollmentId, inputsSha256: first, origin })
		).toEqual({ ok: false, reason: 'changed-since' });
		await lock();

		world.at('2027-04-12T08:00:00Z');
		await take(csv([...v7Before, ...v7After]));
		const { revenue: there } = await results();
		// Leave in the program makes what was won count for more: whoever reads it is told.
		expect(there.figures).toContainEqual({
			key: 'results_figure_program_absence',
			value: 0,
			unit: 'plain'
		});
		await bookAbsence(leader(), { sellerId: 'everybody', from: '2027-02-15', to: '2027-02-21' });
		const { revenue: away } = await results();
		const figure = (key: string) => away.figures.find((some) => some.key === key)?.value;
		expect(there.sentences.map(({ key }) => key)).not.toContain('results_absence');
		expect(away.sentences).toContainEqual({
			key: 'results_absence',
			params: { program: 30, baseline: 5, pct: away.totalPct }
		});
		expect(figure('results_figure_baseline_absence')).toBe(5);
		expect(figure('results_figure_program_absence')).toBe(30);
		expect(figure('results_figure_program_exposure')).toBe(72);
		expect(away.upliftPct).toBeGreaterThan(there.upliftPct!);
		// Beside it, per calendar week, nothing has moved.
		expect(away.totalPct).toBe(there.totalPct);
		expect((await page()).locked!.inputsSha256).toBe((await page()).inputsSha256);
	});
});

describe('results', () => {
	/** Five full positions, a half one, and somebody who left after three weeks: 146.0 and 71.5. */
	async function teamOfV7() {
		const { sellers } = team;
		await world.db.update(seller).set({ fte: 0.5 }).where(eq(seller.id, sellers[5]!.id));
		await world.db.insert(seller).values({
			enrollmentId: team.enrollmentId,
			name: 'Left',
			externalId: 'S7',
			startedOn: '2024-01-01',
			endedOn: addDays(dayZero, -182 + 20),
			createdAt: world.now
		});
	}

	test('V7: the exact figures behind what is shown', async () => {
		await teamOfV7();
		await take(csv(v7Before));
		await lock();
		world.at('2027-04-12T08:00:00Z');
		await take(csv([...v7Before, ...v7After]));
		const { sales, revenue, engagement } = await results();
		const figure = (key: string, result = revenue) =>
			result.figures.find((some) => some.key === `results_figure_${key}`)?.value;
		expect(figure('baseline_exposure')).toBe(146);
		expect(figure('program_exposure')).toBe(71.5);
		expect(figure('baseline_revenue')).toBe(308500);
		expect(figure('program_revenue')).toBe(227000);
		expect(100 * (Math.exp(revenue.basis!.lnRatio!) - 1)).toBeCloseTo(50.251046, 6);
		expect(revenue.basis!.se).toBeCloseTo(0.36388, 6);
		expect(revenue.basis!.df).toBeCloseTo(30.324081, 6);
		expect(revenue.basis!.pGoal).toBeCloseTo(0.691619, 6);
		expect(revenue.basis!.pAny).toBeCloseTo(0.864011, 6);
		expect(100 * (Math.exp(sales.basis!.lnRatio!) - 1)).toBeCloseTo(27.622378, 6);
		expect(sales.basis!.pGoal).toBeCloseTo(0.524979, 6);
		expect(revenue).toMatchObject({
			methodVersion: '1.0',
			week: 13,
			state: 'final',
			upliftPct: 50,
			totalPct: 47,
			ciPct: [-29, 216],
			evidence: 'weak',
			forecast: null,
			source: { stale: false, used: 39 }
		});
		expect(revenue.series).toHaveLength(11);
		expect(revenue.series.at(-1)).toEqual({ week: 13, pct: 50 });
		expect(revenue.sentences.slice(0, 4)).toEqual([
			{ key: 'results_met', params: { pillar: 'revenue', pct: 50 } },
			{ key: 'results_evidence_weak', params: { low: -29, high: 216 } },
			{ key: 'results_cause', params: {} },
			{ key: 'results_small_deals', params: { n: 12 } }
		]);
		expect(sales.upliftPct).toBe(28);
		expect(engagement).toMatchObject({ state: 'not-locked', upliftPct: null });
		const rows = await world.db.select().from(pillarResult);
		expect(rows.map(({ methodVersion }) => methodVersion)).toEqual(['1.0', '1.0', '1.0']);
		await nothingBroken();
	});

	test('nothing is measured before the lock', async () => {
		await take(csv(v7Before));
		const { sales, revenue } = await results();
		expect(sales).toMatchObject({ state: 'not-locked', upliftPct: null, series: [], week: 0 });
		expect(revenue.state).toBe('not-locked');
		await lock();
		expect((await results()).revenue).toMatchObject({ state: 'too-early', upliftPct: null });
	});

	test('V11a: after six weeks there is a forecast', async () => {
		await take(csv(v7Before));
		await lock();
		world.at('2027-02-22T08:00:00Z');
		await take(csv([...v7Before, ...v7After.slice(0, 7)]));
		const { revenue } = await results();
		expect(revenue).toMatchObject({ week: 6, state: 'in-progress', verdict: 'in_progress' });
		expect(revenue.forecast).toMatchObject({
			p: 0.73,
			status: 'on-track',
			odds: 'results_odds_rather_likely',
			// 223 856.57 of 154 250 expected.
			pct: 45
		});
		expect(revenue.series.map(({ week }) => week)).toEqual([3, 4, 5, 6]);
		expect(revenue.gradePct).toBe(revenue.upliftPct);
	});

	test('a file that is older than ten days leaves the result stale', async () => {
		await take(csv(v7Before));
		await lock();
		world.at('2027-02-08T08:00:00Z');
		await take(csv([...v7Before, ...v7After.slice(0, 5)]));
		world.at('2027-02-24T08:00:00Z');
		const { revenue } = await results();
		expect(revenue.source).toMatchObject({ lastDay: '2027-02-08', daysOld: 16, stale: true });
		expect(revenue.flags).toContain('stale');
		// Only the weeks that the files speak of.
		expect(revenue).toMatchObject({ week: 6 });
		expect(revenue.series.map((point) => point.week)).toEqual([3, 4]);
	});

	test('a part of an export does not make the numbers fresh', async () => {
		await take(csv(v7Before));
		await lock();
		world.at('2027-02-08T08:00:00Z');
		await take(csv([...v7Before, ...v7After.slice(0, 5)]));
		const before = (await results()).revenue.source;
		world.at('2027-02-24T08:00:00Z');
		await take(
			csv([
				{ id: 'P1', closed: '2026-11-20', amount: 5000 },
				{ id: 'P2', closed: '2027-02-22', amount: 7000 }
			])
		);
		const { revenue } = await results();
		expect(revenue.source).toMatchObject({
			batchId: before!.batchId,
			lastDay: '2027-02-08',
			stale: true
		});
		// The control: the same days with all that is known are fresh.
		await take(csv([...v7Before, ...v7After.slice(0, 7)]));
		expect((await results()).revenue.source).toMatchObject({ daysOld: 0, stale: false });
	});

	test('day 90 is inside the window and day 91 is not, in the zone of the enrollment', async () => {
		await take(csv(v7Before));
		await lock();
		// Still day 90 in Oslo at 21:30 UTC: the thirteenth week is not over.
		world.at('2027-04-11T21:30:00Z');
		expect((await results()).revenue).toMatchObject({ week: 12 });
		world.at('2027-04-11T22:30:00Z');
		expect((await results()).revenue).toMatchObject({ week: 13 });
		world.at('2027-04-14T08:00:00Z');
		const inside = { id: 'D90', closed: addDays(dayZero, 90), amount: 10000 };
		const outside = { id: 'D91', closed: addDays(dayZero, 91), amount: 10000 };
		await take(csv([...v7Before, inside, outside]));
		const { sales } = await results();
		expect(sales.figures.find(({ key }) => key === 'results_figure_program_deals')?.value).toBe(1);
	});

	test('a restated baseline raises the banner and leaves the verdict', async () => {
		await take(csv(v7Before));
		await lock();
		world.at('2027-04-12T08:00:00Z');
		await take(csv([...v7Before, ...v7After]));
		const first = await results();
		expect(first.revenue.restated).toBeNull();
		const restated = v7Before.map((row) => ({ ...row, amount: 2 * Number(row.amount) }));
		await take(csv([...restated, ...v7After]));
		const second = await results();
		expect(second.revenue.restated).toEqual({ pct: 100 });
		expect(second.revenue.flags).toContain('restated');
		expect({ ...second.revenue, restated: null, flags: [], source: null }).toEqual({
			...first.revenue,
			restated: null,
			flags: [],
			source: null
		});
		expect(second.sales.restated).toBeNull();
	});

	test('a re-lock needs the coach, an admin and a reason; both versions stay', async () => {
		await take(csv(v7Before));
		await lock();
		const restated = v7Before.map((row) => ({ ...row, amount: 2 * Number(row.amount) }));
		world.at('2027-01-20T08:00:00Z');
		await take(csv(restated));
		const admin = await world.as('admin', 'admin@lofte.example');
		const shown = async () => (await baselineForAdmin(now(admin), team.enrollmentId))!;
		const { inputsSha256, changed } = await shown();
		// The coach signs what they have seen, and so does the admin lock.
		expect((await baselinePage(coach(), team.enrollmentId))!.changed).toEqual(changed);
		expect(changed![0]).toMatchObject({ deals: 24, revenueMinor: 61_700_000 });
		const seen = { enrollmentId: team.enrollmentId, inputsSha256, origin };
		const wanted = { ...seen, reason: 'Amounts were net of discount.' };
		expect(await relockBaseline(admin, { ...wanted, reason: ' ' })).toMatchObject({
			reason: 'reason-missing'
		});
		expect(await relockBaseline(admin, wanted)).toMatchObject({ reason: 'not-signed-by-coach' });
		expect(await signedChanges(now(admin))).toEqual([]);
		expect(await signBaseline(leader(), seen)).toMatchObject({ reason: 'already-locked' });
		const told = () =>
			world.db.$count(emailOutbox, like(emailOutbox.dedupeKey, `baseline-changed/%`));
		expect(await told()).toBe(0);
		expect(await signBaseline(coach(), seen)).toEqual({ ok: true, value: { locked: false } });
		// Every admin is told once, however often the coach presses.
		const first = await told();
		expect(first).toBeGreaterThan(0);
		await signBaseline(coach(), seen);
		expect(await told()).toBe(first);
		expect(await signedChanges(now(admin))).toMatchObject([
			{ enrollmentId: team.enrollmentId, leaderName: 'Ingrid Solheim' }
		]);
		// The file that comes in between is not what was seen.
		await take(csv(restated.map((row) => ({ ...row, amount: row.amount + 1 }))));
		expect(await relockBaseline(now(admin), wanted)).toMatchObject({ reason: 'changed-since' });
		await take(
			csv(restated.map((row) => ({ ...row, closed: row.closed }))).replace('deal_id', ' deal_id')
		);
		expect(await relockBaseline(now(admin), wanted)).toEqual({ ok: true, value: { version: 2 } });
		expect(await signedChanges(now(admin))).toEqual([]);
		expect(await shown()).toMatchObject({
			changed: null,
			coachSignedAt: null,
			earlier: [{ version: 1, reason: null, figures: { deals: 24, revenueMinor: 30_850_000 } }]
		});
		const rows = await world.db.select().from(baseline).orderBy(baseline.version);
		expect(rows.map(({ version, reason }) => [version, reason])).toEqual([
			[1, null],
			[2, wanted.reason]
		]);
		expect(await relockBaseline(now(admin), wanted)).toMatchObject({ ok: false });

		// The verdict is told on both: against twice the baseline, half of it.
		world.at('2027-04-12T08:00:00Z');
		await take(csv([...restated, ...v7After]));
		const { revenue } = await results();
		const factor = (pct: number) => 1 + pct / 100;
		expect(factor(revenue.onFirstLock!.upliftPct!)).toBeCloseTo(2 * factor(revenue.upliftPct!), 1);
		expect(revenue).toMatchObject({ verdict: 'fell', onFirstLock: { verdict: 'met_robust' } });
	});

	test('nothing is signed or locked again once the results are final', async () => {
		await take(csv(v7Before));
		await lock();
		world.at('2027-04-12T08:00:00Z');
		const restated = v7Before.map((row) => ({ ...row, amount: 2 * Number(row.amount) }));
		await take(csv([...restated, ...v7After]));
		const { inputsSha256 } = (await baselinePage(coach(), team.enrollmentId))!;
		const seen = { enrollmentId: team.enrollmentId, inputsSha256, origin };
		await signBaseline(coach(), seen);
		const admin = await world.as('admin', 'admin@lofte.example');
		world.at('2027-04-26T08:00:00Z');
		const final = { ok: false, reason: 'already-final' };
		const reason = 'Amounts were net of discount.';
		expect(await relockBaseline(now(admin), { ...seen, reason })).toEqual(final);
		expect(await signBaseline(coach(), seen)).toEqual(final);
		expect(await signedChanges(now(admin))).toEqual([]);
		expect((await baselineForAdmin(now(admin), team.enrollmentId))!.changed).toBeNull();
	});

	test('a frozen result stays, whatever comes later', async () => {
		await take(csv(v7Before));
		await lock();
		world.at('2027-04-12T08:00:00Z');
		await take(csv([...v7Before, ...v7After]));
		await results();
		world.at('2027-04-26T08:00:00Z');
		const frozen = await results();
		expect(frozen.revenue.state).toBe('final');
		const [row] = await world.db.select().from(pillarResult);
		expect(row!.frozenAt).toEqual(world.now);
		world.at('2027-05-30T08:00:00Z');
		await take(csv([...v7Before, ...v7After.slice(0, 2)].map((some) => ({ ...some, amount: 1 }))));
		expect(await results()).toEqual(frozen);
		await addKnownEvent(leader(), { day: '2027-02-01', kind: 'price', size: 'major' });
		expect(await results()).toEqual(frozen);
		await bookAbsence(leader(), { sellerId: 'everybody', from: '2027-02-01', to: '2027-02-19' });
		expect(await results()).toEqual(frozen);
	});

	test('without a file of the last weeks nothing is judged', async () => {
		await take(csv(v7Before));
		await lock();
		world.at('2027-04-26T08:00:00Z');
		expect((await results()).revenue).toMatchObject({
			state: 'not-measurable',
			verdict: 'not_measurable',
			flags: ['stale']
		});
	});

	test('a major event inside a window caps the evidence', async () => {
		await take(csv(v7Before));
		await lock();
		world.at('2027-04-12T08:00:00Z');
		const tenfold = v7After.map((row) => ({ ...row, amount: 10 * Number(row.amount) }));
		const id = await upload(csv([...v7Before, ...tenfold]));
		const { questions } = (await batchPage(leader(), id))!.preview!;
		await answerBatch(
			leader(),
			id,
			Object.fromEntries(questions.shown.map((some) => [some.id, 'yes']))
		);
		expect((await confirmBatch(leader(), id)).ok).toBe(true);
		expect((await results()).revenue.evidence).toBe('strong');
		expect(
			(await addKnownEvent(leader(), { day: '2027-02-01', kind: 'price', size: 'major' })).ok
		).toBe(true);
		const { revenue } = await results();
		expect(revenue.evidence).toBe('weak');
		expect(revenue.flags).toContain('major_event');
		expect(await addKnownEvent(leader(), { day: 'soon', kind: 'price', size: 'major' })).toEqual({
			ok: false,
			reason: 'not-valid'
		});
	});

	test('an amount in another currency needs its rate, which is fixed at the lock', async () => {
		const euro = `${header},currency\n${v7Before
			.map(({ id, closed, amount }) => `${id},S1,won,${closed},,${amount},EUR`)
			.join('\n')}`;
		await take(euro);
		expect((await myBaseline(leader()))!).toMatchObject({
			obstacle: 'rate-missing',
			currenciesWithoutRate: ['EUR']
		});
		await proposeBaseline(leader(), {
			metric: 'booking_total',
			windowWeeks: 26,
			primary: 'B26',
			rates: { EUR: 11.5 }
		});
		const page = (await myBaseline(leader()))!;
		expect(page.obstacle).toBeNull();
		expect(page.figures[0]!.revenueMinor).toBe(30_850_000 * 11.5);
		await lock();
		expect((await results()).revenue.state).toBe('too-early');
	});

	test('engagement shows what was published and nothing finer', async () => {
		const publish = async (index: number, payload: Record<string, unknown>) => {
			const [asked] = await world.db
				.insert(wave)
				.values({
					enrollmentId: team.enrollmentId,
					index,
					status: 'closed',
					minGroup: 5,
					opensAt: world.now,
					closesAt: world.now,
					closedAt: world.now,
					publicKey: new Uint8Array(32)
				})
				.returning();
			await world.db.insert(publishedResult).values({
				enrollmentId: team.enrollmentId,
				waveId: asked!.id,
				waveIndex: index,
				payload: { enrollment: team.enrollmentId, wave: index, methodVersion: '1.0', ...payload },
				methodVersion: '1.0',
				publishedAt: world.now
			});
		};
		await publish(0, { state: 'suppressed', responseRatePct: 80 });
		expect((await results()).engagement).toMatchObject({ state: 'suppressed', gradePct: null });
	});

	test('the cohort counts all its leaders', async () => {
		await take(csv(v7Before));
		await lock();
		world.at('2027-04-12T08:00:00Z');
		await take(csv([...v7Before, ...v7After]));
		await results();
		const [row] = await world.db.select().from(cohortResult);
		expect(row!.payload as CohortResult).toMatchObject({
			leaders: 1,
			left: 0,
			kept: 0,
			counts: { revenue: { reached: 1, of: 1 }, engagement: { reached: 0, of: 1 } },
			typical: { revenue: null },
			moneyPct: null,
			engagement: { state: 'suppressed', teams: { of: 1 } }
		});
	});
});

describe('the demo’s exports', () => {
	const folder = path.join(import.meta.dirname, '../../content/demo');
	type Cast = {
		leader: string;
		file: string;
		sellers: { name: string; externalId: string; email: string; fte: number; startWeek: number }[];
	}[];
	const cast = JSON.parse(readFileSync(path.join(folder, 'people.json'), 'utf8')) as Cast;
	const weeks = 53;

	/** The file moved by whole weeks, without what happened on `today` or later. */
	function exported(file: string, today: string): Uint8Array {
		const text = new TextDecoder('utf-8', { ignoreBOM: true }).decode(
			readFileSync(path.join(folder, file))
		);
		const iso = /\b\d{4}-\d{2}-\d{2}\b/g;
		const american = /\b(\d{1,2})\/(\d{1,2})\/(\d{4})\b/g;
		const two = (part: string) => part.padStart(2, '0');
		const lines = text.split('\n').flatMap((line) => {
			const days: string[] = [];
			const moved = line
				.replace(iso, (day) => {
					const later = addDays(day, 7 * weeks);
					days.push(later);
					return later;
				})
				.replace(american, (_, month: string, day: string, year: string) => {
					const later = addDays(`${year}-${two(month)}-${two(day)}`, 7 * weeks);
					days.push(later);
					const [y, mm, dd] = later.split('-');
					return `${Number(mm)}/${Number(dd)}/${y}`;
				});
			return days.some((day) => day >= today) ? [] : [moved];
		});
		return new TextEncoder().encode(lines.join('\n'));
	}

	test.each([
		['hubspot.csv', 'hubspot', 36, 5],
		['pipedrive.csv', 'pipedrive', 35, 36],
		['salesforce.csv', 'salesforce', 33, 35],
		['deals.csv', 'deals', 3, 2]
	])('%s: imported, locked, and read after six weeks', async (file, crm, sales, revenue) => {
		const { sellers } = cast.find((some) => some.file === file)!;
		team = await enrolled(world, { dayZero, sellers: 1 });
		await world.db.delete(seller).where(eq(seller.enrollmentId, team.enrollmentId));
		await world.db.insert(seller).values(
			sellers.map(({ name, externalId, email, fte, startWeek }) => ({
				enrollmentId: team.enrollmentId,
				...{ name, externalId, email, fte },
				startedOn: addDays(dayZero, 7 * startWeek),
				createdAt: world.now
			}))
		);
		await take(exported(file, dayZero));
		// Their deals close on every working day of the year.
		await proposeBaseline(leader(), proposal({ country: '' }));
		await lock();
		world.at('2027-02-22T09:00:00Z');
		await take(exported(file, '2027-02-22'));
		const found = await results();
		expect(found.revenue.source?.crm).toBe(crm);
		expect(Math.abs(found.sales.upliftPct! - sales)).toBeLessThanOrEqual(1);
		expect(Math.abs(found.revenue.upliftPct! - revenue)).toBeLessThanOrEqual(1);
		expect(found.revenue.state).toBe('in-progress');
		world.at('2027-04-13T09:00:00Z');
		await take(exported(file, '2027-04-13'));
		expect((await results()).revenue).toMatchObject({ state: 'final', week: 13 });
		const ended = async () => {
			const [row] = await world.db.select().from(cohortResult);
			return [(row!.payload as CohortResult).final, row!.endedOn];
		};
		expect(await ended()).toEqual([false, null]);
		world.at('2027-06-01T09:00:00Z');
		await results();
		expect(await ended()).toEqual([true, '2027-04-11']);
	});
});

test('of two who compute at once, the one that looked later stands', async () => {
	await results();
	const at = async () => (await world.db.select().from(pillarResult)).map((row) => row.computedAt);
	const before = await at();
	const early = { ...world.system(), now: new Date(world.now.getTime() - 60_000) };
	await refreshResults(early, team.enrollmentId);
	expect(await at()).toEqual(before);
	world.later(60_000);
	await results();
	expect(await at()).not.toEqual(before);
});

describe('the weeks behind the figures', () => {
	const compare = new Intl.Collator('en').compare;
	const program: Row[] = [
		...v7After.filter(({ closed }) => closed < addDays(dayZero, 45)),
		{ id: 'X1', owner: 'S2', closed: addDays(dayZero, 3), amount: 7000 },
		{ id: 'X2', owner: 'S3', closed: addDays(dayZero, 40), amount: 8000 }
	];
	async function measured() {
		await take(csv(v7Before));
		await lock();
		world.at(`${addDays(dayZero, 45)}T09:00:00Z`);
		await take(csv([...v7Before, ...program]));
		return results();
	}

	test('are of the same deals: panels and team sum up to the published figure', async () => {
		const published = await measured();
		const found = (await leaderDeals(leader()))!;
		for (const pillar of ['sales', 'revenue'] as const) {
			const result = { ...published[pillar]!, pillar };
			const weekly = weeklyOf(result, found, compare);
			const key =
				pillar === 'sales' ? 'results_figure_program_deals' : 'results_figure_program_revenue';
			const figure = result.figures.find((one) => one.key === key)!.value;
			const sum = (values: (number | null)[]) =>
				values.reduce<number>((all, one) => all + (one ?? 0), 0);
			expect(weekly.program).toHaveLength(6);
			expect(sum(weekly.program)).toBe(figure);
			expect(sum(weekly.sellers.map(({ weeks }) => sum(weeks)))).toBe(figure);
			expect(sum(weekly.before)).toBe(pillar === 'sales' ? 24 : 308_500);
			expect(weekly.usual * 26).toBeCloseTo(sum(weekly.before), 6);
		}
	});

	test('are the leader’s own in one statement: no seller and no deal of anybody else', async () => {
		await measured();
		const other = await enrolled(world, { dayZero, coach: 'maren@lofte.example' });
		await world.db
			.update(seller)
			.set({ name: 'Somebody Else' })
			.where(eq(seller.enrollmentId, other.enrollmentId));
		await take(csv([{ id: 'O1', closed: addDays(dayZero, 2), amount: 1 }]), now(other.leader));
		let count = 0;
		const { db } = world;
		const counting = new Proxy(db, {
			get(target, name, receiver) {
				if (name === 'execute' || name === 'select') count++;
				const found: unknown = Reflect.get(target, name, receiver);
				return typeof found === 'function' ? (found.bind(target) as unknown) : found;
			}
		});
		const found = (await leaderDeals({ ...leader(), db: counting }))!;
		expect(count).toBe(1);
		expect(found.team).toHaveLength(6);
		expect(found.deals).toHaveLength(v7Before.length + program.length);
		const text = JSON.stringify(found);
		expect(text).not.toContain('Somebody Else');
		expect(text).not.toContain('O1');
		// Theirs is not locked: there is nothing to stand beside.
		expect(await leaderDeals(now(other.leader))).toBeNull();
		expect(await leaderDeals(await world.as('leader', 'new@team.example'))).toBeNull();
	});

	test('read the deals of two windows, and of no year before', async () => {
		await take(
			csv([
				...v7Before,
				{ id: 'OLD', closed: addDays(dayZero, -26 * 7 - 1), amount: 5000 },
				{ id: 'FIRST', closed: addDays(dayZero, -26 * 7), amount: 5000 }
			])
		);
		await lock();
		const ids = (await leaderDeals(leader()))!.deals.map(({ externalId }) => externalId);
		expect(ids).toContain('FIRST');
		expect(ids).not.toContain('OLD');
	});
});
