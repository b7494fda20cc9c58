/**
 * The grade chart: weeks against uplift, drawn so that one percent of uplift rises one percent of the
 * width of the thirteen weeks. +25 % is therefore always a slope of 14.04 degrees, on every screen, in
 * a table cell and on paper, and nobody can stretch an axis.
 *
 * Everything here runs on the server and returns numbers, paths and texts; the components only draw.
 */
import { extent, max, min } from 'd3-array';
import { scaleLinear } from 'd3-scale';
import { area, curveMonotoneX, line } from 'd3-shape';
import {
	boxOf,
	crosses,
	inside,
	overlap,
	placeLabels,
	type Box,
	type Segment,
	type Text
} from './labels.ts';
import { textWidth } from './text-width.ts';

export const weeks = 13;
/** Beyond these a line is cut and an arrow tells so. */
export const highest = 40;
export const lowest = -25;
/** A cone alone does not stretch the chart: beyond this, or the lines if they reach further, its arrows and its words go on. */
export const coneEnds = { low: -10, high: 30 };

export type Tone = 'eng' | 'sal' | 'rev' | 'd4';
export type Point = { week: number; pct: number };
/** Where a measure will probably stand after thirteen weeks: the middle and the ends of the 80 % interval. */
export type Forecast = { pct: number; low: number; high: number; text?: string | undefined };
export type GradeLine = {
	key: string;
	name: string;
	tone: Tone;
	/** Uplift in percent at the end of a week; week 0 is the baseline and always 0 %. */
	points: Point[];
	/** The figure in words, for example "+17.3 %". */
	label: string;
	forecast?: Forecast | undefined;
	/** Why this line may not be shown; its points are then ignored. */
	hidden?: string | undefined;
};
export type GradeMark = { week: number; kind: 'session' | 'pulse'; done: boolean };
/** What happened around the team. `week` may be a fraction; `told` is the same with its day. */
export type GradeEvent = { week: number; text: string; told: string; major: boolean };
export type GradeTexts = {
	title: string;
	desc: string;
	/** "+25 %" */
	goal: string;
	/** "promised on all three by 4 April" */
	promise?: string | undefined;
	/** "week 6" */
	week: (week: number) => string;
	session?: string | undefined;
	pulse?: string | undefined;
	/** A sentence under the narrow drawing, which has no room for words inside. */
	caption?: string | undefined;
};
export type GradeInput = {
	/** Weeks done: 0 to 13, may be a fraction. */
	now: number;
	goalPct?: number | undefined;
	lines: GradeLine[];
	marks?: GradeMark[] | undefined;
	events?: GradeEvent[] | undefined;
	/** Whether every measured week has its dot: for one line alone. */
	dotted?: boolean | undefined;
	texts: GradeTexts;
};

export type Size = 'wide' | 'middle' | 'narrow';
export type DrawnLine = {
	key: string;
	tone: Tone;
	path: string;
	/** The weeks on the way, where each is told. */
	dots: { x: number; y: number }[];
	ring: { x: number; y: number };
	/** Triangles where the line leaves the frame. */
	arrows: string[];
	label: (Text & { name: string; value: string }) | null;
};
export type GradeDrawing = {
	size: Size;
	width: number;
	height: number;
	/** How far the words above may reach down into the empty upper left: steps of 3 % of the width. */
	lift: number;
	axis: { x1: number; x2: number; y: number };
	grid: { x1: number; x2: number; y: number; label: Text | null }[];
	ticks: (Text & { now: boolean })[];
	nowTick: { x: number; y: number } | null;
	promise: Segment & { label: Text; note: Text | null };
	cone: { tone: Tone; area: string; middle: string; arrows: string[]; text: Text | null } | null;
	lines: DrawnLine[];
	marks: { kind: GradeMark['kind']; x: number; y: number; done: boolean }[];
	markKey: { kind: GradeMark['kind']; x: number; y: number; text: Text }[];
	/** A mark on the axis each; its name hangs under the week numbers on a stem, where there is room. */
	happened: DrawnEvent[];
	/** What this drawing has no room to say. */
	caption: string | null;
};
export type DrawnEvent = {
	x: number;
	y: number;
	told: string;
	major: boolean;
	name: { stem: number; text: Text } | null;
};
export type Legend = {
	key: string;
	tone: Tone;
	name: string;
	label: string;
	hidden: string | null;
};
export type GradePicture = {
	title: string;
	desc: string;
	legend: Legend[];
	/** What the narrow drawing marks and has no room to name. */
	happened: Pick<GradeEvent, 'told' | 'major'>[];
	drawings: GradeDrawing[];
};

