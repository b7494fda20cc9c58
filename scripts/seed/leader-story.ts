/** Thirteen weeks of one leader: team, answers, numbers, meetings, touchpoints, hand-ins. */
import { randomUUID } from 'node:crypto';
import { and, asc, eq, isNull } from 'drizzle-orm';
import {
	logTouchpoint,
	markSession,
	planSession,
	saveNote
} from '#lib/coaching/commands.server.ts';
import type { SellerKind } from '#lib/coaching/touchpoint.ts';
import { addSeller, bookAbsence } from '#lib/cohorts/commands.server.ts';
import { roster } from '#lib/cohorts/queries.server.ts';
import { enrollment, seller } from '#lib/cohorts/tables.server.ts';
import {
	accept,
	addRemark,
	markRead,
	returnForRevision,
	saveDraft,
	startNextAttempt,
	submit
} from '#lib/coursework/commands.server.ts';
import { submission } from '#lib/coursework/tables.server.ts';
import { assignment, criterion, module } from '#lib/curriculum/tables.server.ts';
import { answerWave, closeDueWaves, openWave } from '#lib/engagement/commands.server.ts';
import { itemsAt, type Wave } from '#lib/engagement/score.ts';
import { person } from '#lib/people/tables.server.ts';
import { isOpen } from '#lib/curriculum/lesson.ts';
import { addDays, dayIn, isWorkday, type Day } from '#lib/values/day.ts';
import { ok } from '#lib/values/result.ts';
import { coach } from './staff.ts';
import { dice, must, zone, type Story, type Version } from './story.ts';
import { confirmedTeam } from './team.ts';

export type SellerInCast = {
	name: string;
	externalId: string;
	email: string;
	fte: number;
	startWeek: number;
	locale?: 'en' | 'nb';
};

export type LeaderInCast = {
	key: string;
	email: string;
	dayZero: Day;
	sellers: SellerInCast[];
	/** The team's engagement: its start on 0 to 100, the rise by the endline in per cent, and how many answer each time. */
	mood: { start: number; rise: number; answer: (wave: Wave) => number };
	/** How the leader keeps in touch; a seller in `forgotten` hears nothing for that many workdays before today. */
	touch: { everyDay: number; forgotten?: { name: string; workdays: number } };
	/** Weeks of a 1:1, and those that were missed. */
	sessions: { weeks: number[]; missed?: number[]; hour: string };
	seed: number;
};

/** The enrollment's id, once the leader is enrolled. Asked once: nobody here is enrolled twice. */
export async function enrollmentOf(story: Story, email: string): Promise<string> {
	const known = story.enrollments.get(email);
	if (known) return known;
	const [found] = await story.pool.db
		.select({ id: enrollment.id })
		.from(enrollment)
		.innerJoin(person, eq(person.id, enrollment.leaderId))
		.where(eq(person.email, email));
	if (!found) throw new Error(`${email} is not enrolled`);
	story.enrollments.set(email, found.id);
	return found.id;
}

/** The first seller is away for a week, as the leader knew a fortnight before. */
export function goesOnLeave(story: Story, { email, sellers }: LeaderInCast, monday: Day) {
	story.on(addDays(monday, -14), '09:40', async (now) => {
		const ctx = await story.as('leader', email, now);
		const team = await roster(ctx, await enrollmentOf(story, email));
		const away = team.find(({ name }) => name === sellers[0]!.name)!;
		must(await bookAbsence(ctx, { sellerId: away.id, from: monday, to: addDays(monday, 4) }));
	});
}

/** The roster, three weeks before day 0. */
export function bringsTeam(story: Story, { email, dayZero, sellers }: LeaderInCast) {
	story.on(addDays(dayZero, -21), '16:20', async (now) => {
		const ctx = await story.as('leader', email, now);
		for (const { name, externalId, email: address, fte, startWeek, locale = 'nb' } of sellers) {
			const startedOn = addDays(dayZero, 7 * startWeek);
			must(
				await addSeller(ctx, {
					name,
					email: address,
					externalId,
					ftePct: String(Math.round(fte * 100)),
					startedOn,
					locale
				})
			);
		}
	});
}

