/** The request to be let in, with its answers to the YES. */
import type { Pledge } from '#lib/cohorts/pledge.ts';
import { cleanEmail } from '#lib/people/login.ts';

export const statuses = [
	'submitted',
	'offered',
	'declined',
	'withdrawn',
	'enrolled',
	'waiting-for-seat'
] as const;
export type Status = (typeof statuses)[number];

/** From which states each move may start. Buttons, commands and the SQL guard all read this one table. */
const moves = {
	offer: ['submitted'],
	sendAgain: ['offered', 'waiting-for-seat'],
	decline: ['submitted', 'waiting-for-seat'],
	withdraw: ['submitted', 'offered', 'waiting-for-seat'],
	pay: ['offered', 'waiting-for-seat'],
	letWait: ['offered', 'waiting-for-seat'],
	enroll: ['offered', 'waiting-for-seat']
} satisfies Record<string, Status[]>;

export type Move = keyof typeof moves;
export const from = (move: Move): Status[] => moves[move];
export const may = (move: Move, application: { status: Status }): boolean =>
	from(move).includes(application.status);

export type Answers = Record<string, { yes: boolean; note?: string }>;

/** What somebody typed, kept as they typed it when it is refused. */
export type Typed = {
	name: string;
	email: string;
	company: string;
	teamSize: string;
	baselineGuess: string;
	sponsorName: string;
	sponsorEmail: string;
	towards: string;
	answers: Answers;
};

export type Application = {
	name: string;
	email: string;
	company: string;
	teamSize: number;
	baselineGuess: number | null;
	sponsorName: string | null;
	sponsorEmail: string | null;
	towards: string;
	answers: Answers;
};

export type Problem = { field: string; reason: Reason };
export type Reason =
	| 'no-yes'
	| 'note-missing'
	| 'name-missing'
	| 'email-wrong'
	| 'company-missing'
	| 'team-size-wrong'
	| 'baseline-wrong'
	| 'sponsor-email-wrong'
	| 'sponsor-email-missing'
	| 'sponsor-name-missing'
	| 'towards-missing'
	| 'too-long';

const longest = { name: 120, company: 160, towards: 600, note: 600 } as const;

/**
 * Reads what was typed.
 *
 * The YES is a soft gate: who cannot say it to a "must" says why. Without any YES, or with a must
 * left out and no word about it, there is no application.
 *
 * @returns the application, or every problem with the field it belongs to
 */
export function readApplication(
	typed: Typed,
	pledge: Pledge
): { application: Application } | { problems: Problem[] } {
	const problems: Problem[] = [];
	const wrong = (field: string, reason: Reason) => problems.push({ field, reason });
	const answers: Answers = {};
	for (const { key, kind } of pledge) {
		const yes = typed.answers[key]?.yes === true;
		const note = typed.answers[key]?.note?.trim() ?? '';
		if (note.length > longest.note) wrong(`note.${key}`, 'too-long');
		answers[key] = note ? { yes, note } : { yes };
		if (kind === 'must' && !yes && note === '') wrong(`note.${key}`, 'note-missing');
	}
	if (pledge.length > 0 && !Object.values(answers).some(({ yes }) => yes)) {
		// One sentence instead of one for every statement.
		problems.length = 0;
		wrong(`yes.${pledge[0]!.key}`, 'no-yes');
	}

	const text = (field: 'name' | 'company' | 'towards', missing: Reason) => {
		const value = typed[field].trim();
		if (value === '') wrong(field, missing);
		else if (value.length > longest[field]) wrong(field, 'too-long');
		return value;
	};
	const name = text('name', 'name-missing');
	const email = cleanEmail(typed.email);
	if (!email) wrong('email', 'email-wrong');
	const company = text('company', 'company-missing');
	const teamSize = wholeNumber(typed.teamSize, 500);
	if (teamSize === null) wrong('teamSize', 'team-size-wrong');
	const baselineGuess =
		typed.baselineGuess.trim() === '' ? null : wholeNumber(typed.baselineGuess, 100);
	if (baselineGuess === null && typed.baselineGuess.trim() !== '')
		wrong('baselineGuess', 'baseline-wrong');
	const sponsorName = typed.sponsorName.trim().slice(0, longest.name);
	const sponsorEmail = typed.sponsorEmail.trim() === '' ? null : cleanEmail(typed.sponsorEmail);
	if (typed.sponsorEmail.trim() !== '' && !sponsorEmail)
		wrong('sponsorEmail', 'sponsor-email-wrong');
	if (sponsorEmail && !sponsorName) wrong('sponsorName', 'sponsor-name-missing');
	if (sponsorName && typed.sponsorEmail.trim() === '')
		wrong('sponsorEmail', 'sponsor-email-missing');
	const towards = text('towards', 'towards-missing');

	if (problems.length > 0) return { problems };
	return {
		application: {
			name,
			email: email!,
			company,
			teamSize: teamSize!,
			baselineGuess,
			sponsorName: sponsorName || null,
			sponsorEmail,
			towards,
			answers
		}
	};
}

/** A whole number from 0 to `most`, or null. */
function wholeNumber(text: string, most: number): number | null {
	if (!/^\s*\d{1,4}\s*$/.test(text)) return null;
	const value = Number(text);
	return value <= most ? value : null;
}

export type Warning =
	| 'team-under-three'
	| 'team-under-five'
	| 'team-just-enough'
	| 'baseline-out-of-reach'
	| 'baseline-off-the-scale';

/**
 * What stands between this team and the promise (method 2.6, 3.1): under five answers nothing is
 * shown; with five or six nearly everybody must answer; +25 % of more than 76 leaves the scale's
 * usable part, of more than 80 the scale itself.
 */
export function warningsOf({
	teamSize,
	baselineGuess
}: Pick<Application, 'teamSize' | 'baselineGuess'>): Warning[] {
	const warnings: Warning[] = [];
	if (teamSize < 3) warnings.push('team-under-three');
	else if (teamSize < 5) warnings.push('team-under-five');
	else if (teamSize <= 6) warnings.push('team-just-enough');
	if (baselineGuess !== null && baselineGuess > 80) warnings.push('baseline-out-of-reach');
	else if (baselineGuess !== null && baselineGuess > 76) warnings.push('baseline-off-the-scale');
	return warnings;
}

/**
 * How the answers stand to the pledge (method 11): qualified when every must is a YES; the score is
 * the share of YES among the shoulds, 0 to 100, or null when there are none.
 */
export function judge(pledge: Pledge, answers: Answers) {
	const yes = ({ key }: { key: string }) => answers[key]?.yes === true;
	const musts = pledge.filter(({ kind }) => kind === 'must');
	const shoulds = pledge.filter(({ kind }) => kind === 'should');
	return {
		qualified: musts.every(yes),
		mustsMissing: musts.filter((statement) => !yes(statement)).map(({ key }) => key),
		score:
			shoulds.length === 0 ? null : Math.round((100 * shoulds.filter(yes).length) / shoulds.length),
		yesCount: pledge.filter(yes).length,
		of: pledge.length
	};
}