/** Lengths and font sizes in the units of each drawing. */
const sizes = {
	wide: { r: 8, label: 17, tick: 13, goal: 40, note: 14, above: 92, below: 44, row: 24 },
	middle: { r: 8, label: 18, tick: 16, goal: 32, note: 16, above: 80, below: 48, row: 27 },
	narrow: { r: 6, label: 14, tick: 14, goal: 19, note: 13, above: 34, below: 36, row: 25 }
} satisfies Record<Size, Record<string, number>>;
/** In a window of middling width the style sheet enlarges the ticks of the wide drawing up to this. */
const largestTick = 16;

/** The widths that the component shows on a desk, a tablet and a phone. */
export const widths = { wide: 1312, middle: 760, narrow: 345 } satisfies Record<Size, number>;

export const round = (value: number) => Math.round(value * 10) / 10;
const clip = (pct: number) => Math.min(highest, Math.max(lowest, pct));

/** Week to x and percent to y with the one rule of the chart built in. */
export function gradeScales(plotWidth: number, zeroY: number) {
	const rise = (25 * plotWidth) / 100;
	return {
		x: scaleLinear([0, weeks], [0, plotWidth]),
		y: scaleLinear([0, 25], [zeroY, zeroY - rise])
	};
}
export type Scales = ReturnType<typeof gradeScales>;

/** The points that may be drawn, from the baseline on, in order, one a week, cut at the frame. */
export function drawable({ points, hidden }: Pick<GradeLine, 'points' | 'hidden'>): (Point & {
	beyond: 'above' | 'below' | null;
})[] {
	if (hidden || points.length === 0) return [];
	const byWeek = new Map<number, number>([[0, 0]]);
	for (const { week, pct } of points) if (week >= 0 && week <= weeks) byWeek.set(week, pct);
	return [...byWeek]
		.sort(([a], [b]) => a - b)
		.map(([week, pct]) => ({
			week,
			pct: clip(pct),
			beyond: pct > highest ? 'above' : pct < lowest ? 'below' : null
		}));
}

/** A small triangle that points out of the frame. */
export function arrow(x: number, y: number, beyond: 'above' | 'below', reach = 7): string {
	const tip = beyond === 'above' ? -reach : reach;
	return `M${round(x - reach * 0.8)},${round(y)}H${round(x + reach * 0.8)}L${round(x)},${round(y + tip)}Z`;
}

export function pathOf(points: Point[], { x, y }: Scales): string {
	return (
		line<Point>()
			.x(({ week }) => x(week))
			.y(({ pct }) => y(pct))
			.curve(curveMonotoneX)
			.digits(1)(points) ?? ''
	);
}

type Ends = { low: number; high: number };
/** The 80 % cone from the last measured point to week 13; it opens like the square root of the time left. */
export function coneOf(
	from: Point,
	forecast: Forecast,
	scales: Scales,
	ends: Ends = { low: lowest, high: highest }
) {
	const { x, y } = scales;
	const clip = (pct: number) => Math.min(ends.high, Math.max(ends.low, pct));
	const left = weeks - from.week;
	const steps = Array.from({ length: 9 }, (_, step) => {
		// Closer together at the start, where the cone opens fastest.
		const share = (step / 8) ** 2;
		const pct = from.pct + (forecast.pct - from.pct) * share;
		const open = Math.sqrt(share);
		return {
			week: from.week + left * share,
			pct,
			low: clip(pct - (forecast.pct - forecast.low) * open),
			high: clip(pct + (forecast.high - forecast.pct) * open)
		};
	});
	type Step = (typeof steps)[number];
	return {
		area:
			area<Step>()
				.x(({ week }) => x(week))
				.y0(({ high }) => y(high))
				.y1(({ low }) => y(low))
				.curve(curveMonotoneX)
				.digits(1)(steps) ?? '',
		middle: {
			x1: round(x(from.week)),
			y1: round(y(from.pct)),
			x2: round(x(weeks)),
			y2: round(y(clip(forecast.pct)))
		},
		edges: [
			segmentsOf(
				steps.map(({ week, low }) => ({ week, pct: low })),
				scales
			),
			segmentsOf(
				steps.map(({ week, high }) => ({ week, pct: high })),
				scales
			)
		].flat(),
		low: min(steps, ({ low }) => low)!,
		high: max(steps, ({ high }) => high)!
	};
}

