import { sql } from 'drizzle-orm';
import { beforeEach, expect, test } from 'vitest';
import {
	addSeller,
	bookAbsence,
	cancelAbsence,
	changeSeller,
	sellerLeaves
} from '#lib/cohorts/commands.server.ts';
import { personalData } from '#lib/cohorts/personal.server.ts';
import { roster } from '#lib/cohorts/queries.server.ts';
import { addDays } from '#lib/values/day.ts';
import { refuse } from '#lib/values/result.ts';
import { databasePerTest } from './database.ts';
import { enrolled } from './enrolled.ts';
import { worldOn, type World } from './world.ts';

const database = databasePerTest();
let world: World;
beforeEach(() => {
	world = worldOn(database.db);
});

const form = {
	name: 'Thea Moen',
	email: 'thea@nordbris.example',
	locale: 'nb',
	externalId: 'thea.moen',
	ftePct: '80',
	startedOn: '2026-08-01'
};

test('a leader adds, changes and lets go', async () => {
	const team = await enrolled(world, { sellers: 1 });
	const added = await addSeller(team.leader, form);
	const id = added.ok ? added.value : '';
	expect(await changeSeller(team.leader, id, { ...form, ftePct: '100' })).toEqual({
		ok: true,
		value: null
	});
	expect(await roster(world.system(), team.enrollmentId)).toMatchObject([
		{ name: 'Seller 1' },
		{ name: 'Thea Moen', email: 'thea@nordbris.example', locale: 'nb', fte: 1, endedOn: null }
	]);
	expect(await sellerLeaves(team.leader, id, '2026-07-31')).toEqual(refuse('left-before-start'));
	expect(await sellerLeaves(team.leader, id, 'soon')).toEqual(refuse('not-a-day'));
	expect((await sellerLeaves(team.leader, id, '2027-01-04')).ok).toBe(true);
	expect(await roster(world.system(), team.enrollmentId)).toHaveLength(1);
	expect(await roster(world.system(), team.enrollmentId, { withLeft: true })).toHaveLength(2);
	expect((await sellerLeaves(team.leader, id, null)).ok).toBe(true);
	expect(await roster(world.system(), team.enrollmentId)).toHaveLength(2);
});

test('one address and one CRM id are one seller, and no seller is the leader', async () => {
	const team = await enrolled(world, { sellers: 1, leader: 'ingrid@nordbris.example' });
	const added = await addSeller(team.leader, form);
	const id = added.ok ? added.value : '';
	expect(await addSeller(team.leader, { ...form, externalId: 'x' })).toEqual(
		refuse('address-taken')
	);
	expect(await addSeller(team.leader, { ...form, email: 'x@y.example' })).toEqual(
		refuse('crm-id-taken')
	);
	const own = { ...form, externalId: '', email: 'Ingrid@nordbris.example' };
	expect(await addSeller(team.leader, own)).toEqual(refuse('own-address'));
	expect(await changeSeller(team.leader, id, own)).toEqual(refuse('own-address'));
});

test('another leader changes nothing on it', async () => {
	const team = await enrolled(world, { sellers: 1 });
	const other = await enrolled(world, { sellers: 1, leader: 'other@team.example' });
	const { id } = team.sellers[0]!;
	expect(await changeSeller(other.leader, id, form)).toEqual(refuse('not-on-team'));
	expect(await sellerLeaves(other.leader, id, '2027-01-04')).toEqual(refuse('not-on-team'));
	expect(await sellerLeaves(other.leader, 'x', '2027-01-04')).toEqual(refuse('not-on-team'));
	expect(await roster(world.system(), team.enrollmentId)).toMatchObject([
		{ name: 'Seller 1', endedOn: null }
	]);
	const nobody = await world.as('leader', 'nobody@team.example');
	expect(await addSeller(nobody, form)).toEqual(refuse('not-on-team'));
});

test('leave is booked for one or for all, once, and taken back', async () => {
	const team = await enrolled(world, { sellers: 2 });
	const [one, two] = team.sellers.map(({ id }) => ({ id })) as [{ id: string }, { id: string }];
	const booked = async () =>
		(await roster(world.system(), team.enrollmentId)).map(({ absences }) =>
			absences.map(({ from, to }) => `${from} ${to}`)
		);
	const week = { from: '2026-12-21', to: '2026-12-27' };
	const done = { ok: true, value: null };
	expect(await bookAbsence(team.leader, { sellerId: one.id, ...week })).toEqual(done);
	expect(await bookAbsence(team.leader, { sellerId: one.id, ...week })).toEqual(done);
	expect(await booked()).toEqual([['2026-12-21 2026-12-27'], []]);
	expect(await bookAbsence(team.leader, { sellerId: 'everybody', ...week })).toEqual(done);
	expect(await booked()).toEqual([['2026-12-21 2026-12-27'], ['2026-12-21 2026-12-27']]);
	// Who had left by then is not on leave.
	await sellerLeaves(team.leader, two.id, '2027-01-31');
	const later = { sellerId: 'everybody', from: '2027-02-01', to: '2027-02-01' };
	await bookAbsence(team.leader, later);
	await sellerLeaves(team.leader, two.id, null);
	expect(await booked()).toEqual([
		['2026-12-21 2026-12-27', '2027-02-01 2027-02-01'],
		['2026-12-21 2026-12-27']
	]);
	const [first] = await roster(world.system(), team.enrollmentId);
	expect(await cancelAbsence(team.leader, first!.absences[0]!.id)).toEqual(done);
	expect(await booked()).toEqual([['2027-02-01 2027-02-01'], ['2026-12-21 2026-12-27']]);
});

