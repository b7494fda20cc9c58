/** The cohort in its seventh week: one on course, one not, one with a stale file, one with too few answers. */
import { createCohort, setSales, shareWithSponsor } from '#lib/cohorts/commands.server.ts';
import { sponsorship } from '#lib/cohorts/tables.server.ts';
import { addKnownEvent } from '#lib/uplift/commands.server.ts';
import { addDays, dayIn, type Day } from '#lib/values/day.ts';
import { eq } from 'drizzle-orm';
import { getsSeat, type Applicant } from './admission.ts';
import { teamOf, type Cast } from './cast.ts';
import { exportOn } from './exports.ts';
import {
	asksTeam,
	bringsTeam,
	closesWaves,
	drafts,
	enrollmentOf,
	handsIn,
	keepsPulse,
	meets,
	type LeaderInCast
} from './leader-story.ts';
import { bringsNumbers, locksBaseline, looksAtResults } from './numbers.ts';
import type { Staff } from './staff.ts';
import { must, zone, type Story } from './story.ts';

const leaders: (Cast & {
	who: Omit<Applicant, 'email' | 'towards'>;
	file: string;
	shares: ('uplift' | 'sessions' | 'progress')[];
})[] = [
	{
		key: 'ingrid',
		email: 'ingrid@nordbris.example',
		who: {
			name: 'Ingrid Solheim',
			company: 'Nordbris Mat',
			locale: 'en',
			teamSize: 7,
			baselineGuess: 58,
			sponsor: { name: 'Henrik Dahl', email: 'henrik@nordbris.example' }
		},
		file: 'hubspot.csv',
		sellers: teamOf('Ingrid Solheim'),
		mood: { start: 56, rise: 21, answer: () => 7 },
		touch: { everyDay: 3.4, forgotten: { name: 'Jonas Berg', workdays: 8 } },
		sessions: { weeks: [1, 3, 5], hour: '15:00' },
		shares: ['uplift', 'sessions'],
		seed: 11
	},
	{
		key: 'tomas',
		email: 'tomas@portside.example',
		who: {
			name: 'Tomas Reyes',
			company: 'Portside Freight',
			locale: 'en',
			teamSize: 6,
			sponsor: { name: 'Sam Okoro', email: 'sam@portside.example' }
		},
		file: 'pipedrive.csv',
		sellers: teamOf('Tomas Reyes'),
		mood: { start: 54, rise: 38, answer: () => 6 },
		touch: { everyDay: 3 },
		sessions: { weeks: [1, 2, 4, 6], hour: '10:00' },
		shares: ['uplift'],
		seed: 12
	},
	{
		key: 'aisha',
		email: 'aisha@lumen.example',
		who: {
			name: 'Aisha Karim',
			company: 'Lumen Energi',
			locale: 'en',
			teamSize: 9,
			sponsor: { name: 'Grete Moe', email: 'grete@lumen.example' }
		},
		file: 'salesforce.csv',
		sellers: teamOf('Aisha Karim'),
		mood: { start: 57, rise: 42, answer: (wave) => (wave === 0 ? 9 : 8) },
		touch: { everyDay: 4.2 },
		sessions: { weeks: [1, 3, 5, 6], hour: '13:00' },
		shares: ['uplift', 'sessions', 'progress'],
		seed: 13
	},
	{
		key: 'peter',
		email: 'peter@vidapack.example',
		who: {
			name: 'Peter Lindqvist',
			company: 'Vida Pack',
			locale: 'en',
			teamSize: 8,
			sponsor: { name: 'Lars Vida', email: 'lars@vidapack.example' }
		},
		file: 'deals.csv',
		sellers: teamOf('Peter Lindqvist'),
		mood: { start: 52, rise: 4, answer: () => 4 },
		touch: { everyDay: 0.6 },
		sessions: { weeks: [1, 3, 5, 6], missed: [5, 6], hour: '09:00' },
		shares: [],
		seed: 14
	}
];