/** Where a cone goes on beyond the frame, at its end. */
function coneArrows({ low, high }: Forecast, { x, y }: Scales, ends: Ends): string[] {
	const at = x(weeks) - 12;
	return [
		...(high > ends.high ? [arrow(at, y(ends.high) - 3, 'above', 6)] : []),
		...(low < ends.low ? [arrow(at, y(ends.low) + 3, 'below', 6)] : [])
	];
}

/** The arrows of a line: where it leaves the frame and where it ends outside of it. */
export function arrowsOf(
	points: ReturnType<typeof drawable>,
	{ x, y }: Scales,
	gap: number
): string[] {
	return points.flatMap(({ week, pct, beyond }, index) => {
		const last = index === points.length - 1;
		if (!beyond || (!last && points[index - 1]?.beyond === beyond)) return [];
		const away = last ? (beyond === 'above' ? -gap : gap) : 0;
		return [arrow(x(week), y(pct) + away, beyond)];
	});
}

/** The weakest measure: the one whose forecast for week 13 is lowest. */
function weakest(lines: GradeLine[]): GradeLine | undefined {
	return lines
		.filter((one) => one.forecast && drawable(one).length > 0)
		.sort((a, b) => a.forecast!.pct - b.forecast!.pct)[0];
}

const segmentsOf = (points: Point[], { x, y }: Scales): Segment[] =>
	points.slice(1).map((point, index) => ({
		x1: x(points[index]!.week),
		y1: y(points[index]!.pct),
		x2: x(point.week),
		y2: y(point.pct)
	}));

/** Week numbers along the axis: the current week in bold, no two on each other. An open axis has room beyond week 13. */
export function weekTicks(
	{ x }: Scales,
	y: number,
	{
		now,
		week,
		size,
		compact,
		open = false
	}: { now: number; week: (week: number) => string; size: number; compact: boolean; open?: boolean }
): (Text & { now: boolean })[] {
	const current = Math.floor(Math.min(now, weeks));
	const all = Array.from({ length: weeks }, (_, index) => index + 1);
	const first = [current, weeks, 1].filter((one) => one >= 1);
	const order = [...new Set(compact ? first : [...first, ...all])];
	const placed: (Text & { now: boolean; week: number })[] = [];
	for (const one of order) {
		const spelled = one === 1 || one === current || (one === weeks && !open);
		const text = {
			x: round(x(one)),
			y: round(y),
			text: spelled ? week(one) : String(one),
			anchor: one === weeks && !open ? ('end' as const) : ('middle' as const)
		};
		if (one === 1 && boxOf(text, size).x0 < 0) text.x = round(textWidth(text.text, size) / 2);
		const box = boxOf(text, size);
		const free = placed.every((other) => {
			const taken = boxOf(other, size);
			return !overlap({ ...box, x0: box.x0 - 4, x1: box.x1 + 4 }, taken);
		});
		if (free) placed.push({ ...text, now: one === current, week: one });
	}
	return placed.sort((a, b) => a.week - b.week).map(({ week: _, ...tick }) => tick);
}

/** Horizontal lines at every five percent, from the promise line to the right; below zero from edge to edge. */
export function gridLines({ x, y }: Scales, goalPct: number, bottom: number) {
	const right = x(weeks);
	const at = [5, 10, 15, 20, -5, -10, -15, -20, -25].filter(
		(pct) => pct < goalPct && pct >= bottom
	);
	return at.map((pct) => ({
		pct,
		x1: pct > 0 ? round(x((weeks * pct) / goalPct)) : 0,
		x2: round(right),
		y: round(y(pct))
	}));
}

/**
 * The geometry of one drawing, `width` units wide; below 480 units it is the narrow one, whose words
 * stand in the legend and the caption. Percent values outside of −25 … +40 are cut and marked.
 */
