/** All seats of a cohort on one grade chart: the weakest measure of each and where it will probably land. */
import { extent } from 'd3-array';
import {
	arrow,
	arrowsOf,
	drawable,
	gradeScales,
	gridLines,
	coneEnds,
	highest,
	lowest,
	pathOf,
	round,
	weekTicks,
	weeks,
	widths,
	type Forecast,
	type GradeTexts,
	type Point,
	type Size,
	type Tone
} from './grade.ts';
import {
	boxOf,
	crosses,
	overlap,
	placeLabels,
	type Box,
	type Segment,
	type Text
} from './labels.ts';
import { textWidth } from './text-width.ts';

export type CohortSeat = {
	key: string;
	/** The first name, as it stands at the line. */
	name: string;
	initials: string;
	/** The weakest measure in words: "sales". */
	measure: string;
	/** A color that tells the seats of this chart apart; seats own no color elsewhere. */
	tone: Tone;
	points: Point[];
	/** "+14.2 %" */
	label: string;
	forecast?: Forecast | undefined;
	hidden?: string | undefined;
};
export type CohortTexts = Pick<GradeTexts, 'title' | 'desc' | 'goal' | 'week' | 'caption'> & {
	/** "week 13, 4 in 5 likely": stands under the whiskers. */
	likely: string;
};
export type CohortInput = {
	now: number;
	goalPct?: number | undefined;
	seats: CohortSeat[];
	texts: CohortTexts;
};

export type Whisker = {
	tone: Tone;
	x: number;
	/** The top and the bottom of the 80 % interval. */
	y1: number;
	y2: number;
	ring: number;
	initials: Text;
	arrows: string[];
	/** The dotted line from the last measured point. */
	path: string;
};
export type CohortDrawing = {
	size: Size;
	width: number;
	height: number;
	/** The width of the thirteen weeks; the whiskers stand right of it. */
	plotWidth: number;
	lift: number;
	axis: { x1: number; x2: number; y: number };
	grid: { x1: number; x2: number; y: number }[];
	ticks: (Text & { now: boolean })[];
	promise: Segment & { on: Segment; label: Text };
	seats: {
		key: string;
		tone: Tone;
		path: string;
		ring: { x: number; y: number };
		arrows: string[];
		label: (Text & { name: string; measure: string; value: string }) | null;
		whisker: Whisker | null;
	}[];
	likely: Text | null;
	caption: string | null;
};
export type CohortPicture = {
	title: string;
	desc: string;
	legend: {
		key: string;
		tone: Tone;
		initials: string;
		name: string;
		measure: string;
		label: string;
		hidden: string | null;
	}[];
	drawings: CohortDrawing[];
};

const sizes = {
	wide: {
		r: 8,
		tip: 7.5,
		label: 15,
		tick: 13,
		goal: 30,
		initials: 13,
		aside: 192,
		first: 26,
		step: 46,
		thick: 9,
		row: 22,
		below: 52
	},
	middle: {
		r: 7,
		tip: 6.5,
		label: 16,
		tick: 16,
		goal: 26,
		initials: 16,
		aside: 156,
		first: 22,
		step: 36,
		thick: 8,
		row: 26,
		below: 48
	},
	narrow: {
		r: 5,
		tip: 5,
		label: 14,
		tick: 14,
		goal: 18,
		initials: 14,
		aside: 106,
		first: 16,
		step: 26,
		thick: 6,
		row: 24,
		below: 34
	}
} satisfies Record<Size, Record<string, number>>;

