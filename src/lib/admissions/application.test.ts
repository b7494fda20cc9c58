import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { defaultPledge } from '#lib/cohorts/pledge.ts';
import {
	from,
	judge,
	may,
	readApplication,
	statuses,
	warningsOf,
	type Move,
	type Typed
} from './application.ts';

const everyYes = Object.fromEntries(defaultPledge.map(({ key }) => [key, { yes: true }]));
const typed: Typed = {
	name: 'Ingrid Solheim',
	email: ' Ingrid@Nordbris.example ',
	company: 'Nordbris Mat',
	teamSize: '7',
	baselineGuess: '',
	sponsorName: '',
	sponsorEmail: '',
	towards: 'A team that closes without me.',
	answers: everyYes
};
const problemsOf = (change: Partial<Typed>) => {
	const read = readApplication({ ...typed, ...change }, defaultPledge);
	return 'problems' in read ? read.problems : [];
};

describe('reading an application', () => {
	test('a whole one is read: the address in lower case, empty fields as nothing', () => {
		expect(readApplication(typed, defaultPledge)).toMatchObject({
			application: {
				email: 'ingrid@nordbris.example',
				teamSize: 7,
				baselineGuess: null,
				sponsorEmail: null
			}
		});
	});

	test('without any YES there is one sentence, not twelve', () => {
		expect(problemsOf({ answers: {} })).toEqual([{ field: 'yes.leads-three', reason: 'no-yes' }]);
	});

	test('a missing must asks for a word about it, and with that word it passes', () => {
		const answers = { ...everyYes, 'may-decide': { yes: false } };
		expect(problemsOf({ answers })).toEqual([{ field: 'note.may-decide', reason: 'note-missing' }]);
		expect(
			problemsOf({
				answers: { ...answers, 'may-decide': { yes: false, note: 'My boss signs on Friday.' } }
			})
		).toEqual([]);
	});

	test('a missing should or info asks nothing', () => {
		expect(
			problemsOf({
				answers: { ...everyYes, 'boss-backs': { yes: false }, 'five-answer': { yes: false } }
			})
		).toEqual([]);
	});

	test.each([
		[{ name: ' ' }, 'name', 'name-missing'],
		[{ name: 'x'.repeat(121) }, 'name', 'too-long'],
		[{ email: 'ingrid at nordbris' }, 'email', 'email-wrong'],
		[{ company: '' }, 'company', 'company-missing'],
		[{ teamSize: 'seven' }, 'teamSize', 'team-size-wrong'],
		[{ teamSize: '-1' }, 'teamSize', 'team-size-wrong'],
		[{ teamSize: '501' }, 'teamSize', 'team-size-wrong'],
		[{ baselineGuess: '101' }, 'baselineGuess', 'baseline-wrong'],
		[{ baselineGuess: '7,5' }, 'baselineGuess', 'baseline-wrong'],
		[{ sponsorEmail: 'henrik', sponsorName: 'Henrik' }, 'sponsorEmail', 'sponsor-email-wrong'],
		[{ sponsorEmail: 'henrik@nordbris.example' }, 'sponsorName', 'sponsor-name-missing'],
		[{ sponsorName: 'Henrik' }, 'sponsorEmail', 'sponsor-email-missing'],
		[{ towards: '' }, 'towards', 'towards-missing']
	])('%o is refused at its own field', (change, field, reason) => {
		expect(problemsOf(change)).toEqual([{ field, reason }]);
	});

	test('whatever is typed is answered, and never with more than was asked', () => {
		const words = fc.string();
		fc.assert(
			fc.property(
				fc.record({
					name: words,
					email: words,
					company: words,
					teamSize: words,
					baselineGuess: words,
					sponsorName: words,
					sponsorEmail: words,
					towards: words
				}),
				(change) => {
					const read = readApplication({ ...typed, ...change }, defaultPledge);
					if ('application' in read) {
						expect(Object.keys(read.application.answers)).toHaveLength(defaultPledge.length);
						expect(read.application.teamSize).toBeLessThanOrEqual(500);
					} else expect(read.problems.length).toBeGreaterThan(0);
				}
			)
		);
	});

	test('answers to questions that were not asked are not kept', () => {
		const read = readApplication(
			{ ...typed, answers: { ...everyYes, isAdmin: { yes: true } } },
			defaultPledge
		);
		expect('application' in read && Object.keys(read.application.answers)).not.toContain('isAdmin');
	});
});

test.each([
	[2, null, ['team-under-three']],
	[3, null, ['team-under-five']],
	[4, null, ['team-under-five']],
	[5, null, ['team-just-enough']],
	[6, null, ['team-just-enough']],
	[7, null, []],
	[7, 76, []],
	[7, 77, ['baseline-off-the-scale']],
	[7, 80, ['baseline-off-the-scale']],
	[7, 81, ['baseline-out-of-reach']],
	[4, 90, ['team-under-five', 'baseline-out-of-reach']]
])('a team of %i with a baseline of %s is warned: %o', (teamSize, baselineGuess, warnings) => {
	expect(warningsOf({ teamSize, baselineGuess })).toEqual(warnings);
});

test('qualified means every must; the score is the share of the shoulds', () => {
	expect(judge(defaultPledge, everyYes)).toEqual({
		qualified: true,
		mustsMissing: [],
		score: 100,
		yesCount: 12,
		of: 12
	});
	expect(judge(defaultPledge, { ...everyYes, 'boss-backs': { yes: false } })).toMatchObject({
		qualified: true,
		score: 67
	});
	expect(judge(defaultPledge, { ...everyYes, counts: { yes: false, note: 'no' } })).toMatchObject({
		qualified: false,
		mustsMissing: ['counts']
	});
	expect(judge([], {})).toMatchObject({ qualified: true, score: null });
});

test('nothing leaves the states that end an application', () => {
	const moves: Move[] = ['offer', 'sendAgain', 'decline', 'withdraw', 'pay', 'letWait', 'enroll'];
	for (const ended of ['declined', 'withdrawn', 'enrolled'] as const) {
		expect(moves.filter((move) => may(move, { status: ended }))).toEqual([]);
	}
	expect(moves.every((move) => from(move).every((status) => statuses.includes(status)))).toBe(true);
	expect(may('offer', { status: 'submitted' })).toBe(true);
});