const openingDays: Record<number, number> = { 0: -13, 1: 8, 2: 22, 3: 36, 4: 50, 5: 64, 6: 85 };

/** Every wave whose time has come: opened by the coach, answered from the mails, closed on its day. */
export function asksTeam(story: Story, leader: LeaderInCast) {
	const random = dice(leader.seed);
	const traits = leader.sellers.map(() => (random() - 0.5) * 22);
	for (const wave of [0, 1, 2, 3, 4, 5, 6] as const) {
		const opens = addDays(leader.dayZero, openingDays[wave]!);
		story.onWorkday(opens, '08:30', async (now) => {
			const ctx = await story.as('coach', coach.email, now);
			const enrollmentId = await enrollmentOf(story, leader.email);
			const team = { ...(await confirmedTeam(ctx, enrollmentId)), opensByItself: true };
			must(await openWave(ctx, { enrollmentId, index: wave, origin: story.origin, ...team }));
		});
		leader.sellers.slice(0, leader.mood.answer(wave)).forEach((who, place) => {
			const level =
				(leader.mood.start + traits[place]!) * (1 + (leader.mood.rise / 100) * (wave / 6));
			const steps = itemsAt(wave).map((item) => {
				const { min, max } = item.scale;
				const wobble = (random() - 0.5) * 1.1;
				const share = Math.min(Math.max(level / 100, 0.03), 0.99);
				const step = Math.round(1 + share * (max - min) + wobble);
				return Math.min(Math.max(step, 1), max - min + 1);
			});
			const words = story.words.teamComments[who.locale ?? 'nb'];
			const comment = random() < 0.35 ? words[Math.floor(random() * words.length)]! : '';
			story.on(
				addDays(opens, 1 + (place % 3)),
				`${String(9 + (place % 7)).padStart(2, '0')}:1${place % 6}`,
				async (now) => {
					const token = await story.mailedLink(who.email, 'survey');
					must(
						await answerWave(story.visitor(now), token, ({ withComment }) =>
							ok({ steps, comment: withComment ? comment : '' })
						)
					);
				}
			);
		});
	}
}

/** Waves close on their own when their time is over; the story looks every night. */
export function closesWaves(story: Story, from: Day, to: Day) {
	for (let day = from; day <= to; day = addDays(day, 1)) {
		story.on(day, '00:20', async (now) => {
			await closeDueWaves(story.system(now));
		});
	}
}

export function meets(story: Story, leader: LeaderInCast, ahead: Day[] = []) {
	const notes = story.words.sessionNotes[leader.key] ?? [];
	const { weeks, missed = [], hour } = leader.sessions;
	const plan = (
		day: Day,
		planned: Day,
		kind: 'first' | 'one-to-one' | 'closing',
		after?: (id: string) => void
	) =>
		story.on(planned, '15:45', async (now) => {
			const ctx = await story.as('coach', coach.email, now);
			const { Temporal } = await import('temporal-polyfill');
			const startsAt = new Date(
				Temporal.PlainDateTime.from(`${day}T${hour}`).toZonedDateTime('Europe/Oslo')
					.epochMilliseconds
			);
			const made = must(
				await planSession(ctx, {
					plan: {
						enrollmentId: await enrollmentOf(story, leader.email),
						kind,
						startsAt,
						hour: 'exact',
						minutes: 50,
						place: `https://meet.lofte.example/${leader.key}`
					},
					origin: story.origin
				})
			);
			after?.(made.id);
		});
	weeks.forEach((week, index) => {
		const day = addDays(leader.dayZero, 7 * (week - 1) + 3);
		let id = '';
		plan(
			day,
			addDays(day, -10),
			index === 0 ? 'first' : week === 13 ? 'closing' : 'one-to-one',
			(made) => (id = made)
		);
		story.on(day, '18:00', async (now) => {
			const ctx = await story.as('coach', coach.email, now);
			const held = !missed.includes(week);
			must(await markSession(ctx, { id, move: held ? 'hold' : 'miss' }));
			const note = notes[index % Math.max(notes.length, 1)];
			if (!held || !note) return;
			must(
				await saveNote(ctx, { sessionId: id, visibility: 'shared', body: note.shared, revision: 0 })
			);
			must(await saveNote(ctx, { sessionId: id, visibility: 'own', body: note.own, revision: 0 }));
		});
	});
	ahead.forEach((day, index) => plan(day, addDays(leader.dayZero, 35 + index), 'one-to-one'));
}

