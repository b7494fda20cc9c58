import { and, eq, inArray, sql } from 'drizzle-orm';
import type { Enrollment } from '#lib/cohorts/enrollment.ts';
import { enrollment, seller } from '#lib/cohorts/tables.server.ts';
import { person } from '#lib/people/tables.server.ts';
import type { Context } from '#lib/server/context.server.ts';
import type { Coach, System } from '#lib/people/actor.ts';
import { askedAt, whoAsks, type Question } from '#lib/server/question.server.ts';
import { hashToken } from '#lib/server/seal.server.ts';
import { dayIn, type Day } from '#lib/values/day.ts';
import { linkState } from './invitation.ts';
import { mayAskForComments } from './publication.ts';
import { changeBetween, type Change } from './change.ts';
import {
	baselineWave,
	byRespondent,
	engagementIndex,
	groupScore,
	itemsAt,
	validScores,
	type Wave
} from './score.ts';
import { answersFrom, questionsAt, type Question as SurveyQuestion } from './survey.ts';
import { invitation, publishedResult, response, teamPolicy, wave } from './tables.server.ts';
import { askedOn, isConfirmed, wasConfirmed } from './team.server.ts';
import { withoutCoachNotes, type StoredResult, type TeamResult } from './team-result.ts';
import {
	closableFrom,
	mayOpen,
	mayRemind,
	plan,
	stageOf,
	type Planned,
	type RemindRefusal,
	type Stage,
	type Status
} from './wave.ts';

export type Asked = {
	state: 'open';
	index: Wave;
	questions: SurveyQuestion[];
	leaderName: string;
	minGroup: number;
	closesAt: Date;
	timeZone: string;
	/** Free words are asked for only where they can be shown. */
	withComment: boolean;
};

/** What a link leads to: the questions, or why there are none. One statement; changes nothing. */
export async function surveyBehind(
	{ db, now }: Context,
	token: string
): Promise<Asked | { state: 'used' | 'closed' | 'unknown' }> {
	const [found] = await db
		.select({
			index: wave.index,
			status: wave.status,
			closesAt: wave.closesAt,
			minGroup: wave.minGroup,
			invited: wave.invited,
			done: invitation.done,
			leaderName: person.name,
			timeZone: enrollment.timeZone
		})
		.from(invitation)
		.innerJoin(wave, eq(wave.id, invitation.waveId))
		.innerJoin(enrollment, eq(enrollment.id, wave.enrollmentId))
		.innerJoin(person, eq(person.id, enrollment.leaderId))
		.where(eq(invitation.tokenHash, hashToken(token)));
	const state = linkState(found, now);
	if (!found || state !== 'open') return { state: state === 'open' ? 'unknown' : state };
	const { index, invited, leaderName, minGroup, closesAt, timeZone } = found;
	return {
		state,
		index: index as Wave,
		questions: questionsAt(index as Wave),
		leaderName,
		minGroup,
		closesAt,
		timeZone,
		withComment: mayAskForComments(invited ?? 0)
	};
}

/** A wave of the plan and what became of it. While it is open there is nothing about answers in it. */
export type WaveRow = Planned & {
	stage: Stage;
	id: string | null;
	minGroup: number | null;
	opensAt: Date | null;
	closesAt: Date | null;
	closedAt: Date | null;
	/** Whether it opens on its day by itself, while the team is the one that the coach confirmed. */
	byItself: boolean;
	/** How many have a link. */
	invited: number | null;
	/** How often all who had not answered were reminded on the coach's word. */
	reminders: number;
	/** From when on the coach may close it; null when it is not open. */
	closableFrom: Date | null;
	/** Why nobody can be reminded now; null when they can. */
	remindRefusal: RemindRefusal | null;
	result: StoredResult | null;
	/** Free words, in no order; only where so many answered that they may be shown. */
	comments: string[];
};

