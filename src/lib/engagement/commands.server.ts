import { and, eq, inArray, isNull, like, lte, sql, type SQL } from 'drizzle-orm';
import * as v from 'valibot';
import { enrollment, seller } from '#lib/cohorts/tables.server.ts';
import { m } from '#lib/paraglide/messages.js';
import type { Coach, System, Visitor } from '#lib/people/actor.ts';
import { person } from '#lib/people/tables.server.ts';
import { audit } from '#lib/server/audit.server.ts';
import { inTransaction, inTransactionOrUndo, type Context } from '#lib/server/context.server.ts';
import { enqueue } from '#lib/server/job.server.ts';
import { queueMail } from '#lib/server/outbox.server.ts';
import { addressHashes, hashToken, seal, unseal } from '#lib/server/seal.server.ts';
import { unsubscribeHeaders } from '#lib/server/suppression.server.ts';
import { auditLog, emailOutbox } from '#lib/server/tables.server.ts';
import { dayIn, type Day } from '#lib/values/day.ts';
import { isId } from '#lib/values/id.ts';
import { ok, refuse, type Result } from '#lib/values/result.ts';
import {
	jitterMs,
	linkToken,
	newKeyPair,
	newPairingKey,
	openBox,
	respondentKey,
	sealBox,
	shuffled
} from './box.server.ts';
import { linkState } from './invitation.ts';
import { mayAskForComments, mayShowComments, methodVersion } from './publication.ts';
import { baselineWave, byRespondent, type Wave } from './score.ts';
import {
	answersFrom,
	counts,
	fits,
	longestComment,
	minutesFor,
	questionsAt,
	type Reply
} from './survey.ts';
import {
	invitation,
	publishedResult,
	response,
	sealedBox,
	teamComment,
	teamPolicy,
	wave
} from './tables.server.ts';
import { askedOn, isConfirmed } from './team.server.ts';
import { baselineInTime, teamResult, type Answered } from './team-result.ts';
import {
	closableFrom,
	closesOn,
	commentMonths,
	dueByItself,
	from,
	isOpeningTime,
	kindOf,
	lastWaveEnds,
	mayOpen,
	mayRemind,
	pairingKeyDays,
	quietHours,
	reminderDueAt,
	startOfDay,
	type CloseRefusal,
	type OpenRefusal,
	type RemindRefusal
} from './wave.ts';

const hourMs = 3_600_000;
const dayMs = 24 * hourMs;
/** Reminders trickle out, so that the hour of a mail tells nothing about who was slow. */
const reminderSpreadMs = 2 * hourMs;
/** The mails of a wave are named after it, so that they can go with it. */
const mailOf = (waveId: string, rest: string) => `wave/${waveId}/${rest}`;

type Opened = { waveId: string; invited: number; closesAt: Date };
type Opening = {
	enrollmentId: string;
	index: number;
	/** Of the links, "https://…". */
	origin: string;
};

/**
 * Asks the team of one of the coach's own leaders: freezes the threshold, makes the wave's keys and
 * a personal link for every seller who is on the roster for 28 days, and mails the links.
 *
 * @param confirmed the marks of those whom the coach has read and confirmed (`teamToAsk`); when
 * somebody else would be asked, or one of them would not, it refuses with `team-changed`
 * @param opensByItself whether the waves after this one open on their day by themselves
 */
export async function openWave(
	ctx: Context<Coach>,
	{
		confirmed,
		opensByItself,
		...opening
	}: Opening & { confirmed: readonly string[]; opensByItself: boolean }
): Promise<Result<Opened, OpenRefusal | 'no-such-enrollment'>> {
	return open(ctx, eq(enrollment.coachId, ctx.who.personId), opening, { confirmed, opensByItself });
}

/**
 * Opens every wave after the baseline whose day has come, where the coach wanted that and the team is
 * the one that they confirmed. What cannot be opened waits for the coach.
 *
 * @returns how many were opened
 */
