/**
 * Who may open which page and post which action: the one table. What is not in it fails the build
 * (`scripts/house-rules.ts`), and a test opens and posts everything as everybody and compares.
 *
 * 'anyone' needs no login; 'bearer' is opened by the unguessable link itself; 'person' needs a
 * login in any role. A person of one role meets 404 on another's pages.
 */
import type { Role } from './role.ts';

export type Audience = 'anyone' | 'bearer' | 'person' | readonly Role[];
export type Door = {
	who: Audience;
	actions?: readonly string[];
	methods?: readonly string[];
	/** Open to a coach or an admin who has no second step yet: here they set it up. */
	settingUp?: true;
	/** Has an address of its own in Norwegian, `/nb/…`. */
	twin?: true;
	/** Asks once more who it is when that was shown a while ago: the whole door, or these actions. */
	again?: true | readonly string[];
};

const leader = ['leader'] as const;
const coach = ['coach'] as const;
const admin = ['admin'] as const;
const sponsor = ['sponsor'] as const;

export const access: Record<string, Door> = {
	// public
	'/': { who: 'anyone', twin: true },
	'/cohorts/[cohort]': { who: 'anyone', twin: true },
	'/program': { who: 'anyone', twin: true },
	'/confidential': { who: 'anyone', twin: true },
	'/privacy': { who: 'anyone', twin: true },
	'/apply/[cohort]': { who: 'anyone', actions: ['send', 'language'], twin: true },
	'/apply/received': { who: 'anyone', twin: true },
	'/offer/[token]': { who: 'bearer', actions: ['pay', 'withdraw'] },
	'/offer/[token]/thanks': { who: 'bearer' },
	'/survey/thanks': { who: 'anyone' },
	'/survey/[token]': { who: 'bearer', actions: ['answer'] },
	'/u/[token]': { who: 'bearer', actions: ['default'] },
	'/sign-in': { who: 'anyone', actions: ['default'] },
	'/sign-in/[token]': { who: 'bearer', actions: ['default'] },
	'/sign-in/second': { who: 'anyone', actions: ['default'] },
	'/sign-in/passkey': { who: 'anyone', actions: ['ask', 'enter'] },
	'/sign-in/again': { who: 'person', actions: ['code', 'link'], settingUp: true },
	'/sign-out': { who: 'anyone', methods: ['POST'] },
	'/preferences': { who: 'anyone', methods: ['POST'] },
	'/account': { who: 'person', actions: ['save', 'signOutEverywhere'] },
	'/account/second': {
		who: 'person',
		actions: ['begin', 'confirm', 'codes', 'end'],
		settingUp: true,
		// What is confirmed was begun a few minutes ago at the most; the others take a code, which shows it anyway.
		again: ['begin']
	},
	'/account/passkeys': {
		who: 'person',
		actions: ['begin', 'add', 'remove', 'codes'],
		settingUp: true,
		// What is added was begun a few minutes ago at the most.
		again: ['begin', 'remove', 'codes']
	},
	// machines
	'/livez': { who: 'anyone', methods: ['GET'] },
	'/readyz': { who: 'anyone', methods: ['GET'] },
	'/webhooks/stripe': { who: 'anyone', methods: ['POST'] },
	'/webhooks/resend': { who: 'anyone', methods: ['POST'] },
	// leader
	'/leader': { who: leader, actions: ['log'] },
	'/leader/program': { who: leader },
	'/leader/lessons/[module]': { who: leader, actions: ['read'] },
	'/leader/assignments/[assignment]': { who: leader, actions: ['save', 'submit', 'resubmit'] },
	'/leader/touchpoints': { who: leader, actions: ['log', 'undo'] },
	'/leader/uplift': { who: leader },
	'/leader/uplift/numbers.csv': { who: leader, methods: ['GET'] },
	'/leader/evidence': { who: leader, actions: ['upload'] },
	'/leader/evidence/[batch]': { who: leader, actions: ['answer', 'confirm', 'discard'] },
	'/leader/baseline': { who: leader, actions: ['propose', 'sign', 'event'] },
	'/leader/team': { who: leader, actions: ['add', 'change', 'leave', 'absence', 'present'] },
	'/leader/sessions': { who: leader },
	'/leader/sessions/[session]': { who: leader, actions: ['note'] },
	'/leader/sharing': { who: leader, actions: ['share'] },
	// coach
	'/coach': { who: coach },
	'/coach/reviews': { who: coach },
	'/coach/reviews/[submission]': {
		who: coach,
		actions: ['save', 'remark', 'remove', 'accept', 'return']
	},
	'/coach/leaders': { who: coach },
	'/coach/leaders/[enrollment]': { who: coach, actions: ['byItself', 'remind', 'closeWave'] },
	'/coach/leaders/[enrollment]/ask': { who: coach, actions: ['open'] },
	'/coach/leaders/[enrollment]/baseline': { who: coach, actions: ['sign'] },
	'/coach/sessions': { who: coach, actions: ['plan'] },
	'/coach/sessions/[session]': {
		who: coach,
		actions: ['note', 'move', 'cancel', 'held', 'missed']
	},
	'/coach/cohorts/[cohort]': { who: coach, actions: ['pledge'] },
	// admin
	'/admin': { who: admin },
	'/admin/cohorts/new': { who: admin, actions: ['default'] },
	'/admin/cohorts/[cohort]': { who: admin, actions: ['sales'] },
	'/admin/cohorts/[cohort]/uplift.csv': { who: admin, methods: ['GET'], again: true },
	'/admin/baselines/[enrollment]': { who: admin, actions: ['lock'] },
	'/admin/applications': { who: admin },
	'/admin/applications/[application]': { who: admin, actions: ['offer', 'decline', 'sendAgain'] },
	'/admin/payments': {
		who: admin,
		actions: ['refund', 'refundFlagged', 'seat'],
		again: ['refund', 'refundFlagged']
	},
	// sponsor
	'/sponsor': { who: sponsor },
	'/sponsor/[enrollment]': { who: sponsor }
};

/** Roles that read what people trust them with: a link by mail alone is not enough. */
export const needsSecondStep = (roles: readonly Role[]): boolean =>
	roles.includes('coach') || roles.includes('admin');

/** Whether a door stays closed until a second step is set up. */
export const waitsForSecondStep = ({ who, settingUp }: Door): boolean =>
	who !== 'anyone' && who !== 'bearer' && !settingUp;

/** Whether this door, or this action of it, is only for somebody who showed a short while ago who they are. */
export const asksAgain = ({ again = [] }: Door, action: string | null): boolean =>
	again === true || (action !== null && again.includes(action));

/** Whether somebody with these roles (null: no login) may come through this door. */
export function mayEnter(door: Door, roles: readonly Role[] | null): boolean {
	if (door.who === 'anyone' || door.who === 'bearer') return true;
	if (roles === null) return false;
	return door.who === 'person' || door.who.some((role) => roles.includes(role));
}
