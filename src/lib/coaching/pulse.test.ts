import { expect, test } from 'vitest';
import { addDays } from '#lib/values/day.ts';
import {
	adherence,
	cadenceOf,
	pulseSentence,
	shortNames,
	silences,
	targets,
	workdaysSince,
	workdaysUntil,
	type Absence,
	type Touch
} from './pulse.ts';
import { isForTeam, kinds, type Kind } from './touchpoint.ts';

const dayZero = '2027-01-11';
const four = ['a', 'b', 'c', 'd'];
const inWeek = (
	week: number,
	kind: Kind,
	sellerId: string | null = null,
	minutes: number | null = null
): Touch => ({
	kind,
	day: addDays(dayZero, (week - 1) * 7 + 1),
	minutes,
	sellerId
});
const times = (count: number, touch: Touch) => Array.from({ length: count }, () => touch);

/** Example V20 of the method: week 3, four sellers. */
const v20: Touch[] = [
	...times(2, inWeek(3, 'feedback', 'a')),
	...times(1, inWeek(3, 'recognition', 'b')),
	...times(2, inWeek(3, 'feedback', 'd')),
	...times(1, inWeek(3, 'recognition', 'd')),
	...['a', 'b', 'd'].map((id) => inWeek(3, 'coaching', id, 30)),
	inWeek(3, 'team-meeting', null, 30),
	inWeek(2, 'training', null, 30)
];

test('V20: 78.676471', () => {
	const { percent, parts } = adherence({ week: 3, dayZero, sellers: four, touches: v20 });
	expect(percent).toBeCloseTo(78.676471, 6);
	expect(parts.map(({ kind, credit, due }) => [kind, credit, due])).toEqual([
		['feedback', 0.625, true],
		['coaching', 0.75, true],
		['team-meeting', 1, true],
		['training', 1, true],
		['follow-up', 0, false]
	]);
});

test('a favorite cannot make up for a forgotten one', () => {
	const all = adherence({
		week: 1,
		dayZero,
		sellers: ['a', 'b'],
		touches: times(2, inWeek(1, 'coaching', 'a'))
	});
	expect(all.parts.find(({ kind }) => kind === 'coaching')!.credit).toBe(0.5);
});

test('under half of its minutes a talk counts half, without minutes whole', () => {
	const credit = (minutes: number | null) =>
		adherence({ week: 1, dayZero, sellers: ['a'], touches: [inWeek(1, 'coaching', 'a', minutes)] })
			.parts[1]!.credit;
	expect([credit(14), credit(15), credit(30), credit(null)]).toEqual([0.5, 1, 1, 1]);
});

test('a kind that is due every fourth week asks for nothing before week 4, and looks four weeks back', () => {
	const followUp = (week: number, touches: Touch[]) =>
		adherence({ week, dayZero, sellers: ['a'], touches }).parts.at(-1)!;
	expect(followUp(3, []).due).toBe(false);
	expect(followUp(4, [inWeek(1, 'listening', 'a')])).toMatchObject({ due: true, credit: 1 });
	expect(followUp(4, [])).toMatchObject({ due: true, credit: 0 });
	// In phase 2 it is every second week.
	expect(followUp(5, [inWeek(3, 'listening', 'a')]).credit).toBe(0);
});

test('stepping back is seen in the picture and counts for nobody’s target', () => {
	expect(cadenceOf['stepped-back']).toBeNull();
	const stepped = adherence({
		week: 1,
		dayZero,
		sellers: ['a'],
		touches: times(5, inWeek(1, 'stepped-back', 'a'))
	});
	expect(stepped.percent).toBe(0);
});

test('every kind for the team counts for a team target, every other for a seller’s', () => {
	for (const kind of kinds) {
		const target = targets(1, 4).find((one) => one.kind === cadenceOf[kind]);
		if (target) expect(target.per === 'team').toBe(isForTeam(kind));
	}
});

test('with more than eight sellers the individual talk is every second week', () => {
	expect(targets(1, 8)[1]!.perWeek).toBe(1);
	expect(targets(1, 9)[1]!.perWeek).toBe(0.5);
});

test('the weights of a week add up to one', () => {
	for (const week of [1, 5, 9])
		expect(targets(week, 4).reduce((sum, { weight }) => sum + weight, 0)).toBeCloseTo(1, 12);
});

test('before the program and without a team there is no figure', () => {
	expect(adherence({ week: 0, dayZero, sellers: four, touches: [] }).percent).toBeNull();
	const alone = adherence({ week: 1, dayZero, sellers: [], touches: [inWeek(1, 'team-meeting')] });
	expect(alone.percent).toBe(100);
	expect(alone.parts[0]!.due).toBe(false);
});