export async function openDueWaves(
	ctx: Context<System>,
	{ origin }: { origin: string }
): Promise<number> {
	const teams = await ctx.db
		.select({
			enrollmentId: enrollment.id,
			dayZero: enrollment.dayZero,
			timeZone: enrollment.timeZone,
			before: sql<
				{ index: number; status: string }[]
			>`(select json_agg(json_build_object('index', w.index, 'status', w.status)) from wave w
				where w.enrollment_id = ${enrollment.id})`
		})
		.from(teamPolicy)
		.innerJoin(enrollment, eq(enrollment.id, teamPolicy.enrollmentId))
		.where(and(teamPolicy.opensByItself, eq(enrollment.state, 'active')))
		.orderBy(enrollment.id);
	let opened = 0;
	const failures: unknown[] = [];
	for (const { enrollmentId, dayZero, timeZone, before } of teams) {
		if (!isOpeningTime(ctx.now, timeZone)) continue;
		const index = dueByItself(dayZero, dayIn(ctx.now, timeZone), before ?? []);
		if (index === null) continue;
		try {
			const outcome = await open(ctx, undefined, { enrollmentId, index, origin }, null);
			if (outcome.ok) opened += 1;
		} catch (failure) {
			// One team that is stuck must not keep the others waiting; the job is tried again for it.
			failures.push(failure);
		}
	}
	if (failures.length > 0) throw failures[0];
	return opened;
}

/** Whether the waves that are left open by themselves; for the leader's own coach. */
export async function setOpensByItself(
	ctx: Context<Coach>,
	{ enrollmentId, opensByItself }: { enrollmentId: string; opensByItself: boolean }
): Promise<Result<null, 'no-such-enrollment'>> {
	if (!isId(enrollmentId)) return refuse('no-such-enrollment');
	return inTransaction(ctx, async (tx) => {
		const changed = await tx.db
			.update(teamPolicy)
			.set({ opensByItself })
			.where(
				and(
					eq(teamPolicy.enrollmentId, enrollmentId),
					sql`exists (select 1 from enrollment e where e.id = ${enrollmentId} and e.coach_id = ${tx.who.personId})`
				)
			)
			.returning({ id: teamPolicy.enrollmentId });
		if (changed.length === 0) return refuse('no-such-enrollment');
		await audit(tx, {
			action: 'waves-open-by-themselves',
			object: { kind: 'enrollment', id: enrollmentId },
			detail: { on: opensByItself }
		});
		return ok(null);
	});
}

