/** The cohort that is over: one leader missed the goal, one team is too small to show. */
import { createCohort, setSales } from '#lib/cohorts/commands.server.ts';
import { addDays, dayIn, type Day } from '#lib/values/day.ts';
import { getsSeat, type Applicant } from './admission.ts';
import { madeUpTeam, type Cast } from './cast.ts';
import { madeUpExport } from './exports.ts';
import {
	asksTeam,
	bringsTeam,
	closesWaves,
	goesOnLeave,
	handsIn,
	keepsPulse,
	meets,
	type LeaderInCast
} from './leader-story.ts';
import { bringsNumbers, locksBaseline, looksAtResults } from './numbers.ts';
import type { Staff } from './staff.ts';
import { must, zone, type Story } from './story.ts';

type Sales = { seed: number; perWeek: number; rise: number; amount: number; growth?: number };
const weeks = [1, 3, 5, 7, 9, 11, 13];
const leaders: (Cast & { who: Omit<Applicant, 'email' | 'towards'>; sales: Sales })[] = [
	{
		key: 'astrid',
		email: 'astrid@fjellkaffe.example',
		who: {
			name: 'Astrid Lien',
			company: 'Fjellkaffe',
			locale: 'nb',
			teamSize: 6,
			sponsor: { name: 'Torunn Lie', email: 'torunn@fjellkaffe.example' }
		},
		sellers: madeUpTeam(
			'fjellkaffe.example',
			['Ragnhild Bøe', 'Simen Dalen', 'Aylin Kaya', 'Petter Nygaard', 'Ida Sørli', 'Torgeir Hauge'],
			'nb'
		),
		mood: { start: 53, rise: 34, answer: () => 6 },
		touch: { everyDay: 2.2 },
		sessions: { weeks, hour: '11:00' },
		sales: { seed: 21, perWeek: 2.2, rise: 0.42, amount: 118_000 },
		seed: 21
	},
	{
		key: 'daniel',
		email: 'daniel@harbortools.example',
		who: { name: 'Daniel Okafor', company: 'Harbor Tools', locale: 'en', teamSize: 7 },
		sellers: madeUpTeam(
			'harbortools.example',
			[
				'Ruth Calloway',
				'Callum Reid',
				'Ewa Kowalska',
				'Ben Ashworth',
				'Graham Pike',
				'Nadia Rahman',
				'Tolu Adeyemi'
			],
			'en'
		),
		mood: { start: 58, rise: 31, answer: () => 7 },
		touch: { everyDay: 1.9 },
		sessions: { weeks, hour: '14:00' },
		sales: { seed: 22, perWeek: 1.8, rise: 0.36, amount: 164_000, growth: 1.02 },
		seed: 22
	},
	{
		key: 'marte',
		email: 'marte@nordlysbygg.example',
		who: { name: 'Marte Haugen', company: 'Nordlys Bygg', locale: 'nb', teamSize: 5 },
		sellers: madeUpTeam(
			'nordlysbygg.example',
			['Vegard Lien', 'Hilde Storm', 'Kristoffer Bye', 'Samira Hosseini', 'Øystein Vold'],
			'nb'
		),
		mood: { start: 60, rise: 12, answer: () => 5 },
		touch: { everyDay: 1.1 },
		sessions: { weeks, missed: [7], hour: '09:30' },
		sales: { seed: 23, perWeek: 1.6, rise: -0.04, amount: 210_000 },
		seed: 23
	},
	{
		key: 'jonas',
		email: 'jonas@kleinwerk.example',
		who: { name: 'Jonas Weber', company: 'Kleinwerk', locale: 'en', teamSize: 3 },
		sellers: madeUpTeam('kleinwerk.example', ['Lena Fuchs', 'Markus Brandt', 'Petra Novak'], 'en'),
		mood: { start: 55, rise: 30, answer: () => 3 },
		touch: { everyDay: 1.4 },
		sessions: { weeks, hour: '16:00' },
		sales: { seed: 24, perWeek: 1.1, rise: 0.1, amount: 92_000, growth: 1.4 },
		seed: 24
	}
];

export function finishedCohort(story: Story, { coachId, programId }: Staff, dayZero: Day) {
	let slug = '';
	let cohortId = '';
	story.on(addDays(dayZero, -80), '09:00', async (now) => {
		const made = must(
			await createCohort(story.system(now), {
				name: 'Cohort 2',
				programId,
				coachId,
				startsOn: dayZero,
				priceMinor: 7_900_000,
				currency: 'NOK',
				timeZone: zone,
				seats: 4,
				salesOpen: true
			})
		);
		slug = made.slug;
		cohortId = made.id;
	});
	const today = dayIn(new Date(), zone);
	leaders.forEach(({ who, sales, ...cast }, index) => {
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
		bringsNumbers(story, leader.email, 'deals-start.csv', addDays(dayZero, -3), '12:00', (day) =>
			madeUpExport(leader.sellers, dayZero, day, sales)
		);
		if (leader.key === 'astrid') goesOnLeave(story, leader, addDays(dayZero, 14));
		locksBaseline(story, leader.email, addDays(dayZero, -3));
		bringsNumbers(story, leader.email, 'deals-middle.csv', addDays(dayZero, 43), '12:00', (day) =>
			madeUpExport(leader.sellers, dayZero, day, sales)
		);
		bringsNumbers(story, leader.email, 'deals-end.csv', addDays(dayZero, 94), '12:00', (day) =>
			madeUpExport(leader.sellers, dayZero, day, sales)
		);
		meets(story, leader);
		keepsPulse(story, leader, addDays(dayZero, 90));
		handsIn(story, leader, programId);
	});
	closesWaves(story, addDays(dayZero, -10), addDays(dayZero, 100));
	story.on(addDays(dayZero, -1), '17:00', async (now) => {
		must(await setSales(story.system(now), { cohortId, open: false }));
	});
	const all = leaders.map(({ email }) => email);
	looksAtResults(story, all, async () => cohortId, addDays(dayZero, 99));
	looksAtResults(
		story,
		all,
		async () => cohortId,
		addDays(dayZero, 107) < today ? addDays(dayZero, 107) : today
	);
}
