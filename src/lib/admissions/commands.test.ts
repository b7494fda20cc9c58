import { eq, like, sql } from 'drizzle-orm';
import { beforeEach, describe, expect, test } from 'vitest';
import { createCohort, editPledge, setSales } from '#lib/cohorts/commands.server.ts';
import { defaultPledge } from '#lib/cohorts/pledge.ts';
import { cohortBySlug, cohortForCoach, nextCohort } from '#lib/cohorts/queries.server.ts';
import { seat } from '#lib/cohorts/tables.server.ts';
import { unsealText } from '#lib/server/seal.server.ts';
import { auditLog, emailOutbox } from '#lib/server/tables.server.ts';
import type { Seller } from '#lib/server/till.server.ts';
import { offered, origin, selling, typed } from '../../../tests/cohort.ts';
import { databasePerTest } from '../../../tests/database.ts';
import { worldOn, type World } from '../../../tests/world.ts';
import {
	declineApplication,
	offerSeat,
	sendOfferAgain,
	submitApplication
} from './commands.server.ts';
import { applicationForAdmin, applicationsForAdmin, offerByToken } from './queries.server.ts';
import { application, offer } from './tables.server.ts';

const database = databasePerTest();
let world: World;
beforeEach(() => {
	world = worldOn(database.db);
});

const apply = (slug: string, email: string, change = {}) =>
	submitApplication(world.visitor(), {
		slug,
		typed: typed(email, change),
		locale: 'nb',
		origin
	});
const only = async () => (await world.db.select().from(application))[0]!;

describe('applying', () => {
	test('the same address twice, ten times at once: one application, one mail to each side, the same answer', async () => {
		const run = await selling(world);
		const answers = await Promise.all(
			Array.from({ length: 10 }, (_, index) =>
				apply(run.slug, 'Ingrid@nordbris.example', { company: `Firm ${index}` })
			)
		);
		expect(new Set(answers.map((answer) => JSON.stringify(answer)))).toEqual(
			new Set(['{"ok":true,"value":null}'])
		);
		expect(await world.db.$count(application)).toBe(1);
		const mails = await world.db.select().from(emailOutbox).orderBy(emailOutbox.dedupeKey);
		const [waits] = mails.filter(({ dedupeKey }) => dedupeKey.startsWith('application-waits/'));
		expect(mails.map(({ dedupeKey }) => dedupeKey.split('/')[0]).sort()).toEqual([
			'application',
			'application-waits'
		]);
		const letter = unsealText(world.keys, 'mail', waits!.requestEnc!);
		expect(letter).toContain(`${origin}/admin/applications/${(await only()).id}`);
		expect(letter).not.toMatch(/nordbris/i);
	});

	test('one without the YES is refused with its field, and nothing is stored', async () => {
		const run = await selling(world);
		expect(await apply(run.slug, 'ingrid@nordbris.example', { answers: {} })).toMatchObject({
			ok: false,
			reason: 'problems',
			problems: [{ reason: 'no-yes' }]
		});
		expect(await world.db.$count(application)).toBe(0);
		expect(await world.db.$count(emailOutbox)).toBe(0);
	});

	test('to a cohort that has begun, or that is not there, it is refused', async () => {
		const run = await selling(world, { startsOn: '2027-02-01' });
		expect(await apply('cohort-of-nobody', 'a@b.example')).toEqual({
			ok: false,
			reason: 'cohort-unknown'
		});
		world.at('2027-02-01T09:00:00Z');
		expect(await apply(run.slug, 'a@b.example')).toEqual({ ok: false, reason: 'cohort-closed' });
	});

	test('who was declined may apply again', async () => {
		const run = await selling(world);
		await apply(run.slug, 'a@b.example');
		await declineApplication(run.admin, { applicationId: (await only()).id, reason: '' });
		await apply(run.slug, 'a@b.example');
		expect(await world.db.$count(application)).toBe(2);
	});
});