/** @param said what the coach says of the team now; null to go by what they last confirmed */
async function open<Who extends { role: string; personId?: string }>(
	ctx: Context<Who>,
	mine: SQL | undefined,
	{ enrollmentId, index, origin }: Opening,
	said: { confirmed: readonly string[]; opensByItself: boolean } | null
): Promise<Result<Opened, OpenRefusal | 'no-such-enrollment'>> {
	if (!isId(enrollmentId)) return refuse('no-such-enrollment');
	return inTransactionOrUndo<Who, Result<Opened, OpenRefusal | 'no-such-enrollment'>>(
		ctx,
		async (tx) => {
			const [found] = await tx.db
				.select({
					id: enrollment.id,
					dayZero: enrollment.dayZero,
					timeZone: enrollment.timeZone,
					leaderName: person.name
				})
				.from(enrollment)
				.innerJoin(person, eq(person.id, enrollment.leaderId))
				.where(and(eq(enrollment.id, enrollmentId), mine, eq(enrollment.state, 'active')));
			if (!found) return refuse('no-such-enrollment');
			// Two who open at the same time meet at the lock on this row.
			await tx.db.insert(teamPolicy).values({ enrollmentId }).onConflictDoNothing();
			const [policy] = await tx.db
				.select()
				.from(teamPolicy)
				.where(eq(teamPolicy.enrollmentId, enrollmentId))
				.for('update');
			const before = await tx.db
				.select({ index: wave.index, status: wave.status })
				.from(wave)
				.where(eq(wave.enrollmentId, enrollmentId));
			const today = dayIn(ctx.now, found.timeZone);
			const refused = mayOpen(index as Wave, found.dayZero, today, before);
			if (refused) return refuse(refused);

			const team = await tx.db.select().from(seller).where(eq(seller.enrollmentId, enrollmentId));
			const asked = askedOn(team, today);
			if (asked.length === 0) return refuse('nobody-to-ask');
			// Everybody is asked or nobody: leaving out an address must not choose who is heard.
			if (asked.some(({ email }) => !email)) return refuse('address-missing');
			if (!isConfirmed(asked, said?.confirmed ?? policy!.confirmed)) return refuse('team-changed');
			if (!said && !policy!.opensByItself) return refuse('not-due-yet');

			await tx.db
				.update(teamPolicy)
				.set({
					frozenAt: policy!.frozenAt ?? ctx.now,
					confirmed: asked.map(({ mark }) => mark),
					...(said && { opensByItself: said.opensByItself }),
					...(!policy!.pairingKeyEnc &&
						!policy!.pairingKeyDestroyedAt && {
							pairingKeyEnc: seal(ctx.keys, 'pairing-key', newPairingKey())
						})
				})
				.where(eq(teamPolicy.enrollmentId, enrollmentId));
			const { publicKey, privateKey } = newKeyPair();
			const closesAt = startOfDay(closesOn(index as Wave, found.dayZero, today), found.timeZone);
			const [made] = await tx.db
				.insert(wave)
				.values({
					enrollmentId,
					index,
					minGroup: policy!.minGroup,
					opensAt: ctx.now,
					closesAt,
					publicKey,
					privateKeyEnc: seal(ctx.keys, 'wave-key', privateKey),
					invited: asked.length
				})
				.returning({ id: wave.id });
			const waveId = made!.id;
			const invitations = asked.map((member) => {
				const id = crypto.randomUUID();
				return { id, member, token: linkToken(privateKey, id) };
			});
			await tx.db.insert(invitation).values(
				invitations.map(({ id, member, token }) => ({
					id,
					waveId,
					sellerId: member.id,
					tokenHash: hashToken(token)
				}))
			);
			const about = {
				leader: found.leaderName,
				closesAt,
				timeZone: found.timeZone,
				index: index as Wave,
				minGroup: policy!.minGroup,
				asked: asked.length
			};
			for (const { id, member, token } of invitations) {
				const locale = member.locale as 'en' | 'nb';
				await queueMail(tx, {
					...invitationLetter(locale, {
						...about,
						name: member.name,
						url: `${origin}/survey/${token}`
					}),
					to: member.email!,
					category: 'invitation',
					fact: mailOf(waveId, `invitation/${id}`),
					goodUntil: closesAt
				});
			}
			await enqueue(tx, 'close-wave', {
				payload: { waveId },
				key: `close-wave/${waveId}`,
				runAt: closesAt
			});
			const reminder = reminderDueAt({ opensAt: ctx.now, closesAt });
			if (reminder)
				await enqueueReminder(
					tx,
					waveId,
					new Date(reminder.getTime() + jitterMs(6 * hourMs)),
					'planned'
				);
			await audit(tx, {
				action: 'wave-opened',
				object: { kind: 'wave', id: waveId },
				detail: { index, invited: asked.length }
			});
			return ok({ waveId, invited: asked.length, closesAt });
		}
	);
}

type About = {
	name: string;
	leader: string;
	url: string;
	closesAt: Date;
	timeZone: string;
	index: Wave;
	minGroup: number;
};

/** The last moment to answer, as people say it. */
const untilWords = (
	locale: 'en' | 'nb',
	{ closesAt, timeZone }: Pick<About, 'closesAt' | 'timeZone'>
) =>
	new Intl.DateTimeFormat(locale === 'nb' ? 'nb-NO' : 'en-GB', {
		timeZone,
		weekday: 'long',
		day: 'numeric',
		month: 'long'
	}).format(new Date(closesAt.getTime() - 1));

/** @param about `asked`: how many are asked */
function invitationLetter(locale: 'en' | 'nb', about: About & { asked: number }) {
	const { name, leader, minGroup, index, asked } = about;
	const in_ = { locale };
	return {
		locale,
		subject: m.mail_survey_subject({ leader }, in_),
		paragraphs: [
			m.mail_survey_hello({ name }, in_),
			m.mail_survey_body(
				{ leader, count: questionsAt(index).length, minutes: minutesFor(index) },
				in_
			),
			m.mail_survey_confidential({ leader, minGroup }, in_),
			m.mail_survey_asked({ count: asked, leader }, in_),
			m.mail_survey_until({ day: untilWords(locale, about) }, in_)
		],
		button: { label: m.mail_survey_button({}, in_), url: about.url },
		reason: m.mail_survey_reason({ leader }, in_)
	};
}

function reminderLetter(locale: 'en' | 'nb', about: About) {
	const { name, leader, minGroup } = about;
	const in_ = { locale };
	return {
		locale,
		subject: m.mail_survey_reminder_subject({ day: untilWords(locale, about) }, in_),
		paragraphs: [
			m.mail_survey_hello({ name }, in_),
			m.mail_survey_reminder_body({ leader, day: untilWords(locale, about) }, in_),
			m.mail_survey_confidential({ leader, minGroup }, in_)
		],
		button: { label: m.mail_survey_button({}, in_), url: about.url },
		reason: m.mail_survey_reason({ leader }, in_)
	};
}

