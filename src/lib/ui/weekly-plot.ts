/**
 * Weekly numbers in their own unit: the weeks before the program on a shaded strip, the weeks of it
 * beside them, and a small panel for each of several people. These are amounts, not uplift, so the
 * grade chart's slope is not theirs: they have no line that rises.
 *
 * Everything here runs on the server and returns numbers, paths and texts; the components only draw.
 */
import { max } from 'd3-array';
import { scaleLinear } from 'd3-scale';
import { round, weeks, widths, type Size, type Tone } from './grade.ts';
import { boxOf, overlap, type Text } from './labels.ts';
import { textWidth } from './text-width.ts';

export type WeeklyInput = {
	tone: Tone;
	before: number[];
	/** As many weeks as are known, at most thirteen. */
	program: number[];
	/** Averages a week: of the weeks before, and across the thirteen weeks. Where nothing else is expected the first goes on. */
	levels: { usual: number; expected: number | null; lastYear: number | null };
	texts: {
		title: string;
		desc: string;
		/** Under the strip. */
		before: string;
		/** On the scale: a whole number in the unit of the values. */
		value: (value: number) => string;
	};
};

type Column = { x: number; y: number; width: number; height: number };
type Level = { x1: number; x2: number; y: number };
export type WeeklyDrawing = {
	size: Size;
	width: number;
	height: number;
	strip: Column;
	before: Column[];
	program: Column[];
	axis: Level;
	grid: (Level & { label: Text | null })[];
	ticks: (Text & { now: boolean })[];
	usual: Level;
	expected: Level | null;
	lastYear: Level | null;
};
export type WeeklyPicture = { title: string; desc: string; tone: Tone; drawings: WeeklyDrawing[] };

const sizes = {
	wide: { plot: 190, tick: 16, spare: 0.3 },
	middle: { plot: 190, tick: 16, spare: 0.28 },
	narrow: { plot: 150, tick: 14, spare: 0.24 }
} satisfies Record<Size, Record<string, number>>;

/** The geometry of one drawing, `width` units wide. Column heights are proportional to the values, from zero. */
export function weeklyPlot(
	{ before, program, levels, texts }: WeeklyInput,
	width: number
): WeeklyDrawing {
	const size: Size = width < 480 ? 'narrow' : width < 1000 ? 'middle' : 'wide';
	const { plot, tick, spare } = sizes[size];
	const most = max([...before, ...program, ...Object.values(levels).map((one) => one ?? 0)]) || 1;
	const level = scaleLinear([0, most], [0, 1]).nice(3);
	const marks = level.ticks(3).filter((value) => value > 0 && Number.isInteger(value));
	// On a phone the scale is one word above the columns: beside them it would take a quarter of the width.
	const gutter =
		size === 'narrow' ? 0 : 12 + (max(marks, (value) => textWidth(texts.value(value), tick)) ?? 0);
	const top = tick * 1.4;
	const bottom = top + plot;
	const y = level.copy().range([bottom, top]);
	const slot = (width - gutter) / (before.length + weeks);
	const x = (index: number) => gutter + slot * index;
	const start = x(before.length);
	const columns = (values: number[], first: number): Column[] =>
		values.map((value, index) => ({
			x: round(x(first + index) + (slot * spare) / 2),
			y: round(y(value)),
			width: round(slot * (1 - spare)),
			height: round(bottom - y(value))
		}));
	const across = (from: number, to: number, value: number): Level => ({
		x1: round(from),
		x2: round(to),
		y: round(y(value))
	});
	const over = (value: number | null) => (value === null ? null : across(start, width, value));
	const rowY = bottom + tick * 1.6;
	const labelOf = (value: number, last: boolean): Text | null => {
		const text = texts.value(value);
		if (size !== 'narrow')
			return { x: round(gutter - 12), y: round(y(value) + tick * 0.3), text, anchor: 'end' };
		return last ? { x: 0, y: round(y(value) - 5), text, anchor: 'start' } : null;
	};
	return {
		size,
		width,
		height: round(rowY + tick * 0.6),
		strip: { x: round(gutter), y: top, width: round(start - gutter), height: plot },
		before: columns(before, 0),
		program: columns(program.slice(0, weeks), before.length),
		axis: across(gutter, width, 0),
		grid: marks.map((value, index) => ({
			...across(gutter, width, value),
			label: labelOf(value, index === marks.length - 1)
		})),
		ticks: ticksOf(
			{
				text: texts.before,
				x: round(gutter),
				y: round(rowY),
				anchor: 'start',
				now: false
			},
			(week) => ({ x: round(x(before.length + week - 0.5)), y: round(rowY) }),
			{ now: program.length, size: tick, compact: size === 'narrow' }
		),
		usual: across(gutter, levels.expected === null ? width : start, levels.usual),
		expected: over(levels.expected),
		lastYear: over(levels.lastYear)
	};
}