export function gradeChart({
	width,
	now,
	goalPct = 25,
	lines,
	marks = [],
	events = [],
	dotted = false,
	texts
}: GradeInput & { width: number }): GradeDrawing {
	const size: Size = width < 480 ? 'narrow' : width < 1000 ? 'middle' : 'wide';
	const is = sizes[size];
	const unit = width / 100;
	const shown = lines
		.map((one) => ({ one, points: drawable(one) }))
		.filter(({ points }) => points.length > 0);
	const weak = weakest(lines);
	const from = weak && drawable(weak).at(-1);
	const [lowestPoint = 0, highestPoint = 0] = extent(
		shown.flatMap(({ points }) => points.map(({ pct }) => pct))
	);
	const ends = {
		low: Math.max(lowest, Math.min(coneEnds.low, lowestPoint - 4)),
		high: Math.min(highest, Math.max(coneEnds.high, highestPoint + 4))
	};
	const spread =
		weak && from && from.week < weeks
			? coneOf(from, weak.forecast!, gradeScales(width, 0), ends)
			: null;

	const [least = 0, most = 0] = extent([
		...shown.flatMap(({ points }) => points.map(({ pct }) => pct)),
		...(spread ? [spread.low, spread.high] : [])
	]);
	// "+25 %" stands on the end of its line, or above whatever ends there, too.
	const goalReach =
		Math.max(
			textWidth(texts.goal, is.goal),
			size === 'narrow' ? 0 : textWidth(texts.promise ?? '', is.note)
		) + 12;
	const level = gradeScales(width, 0);
	const there = max(
		[
			...shown.flatMap(({ points }) => segmentsOf(points, level)),
			...(spread ? [spread.middle] : [])
		].flatMap(({ x1, y1, x2, y2 }) => {
			const edge = width - goalReach;
			return x2 < edge ? [] : [-y2, x1 >= edge ? -y1 : -y1 + ((y1 - y2) * (edge - x1)) / (x2 - x1)];
		})
	);
	const goalUp =
		there !== undefined && there > goalPct * unit - (goalReach * goalPct) / 100
			? Math.max(goalPct * unit, there + is.r + (size === 'narrow' ? 0 : is.label * 1.4))
			: goalPct * unit;
	const zeroY = Math.max(goalUp + is.above, Math.max(most, 0) * unit + is.r + 22);
	const scales = gradeScales(width, zeroY);
	const { x, y } = scales;
	const deep = Math.max(0, -least * unit);
	// A dip of a few pixels passes above the week numbers; a real fall moves them down.
	const rowY = zeroY + is.row + (deep > 12 ? deep : 0);

	const marked = size === 'narrow' ? [] : marks.filter(({ week }) => week >= 0 && week <= weeks);
	const right = width - (size === 'narrow' ? 0 : 8);
	const goalLabel: Text = {
		x: width,
		y: round(zeroY - goalUp - (size === 'narrow' ? 8 : 16)),
		text: texts.goal,
		anchor: 'end'
	};
	const goalNote: Text | null =
		texts.promise && size !== 'narrow'
			? { x: width, y: round(zeroY - goalUp - is.goal - 20), text: texts.promise, anchor: 'end' }
			: null;

	const promise: Segment = { x1: 0, y1: round(zeroY), x2: width, y2: round(y(goalPct)) };
	const axis: Segment = { x1: 0, y1: zeroY, x2: width, y2: zeroY };
	const cone = weak && from && spread ? coneOf(from, weak.forecast!, scales, ends) : null;
	const measured = shown.flatMap(({ points }) => segmentsOf(points, scales));

	// Words that stand still: the promise, the key of the marks.
	const taken: Box[] = [boxOf(goalLabel, is.goal)];
	if (goalNote) taken.push(boxOf(goalNote, is.note));
	const keyFits = (top: number) =>
		[...measured, ...(cone ? [cone.middle] : [])].every(
			(segment) =>
				Math.max(segment.x1, segment.x2) < width - 260 ||
				Math.min(segment.y1, segment.y2) > top + 30 ||
				Math.max(segment.y1, segment.y2) < top - 4
		);
	const keyRow = marked.length === 0 ? null : keyFits(zeroY - 30) ? zeroY - 16 : rowY + 26;
	const markKey =
		keyRow === null ? [] : keyOf(texts, marked, right, keyRow, size === 'wide' ? 14 : is.tick);
	for (const { text } of markKey) {
		const box = boxOf(text, largestTick);
		taken.push({ ...box, x0: box.x0 - 20 });
	}
	taken.push({ x0: 0, x1: width, y0: rowY - is.tick, y1: rowY + 4 });
	taken.push(
		...marked.map(({ week }) => ({
			x0: x(week) - 7,
			x1: x(week) + 7,
			y0: zeroY - 7,
			y1: zeroY + 7
		}))
	);

	const happened = eventsIn(events).map((event) => ({ event, x: round(x(event.week)) }));
	taken.push(...happened.map(({ x }) => ({ x0: x - 7, x1: x + 7, y0: zeroY - 7, y1: zeroY + 7 })));
	const named =
		size === 'narrow'
			? happened.map(() => null)
			: nameEvents(happened, {
					size: size === 'wide' ? largestTick : is.tick,
					top: Math.max(rowY, keyRow ?? 0),
					right: width
				});
	const lowestName = max(named, (name) => name?.stem);

	const height = Math.max(
		rowY + is.below - is.row,
		(keyRow ?? 0) + 18,
		lowestName === undefined ? 0 : lowestName + 16
	);
	const frame: Box = { x0: 0, x1: width, y0: 0, y1: height };
	const last = shown.map(({ points }) => points.at(-1)!);
	const labels =
		size === 'narrow'
			? shown.map(() => null)
			: placeLabels(
					shown.map(({ one }, index) => ({
						x: x(last[index]!.week),
						y: y(last[index]!.pct),
						r: is.r + (last[index]!.beyond ? 8 : 2),
						text: `${one.name} ${one.label}`,
						size: is.label
					})),
					{
						frame,
						taken,
						lines: [promise, axis, ...measured, ...(cone ? [cone.middle] : [])],
						edges: cone?.edges ?? []
					}
				);

	const sentence = weak?.forecast?.text;
	const coneText =
		cone && sentence && size !== 'narrow'
			? besideCone(cone.middle, sentence, is.note, right, frame, promise, [
					...taken,
					...labels.flatMap((label) => (label ? [label.box] : [])),
					...last.map(({ week, pct }) => ({
						x0: 0,
						x1: x(week) + is.r,
						y0: y(pct) - is.r,
						y1: y(pct) + is.r
					}))
				])
			: null;

	const high = (until: number) =>
		min([
			...[promise, ...measured]
				.filter(({ x1 }) => x1 < until)
				.map(({ x1, y1, x2, y2 }) =>
					x2 <= until ? Math.min(y1, y2) : Math.min(y1, y1 + ((y2 - y1) * (until - x1)) / (x2 - x1))
				),
			...labels.flatMap((label) => (label && label.box.x0 < until ? [label.box.y0] : []))
		])!;
	// The words above are widest in their sentence and narrow in the row of the button under it.
	const lift = Math.min(high(560) - 24, high(820) + 34) / (width * 0.03);

	// No rule runs through the week numbers.
	const lowestRule = deep > 12 ? Math.max(least - 2, (zeroY + largestTick + 4 - rowY) / unit) : 0;

	return {
		size,
		width,
		height: round(height),
		lift: size === 'wide' ? Math.max(0, Math.min(6, Math.floor(lift))) : 0,
		axis: { x1: 0, x2: width, y: round(zeroY) },
		grid: gridLines(scales, goalPct, lowestRule).map(({ pct, ...rule }) => ({
			...rule,
			label:
				size === 'narrow'
					? null
					: {
							x: width + 12,
							y: round(rule.y + 4),
							text: pct > 0 ? `+${pct}` : `−${-pct}`,
							anchor: 'start' as const
						}
		})),
		ticks: weekTicks(scales, rowY, {
			now,
			week: texts.week,
			size: size === 'wide' ? largestTick : is.tick,
			compact: size === 'narrow'
		}),
		nowTick: now >= 1 ? { x: round(x(Math.floor(Math.min(now, weeks)))), y: round(zeroY) } : null,
		promise: { ...promise, label: goalLabel, note: goalNote },
		cone:
			cone && weak
				? {
						tone: weak.tone,
						area: cone.area,
						middle: straight(cone.middle),
						arrows: coneArrows(weak.forecast!, scales, ends),
						text: coneText
					}
				: null,
		lines: shown.map(({ one, points }, index) => {
			const label = labels[index] ?? null;
			return {
				key: one.key,
				tone: one.tone,
				path: pathOf(points, scales),
				dots: dotted
					? points.slice(1, -1).map(({ week, pct }) => ({ x: round(x(week)), y: round(y(pct)) }))
					: [],
				ring: { x: round(x(last[index]!.week)), y: round(y(last[index]!.pct)) },
				arrows: arrowsOf(points, scales, is.r + 4),
				label: label && {
					x: label.x,
					y: label.y,
					text: label.text,
					anchor: label.anchor,
					name: one.name,
					value: one.label
				}
			};
		}),
		marks: marked.map(({ week, kind, done }) => ({
			kind,
			done,
			x: round(x(week)),
			y: round(zeroY)
		})),
		markKey,
		happened: happened.map(({ event: { told, major }, x }, index) => ({
			x,
			y: round(zeroY),
			told,
			major,
			name: named[index] ?? null
		})),
		caption:
			size === 'narrow'
				? (texts.caption ?? sentence ?? null)
				: cone && sentence && !coneText
					? sentence
					: null
	};
}