/** The geometry of one drawing of a cohort, `width` units wide; narrow below 480 units. */
export function gradeCohort({
	width,
	now,
	goalPct = 25,
	seats,
	texts
}: CohortInput & { width: number }): CohortDrawing {
	const size: Size = width < 480 ? 'narrow' : width < 1000 ? 'middle' : 'wide';
	const is = sizes[size];
	const shown = seats
		.map((one) => ({ one, points: drawable(one) }))
		.filter(({ points }) => points.length > 0);
	const landing = shown.filter(
		({ one, points }) => one.forecast && points.at(-1)!.week < weeks
	).length;
	const aside = Math.max(is.aside, is.first + is.step * Math.max(0, landing - 1) + is.thick + 8);
	const plotWidth = width - aside;
	const unit = plotWidth / 100;

	const values = shown.flatMap(({ points }) => points.map(({ pct }) => pct));
	const middles = shown.flatMap(({ one }) => one.forecast?.pct ?? []);
	// How deep somebody might land does not stretch the chart: a whisker ends there with an arrow.
	const floor = Math.max(lowest, Math.min(coneEnds.low, ...values, ...middles) - 4);
	const clip = (pct: number) => Math.min(highest, Math.max(floor, pct));
	const ends = shown.flatMap(({ one }) =>
		one.forecast ? [clip(one.forecast.low), clip(one.forecast.high)] : []
	);
	const [least = 0, most = 0] = extent([0, ...values, ...ends]);
	const dip = Math.max(0, -Math.min(0, ...values) * unit);
	const zeroY = Math.max(goalPct * unit + is.goal + 34, most * unit + 40);
	const scales = gradeScales(plotWidth, zeroY);
	const { x, y } = scales;
	const rowY = zeroY + is.row + (dip > 10 ? dip : 0);
	const height = Math.max(rowY + is.below - is.row, y(least) + 30);
	const frame: Box = { x0: 0, x1: width, y0: 0, y1: height };

	const goalY = y(goalPct);
	/** Initials stand on their whisker, but never across the promise. */
	const initialsAt = (top: number) =>
		top - is.initials * 0.8 < goalY + 3 && top > goalY - 4 ? goalY - 5 : top;

	// Highest landing first, so that the dotted lines do not cross and "+25 %" has room at the right.
	const order = shown
		.filter(({ one, points }) => one.forecast && points.at(-1)!.week < weeks)
		.sort((a, b) => b.one.forecast!.pct - a.one.forecast!.pct);
	const whiskers = new Map<string, Whisker>(
		order.map(({ one, points }, index) => {
			const { pct, low, high } = one.forecast!;
			const at = round(plotWidth + is.first + index * is.step);
			const from = points.at(-1)!;
			const y1 = y(clip(high));
			return [
				one.key,
				{
					tone: one.tone,
					x: at,
					y1: round(y1),
					y2: round(y(clip(low))),
					ring: round(y(clip(pct))),
					initials: {
						x: at,
						y: round(initialsAt(y1 - (high > highest ? 16 : 9))),
						text: one.initials,
						anchor: 'middle'
					},
					arrows: [
						...(high > highest ? [arrow(at, y1 - 3, 'above', 6)] : []),
						...(low < floor ? [arrow(at, y(floor) + 3, 'below', 6)] : [])
					],
					path: `M${round(x(from.week))},${round(y(from.pct))}L${at},${round(y(clip(pct)))}`
				}
			];
		})
	);
	const standing: Box[] = [...whiskers.values()].map((one) => ({
		x0: one.x - Math.max(is.tip, textWidth(one.initials.text, is.initials) / 2) - 3,
		x1: one.x + Math.max(is.tip, textWidth(one.initials.text, is.initials) / 2) + 3,
		y0: one.initials.y - is.initials,
		y1: Math.max(one.y2, one.ring + is.tip)
	}));

	const slope: Segment = { x1: 0, y1: round(zeroY), x2: plotWidth, y2: round(goalY) };
	const on: Segment = { x1: plotWidth, y1: round(goalY), x2: width, y2: round(goalY) };
	const measured = shown.flatMap(({ points }) =>
		points.slice(1).map((point, index) => ({
			x1: x(points[index]!.week),
			y1: y(points[index]!.pct),
			x2: x(point.week),
			y2: y(point.pct)
		}))
	);
	const dotted = order.map(({ one, points }) => ({
		x1: x(points.at(-1)!.week),
		y1: y(points.at(-1)!.pct),
		x2: whiskers.get(one.key)!.x,
		y2: whiskers.get(one.key)!.ring
	}));
	const places: Text[] = [
		{ x: width, y: round(goalY - 14), text: texts.goal, anchor: 'end' },
		{ x: width, y: round(goalY + is.goal * 0.95), text: texts.goal, anchor: 'end' },
		{ x: round(plotWidth - 6), y: round(goalY - 14), text: texts.goal, anchor: 'end' },
		// Under the slope, so deep that its rise of one in four passes over the first letter.
		{
			x: round(plotWidth - 6),
			y: round(goalY + textWidth(texts.goal, is.goal) / 4 + is.goal),
			text: texts.goal,
			anchor: 'end'
		}
	];
	const goalLabel =
		places.find((one) => {
			const box = boxOf(one, is.goal);
			return (
				!standing.some((other) => overlap(box, other)) &&
				![...measured, ...dotted].some((line) => crosses(line, box))
			);
		}) ?? places[2]!;

	const labels =
		size === 'narrow'
			? shown.map(() => null)
			: placeLabels(
					shown.map(({ one, points }) => ({
						x: x(points.at(-1)!.week),
						y: y(points.at(-1)!.pct),
						r: is.r + (points.at(-1)!.beyond ? 8 : 2),
						text: `${one.name} ${one.measure} ${one.label}`,
						size: is.label
					})),
					{
						frame,
						taken: [
							...standing,
							boxOf(goalLabel, is.goal),
							{ x0: 0, x1: width, y0: rowY - 14, y1: rowY + 5 }
						],
						lines: [
							slope,
							on,
							{ x1: 0, y1: zeroY, x2: plotWidth, y2: zeroY },
							...measured,
							...dotted
						]
					}
				);

	const high = (until: number) =>
		Math.min(
			...[slope, ...measured]
				.filter(({ x1 }) => x1 < until)
				.map(({ x1, y1, x2, y2 }) =>
					x2 <= until ? Math.min(y1, y2) : Math.min(y1, y1 + ((y2 - y1) * (until - x1)) / (x2 - x1))
				),
			...dotted
				.filter(({ x1 }) => x1 < until)
				.map(({ x1, y1, x2, y2 }) => Math.min(y1, y1 + ((y2 - y1) * (until - x1)) / (x2 - x1))),
			...labels.flatMap((label) => (label && label.box.x0 < until ? [label.box.y0] : []))
		);
	const lift = (high(760) - 26) / (width * 0.03);
	const under = standing.some(({ y1 }) => y1 > rowY - 16);

	return {
		size,
		width,
		height: round(height),
		plotWidth,
		lift: size === 'wide' ? Math.max(0, Math.min(6, Math.floor(lift))) : 0,
		axis: { x1: 0, x2: plotWidth, y: round(zeroY) },
		grid: gridLines(scales, goalPct, dip > 10 ? -dip / unit - 2 : 0).map(({ x1, x2, y: at }) => ({
			x1,
			x2,
			y: at
		})),
		ticks: weekTicks(scales, rowY, {
			now,
			week: texts.week,
			size: size === 'wide' ? 16 : is.tick,
			compact: size === 'narrow',
			open: true
		}),
		promise: {
			...slope,
			on,
			label: goalLabel
		},
		seats: shown.map(({ one, points }, index) => {
			const label = labels[index] ?? null;
			const end = points.at(-1)!;
			return {
				key: one.key,
				tone: one.tone,
				path: pathOf(points, scales),
				ring: { x: round(x(end.week)), y: round(y(end.pct)) },
				arrows: arrowsOf(points, scales, is.r + 4),
				label: label && {
					x: label.x,
					y: label.y,
					text: label.text,
					anchor: label.anchor,
					name: one.name,
					measure: one.measure,
					value: one.label
				},
				whisker: whiskers.get(one.key) ?? null
			};
		}),
		likely:
			landing > 0 && size !== 'narrow'
				? {
						x: width,
						y: round(under ? height - 6 : rowY + (size === 'wide' ? 20 : 24)),
						text: texts.likely,
						anchor: 'end'
					}
				: null,
		caption: size === 'narrow' ? (texts.caption ?? texts.likely) : null
	};
}

/** The three drawings of a cohort with the legend that the narrow one needs. */
export function cohortPicture(input: CohortInput): CohortPicture {
	return {
		title: input.texts.title,
		desc: input.texts.desc,
		legend: input.seats.map(({ key, tone, initials, name, measure, label, hidden }) => ({
			key,
			tone,
			initials,
			name,
			measure,
			label,
			hidden: hidden ?? null
		})),
		drawings: [widths.wide, widths.middle, widths.narrow].map((width) =>
			gradeCohort({ ...input, width })
		)
	};
}