test('weekends are neither silence nor a place in the row', () => {
	expect(workdaysSince('2027-02-22', '2027-02-22')).toBe(0);
	expect(workdaysSince('2027-02-19', '2027-02-22')).toBe(1); // Friday to Monday
	expect(workdaysSince('2027-02-20', '2027-02-21')).toBe(0); // Saturday to Sunday
	expect(workdaysSince('2027-02-10', '2027-02-22')).toBe(8);
	expect(workdaysSince('2027-01-11', '2027-02-22')).toBe(30);
	expect(workdaysSince('2027-02-23', '2027-02-22')).toBe(0);
	expect(workdaysUntil('2027-02-22', 3)).toEqual(['2027-02-18', '2027-02-19', '2027-02-22']);
	expect(workdaysUntil('2027-02-21', 1)).toEqual(['2027-02-19']);
	expect(workdaysUntil('2027-02-22', 21)[0]).toBe('2027-01-25');
});

const seller = (name: string, lastTouch: string | null, startedOn = '2024-01-01') => ({
	id: name,
	name,
	startedOn,
	lastTouch,
	absences: [] as Absence[]
});

test('the one who has waited longest comes first and is named', () => {
	const ordered = silences(
		[seller('Amir', '2027-02-19'), seller('Jonas', '2027-02-10'), seller('Silje', '2027-02-22')],
		dayZero,
		'2027-02-22'
	);
	expect(ordered.map(({ name, days }) => [name, days])).toEqual([
		['Jonas', 8],
		['Amir', 1],
		['Silje', 0]
	]);
	expect(pulseSentence(ordered, true)).toEqual({ say: 'silence', names: ['Jonas'], days: 8 });
});

test('of two who have waited equally many working days, the one reached earlier comes first', () => {
	const ordered = silences(
		[seller('Amir', '2027-02-21'), seller('Silje', '2027-02-19')],
		dayZero,
		'2027-02-21'
	);
	expect(ordered.map(({ name, days }) => [name, days])).toEqual([
		['Silje', 0],
		['Amir', 0]
	]);
});

test('two who have waited equally long are both named', () => {
	const ordered = silences(
		[seller('Ola', '2027-02-10'), seller('Jonas', '2027-02-10')],
		dayZero,
		'2027-02-22'
	);
	expect(pulseSentence(ordered, true)).toEqual({
		say: 'silence',
		names: ['Jonas', 'Ola'],
		days: 8
	});
});

test('under a working week nobody is singled out', () => {
	const ordered = silences(
		[seller('Amir', '2027-02-16'), seller('Silje', '2027-02-22')],
		dayZero,
		'2027-02-22'
	);
	expect(pulseSentence(ordered, true)).toEqual({ say: 'all-reached', days: 4 });
});

test('nobody is silent to somebody who is on leave', () => {
	// Twelve working days from Friday the 5th to Tuesday the 23rd.
	const days = (...absences: Absence[]) =>
		silences([{ ...seller('Jonas', '2027-02-05'), absences }], dayZero, '2027-02-23')[0]!.days;
	expect(days()).toBe(12);
	expect(days(['2027-02-08', '2027-02-14'])).toBe(7);
	// Told twice, it is one leave; what lies before the last touch or ahead counts for nothing.
	expect(days(['2027-02-08', '2027-02-14'], ['2027-02-10', '2027-02-11'])).toBe(7);
	expect(days(['2027-01-04', '2027-02-05'])).toBe(12);
	expect(days(['2027-02-22', '2027-03-05'])).toBe(10);
});

test('a newcomer is not blamed on anybody: silence counts from their first day', () => {
	const [kari] = silences([seller('Kari', null, '2027-02-18')], dayZero, '2027-02-22');
	expect(kari!.days).toBe(3);
	const [thea] = silences([seller('Thea', null)], '2027-02-22', '2027-02-22');
	expect(thea!.days).toBe(1);
});

test('no team, and no touch yet, are said as they are', () => {
	expect(pulseSentence([], false)).toEqual({ say: 'no-team' });
	expect(pulseSentence(silences([seller('Ola', null)], dayZero, '2027-02-22'), false)).toEqual({
		say: 'nothing-yet'
	});
});

test('first names are enough until two share one', () => {
	expect(shortNames(['Jonas Berg', 'Kari Lie', 'Kari Moe', 'Ola'])).toEqual([
		'Jonas',
		'Kari L',
		'Kari M',
		'Ola'
	]);
});