/** The three drawings of one chart with the legend that the narrow one needs. */
export function gradePicture(input: GradeInput): GradePicture {
	return {
		title: input.texts.title,
		desc: input.texts.desc,
		legend: input.lines.map(({ key, tone, name, label, hidden }) => ({
			key,
			tone,
			name,
			label,
			hidden: hidden ?? null
		})),
		happened: eventsIn(input.events ?? []).map(({ told, major }) => ({ told, major })),
		drawings: [widths.wide, widths.middle, widths.narrow].map((width) =>
			gradeChart({ ...input, width })
		)
	};
}

const straight = ({ x1, y1, x2, y2 }: Segment) => `M${x1},${y1}L${x2},${y2}`;

/** Those of the thirteen weeks, in order; what was major on a day lies above what was not. */
const eventsIn = (events: readonly GradeEvent[]) =>
	events
		.filter(({ week }) => week >= 0 && week <= weeks)
		.sort((a, b) => a.week - b.week || Number(a.major) - Number(b.major));

/** Rows for the names of events; whoever finds none is a mark without a name. */
const nameRows = 5;

type Named = { event: GradeEvent; x: number };
type Room = { size: number; top: number; right: number };

/** Names for the marks, none on another; a major event goes without one last. */
function nameEvents(events: Named[], room: Room): DrawnEvent['name'][] {
	const names = hangNames(events, room, () => 0);
	const missed = events.some(({ event }, index) => event.major && !names[index]);
	return missed ? hangNames(events, room, ({ event }) => (event.major ? 0 : 1)) : names;
}