export function runningCohort(story: Story, { coachId, programId }: Staff, dayZero: Day) {
	const today = dayIn(new Date(), zone);
	let slug = '';
	let cohortId = '';
	story.on(addDays(dayZero, -80), '09:00', async (now) => {
		const made = must(
			await createCohort(story.system(now), {
				name: 'Cohort 3',
				programId,
				coachId,
				startsOn: dayZero,
				priceMinor: 8_700_000,
				currency: 'NOK',
				timeZone: zone,
				seats: 4,
				salesOpen: true
			})
		);
		slug = made.slug;
		cohortId = made.id;
	});
	leaders.forEach(({ who, file, shares, ...cast }, index) => {
		const leader: LeaderInCast = { ...cast, dayZero };
		getsSeat(
			story,
			() => slug,
			{ ...who, email: leader.email, towards: story.words.towards[leader.key]! },
			dayZero,
			10 - index
		);
		bringsTeam(story, leader);
		asksTeam(story, leader);
		bringsNumbers(story, leader.email, file, addDays(dayZero, -3), '12:00', (day) =>
			exportOn(file, dayZero, day)
		);
		// The files' deals close on every working day of the year, so that the story is the same in each season.
		locksBaseline(story, leader.email, addDays(dayZero, -3), { country: '' });
		if (leader.key === 'peter') {
			// The export that is sixteen days old by now.
			const day = addDays(today, -16);
			bringsNumbers(story, leader.email, 'deals-october.csv', day, '16:40', () =>
				exportOn(file, dayZero, day)
			);
		} else {
			const latest = addDays(today, -[2, 1, 0][index]!);
			bringsNumbers(
				story,
				leader.email,
				file.replace('.csv', '-week-3.csv'),
				addDays(dayZero, 22),
				'17:05',
				(day) => exportOn(file, dayZero, day)
			);
			bringsNumbers(
				story,
				leader.email,
				file.replace('.csv', '-week-6.csv'),
				latest,
				index === 2 ? '07:10' : '17:30',
				() => exportOn(file, dayZero, latest)
			);
		}
		meets(story, leader, leader.key === 'peter' ? [] : [addDays(today, index + 1)]);
		keepsPulse(story, leader, today);
		handsIn(story, leader, programId);
		if (shares.length > 0) {
			story.on(addDays(dayZero, -2), '20:00', async (now) => {
				const ctx = await story.as('leader', leader.email, now);
				const [row] = await ctx.db
					.select({ id: sponsorship.id })
					.from(sponsorship)
					.where(eq(sponsorship.enrollmentId, await enrollmentOf(story, leader.email)));
				must(await shareWithSponsor(ctx, { sponsorshipId: row!.id, shares }));
			});
		}
		if (leader.key === 'ingrid') {
			for (const [after, kind, note] of [
				[9, 'campaign', 'Autumn campaign to grocery chains, two weeks.'],
				[23, 'territory', 'Trøndelag moved from Kari to Mikkel.']
			] as const)
				story.on(addDays(dayZero, after + 1), '11:30', async (now) => {
					const ctx = await story.as('leader', leader.email, now);
					const day = addDays(dayZero, after);
					must(await addKnownEvent(ctx, { day, kind, size: 'minor', note }));
				});
		}
		if (leader.key === 'tomas') {
			story.on(addDays(dayZero, 16), '11:30', async (now) => {
				const ctx = await story.as('leader', leader.email, now);
				must(
					await addKnownEvent(ctx, {
						day: addDays(dayZero, 14),
						kind: 'price',
						size: 'minor',
						note: 'List prices up two per cent, as every autumn.'
					})
				);
			});
		}
	});
	drafts(story, { ...leaders[0]!, dayZero }, programId, 7, story.words.draft, today);
	closesWaves(story, addDays(dayZero, -10), today);
	story.on(addDays(dayZero, -1), '17:00', async (now) => {
		must(await setSales(story.system(now), { cohortId, open: false }));
	});
	looksAtResults(
		story,
		leaders.map(({ email }) => email),
		async () => cohortId,
		today,
		'00:45'
	);
}