/** One to a few touchpoints a workday; the forgotten one hears nothing at the end. */
export function keepsPulse(story: Story, leader: LeaderInCast, until: Day) {
	const random = dice(leader.seed * 7 + 1);
	const kinds: SellerKind[] = [
		'coaching',
		'coaching',
		'feedback',
		'feedback',
		'listening',
		'recognition',
		'stepped-back'
	];
	const ids = new Map<string, string>();
	const sellerOf = async ({ name }: SellerInCast) => {
		if (ids.size === 0) {
			const team = await story.pool.db
				.select({ id: seller.id, name: seller.name })
				.from(seller)
				.where(eq(seller.enrollmentId, await enrollmentOf(story, leader.email)));
			for (const member of team) ids.set(member.name, member.id);
		}
		return ids.get(name)!;
	};
	const silentFrom =
		leader.touch.forgotten && workdaysBefore(until, leader.touch.forgotten.workdays);
	for (let day = leader.dayZero, turn = 0; day <= until; day = addDays(day, 1)) {
		if (!isWorkday(day)) continue;
		const many =
			random() < leader.touch.everyDay - Math.floor(leader.touch.everyDay)
				? Math.ceil(leader.touch.everyDay)
				: Math.floor(leader.touch.everyDay);
		for (let count = 0; count < many; count += 1) {
			// In turn, so that everybody is reached; now and then somebody out of turn.
			turn += random() < 0.2 ? 2 : 1;
			const who = leader.sellers[turn % leader.sellers.length]!;
			const kind = kinds[Math.floor(random() * kinds.length)]!;
			if (silentFrom && who.name === leader.touch.forgotten!.name && day >= silentFrom) continue;
			const minutes = kind === 'coaching' ? 35 : null;
			story.on(
				day,
				`${String(9 + ((count * 3 + turn) % 7)).padStart(2, '0')}:${String(5 + count * 9).padStart(2, '0')}`,
				async (now) => {
					const ctx = await story.as('leader', leader.email, now);
					must(
						await logTouchpoint(ctx, {
							kind,
							sellerId: await sellerOf(who),
							minutes,
							note: '',
							day: null,
							requestKey: randomUUID()
						})
					);
				},
				{ quiet: true }
			);
		}
		if (day === silentFrom) {
			story.on(day, '10:40', async (now) => {
				const ctx = await story.as('leader', leader.email, now);
				const team = await roster(ctx, await enrollmentOf(story, leader.email));
				const last = team.find(({ name }) => name === leader.touch.forgotten!.name)!;
				must(
					await logTouchpoint(ctx, {
						kind: 'listening',
						sellerId: last.id,
						minutes: null,
						note: '',
						day: null,
						requestKey: randomUUID()
					})
				);
			});
		}
		if (new Date(`${day}T00:00:00Z`).getUTCDay() === 1) {
			story.on(day, '08:45', async (now) => {
				const ctx = await story.as('leader', leader.email, now);
				must(
					await logTouchpoint(ctx, {
						kind: 'team-meeting',
						sellerId: null,
						minutes: 40,
						note: '',
						day: null,
						requestKey: randomUUID()
					})
				);
			});
		}
	}
}

function workdaysBefore(day: Day, count: number): Day {
	let at = day;
	for (let left = count; left > 0; at = addDays(at, -1)) if (isWorkday(at)) left -= 1;
	return at;
}

/** What the leader handed in, and what the coach answered. */
export function handsIn(story: Story, leader: LeaderInCast, programId: string) {
	const written = story.words.submissions[leader.key] ?? {};
	for (const [week, versions] of Object.entries(written)) {
		const first = addDays(leader.dayZero, Number(week) === 0 ? -6 : 7 * (Number(week) - 1) + 3);
		const first13 = Number(week) === 13 ? addDays(leader.dayZero, 101) : first;
		story.on(addDays(first13, -1), '20:10', async (now) => {
			const ctx = await story.as('leader', leader.email, now);
			await markRead(ctx, await slugOfWeek(story, programId, Number(week)));
		});
		versions.forEach((version, index) => {
			// What still waits for an answer came yesterday or the day before.
			const day = version.review ? addDays(first13, index * 3) : lately(leader.seed);
			handsInVersion(story, leader, programId, Number(week), version, index + 1, day);
		});
	}
}

