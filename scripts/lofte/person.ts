/** `export --person` and `erase --person`: every room answers for itself, in a fixed order. */
import * as Admissions from '#lib/admissions/personal.server.ts';
import * as Coaching from '#lib/coaching/personal.server.ts';
import * as Cohorts from '#lib/cohorts/personal.server.ts';
import * as Coursework from '#lib/coursework/personal.server.ts';
import * as Engagement from '#lib/engagement/personal.server.ts';
import * as Payments from '#lib/payments/personal.server.ts';
import type { System } from '#lib/people/actor.ts';
import * as People from '#lib/people/personal.server.ts';
import { personByEmail } from '#lib/people/queries.server.ts';
import { audit } from '#lib/server/audit.server.ts';
import { inTransaction, type Context } from '#lib/server/context.server.ts';
import * as House from '#lib/server/personal.server.ts';
import type { PersonalData, Subject } from '#lib/server/personal.server.ts';
import * as Uplift from '#lib/uplift/personal.server.ts';

const answersNote =
	'Answers to confidential surveys are not in this document and cannot be: while a survey is open they are sealed, and afterwards they lie without a name, so that nobody can tell whose they are.';
const privateNote =
	'Where the words of a note are null, somebody wrote it for themselves about working with you, or about more people than you. It is personal data of both. Its words are given when the other one has been heard (GDPR article 15, paragraph 4): ask us.';
const othersNote =
	'Other people on a roster, their deals, what they wrote in confidence, and files that wait for confirmation are not in this document: they are theirs, or your company’s. The names of those who process data for us: Stripe (payments), Resend (mail).';

async function subjectOf(ctx: Context, email: string): Promise<Subject> {
	return { email, personId: (await personByEmail(ctx, email))?.id ?? null };
}

async function held(
	ctx: Context,
	who: Subject,
	options: { withPrivate: boolean }
): Promise<PersonalData> {
	return {
		...(await People.personalData(ctx, who)),
		...(await Admissions.personalData(ctx, who)),
		...(await Payments.personalData(ctx, who)),
		...(await Cohorts.personalData(ctx, who)),
		...(await Coursework.personalData(ctx, who, options)),
		...(await Coaching.personalData(ctx, who, options)),
		...(await Engagement.personalData(ctx, who)),
		...(await Uplift.personalData(ctx, who)),
		...(await House.personalData(ctx, who))
	};
}

/** That an address wants no mail is remembered by its hash; it does not make somebody known. */
const isKnown = ({ mailsNotWanted: _, ...lists }: PersonalData) =>
	Object.values(lists).some((rows) => rows.length > 0);

/**
 * Everything that is held about whoever has this address, whatever they are here: leader, coach,
 * admin, sponsor, applicant, seller. All of it is read at one moment.
 *
 * @param withPrivate also the words of notes that somebody wrote for themselves about working with
 * another: for the operator who has heard both (GDPR article 15, paragraph 4)
 * @returns a document for JSON, or null when nothing is held
 */
export async function exportPerson(
	ctx: Context<System>,
	email: string,
	options: { withPrivate: boolean }
): Promise<Record<string, unknown> | null> {
	return ctx.db.transaction(
		async (tx) => {
			const inside = { ...ctx, db: tx };
			const who = await subjectOf(inside, email);
			const lists = await held(inside, who, options);
			if (!isKnown(lists)) return null;
			await audit(inside, {
				action: 'person-exported',
				...(who.personId && { object: { kind: 'person', id: who.personId } }),
				detail: { withPrivate: options.withPrivate }
			});
			return {
				about: email,
				at: ctx.now.toISOString(),
				notes: [answersNote, privateNote, othersNote],
				...lists
			};
		},
		{ isolationLevel: 'repeatable read' }
	);
}

/**
 * Removes or overwrites what is held about whoever has this address, all or nothing. What stays, and
 * why, is in docs/decisions/0015. Erasing somebody who is not known, or was erased, changes nothing.
 *
 * @returns 'unknown', 'erased', or the sentences that say why it cannot be done yet
 */
export async function erasePerson(
	ctx: Context<System>,
	email: string
): Promise<'unknown' | 'erased' | { waits: string[] }> {
	return inTransaction(ctx, async (tx) => {
		const who = await subjectOf(tx, email);
		const lists = await held(tx, who, { withPrivate: false });
		if (email.endsWith('@erased.invalid') || !isKnown(lists)) return 'unknown';
		const names = await Cohorts.namesOf(tx, who);
		const waits = [
			...(await People.reasonsToWait(tx, who)),
			...(await Cohorts.reasonsToWait(tx, who)),
			...(await Payments.reasonsToWait(tx, who)),
			...(await Engagement.reasonsToWait(tx, who)),
			...(await Uplift.reasonsToWait(tx, who)),
			...(await House.reasonsToWait(tx, who, names))
		];
		if (waits.length > 0) return { waits };
		await House.pastGuards(tx, [...Uplift.guards, ...Coursework.guards], async () => {
			// Who is known by an address in a higher room is found through the lower ones: these go last.
			await House.erasePersonalData(tx, who, names);
			await Uplift.erasePersonalData(tx, who, names);
			await Engagement.erasePersonalData(tx, who);
			await Coaching.erasePersonalData(tx, who);
			await Coursework.erasePersonalData(tx, who);
			await Payments.erasePersonalData(tx, who);
			await Admissions.erasePersonalData(tx, who);
			await Cohorts.erasePersonalData(tx, who);
			await People.erasePersonalData(tx, who);
		});
		const left = await held(tx, await subjectOf(tx, email), { withPrivate: false });
		if (isKnown(left)) throw new Error('Something is left after erasing: nothing was changed.');
		const count = (name: string) => lists[name]?.length ?? 0;
		await audit(tx, {
			action: 'person-erased',
			...(who.personId && { object: { kind: 'person', id: who.personId } }),
			detail: {
				applications: count('applications'),
				enrollments: count('enrollments'),
				rosters: count('onRosters')
			}
		});
		return 'erased';
	});
}
