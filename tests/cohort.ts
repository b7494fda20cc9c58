/** A cohort that sells, and people with an offer in their hands: where the tests of money begin. */
import { randomUUID } from 'node:crypto';
import type { Typed } from '#lib/admissions/application.ts';
import { offerSeat, submitApplication } from '#lib/admissions/commands.server.ts';
import { application } from '#lib/admissions/tables.server.ts';
import { createCohort } from '#lib/cohorts/commands.server.ts';
import { defaultPledge } from '#lib/cohorts/pledge.ts';
import { program } from '#lib/curriculum/tables.server.ts';
import { eq, and } from 'drizzle-orm';
import type { World } from './world.ts';

export const origin = 'https://lofte.example';

type Options = {
	seats?: number;
	startsOn?: string;
	programId?: string;
	coach?: string;
	salesOpen?: boolean;
	priceMinor?: number;
};

/** @returns a cohort with its coach and an admin */
export async function selling(world: World, options: Options = {}) {
	const {
		seats = 4,
		startsOn = '2027-04-12',
		coach = 'maren@lofte.example',
		salesOpen = true,
		priceMinor = 8_700_000
	} = options;
	const admin = await world.as('admin', 'liv@lofte.example', { name: 'Liv Vik' });
	const coachCtx = await world.as('coach', coach, { name: 'Maren Holt' });
	let { programId } = options;
	if (!programId) {
		const [made] = await world.db
			.insert(program)
			.values({ slug: randomUUID(), title: 'Program', summary: '', createdAt: world.now })
			.returning();
		programId = made!.id;
	}
	const made = await createCohort(admin, {
		name: `Cohort ${randomUUID().slice(0, 8)}`,
		programId,
		coachId: coachCtx.who.personId,
		startsOn,
		priceMinor,
		currency: 'NOK',
		timeZone: 'Europe/Oslo',
		seats,
		salesOpen
	});
	if (!made.ok) throw new Error(made.reason);
	return { ...made.value, programId, admin, coach: coachCtx };
}

/** What somebody types who can say YES to everything. */
export const typed = (email: string, change: Partial<Typed> = {}): Typed => ({
	name: 'Ingrid Solheim',
	email,
	company: 'Nordbris Mat',
	teamSize: '7',
	baselineGuess: '',
	sponsorName: '',
	sponsorEmail: '',
	towards: 'A team that closes without me.',
	answers: Object.fromEntries(defaultPledge.map(({ key }) => [key, { yes: true }])),
	...change
});

/** Somebody applies and is offered a seat. @returns the application's id and the token of the link */
export async function offered(
	world: World,
	run: Awaited<ReturnType<typeof selling>>,
	email = `leader-${randomUUID()}@team.example`,
	change: Partial<Typed> = {}
) {
	const applied = await submitApplication(world.visitor(), {
		slug: run.slug,
		typed: typed(email, change),
		locale: 'en',
		origin
	});
	if (!applied.ok) throw new Error(applied.reason);
	const [row] = await world.db
		.select({ id: application.id })
		.from(application)
		.where(and(eq(application.email, email), eq(application.cohortId, run.id)));
	const said = await offerSeat(
		{ ...run.admin, now: world.now },
		{ applicationId: row!.id, origin, seller: null }
	);
	if (!said.ok) throw new Error(said.reason);
	return { applicationId: row!.id, token: said.value.token, email };
}
