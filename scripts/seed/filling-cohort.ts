/** The cohort that is filling: two seats left, one failed payment, applications waiting. */
import { createCohort } from '#lib/cohorts/commands.server.ts';
import { sweep } from '#lib/payments/commands.server.ts';
import { addDays, dayIn, type Day } from '#lib/values/day.ts';
import {
	applies,
	getsSeat,
	hearFromStripe,
	isDeclined,
	isOffered,
	pays,
	type Applicant
} from './admission.ts';
import type { Staff } from './staff.ts';
import { must, zone, type Story } from './story.ts';

const seated: Applicant[] = [
	{
		name: 'Sofie Brandt',
		email: 'sofie@havvind.example',
		company: 'Havvind Service',
		locale: 'nb',
		teamSize: 9,
		towards:
			'Teamet skal kunne drive pipelinemøtet uten meg, og jeg skal bruke den timen på én selger.'
	},
	{
		name: 'Owen Clarke',
		email: 'owen@milltown.example',
		company: 'Milltown Paper',
		locale: 'en',
		teamSize: 6,
		sponsor: { name: 'Ruth Amos', email: 'ruth@milltown.example' },
		towards: 'A team that brings me its second idea, because the first one is already tried.'
	}
];
const unlucky: Applicant = {
	name: 'Lucía Herrero',
	email: 'lucia@costamar.example',
	company: 'Costamar',
	locale: 'en',
	teamSize: 7,
	towards: 'Handing over the two accounts that only call me.'
};

export function fillingCohort(story: Story, { coachId, programId }: Staff, dayZero: Day) {
	const today = dayIn(new Date(), zone);
	let slug = '';
	story.on(addDays(today, -30), '09:00', async (now) => {
		slug = must(
			await createCohort(story.system(now), {
				name: 'Cohort 4',
				programId,
				coachId,
				startsOn: dayZero,
				priceMinor: 9_200_000,
				currency: 'NOK',
				timeZone: zone,
				seats: 4,
				salesOpen: true
			})
		).slug;
	});
	seated.forEach((who, index) => getsSeat(story, () => slug, who, today, 4 - index));
	applies(story, () => slug, unlucky, addDays(today, -9));
	isOffered(story, unlucky.email, addDays(today, -7));
	pays(story, unlucky.email, addDays(today, -4), 'declined', '21:15');
	story.on(addDays(today, -4), '22:30', async (now) => {
		// The page at Stripe is dead by now; the seat is free again.
		await story.control('stripe', '/_test/clock', { now: now.toISOString() });
		await sweep(story.system(now), story.till, { origin: story.origin });
		await hearFromStripe(story, now);
	});
	for (const [
		index,
		{ saidNo, sponsorName, sponsorEmail, baselineGuess, declined, ...who }
	] of story.words.applicationNotes.entries()) {
		const applicant: Applicant = {
			...who,
			no: saidNo,
			...(baselineGuess && { baselineGuess }),
			...(sponsorName && sponsorEmail && { sponsor: { name: sponsorName, email: sponsorEmail } })
		};
		applies(
			story,
			() => slug,
			applicant,
			addDays(today, declined ? -12 : -3 + index),
			`1${index}:4${index}`
		);
		if (declined) isDeclined(story, who.email, addDays(today, -10), story.words.declineReason);
	}
}