/**
 * Names hang on stems under the week numbers, right of their stem, the last event first: so a stem
 * passes left of the names above it. Those for which the right edge is too near hang on the left of
 * their stem and come after, the first event first. No two names touch, and no stem runs through a
 * name.
 */
function hangNames(
	events: Named[],
	{ size, top, right }: Room,
	rank: (one: Named) => number
): DrawnEvent['name'][] {
	const names: DrawnEvent['name'][] = events.map(() => null);
	const hung: { x: number; stem: number; box: Box }[] = [];
	const rows = Array.from({ length: nameRows }, (_, row) => round(top + size * 1.75 * (row + 1)));
	const fits = ({ event, x }: Named) => x + 7 + textWidth(event.text, size) <= right;
	const order = events
		.map((one, index) => ({ one, index, beyond: fits(one) ? 0 : 1 }))
		.sort(
			(a, b) =>
				rank(a.one) - rank(b.one) ||
				a.beyond - b.beyond ||
				(a.beyond ? a.one.x - b.one.x : b.one.x - a.one.x)
		);
	for (const { one, index, beyond } of order) {
		const { event, x } = one;
		const place = rows
			.map((y) => {
				const text: Text = {
					x: round(x + (beyond ? -7 : 7)),
					y,
					text: event.text,
					anchor: beyond ? 'end' : 'start'
				};
				const { x0, x1, y0, y1 } = boxOf(text, size);
				return { text, box: { x0: x0 - 6, x1: x1 + 6, y0, y1 } };
			})
			.find(({ text, box }) =>
				hung.every(
					(other) =>
						!overlap(box, other.box) &&
						(other.x === x ||
							(!runsThrough(other.x, other.stem, box) && !runsThrough(x, text.y, other.box)))
				)
			);
		if (!place) continue;
		hung.push({ x, stem: place.text.y, box: place.box });
		names[index] = { stem: place.text.y, text: place.text };
	}
	return names;
}