const enqueueReminder = (ctx: Context, waveId: string, runAt: Date, round: string) =>
	enqueue(ctx, 'remind-wave', {
		payload: { waveId, round },
		key: `remind-wave/${waveId}/${round}`,
		runAt
	});

/** A wave of one of the coach's own leaders, or null. */
async function waveOfCoach({ db, who }: Context<Coach>, waveId: string) {
	if (!isId(waveId)) return null;
	const [found] = await db
		.select({ id: wave.id, status: wave.status, opensAt: wave.opensAt, closesAt: wave.closesAt })
		.from(wave)
		.innerJoin(enrollment, eq(enrollment.id, wave.enrollmentId))
		.where(and(eq(wave.id, waveId), eq(enrollment.coachId, who.personId)));
	return found ?? null;
}

/**
 * Asks for a reminder to all who have not answered. It goes out by itself, within two hours; who got
 * one is shown to nobody.
 */
export async function remind(
	ctx: Context<Coach>,
	waveId: string
): Promise<Result<null, RemindRefusal>> {
	return inTransaction(ctx, async (tx) => {
		const found = await waveOfCoach(tx, waveId);
		if (!found || found.status !== 'open') return refuse('not-open');
		await tx.db.select({ id: wave.id }).from(wave).where(eq(wave.id, waveId)).for('no key update');
		const [reminded] = await tx.db
			.select({
				times: sql<number>`count(*)::int`,
				lastAt: sql<string | null>`max(${auditLog.at})::text`
			})
			.from(auditLog)
			.where(
				and(
					eq(auditLog.objectKind, 'wave'),
					eq(auditLog.objectId, waveId),
					eq(auditLog.action, 'wave-reminder')
				)
			);
		const lastAt = reminded!.lastAt ? new Date(reminded!.lastAt) : null;
		const refused = mayRemind(found, { times: reminded!.times, lastAt }, ctx.now);
		if (refused) return refuse(refused);
		const leftMs = found.closesAt.getTime() - quietHours * hourMs - ctx.now.getTime();
		const at = new Date(ctx.now.getTime() + jitterMs(Math.min(leftMs, reminderSpreadMs)));
		await enqueueReminder(tx, waveId, at, String(reminded!.times + 1));
		await audit(tx, { action: 'wave-reminder', object: { kind: 'wave', id: waveId } });
		return ok(null);
	});
}

/**
 * Mails the reminder to all who have not answered, spread over time. Harmless when run twice: a round
 * is mailed once. Nothing happens in the last 24 hours or after the close.
 *
 * It goes only where the invitation went. Whoever keeps the roster could else put an address of their
 * own there while the wave is open, and learn from the mail who has not answered, with the link to
 * answer in their place.
 */
export async function sendReminders(
	ctx: Context<System>,
	{ waveId, round, origin }: { waveId: string; round: string; origin: string }
): Promise<void> {
	await inTransaction(ctx, async (tx) => {
		const [found] = await tx.db
			.select({ wave, leaderName: person.name, timeZone: enrollment.timeZone })
			.from(wave)
			.innerJoin(enrollment, eq(enrollment.id, wave.enrollmentId))
			.innerJoin(person, eq(person.id, enrollment.leaderId))
			.where(and(eq(wave.id, waveId), inArray(wave.status, from('remind'))))
			.for('share', { of: wave });
		if (!found?.wave.privateKeyEnc) return;
		const latest = found.wave.closesAt.getTime() - quietHours * hourMs;
		if (ctx.now.getTime() > latest) return;
		const privateKey = unseal(ctx.keys, 'wave-key', found.wave.privateKeyEnc);
		const waiting = await tx.db
			.select({ id: invitation.id, seller, invitedAt: emailOutbox.recipientHash })
			.from(invitation)
			.innerJoin(seller, eq(seller.id, invitation.sellerId))
			.innerJoin(
				emailOutbox,
				eq(emailOutbox.dedupeKey, sql`${mailOf(waveId, 'invitation/')} || ${invitation.id}::text`)
			)
			.where(and(eq(invitation.waveId, waveId), eq(invitation.done, false)));
		const spread = Math.min(reminderSpreadMs, latest - ctx.now.getTime());
		for (const { id, seller: member, invitedAt } of shuffled(waiting)) {
			const to = member.email;
			if (!to || !addressHashes(tx.keys, to).some((hash) => sameBytes(hash, invitedAt))) continue;
			const later = { ...tx, now: new Date(ctx.now.getTime() + jitterMs(spread)) };
			await queueMail(later, {
				...reminderLetter(member.locale as 'en' | 'nb', {
					name: member.name,
					leader: found.leaderName,
					closesAt: found.wave.closesAt,
					timeZone: found.timeZone,
					index: found.wave.index as Wave,
					minGroup: found.wave.minGroup,
					url: `${origin}/survey/${linkToken(privateKey, id)}`
				}),
				to,
				category: 'reminder',
				headers: unsubscribeHeaders(tx.keys, { origin, to, scope: 'reminder' }),
				fact: mailOf(waveId, `reminder/${round}/${id}`),
				goodUntil: found.wave.closesAt
			});
		}
	});
}