describe('deciding', () => {
	test('ten admins who offer a seat at once make one offer and one mail', async () => {
		const run = await selling(world);
		await apply(run.slug, 'a@b.example');
		const { id: applicationId } = await only();
		const said = await Promise.all(
			Array.from({ length: 10 }, () =>
				offerSeat(run.admin, { applicationId, origin, seller: null })
			)
		);
		expect(said.filter((answer) => answer.ok)).toHaveLength(1);
		expect(said.filter((answer) => !answer.ok && answer.reason === 'already-decided')).toHaveLength(
			9
		);
		expect(await world.db.$count(offer)).toBe(1);
		expect(await world.db.$count(auditLog, eq(auditLog.action, 'seat-offered'))).toBe(1);
	});

	test('a yes and a no at once: one of them', async () => {
		const run = await selling(world);
		await apply(run.slug, 'a@b.example');
		const { id: applicationId } = await only();
		const said = await Promise.all([
			offerSeat(run.admin, { applicationId, origin, seller: null }),
			declineApplication(run.admin, { applicationId, reason: 'No room.' })
		]);
		expect(said.filter((answer) => answer.ok)).toHaveLength(1);
	});

	test('a no goes out in the applicant’s language with the reason that was written', async () => {
		const run = await selling(world);
		await apply(run.slug, 'a@b.example');
		await declineApplication(run.admin, {
			applicationId: (await only()).id,
			reason: 'Teamet er for nytt.'
		});
		const [mail] = await world.db
			.select()
			.from(emailOutbox)
			.where(sql`dedupe_key like 'declined/%'`);
		const text = unsealText(world.keys, 'mail', mail!.requestEnc!);
		expect(text).toContain('Om søknaden din');
		expect(text).toContain('Teamet er for nytt.');
	});

	test('the mail with an offer says who sells and what the price includes, or nothing of it', async () => {
		const run = await selling(world);
		const told = async (seller: Seller | null) => {
			const email = `${seller ? 'named' : 'unnamed'}@b.example`;
			await apply(run.slug, email);
			const [asked] = await world.db.select().from(application).where(eq(application.email, email));
			await offerSeat(run.admin, { applicationId: asked!.id, origin, seller });
			const [made] = await world.db.select().from(offer).where(eq(offer.applicationId, asked!.id));
			const [mail] = await world.db
				.select()
				.from(emailOutbox)
				.where(like(emailOutbox.dedupeKey, `offer/${made!.id}/%`));
			return unsealText(world.keys, 'mail', mail!.requestEnc!);
		};
		const seller = {
			name: 'Løfte AS',
			number: '987 654 321',
			address: 'Gata 1',
			vat: { rate: 2500, included: false }
		};
		expect(await told(seller)).toContain(
			'Uten 25 % mva. Selges av Løfte AS, organisasjonsnummer 987 654 321, Gata 1.'
		);
		expect(await told(null)).not.toMatch(/Selges av|mva/);
	});

	test('an offer that is sent again has a new link at the old price, and the old link dies', async () => {
		const run = await selling(world);
		const { token, applicationId } = await offered(world, run);
		await world.db.execute(sql`update cohort set price_minor = 99900000`);
		world.later(20 * 24 * 3600_000);
		expect((await offerByToken(world.visitor(), token))!.state).toBe('expired');
		const again = await sendOfferAgain(
			{ ...run.admin, now: world.now },
			{ applicationId, origin, seller: null }
		);
		expect(await offerByToken(world.visitor(), token)).toBeNull();
		expect(again.ok && (await offerByToken(world.visitor(), again.value.token))).toMatchObject({
			state: 'good',
			priceMinor: 8_700_000
		});
	});

	test('the link of an offer is stored as its hash only', async () => {
		const { token } = await offered(world, await selling(world));
		expect(JSON.stringify(await world.db.select().from(offer))).not.toContain(token);
	});

	test.each(['x', '00000000-0000-4000-8000-000000000000'])(
		'an application %s that is not there is not found',
		async (id) => {
			const { admin } = await selling(world);
			expect(await applicationForAdmin(admin, id)).toBeNull();
			expect((await offerSeat(admin, { applicationId: id, origin, seller: null })).ok).toBe(false);
		}
	);

	test('the admin sees answers beside the pledge, warnings and the score', async () => {
		const run = await selling(world);
		await apply(run.slug, 'a@b.example', { teamSize: '4', baselineGuess: '82' });
		const found = await applicationForAdmin(run.admin, (await only()).id);
		expect(found).toMatchObject({
			warnings: ['team-under-five', 'baseline-out-of-reach'],
			judgement: { qualified: true, score: 100 },
			offer: null
		});
		expect(await applicationsForAdmin(run.admin)).toMatchObject([
			{ status: 'submitted', tally: { free: 4 } }
		]);
	});
});

