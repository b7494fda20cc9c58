/**
 * The geometry of the pulse picture: a line of touches a day over the resting band, and under it a row
 * of signs for each seller. Computed on the server; the component only draws it.
 */
import { scaleLinear } from 'd3-scale';
import { line } from 'd3-shape';
import { addDays, daysBetween, isWorkday, weekday, type Day } from '#lib/values/day.ts';
import {
	isAway,
	longSilence,
	restingBand,
	workdaysUntil,
	type Silence,
	type Touch
} from './pulse.ts';
import { isForTeam, type Kind } from './touchpoint.ts';

/** How long ago, in the form that the last column shows. */
export type Ago =
	| { form: 'never' }
	| { form: 'today' }
	| { form: 'weekday'; day: Day }
	| { form: 'days'; count: number };

export type Mark = { x: number; kind: Kind };
export type PulseRow = {
	id: string;
	name: string;
	y: number;
	tinted: boolean;
	ago: Ago | null;
	marks: Mark[];
};

export type PulsePicture = {
	/** How many working days it shows. */
	days: number;
	width: number;
	height: number;
	radius: number;
	band: { x: number; width: number; y: number; height: number };
	/** Where the word for the band ends. */
	bandLabel: { x: number; y: number };
	/** Touches of a day; empty while there is one day or none. */
	path: string;
	/** The days above the band, in one path of points. */
	peaks: string;
	rowHeight: number;
	rows: PulseRow[];
	/** The working days on which nothing was logged, all rows in one path of points. */
	quiet: string;
	agoX: number;
	dates: { x: number; y: number; day: Day }[];
};

type Shape = {
	days: number;
	width: number;
	firstX: number;
	step: number;
	/** Added between Friday and Monday. */
	weekend: number;
	agoX: number;
	radius: number;
	rowHeight: number;
	lineTop: number;
	lineBottom: number;
	rowsTop: number;
};

const shapes = {
	wide: {
		days: 21,
		width: 748,
		firstX: 88,
		step: 25,
		weekend: 15,
		agoX: 668,
		radius: 8.5,
		rowHeight: 31,
		lineTop: 8,
		lineBottom: 84,
		rowsTop: 106
	},
	narrow: {
		days: 11,
		width: 350,
		firstX: 92,
		step: 17,
		weekend: 9,
		agoX: 293,
		radius: 7,
		rowHeight: 33,
		lineTop: 8,
		lineBottom: 74,
		rowsTop: 92
	}
} satisfies Record<string, Shape>;

export type Size = keyof typeof shapes;
/** How many working days the larger drawing shows. */
export const daysShown = shapes.wide.days;

const round = (value: number) => Math.round(value * 10) / 10;

/** Where each day stands. A touch on a weekend stands in the gap, and the gap is there without one. */
function placesOf(shape: Shape, today: Day) {
	// On a weekend the place of the last day is left to the weekend.
	const days = workdaysUntil(today, isWorkday(today) ? shape.days : shape.days - 1);
	const first = days[0]!;
	const place = (day: Day): number => {
		const workdays = days.filter((one) => one < day).length;
		const weekends = Math.floor((daysBetween(first, day) + weekday(first) - 1) / 7);
		const x = shape.firstX + workdays * shape.step + weekends * shape.weekend;
		return isWorkday(day) ? x : x - shape.step + (shape.step + shape.weekend) / 2;
	};
	// Every sign of every row asks for the place of one of these few days.
	const known = new Map<Day, number>();
	const at = (day: Day): number => {
		const x = known.get(day) ?? place(day);
		known.set(day, x);
		return x;
	};
	return { days, first, at };
}

/**
 * @param sellers as `silences` orders them, with short names
 * @param touches of at least the days shown
 * @param since the first day that has a pulse; days before it stay empty
 * @returns geometry in user units, y downward
 */