const sameBytes = (one: Uint8Array, other: Uint8Array) => Buffer.from(one).equals(other);

/** What lies in a box: everything about one reply, and under which key. */
const contentSchema = v.object({
	key: v.pipe(v.string(), v.regex(/^[\w-]{43}$/)),
	steps: v.array(v.number()),
	comment: v.pipe(v.string(), v.maxLength(longestComment))
});
type Content = v.InferOutput<typeof contentSchema>;

/**
 * Takes one reply by its link: once, however often it is posted. It is sealed before it is stored;
 * nothing else is written, no time, no audit, no count.
 *
 * @param read reads the reply for the wave that the link belongs to
 */
export async function answerWave<Reason extends string>(
	ctx: Context<Visitor>,
	token: string,
	read: (asked: { index: Wave; withComment: boolean }) => Result<Reply, Reason>
): Promise<Result<'received', 'unknown' | 'closed' | Reason>> {
	return inTransactionOrUndo<Visitor, Result<'received', 'unknown' | 'closed' | Reason>>(
		ctx,
		async (tx) => {
			// The share lock lets everybody answer at once, and makes the close wait for all of them.
			const [found] = await tx.db
				.select({
					waveId: wave.id,
					index: wave.index,
					status: wave.status,
					closesAt: wave.closesAt,
					publicKey: wave.publicKey,
					invited: wave.invited,
					invitationId: invitation.id,
					sellerId: invitation.sellerId,
					done: invitation.done,
					pairingKeyEnc: teamPolicy.pairingKeyEnc
				})
				.from(invitation)
				.innerJoin(wave, eq(wave.id, invitation.waveId))
				.innerJoin(teamPolicy, eq(teamPolicy.enrollmentId, wave.enrollmentId))
				.where(eq(invitation.tokenHash, hashToken(token)))
				.for('share', { of: wave });
			const state = linkState(found, ctx.now);
			if (!found || state === 'unknown') return refuse('unknown');
			if (state === 'closed' || !found.pairingKeyEnc) return refuse('closed');
			if (state === 'used') return ok('received');

			const index = found.index as Wave;
			const reply = read({ index, withComment: mayAskForComments(found.invited ?? 0) });
			if (!reply.ok) return reply;
			const [first] = await tx.db
				.update(invitation)
				.set({ done: true })
				.where(and(eq(invitation.id, found.invitationId), eq(invitation.done, false)))
				.returning({ id: invitation.id });
			if (!first) return ok('received');
			const pairingKey = unseal(ctx.keys, 'pairing-key', found.pairingKeyEnc);
			const content: Content = {
				key: Buffer.from(respondentKey(pairingKey, found.sellerId)).toString('base64url'),
				...reply.value
			};
			await tx.db.insert(sealedBox).values({
				waveId: found.waveId,
				sealed: sealBox(found.publicKey, found.waveId, JSON.stringify(content))
			});
			return ok('received');
		}
	);
}

/** What a box holds, or null when it is not a reply to this wave. */
function contentOf(text: string | null, index: Wave): Content | null {
	if (text === null) return null;
	try {
		const content = v.parse(contentSchema, JSON.parse(text));
		return fits(index, content.steps) ? content : null;
	} catch {
		return null;
	}
}

/**
 * Closes a wave whose time has come, if it is still open. Unseals what was sent, writes it in random
 * order without names, publishes what may be shown, and removes links, boxes and key: all or nothing.
 */