describe('a cohort', () => {
	test('has its seats, numbered from one, and its own copy of the pledge', async () => {
		const run = await selling(world, { seats: 3 });
		expect(
			(await world.db.select().from(seat)).map(({ number, state }) => [number, state])
		).toEqual([
			[1, 'free'],
			[2, 'free'],
			[3, 'free']
		]);
		expect(await cohortBySlug(world.visitor(), run.slug)).toMatchObject({
			stage: 'open',
			pledge: defaultPledge
		});
	});

	test('with the name of another, or with a coach who is none, is not made', async () => {
		const run = await selling(world);
		const input = {
			name: run.slug,
			programId: run.programId,
			coachId: run.coach.who.personId,
			startsOn: '2027-06-01',
			priceMinor: 1,
			currency: 'NOK',
			timeZone: 'Europe/Oslo',
			seats: 1,
			salesOpen: true
		};
		expect(await createCohort(run.admin, input)).toEqual({ ok: false, reason: 'name-taken' });
		const leader = await world.as('leader', 'a@b.example');
		expect(
			await createCohort(run.admin, { ...input, name: 'Other', coachId: leader.who.personId })
		).toEqual({
			ok: false,
			reason: 'coach-unknown'
		});
		expect(
			await createCohort(run.admin, { ...input, name: 'Other', programId: leader.who.personId })
		).toEqual({
			ok: false,
			reason: 'program-unknown'
		});
	});

	test('its pledge is edited by its coach and by nobody else', async () => {
		const run = await selling(world);
		const other = await world.as('coach', 'ola@lofte.example');
		const pledge = defaultPledge.slice(0, 2);
		expect(await editPledge(other, { cohortId: run.id, pledge })).toEqual({
			ok: false,
			reason: 'not-found'
		});
		expect(await cohortForCoach(other, run.id)).toBeNull();
		expect(await editPledge(run.coach, { cohortId: run.id, pledge: [] })).toEqual({
			ok: false,
			reason: 'no-must'
		});
		expect((await editPledge(run.coach, { cohortId: run.id, pledge })).ok).toBe(true);
		expect((await cohortForCoach(run.coach, run.id))!.pledge).toEqual(pledge);
	});

	test('the next one that sells is offered before an earlier one that is full', async () => {
		const full = await selling(world, { startsOn: '2027-03-01', seats: 1 });
		const open = await selling(world, { startsOn: '2027-05-01' });
		expect((await nextCohort(world.visitor()))!.slug).toBe(full.slug);
		await world.db.execute(
			sql`update seat set state = 'blocked' where cohort_id = ${full.id}::uuid`
		);
		expect((await nextCohort(world.visitor()))!.slug).toBe(open.slug);
		await setSales(open.admin, { cohortId: open.id, open: false });
		expect((await nextCohort(world.visitor()))!).toMatchObject({
			slug: full.slug,
			stage: 'announced'
		});
		world.at('2028-01-01T00:00:00Z');
		expect(await nextCohort(world.visitor())).toBeNull();
	});
});
