import { beforeEach, expect, test } from 'vitest';
import { addSeller, changeSeller, sellerLeaves } from '#lib/cohorts/commands.server.ts';
import { roster } from '#lib/cohorts/queries.server.ts';
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