/** Whether a stem that comes from above and ends at `end` runs through a name. */
const runsThrough = (x: number, end: number, { x0, x1, y0 }: Box) => x > x0 && x < x1 && end > y0;

/** The key of the marks, written from the right edge to the left. */
function keyOf(
	{ session, pulse }: GradeTexts,
	marks: GradeMark[],
	right: number,
	y: number,
	size: number
) {
	const kinds = (
		[
			['pulse', pulse],
			['session', session]
		] as const
	).filter(([kind]) => marks.some((mark) => mark.kind === kind));
	let edge = right;
	return kinds
		.flatMap(([kind, text]) => {
			if (!text) return [];
			const start = edge - textWidth(text, size);
			edge = start - 40;
			return [
				{
					kind,
					x: round(start - 12),
					y: round(y),
					text: { x: round(start), y: round(y + 4.5), text, anchor: 'start' as const }
				}
			];
		})
		.reverse();
}

/** The sentence of the cone: at its right end, just under the middle line, else just above; null when it fits nowhere. */
function besideCone(
	middle: Segment,
	text: string,
	size: number,
	right: number,
	frame: Box,
	promise: Segment,
	taken: Box[]
): Text | null {
	const left = right - textWidth(text, size);
	if (left < middle.x1 + 12) return null;
	const at = (x: number) =>
		middle.y1 + ((middle.y2 - middle.y1) * (x - middle.x1)) / (middle.x2 - middle.x1);
	const under = Math.max(at(left), at(right)) + size * 1.3;
	const over = Math.min(at(left), at(right)) - size * 0.7;
	const free = [under, over, under + 14, over - 14, under + 28, over - 28]
		.map((y): Text => ({ x: right, y: round(y), text, anchor: 'end' }))
		.filter((place) => {
			const box = boxOf(place, size);
			return inside(box, frame) && !taken.some((other) => overlap(box, other));
		});
	return free.find((place) => !crosses(promise, boxOf(place, size))) ?? free[0] ?? null;
}

export type GradeCell = {
	width: number;
	height: number;
	tone: Tone;
	hidden: boolean;
	axis: number;
	promise: Segment;
	cone: string | null;
	path: string | null;
	ring: { x: number; y: number } | null;
	arrows: string[];
};

/**
 * A small multiple for a table: one measure of one leader, by the same rule. All cells have the same
 * height unless a measure falls below −6 %. A hidden measure keeps only its promise line.
 */
export function gradeCell({
	width = 190,
	goalPct = 25,
	line: one
}: {
	width?: number;
	goalPct?: number;
	line: Pick<GradeLine, 'tone' | 'points' | 'forecast' | 'hidden'>;
}): GradeCell {
	const unit = width / 100;
	const zeroY = highest * unit + 2;
	const scales = gradeScales(width, zeroY);
	const { x, y } = scales;
	const points = drawable(one);
	const end = points.at(-1);
	const cone = end && one.forecast && end.week < weeks ? coneOf(end, one.forecast, scales) : null;
	const least = min([0, ...points.map(({ pct }) => pct), ...(cone ? [cone.low] : [])])!;
	return {
		width,
		height: round(Math.max(zeroY + 6 * unit + 2, y(least) + 4)),
		tone: one.tone,
		hidden: Boolean(one.hidden),
		axis: round(zeroY),
		promise: { x1: 0, y1: round(zeroY), x2: width, y2: round(y(goalPct)) },
		cone: cone?.area ?? null,
		path: points.length > 1 ? pathOf(points, scales) : null,
		ring: end ? { x: round(x(end.week)), y: round(y(end.pct)) } : null,
		arrows: arrowsOf(points, scales, 7)
	};
}