/** The seven waves of an enrollment that was loaded through its owner. One statement. */
export async function wavesFor(
	{ db, now, who }: Context<{ role: string }>,
	of: Pick<Enrollment, 'id' | 'dayZero' | 'timeZone'>
): Promise<WaveRow[]> {
	const rows = await db
		.select({
			id: wave.id,
			index: wave.index,
			status: sql<Status>`${wave.status}`,
			minGroup: wave.minGroup,
			opensAt: wave.opensAt,
			closesAt: wave.closesAt,
			closedAt: wave.closedAt,
			invited: wave.invited,
			opensByItself: teamPolicy.opensByItself,
			payload: publishedResult.payload,
			reminders: sql<number>`(select count(*)::int from audit_log a where a.object_kind = 'wave'
				and a.object_id = ${wave.id} and a.action = 'wave-reminder')`,
			remindedAt: sql<
				string | null
			>`(select max(a.at)::text from audit_log a where a.object_kind = 'wave'
				and a.object_id = ${wave.id} and a.action = 'wave-reminder')`,
			comments: sql<string[]>`coalesce((select json_agg(c.body order by c.id) from team_comment c
				where c.wave_id = ${wave.id}), '[]'::json)`
		})
		.from(wave)
		.leftJoin(publishedResult, eq(publishedResult.waveId, wave.id))
		.leftJoin(teamPolicy, eq(teamPolicy.enrollmentId, wave.enrollmentId))
		.where(eq(wave.enrollmentId, of.id));
	const today = dayIn(now, of.timeZone);
	return plan(of.dayZero).map((planned) => {
		const row = rows.find(({ index }) => index === planned.index);
		const open = row?.status === 'open' ? row : null;
		const lastAt = row?.remindedAt ? new Date(row.remindedAt) : null;
		return {
			...planned,
			stage: stageOf(planned, row?.status ?? null, today),
			id: row?.id ?? null,
			minGroup: row?.minGroup ?? null,
			opensAt: row?.opensAt ?? null,
			closesAt: row?.closesAt ?? null,
			closedAt: row?.closedAt ?? null,
			byItself: rows.some(({ opensByItself }) => opensByItself),
			invited: row?.invited ?? null,
			reminders: row?.reminders ?? 0,
			closableFrom: open && closableFrom(open),
			remindRefusal: open ? mayRemind(open, { times: open.reminders, lastAt }, now) : 'not-open',
			result: row?.payload ? visibleTo(who.role, row.payload as StoredResult) : null,
			comments: row?.comments ?? []
		};
	});
}

/** Somebody whom the next wave asks, as the coach reads it. */
export type TeamMember = {
	id: string;
	name: string;
	email: string | null;
	startedOn: Day;
	mark: string;
	/** Whether the coach has confirmed them at this address before. */
	known: boolean;
};

/**
 * Whom a wave that opens today asks, by name, with their marks for `openWave`; who was confirmed
 * before and is not asked now; and whether anybody was. The caller has found the enrollment as its
 * coach. One statement.
 */
export async function teamToAsk(
	{ db, now }: Context<Coach>,
	of: Pick<Enrollment, 'id' | 'timeZone'>
): Promise<{
	members: TeamMember[];
	gone: { id: string; name: string; endedOn: Day | null }[];
	askedBefore: boolean;
}> {
	const team = await db
		.select({
			id: seller.id,
			name: seller.name,
			email: seller.email,
			startedOn: seller.startedOn,
			endedOn: seller.endedOn,
			confirmed: teamPolicy.confirmed
		})
		.from(seller)
		.leftJoin(teamPolicy, eq(teamPolicy.enrollmentId, seller.enrollmentId))
		.where(eq(seller.enrollmentId, of.id))
		.orderBy(seller.name)
		.limit(200);
	const confirmed = team[0]?.confirmed ?? [];
	const asked = askedOn(team, dayIn(now, of.timeZone));
	return {
		gone: team
			.filter(
				(member) => wasConfirmed(member, confirmed) && !asked.some(({ id }) => id === member.id)
			)
			.map(({ id, name, endedOn }) => ({ id, name, endedOn })),
		members: asked.map(({ id, name, email, startedOn, mark }) => ({
			id,
			name,
			email,
			startedOn,
			mark,
			known: confirmed.includes(mark)
		})),
		askedBefore: confirmed.length > 0
	};
}

type TeamDue = {
	enrollmentId: string;
	leaderName: string;
	dayZero: Day;
	timeZone: string;
	opensByItself: boolean;
	confirmed: string[];
	before: { index: number; status: Status }[];
	team: { id: string; name: string; email: string | null; startedOn: Day; endedOn: Day | null }[];
};

/** The asking coach's teams that may be asked about now, with all that decides it. */
export const teamsDueQuestion: Question<TeamDue[]> = {
	json: sql`(select json_agg(x order by x."dayZero", x."leaderName") from (
		select e.id as "enrollmentId", p.name as "leaderName", e.day_zero as "dayZero", e.time_zone as "timeZone",
			coalesce(t.opens_by_itself, false) as "opensByItself", coalesce(t.confirmed, '{}') as confirmed,
			coalesce((select json_agg(json_build_object('index', w.index, 'status', w.status)) from wave w
				where w.enrollment_id = e.id), '[]'::json) as before,
			coalesce((select json_agg(json_build_object('id', s.id, 'name', s.name, 'email', s.email,
				'startedOn', s.started_on, 'endedOn', s.ended_on)) from seller s
				where s.enrollment_id = e.id), '[]'::json) as team
		from enrollment e join person p on p.id = e.leader_id left join team_policy t on t.enrollment_id = e.id
		where e.coach_id = ${whoAsks} and e.state = 'active'
			-- The last wave may open until day 96.
			and e.day_zero between (${askedAt} - interval '98 days')::date and (${askedAt} + interval '15 days')::date
		order by e.day_zero, p.name limit 400) x)`,
	read: (found: TeamDue[] | null) => found ?? []
};