test('leave that is booked or taken back makes the figures anew', async () => {
	const team = await enrolled(world, { sellers: 1 });
	const other = await enrolled(world, { sellers: 1, leader: 'other@team.example' });
	const asked = async () => {
		const jobs = await world.db.execute<{ of: string }>(sql`with gone as (
				delete from graphile_worker._private_jobs returning payload, task_id)
			select g.payload ->> 'enrollmentId' as of from gone g
			join graphile_worker._private_tasks t on t.id = g.task_id where t.identifier = 'refresh-results'`);
		return jobs.map((job) => job.of);
	};
	await asked();
	const week = { sellerId: team.sellers[0]!.id, from: '2026-12-21', to: '2026-12-27' };
	await bookAbsence(team.leader, week);
	expect(await asked()).toEqual([team.enrollmentId]);
	await bookAbsence(team.leader, week);
	const [one] = await roster(world.system(), team.enrollmentId);
	await cancelAbsence(other.leader, one!.absences[0]!.id);
	expect(await asked()).toEqual([]);
	await cancelAbsence(team.leader, one!.absences[0]!.id);
	expect(await asked()).toEqual([team.enrollmentId]);
});

test('who asks what is stored of them is told of leave that was taken back too', async () => {
	const team = await enrolled(world, { sellers: 2 });
	const ofBoth = await roster(world.system(), team.enrollmentId);
	const [mine, other] = ofBoth.map(({ id, email }) => ({ id, email: email! }));
	const gone = { from: '2026-12-21', to: '2026-12-27' };
	const kept = { from: '2027-02-01', to: '2027-02-05' };
	for (const days of [gone, kept]) await bookAbsence(team.leader, { sellerId: mine!.id, ...days });
	const [booked] = (await roster(world.system(), team.enrollmentId))[0]!.absences;
	await cancelAbsence(team.leader, booked!.id);
	const told = async (email: string) =>
		(await personalData(world.system(), { email, personId: null })).onRosters;
	expect(await told(mine!.email)).toMatchObject([
		{
			absences: [kept],
			audit: [
				{ action: 'absence-booked', detail: gone },
				{ action: 'absence-booked', detail: kept },
				{ action: 'absence-cancelled', detail: gone }
			]
		}
	]);
	expect(await told(other!.email)).toMatchObject([{ absences: [], audit: null }]);
});

test('leave that cannot be is refused, and of another team there is none', async () => {
	const team = await enrolled(world, { sellers: 1 });
	const other = await enrolled(world, { sellers: 1, leader: 'other@team.example' });
	const sellerId = team.sellers[0]!.id;
	const book = (from: string, to: string) => bookAbsence(team.leader, { sellerId, from, to });
	expect(await book('2026-12-21', '2026-12-20')).toEqual(refuse('absence-backwards'));
	expect(await book('2026-12-21', '2027-12-23')).toEqual(refuse('absence-too-long'));
	expect(await book('2026-12-21', '')).toEqual(refuse('not-a-day'));
	expect(await book('2026-02-30', '2026-03-02')).toEqual(refuse('not-a-day'));
	const week = { from: '2026-12-21', to: '2026-12-27' };
	for (const stranger of [other.leader, await world.as('leader', 'nobody@team.example')]) {
		expect(await bookAbsence(stranger, { sellerId, ...week })).toEqual(refuse('not-on-team'));
		expect(await bookAbsence(stranger, { sellerId: 'x', ...week })).toEqual(refuse('not-on-team'));
	}
	await bookAbsence(team.leader, { sellerId, ...week });
	await bookAbsence(other.leader, { sellerId: 'everybody', ...week });
	const [only] = await roster(world.system(), team.enrollmentId);
	expect(only!.absences).toHaveLength(1);
	expect(await cancelAbsence(other.leader, only!.absences[0]!.id)).toEqual(refuse('not-on-team'));
	expect(await cancelAbsence(team.leader, 'x')).toEqual(refuse('not-on-team'));
	// No more than a page can list.
	for (let day = 2; day <= 61; day += 1)
		await book(addDays('2027-01-01', day), addDays('2027-01-01', day));
	expect((await roster(world.system(), team.enrollmentId))[0]!.absences).toHaveLength(60);
	expect(await book('2027-06-01', '2027-06-01')).toEqual(refuse('absences-full'));
	expect((await roster(world.system(), team.enrollmentId))[0]!.absences).toHaveLength(60);
	// The table holds what the sentence says.
	for (const last of ['2026-12-20', '2027-12-23'])
		await expect(
			world.db.execute(sql`insert into absence (seller_id, first_day, last_day, created_at)
				values (${sellerId}, '2026-12-21', ${last}, now())`)
		).rejects.toThrow();
});
