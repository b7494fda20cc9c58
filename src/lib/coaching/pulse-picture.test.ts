import { expect, test } from 'vitest';
import { pulsePicture } from './pulse-picture.ts';
import { silences, type Absence, type Touch } from './pulse.ts';
import type { Kind } from './touchpoint.ts';

const today = '2027-02-22';
const since = '2027-01-11';
const touch = (day: string, sellerId: string | null, kind: Kind = 'coaching'): Touch => ({
	day,
	sellerId,
	kind,
	minutes: null
});
const reached = (id: string, lastTouch: string | null, startedOn = '2024-01-01') => ({
	id,
	name: id,
	lastTouch,
	startedOn,
	absences: [] as Absence[]
});
const draw = (
	touches: Touch[],
	people = [reached('Jonas', '2027-02-10'), reached('Silje', today)],
	size: 'wide' | 'narrow' = 'wide',
	now = today
) => pulsePicture(size, { sellers: silences(people, since, now), touches, since, today: now });

test('twenty-one working days stand where the design has them', () => {
	const { path, width, band } = draw([]);
	const xs = [...path.matchAll(/[ML]([\d.]+),/g)].map((match) => Number(match[1]));
	expect(xs).toEqual([
		88, 113, 138, 163, 188, 228, 253, 278, 303, 328, 368, 393, 418, 443, 468, 508, 533, 558, 583,
		608, 648
	]);
	expect(width).toBe(748);
	expect(band).toEqual({ x: 76, width: 584, y: 53.6, height: 15.2 });
});

test('the line counts touches of people, and peaks are days above the resting band', () => {
	const { path, peaks } = draw([
		touch('2027-02-19', 'Silje'),
		touch('2027-02-22', 'Silje'),
		touch('2027-02-22', 'Silje', 'feedback'),
		touch('2027-02-22', 'Jonas', 'listening'),
		touch('2027-02-22', null, 'team-meeting')
	]);
	expect(path.endsWith('L608,68.8L648,38.4')).toBe(true);
	expect(peaks).toBe('M648 38.4h0');
});

test('a busy day makes the scale grow, and nothing leaves the picture', () => {
	const { peaks, band } = draw(Array.from({ length: 12 }, () => touch(today, 'Silje')));
	expect(peaks).toMatch(/^M\d+ 8h0$/);
	expect(band.y + band.height).toBeLessThan(84);
});

test('the one who has waited longest is on top and tinted, the others are not', () => {
	const { rows } = draw([]);
	expect(rows.map(({ name, tinted, ago }) => [name, tinted, ago])).toEqual([
		['Jonas', true, { form: 'days', count: 8 }],
		['Silje', false, { form: 'today' }]
	]);
	expect(rows[0]!.y).toBeLessThan(rows[1]!.y);
});

test('nobody is tinted while all were reached within the week', () => {
	const { rows } = draw([], [reached('Amir', '2027-02-17'), reached('Silje', today)]);
	expect(rows.map(({ tinted, ago }) => [tinted, ago])).toEqual([
		[false, { form: 'weekday', day: '2027-02-17' }],
		[false, { form: 'today' }]
	]);
});

test('a touch on a weekend stands between Friday and Monday and is not a point of the line', () => {
	const { rows, path } = draw([touch('2027-02-20', 'Silje'), touch('2027-02-14', 'Silje')]);
	expect(rows[1]!.marks.map(({ x }) => x)).toEqual([628, 488]);
	expect(path.match(/L/g)).toHaveLength(20);
	// Seen on a Sunday there is one working day less, and the touch stands after Friday, clear of the last column.
	for (const size of ['wide', 'narrow'] as const) {
		const sunday = draw(
			[touch('2027-02-20', 'Silje')],
			[reached('Silje', '2027-02-20')],
			size,
			'2027-02-21'
		);
		const friday = Math.max(
			...[...sunday.path.matchAll(/[ML]([\d.]+),/g)].map((match) => Number(match[1]))
		);
		const [mark] = sunday.rows[0]!.marks;
		expect(sunday.days).toBe(size === 'wide' ? 20 : 10);
		expect(mark!.x - friday).toBeGreaterThan(sunday.radius);
		expect(mark!.x + sunday.radius + 3).toBeLessThan(sunday.agoX);
	}
});

test('two touches of one day stand side by side', () => {
	const { rows } = draw([touch(today, 'Silje'), touch(today, 'Silje', 'feedback')]);
	const [left, right] = rows[1]!.marks;
	expect(right!.x - left!.x).toBeGreaterThan(8);
	expect((left!.x + right!.x) / 2).toBeCloseTo(648, 0);
});

test('what was done for the team has a row of its own, only when there is something in it', () => {
	expect(draw([]).rows).toHaveLength(2);
	expect(draw([touch('2027-02-17', null, 'training')]).rows.at(-1)).toMatchObject({
		id: 'team',
		ago: null
	});
});

test('days before the pulse began stay empty', () => {
	const young = pulsePicture('wide', {
		sellers: silences([reached('Silje', null)], '2027-02-18', today),
		touches: [],
		since: '2027-02-18',
		today
	});
	expect(young.quiet.match(/M/g)).toHaveLength(3);
	expect(young.path.match(/[ML]/g)).toHaveLength(3);
});

test('a seller who came later has no points before their first day', () => {
	const { quiet } = draw([], [reached('Silje', null, '2027-02-19')]);
	expect(quiet.match(/M/g)).toHaveLength(2);
	// Nor is a day of leave a quiet one.
	const absences: Absence[] = [['2027-02-16', '2027-02-18']];
	const away = { ...reached('Silje', null, '2027-02-15'), absences };
	expect(draw([], [away]).quiet.match(/M/g)).toHaveLength(3);
});

test('the phone’s drawing has eleven days inside 350 units', () => {
	const { path, width, agoX, dates } = draw([], undefined, 'narrow');
	expect(path.match(/[ML]/g)).toHaveLength(11);
	const last = Number(/L([\d.]+),[\d.]+$/.exec(path)![1]);
	expect(last).toBeLessThan(agoX);
	expect(width).toBe(350);
	expect(dates.map(({ day }) => day)).toEqual(['2027-02-08', '2027-02-15', '2027-02-22']);
});

test('dates stand under Mondays and never run into each other', () => {
	for (let day = 15; day <= 26; day += 1) {
		for (const size of ['wide', 'narrow'] as const) {
			const { dates } = draw([], undefined, size, `2027-02-${day}`);
			for (const [index, { x }] of dates.entries())
				if (index > 0) expect(x - dates[index - 1]!.x).toBeGreaterThanOrEqual(60);
		}
	}
});