export function pulsePicture(
	size: Size,
	{
		sellers,
		touches,
		since,
		today
	}: { sellers: Silence[]; touches: Touch[]; since: Day; today: Day }
): PulsePicture {
	const shape = shapes[size];
	const { days, first, at } = placesOf(shape, today);
	const shown = touches.filter(({ day }) => day >= first && day <= today);
	const personal = shown.filter(({ kind }) => !isForTeam(kind));

	const counts = days
		.filter((day) => day >= since)
		.map((day) => ({ day, count: personal.filter((touch) => touch.day === day).length }));
	const top = Math.max(5, ...counts.map(({ count }) => count));
	const y = scaleLinear([0, top], [shape.lineBottom, shape.lineTop]);
	const points = counts.map(({ day, count }): [number, number] => [
		round(at(day)),
		round(y(count))
	]);
	const last = at(days.at(-1)!);

	const longest = sellers[0]?.days ?? 0;
	const rows: PulseRow[] = sellers.map((seller, index) => ({
		id: seller.id,
		name: seller.name,
		y: shape.rowsTop + (index + 0.5) * shape.rowHeight,
		tinted: longest >= longSilence && seller.days === longest,
		ago: agoOf(seller, today),
		marks: marksOf(
			personal.filter(({ sellerId }) => sellerId === seller.id),
			at,
			shape
		)
	}));
	const forTeam = shown.filter(({ kind }) => isForTeam(kind));
	if (forTeam.length > 0)
		rows.push({
			id: 'team',
			name: '',
			y: shape.rowsTop + (rows.length + 0.5) * shape.rowHeight,
			tinted: false,
			ago: null,
			marks: marksOf(forTeam, at, shape)
		});

	const bottom = shape.rowsTop + rows.length * shape.rowHeight;
	return {
		days: days.length,
		width: shape.width,
		height: bottom + 27,
		radius: shape.radius,
		band: {
			x: shape.firstX - 12,
			width: round(last - shape.firstX + 24),
			y: round(y(restingBand.high)),
			height: round(y(restingBand.low) - y(restingBand.high))
		},
		bandLabel: {
			x: shape.firstX - 20,
			y: round((y(restingBand.low) + y(restingBand.high)) / 2 + 4.5)
		},
		path: points.length > 1 ? (line()(points) ?? '') : '',
		peaks: counts
			.filter(({ count }) => count > restingBand.high)
			.map(({ day, count }) => `M${round(at(day))} ${round(y(count))}h0`)
			.join(''),
		rowHeight: shape.rowHeight,
		rows,
		quiet: rows
			.flatMap((row) => {
				const seller = sellers.find(({ id }) => id === row.id);
				const begins = seller?.startedOn ?? since;
				return days
					.filter(
						(day) =>
							day >= since &&
							day >= begins &&
							!isAway(seller?.absences ?? [], day) &&
							!row.marks.some(({ x }) => Math.abs(x - at(day)) < shape.radius)
					)
					.map((day) => `M${round(at(day))} ${row.y}h0`);
			})
			.join(''),
		agoX: shape.agoX,
		dates: datesOf(days, shape).map((day) => ({ x: round(at(day)), y: bottom + 18, day }))
	};
}

/** The Mondays, and the first day shown where it does not touch the first of them. */
function datesOf(days: Day[], { step }: Shape): Day[] {
	const firstMonday = days.findIndex((day) => weekday(day) === 1);
	return days.filter(
		(day, index) => weekday(day) === 1 || (index === 0 && firstMonday * step >= 62)
	);
}

/** Several touches of one day stand side by side, at most two; the table names them all. */
function marksOf(touches: Touch[], at: (day: Day) => number, { radius }: Shape): Mark[] {
	return Object.values(Object.groupBy(touches, ({ day }) => day)).flatMap((ofDay = []) => {
		const two = ofDay.slice(-2);
		return two.map(({ kind, day }, index) => ({
			kind,
			x: round(at(day) + (two.length === 1 ? 0 : (index - 0.5) * radius * 1.1))
		}));
	});
}

/** Names of days are told apart for less than a week; after that days are counted. */
function agoOf({ lastTouch, days }: Silence, today: Day): Ago {
	if (!lastTouch) return days === 0 ? { form: 'never' } : { form: 'days', count: days };
	if (lastTouch === today) return { form: 'today' };
	if (days < longSilence && lastTouch > addDays(today, -7))
		return { form: 'weekday', day: lastTouch };
	return { form: 'days', count: days };
}
