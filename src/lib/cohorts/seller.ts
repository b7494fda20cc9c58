/** Someone on a leader's team roster: wins deals and is asked how the team is; has no login. */
import { cleanEmail } from '#lib/people/login.ts';
import { addDays, daysBetween, isDay, type Day } from '#lib/values/day.ts';
import { ok, refuse, type Result } from '#lib/values/result.ts';

/** More than one leader can lead, and fewer than a page can list. */
export const largestTeam = 60;

export type Seller = {
	name: string;
	email: string;
	/** In which language the seller is written to. */
	locale: 'en' | 'nb';
	/** The seller's id or name in the CRM. */
	externalId: string | null;
	/** Share of full time, 0 < fte <= 1. */
	fte: number;
	startedOn: Day;
};

export type SellerFault = 'name-missing' | 'not-an-address' | 'fte-out-of-range' | 'not-a-day';
export type AbsenceFault = 'not-a-day' | 'absence-backwards' | 'absence-too-long';
export type RosterRefusal =
	| SellerFault
	| AbsenceFault
	| 'absences-full'
	| 'own-address'
	| 'address-taken'
	| 'crm-id-taken'
	| 'team-full'
	| 'not-on-team'
	| 'left-before-start';

/** What a form says about a seller, as typed; full time is per cent, "80" or "80,5". */
export type SellerForm = {
	name: string;
	email: string;
	locale: string;
	externalId: string;
	ftePct: string;
	startedOn: string;
};

/** Reads the form. Everybody has an address, because everybody is asked or nobody is. */
export function readSeller(form: SellerForm): Result<Seller, SellerFault> {
	const name = form.name.replace(/\s+/g, ' ').trim();
	if (name === '' || name.length > 120) return refuse('name-missing');
	const email = cleanEmail(form.email);
	if (!email) return refuse('not-an-address');
	const percent = Number(form.ftePct.replace(',', '.').replace('%', '').trim() || '100');
	const fte = Math.round(percent) / 100;
	if (!(fte > 0 && fte <= 1)) return refuse('fte-out-of-range');
	if (!isDay(form.startedOn)) return refuse('not-a-day');
	return ok({
		name,
		email,
		locale: form.locale === 'nb' ? 'nb' : 'en',
		externalId: form.externalId.trim().slice(0, 120) || null,
		fte,
		startedOn: form.startedOn
	});
}

/** Leave as it was agreed; both days included. */
export type Absence = { from: Day; to: Day };

/** The table holds a year at most: who is away for longer has left. */
const longestAbsence = 366;
/** More than anybody books in two and a half years. */
export const mostAbsences = 60;

/** Reads the days of a leave as typed. */
export function readAbsence({ from, to }: Absence): Result<Absence, AbsenceFault> {
	if (!isDay(from) || !isDay(to)) return refuse('not-a-day');
	if (to < from) return refuse('absence-backwards');
	if (daysBetween(from, to) > longestAbsence) return refuse('absence-too-long');
	return ok({ from, to });
}

/** The last day of the leave that somebody is on; null for none. `absences` by their first day. */
export function awayUntil(absences: readonly Absence[], today: Day): Day | null {
	let until: Day | null = null;
	for (const { from, to } of absences)
		// One leave may overlap another, or follow on it.
		if (from <= (until ? addDays(until, 1) : today) && to >= (until ?? today)) until = to;
	return until;
}

/** Whether two addresses end in one mailbox as far as the addresses say: "ingrid+sales@…" is Ingrid's. */
export function sameMailbox(one: string, other: string): boolean {
	const mailbox = (address: string) =>
		address
			.trim()
			.toLowerCase()
			.replace(/\+[^@]*(?=@)/, '');
	return mailbox(one) === mailbox(other);
}