const lately = (seed: number): Day => addDays(dayIn(new Date(), zone), seed % 2 === 0 ? -1 : -2);

/** A draft that waits to be finished: begun yesterday, or in the night in which its week began. */
export function drafts(
	story: Story,
	leader: LeaderInCast,
	programId: string,
	week: number,
	body: string,
	today: Day
) {
	const yesterday = addDays(today, -1);
	const [day, time] = isOpen(week, leader.dayZero, yesterday)
		? [yesterday, '09:12']
		: [today, '00:10'];
	story.on(day, time, async (now) => {
		const ctx = await story.as('leader', leader.email, now);
		const asked = await assignmentOfWeek(story, programId, week);
		must(await saveDraft(ctx, { assignmentId: asked, attempt: 1, revision: 0, body }));
	});
}

function handsInVersion(
	story: Story,
	leader: LeaderInCast,
	programId: string,
	week: number,
	version: Version,
	attempt: number,
	day: Day
) {
	story.on(day, '08:50', async (now) => {
		const ctx = await story.as('leader', leader.email, now);
		const assignmentId = await assignmentOfWeek(story, programId, week);
		if (attempt > 1) must(await startNextAttempt(ctx, assignmentId));
		const [draft] = await ctx.db
			.select({ revision: submission.revision })
			.from(submission)
			.where(
				and(
					eq(submission.assignmentId, assignmentId),
					eq(submission.attempt, attempt),
					eq(submission.enrollmentId, await enrollmentOf(story, leader.email))
				)
			);
		must(
			await submit(ctx, {
				assignmentId,
				attempt,
				revision: draft?.revision ?? 0,
				body: version.body,
				origin: story.origin
			})
		);
	});
	if (!version.review) return;
	const { outcome, levels, comment, remarks = [], own } = version.review;
	story.on(addDays(day, 1), '15:25', async (now) => {
		const ctx = await story.as('coach', coach.email, now);
		const assignmentId = await assignmentOfWeek(story, programId, week);
		const [given] = await ctx.db
			.select({ id: submission.id })
			.from(submission)
			.where(
				and(
					eq(submission.assignmentId, assignmentId),
					eq(submission.attempt, attempt),
					eq(submission.enrollmentId, await enrollmentOf(story, leader.email))
				)
			);
		const submissionId = given!.id;
		for (const { quote, body } of remarks)
			must(await addRemark(ctx, { submissionId, visibility: 'shared', quote, body }));
		if (own) must(await addRemark(ctx, { submissionId, visibility: 'own', quote: '', body: own }));
		const common = await ctx.db
			.select({ id: criterion.id })
			.from(criterion)
			.where(and(eq(criterion.programId, programId), isNull(criterion.assignmentId)))
			.orderBy(asc(criterion.position));
		const special = await ctx.db
			.select({ id: criterion.id })
			.from(criterion)
			.where(eq(criterion.assignmentId, assignmentId))
			.orderBy(asc(criterion.position));
		const byCriterion = Object.fromEntries(
			[...common, ...special].map(({ id }, index) => [id, levels[index]!])
		);
		const give = outcome === 'accepted' ? accept : returnForRevision;
		must(
			await give(ctx, {
				submissionId,
				revision: 0,
				comment,
				levels: byCriterion,
				origin: story.origin
			})
		);
	});
}

async function assignmentOfWeek(story: Story, programId: string, week: number): Promise<string> {
	const [found] = await story.pool.db
		.select({ id: assignment.id })
		.from(assignment)
		.innerJoin(module, eq(module.id, assignment.moduleId))
		.where(and(eq(module.programId, programId), eq(module.week, week)));
	return found!.id;
}

async function slugOfWeek(story: Story, programId: string, week: number): Promise<string> {
	const [found] = await story.pool.db
		.select({ slug: module.slug })
		.from(module)
		.where(and(eq(module.programId, programId), eq(module.week, week)));
	return found!.slug;
}