export type DueWave = Pick<Planned, 'kind' | 'week' | 'lastOn'> & {
	enrollmentId: string;
	leaderName: string;
};

/** The waves that wait for the coach: due, and not going to open by themselves. */
export const wavesToOpen = (teams: readonly TeamDue[], now: Date): DueWave[] =>
	teams.flatMap(({ enrollmentId, leaderName, dayZero, timeZone, before, team, ...policy }) => {
		const today = dayIn(now, timeZone);
		const due = plan(dayZero).find(({ index }) => mayOpen(index, dayZero, today, before) === null);
		if (!due) return [];
		const byItself =
			due.index !== baselineWave &&
			policy.opensByItself &&
			isConfirmed(askedOn(team, today), policy.confirmed);
		if (byItself) return [];
		const { kind, week, lastOn } = due;
		return [{ enrollmentId, leaderName, kind, week, lastOn }];
	});

/** A warning about guarded answers is for the coach alone. */
const visibleTo = (role: string, result: StoredResult): StoredResult =>
	role === 'coach' ? result : withoutCoachNotes(result);

/**
 * What was published of these enrollments, by enrollment, in the order of the waves: everything that
 * pages, exports and charts may know of engagement. The caller has loaded the enrollments through
 * their owner. One statement.
 */
export async function publishedResults(
	{ db }: Pick<Context, 'db'>,
	enrollmentIds: readonly string[]
): Promise<Map<string, TeamResult[]>> {
	const results = new Map<string, TeamResult[]>(enrollmentIds.map((id) => [id, []]));
	if (enrollmentIds.length === 0) return results;
	const rows = await db
		.select({ enrollmentId: publishedResult.enrollmentId, payload: publishedResult.payload })
		.from(publishedResult)
		.where(and(inArray(publishedResult.enrollmentId, [...enrollmentIds])))
		.orderBy(publishedResult.enrollmentId, publishedResult.waveIndex);
	for (const { enrollmentId, payload } of rows) {
		results.get(enrollmentId)?.push(withoutCoachNotes(payload as StoredResult));
	}
	return results;
}

/** A closed wave's exact figures: never stored, never shown; only forecasts and sums are made of them. */
export type ExactWave = {
	wave: Wave;
	minGroup: number;
	/** People with a valid score, and their mean, 0..100; `null` for nobody. */
	people: number;
	mean: number | null;
	/** Against the baseline; `null` for the baseline itself. */
	change: Change | null;
};

/**
 * The exact means of teams at each closed wave and the change of the same people, for the worker
 * alone: it makes a status and a cohort's level of them. One statement.
 */
export async function exactSeries(
	{ db }: Context<System>,
	enrollmentIds: readonly string[]
): Promise<Map<string, ExactWave[]>> {
	const series = new Map<string, ExactWave[]>(enrollmentIds.map((id) => [id, []]));
	if (enrollmentIds.length === 0) return series;
	const rows = await db
		.select({
			enrollmentId: wave.enrollmentId,
			index: wave.index,
			minGroup: wave.minGroup,
			respondentKey: response.respondentKey,
			answers: response.answers
		})
		.from(wave)
		.leftJoin(response, eq(response.waveId, wave.id))
		.where(and(inArray(wave.enrollmentId, [...enrollmentIds]), eq(wave.status, 'closed')));
	for (const [enrollmentId, ofTeam] of Map.groupBy(rows, (row) => row.enrollmentId)) {
		const waves = [...Map.groupBy(ofTeam, (row) => row.index as Wave)]
			.sort(([one], [other]) => one - other)
			.map(([index, given]) => ({
				wave: index,
				minGroup: given[0]!.minGroup,
				scores: engagementScoresOf(index, given)
			}));
		const baseline = waves.find((row) => row.wave === baselineWave)?.scores;
		series.set(
			enrollmentId,
			waves.map(({ wave: index, minGroup, scores }) => ({
				wave: index,
				minGroup,
				people: scores.size,
				mean: groupScore(scores.values()),
				change:
					baseline && index !== baselineWave ? changeBetween(baseline, scores, { minGroup }) : null
			}))
		);
	}
	return series;
}

function engagementScoresOf(
	index: Wave,
	given: readonly { respondentKey: Uint8Array | null; answers: number[] | null }[]
): Map<string, number> {
	const asked = itemsAt(index);
	const answers = byRespondent(
		given.flatMap((row) =>
			row.respondentKey && row.answers
				? [
						{
							respondentKey: Buffer.from(row.respondentKey).toString('base64url'),
							answers: answersFrom(index, row.answers).filter((_, at) => asked[at]?.index === 'ei')
						}
					]
				: []
		)
	);
	return validScores(answers, engagementIndex);
}