export async function closeDueWave(
	ctx: Context<System>,
	waveId: string
): Promise<Result<null, CloseRefusal>> {
	return inTransactionOrUndo<System, Result<null, CloseRefusal>>(ctx, async (tx) => {
		const open = await lockOpen(tx, waveId);
		if (!open) return refuse('not-open');
		if (open.closesAt > ctx.now) return refuse('too-early-to-close');
		await close(tx, open);
		return ok(null);
	});
}

/** Closes all waves whose time has come. @returns how many */
export async function closeDueWaves(ctx: Context<System>): Promise<number> {
	const due = await ctx.db
		.select({ id: wave.id })
		.from(wave)
		.where(and(inArray(wave.status, from('close')), lte(wave.closesAt, ctx.now)))
		.limit(500);
	let closed = 0;
	for (const { id } of due) if ((await closeDueWave(ctx, id)).ok) closed += 1;
	return closed;
}

/** Closes a wave of one of the coach's own leaders before its time, three days after it opened at the earliest. */
export async function closeWave(
	ctx: Context<Coach>,
	waveId: string
): Promise<Result<null, CloseRefusal>> {
	return inTransactionOrUndo<Coach, Result<null, CloseRefusal>>(ctx, async (tx) => {
		if (!(await waveOfCoach(tx, waveId))) return refuse('not-open');
		const open = await lockOpen(tx, waveId);
		if (!open) return refuse('not-open');
		if (closableFrom(open) > ctx.now) return refuse('too-early-to-close');
		await close(tx, open);
		return ok(null);
	});
}

/** Waits for everybody who is just sending, and keeps the rest out. */
async function lockOpen({ db }: Context, waveId: string) {
	if (!isId(waveId)) return null;
	const [open] = await db.select().from(wave).where(eq(wave.id, waveId)).for('update');
	return open?.status === 'open' ? open : null;
}

async function close(tx: Context<Coach | System>, open: typeof wave.$inferSelect): Promise<void> {
	const { db, now } = tx;
	const index = open.index as Wave;
	const waveId = open.id;
	const privateKey = unseal(tx.keys, 'wave-key', open.privateKeyEnc!);
	const boxes = await db
		.select({ sealed: sealedBox.sealed })
		.from(sealedBox)
		.where(eq(sealedBox.waveId, waveId));
	const opened = shuffled(boxes)
		.map(({ sealed }) => contentOf(openBox({ ...open, privateKey }, waveId, sealed), index))
		.filter((content) => content !== null);
	// One set of answers a respondent: people are counted, not answers.
	const contents = [...new Map(opened.map((content) => [content.key, content])).values()];
	const people = contents.filter(({ steps }) => counts(index, steps)).length;

	if (contents.length > 0) {
		await db.insert(response).values(
			shuffled(contents).map(({ key, steps }) => ({
				waveId,
				respondentKey: new Uint8Array(Buffer.from(key, 'base64url')),
				answers: steps
			}))
		);
	}
	const invited = open.invited ?? 0;
	const words = contents.map(({ comment }) => comment.trim()).filter((comment) => comment !== '');
	// What can never be shown is not kept.
	const keep =
		mayAskForComments(invited) && mayShowComments({ closed: true, people }) && words.length > 0;
	if (keep) await db.insert(teamComment).values(shuffled(words).map((body) => ({ waveId, body })));

	const asked: Answered = {
		invited,
		answers: byRespondent(
			contents.map(({ key, steps }) => ({ respondentKey: key, answers: answersFrom(index, steps) }))
		)
	};
	const before = index === baselineWave ? null : await baselineOf(tx, open.enrollmentId);
	await db.insert(publishedResult).values({
		enrollmentId: open.enrollmentId,
		waveId,
		waveIndex: index,
		payload: teamResult({
			enrollment: open.enrollmentId,
			wave: index,
			minGroup: open.minGroup,
			baseline: before?.asked ?? asked,
			asked,
			locked: before?.inTime ?? true
		}),
		methodVersion,
		publishedAt: now
	});
	await db.delete(sealedBox).where(eq(sealedBox.waveId, waveId));
	await db.delete(invitation).where(eq(invitation.waveId, waveId));
	// Whom a reminder went to says who had not answered by then.
	await db.delete(emailOutbox).where(like(emailOutbox.dedupeKey, mailOf(waveId, '%')));
	await db
		.update(wave)
		.set({ status: 'closed', closedAt: now, answered: people, privateKeyEnc: null })
		.where(eq(wave.id, waveId));
	await enqueue(tx, 'refresh-results', {
		payload: { enrollmentId: open.enrollmentId },
		key: `refresh-results/${open.enrollmentId}`
	});
	await enqueue(tx, 'sweep-waves', { key: 'sweep-waves' });
	await audit(tx, {
		action: 'wave-closed',
		object: { kind: 'wave', id: waveId },
		detail: { index, kind: kindOf(index) }
	});
}