/** The strip's name and the week numbers: what matters most first, no two on each other. */
function ticksOf(
	strip: Text & { now: boolean },
	at: (week: number) => { x: number; y: number },
	{ now, size, compact }: { now: number; size: number; compact: boolean }
) {
	const first = [now, weeks, 1].filter((one) => one >= 1);
	const all = Array.from({ length: weeks }, (_, index) => index + 1);
	const placed = [strip];
	for (const one of new Set(compact ? first : [...first, ...all])) {
		const text = {
			...at(one),
			text: String(one),
			anchor: 'middle' as const,
			now: one === now
		};
		const box = boxOf(text, size);
		const apart = { ...box, x0: box.x0 - 4, x1: box.x1 + 4 };
		if (placed.every((other) => !overlap(apart, boxOf(other, size)))) placed.push(text);
	}
	return placed;
}

/** The three drawings of one plot, of which the window shows one. */
export const weeklyPicture = (input: WeeklyInput): WeeklyPicture => ({
	title: input.texts.title,
	desc: input.texts.desc,
	tone: input.tone,
	drawings: [widths.wide, widths.middle, widths.narrow].map((width) => weeklyPlot(input, width))
});

export type PanelInput = {
	key: string;
	/** A value a week; null where there is nothing to tell of. */
	weeks: (number | null)[];
	/** An average week; null for none. */
	usual: number | null;
};
export type Panel = {
	key: string;
	columns: Column[];
	/** Pieces of the axis: known weeks, and weeks to come. */
	known: Level[];
	ahead: Level | null;
	usual: Level | null;
};
export const panelSize = { width: 208, height: 76 };
/** The week numbers under a panel: its first and its last. */
export const weeksAt = [1, weeks];

/** Small multiples: one scale for all of them, from zero to `most`. */
export function panels(all: PanelInput[]): { most: number; panels: Panel[] } {
	const { width, height } = panelSize;
	const values = all.flatMap(({ weeks, usual }) => [...weeks, usual]).map((one) => one ?? 0);
	const scale = scaleLinear([0, max(values) || 1], [height - 1, 2]).nice(5);
	const slot = width / weeks;
	const level = (from: number, to: number, value: number): Level => ({
		x1: round(slot * from),
		x2: round(slot * to),
		y: round(scale(value))
	});
	return {
		most: scale.domain()[1]!,
		panels: all.map(({ key, weeks: values, usual }) => ({
			key,
			columns: values.flatMap((value, index) =>
				value
					? [
							{
								x: round(slot * index + 2.5),
								y: round(scale(value)),
								width: round(slot - 5),
								height: round(height - 1 - scale(value))
							}
						]
					: []
			),
			known: values.flatMap((value, index) => (value === null ? [] : [level(index, index + 1, 0)])),
			ahead: values.length < weeks ? level(values.length, weeks, 0) : null,
			usual: usual === null ? null : level(0, weeks, usual)
		}))
	};
}