/** The answers of the closed baseline, by respondent. */
async function baselineOf(
	{ db }: Context,
	enrollmentId: string
): Promise<{ asked: Answered; inTime: boolean } | null> {
	const rows = await db
		.select({
			respondentKey: response.respondentKey,
			answers: response.answers,
			invited: wave.invited,
			closedAt: wave.closedAt,
			dayZero: enrollment.dayZero,
			timeZone: enrollment.timeZone
		})
		.from(wave)
		.innerJoin(enrollment, eq(enrollment.id, wave.enrollmentId))
		.leftJoin(response, eq(response.waveId, wave.id))
		.where(
			and(
				eq(wave.enrollmentId, enrollmentId),
				eq(wave.index, baselineWave),
				eq(wave.status, 'closed')
			)
		);
	const [first] = rows;
	if (!first) return null;
	const answers = byRespondent(
		rows.flatMap((row) =>
			row.respondentKey && row.answers
				? [
						{
							respondentKey: Buffer.from(row.respondentKey).toString('base64url'),
							answers: answersFrom(baselineWave, row.answers)
						}
					]
				: []
		)
	);
	const closedOn: Day = dayIn(first.closedAt!, first.timeZone);
	return {
		asked: { answers, invited: first.invited ?? 0 },
		inTime: baselineInTime(closedOn, first.dayZero)
	};
}

/**
 * Takes the removed links, boxes and keys off the disk too: a deleted row stays readable in the
 * files until then. Not inside a transaction.
 */
export async function sweepWaves({ db }: Context<System>): Promise<void> {
	await db.execute(sql`vacuum wave, invitation, sealed_box, response, team_policy, email_outbox`);
}

/**
 * Destroys the pairing keys whose time has come: 30 days after the last wave that the team was told
 * of. From then on nobody can find out under which key a seller answered.
 *
 * @returns how many
 */
export async function destroyKeys({ db, now }: Context<System>): Promise<number> {
	const kept = await db
		.select({
			enrollmentId: teamPolicy.enrollmentId,
			dayZero: enrollment.dayZero,
			timeZone: enrollment.timeZone,
			endlineClosedAt: sql<
				string | null
			>`max(${wave.closedAt}) filter (where ${wave.index} = 6)::text`,
			open: sql<boolean>`coalesce(bool_or(${wave.status} = 'open'), false)`
		})
		.from(teamPolicy)
		.innerJoin(enrollment, eq(enrollment.id, teamPolicy.enrollmentId))
		.leftJoin(wave, eq(wave.enrollmentId, teamPolicy.enrollmentId))
		.where(sql`${teamPolicy.pairingKeyEnc} is not null`)
		.groupBy(teamPolicy.enrollmentId, enrollment.dayZero, enrollment.timeZone);
	const due = kept.filter(({ dayZero, timeZone, endlineClosedAt, open }) => {
		const ended = endlineClosedAt
			? new Date(endlineClosedAt)
			: startOfDay(lastWaveEnds(dayZero), timeZone);
		return !open && now.getTime() >= ended.getTime() + pairingKeyDays * dayMs;
	});
	if (due.length === 0) return 0;
	await db
		.update(teamPolicy)
		.set({ pairingKeyEnc: null, pairingKeyDestroyedAt: now })
		.where(
			and(
				inArray(
					teamPolicy.enrollmentId,
					due.map(({ enrollmentId }) => enrollmentId)
				),
				isNull(teamPolicy.pairingKeyDestroyedAt)
			)
		);
	return due.length;
}

/** Deletes comments six months after their wave closed. */
export async function forgetComments({ db, now }: Context<System>): Promise<void> {
	await db.execute(sql`delete from team_comment c using wave w where w.id = c.wave_id
		and w.closed_at < ${now.toISOString()}::timestamptz - make_interval(months => ${commentMonths})`);
}
