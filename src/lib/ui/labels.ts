/** Labels beside the ends of lines: near their ring, off the lines, never on one another. */
import { textWidth } from './text-width.ts';

export type Box = { x0: number; y0: number; x1: number; y1: number };
export type Segment = { x1: number; y1: number; x2: number; y2: number };
export type Anchor = 'start' | 'middle' | 'end';
export type Text = { x: number; y: number; text: string; anchor: Anchor };

/** A label that looks for its place: the ring it belongs to, its text and its font size. */
export type Wanted = { x: number; y: number; r: number; text: string; size: number };
export type Placed = Text & { box: Box };

const round = (value: number) => Math.round(value * 10) / 10;

/** The box that a text fills when its baseline starts, centers or ends at x, y. */
export function boxOf({ x, y, text, anchor }: Text, size: number): Box {
	const width = textWidth(text, size);
	const x0 = anchor === 'start' ? x : anchor === 'end' ? x - width : x - width / 2;
	return { x0, x1: x0 + width, y0: y - size * 0.85, y1: y + size * 0.3 };
}

export const overlap = (a: Box, b: Box): boolean =>
	a.x0 < b.x1 && b.x0 < a.x1 && a.y0 < b.y1 && b.y0 < a.y1;

export const inside = (box: Box, frame: Box): boolean =>
	box.x0 >= frame.x0 && box.x1 <= frame.x1 && box.y0 >= frame.y0 && box.y1 <= frame.y1;

/** Whether a straight piece of a line runs through a box (Liang and Barsky's clipping). */
export function crosses({ x1, y1, x2, y2 }: Segment, box: Box): boolean {
	// Most pieces lie wholly beside the box; a page asks this some ten thousand times.
	if (x1 < box.x0 && x2 < box.x0) return false;
	if (x1 > box.x1 && x2 > box.x1) return false;
	if (y1 < box.y0 && y2 < box.y0) return false;
	if (y1 > box.y1 && y2 > box.y1) return false;
	let from = 0;
	let to = 1;
	const clip = (step: number, room: number) => {
		if (step < 0) from = Math.max(from, room / step);
		if (step > 0) to = Math.min(to, room / step);
	};
	clip(x1 - x2, x1 - box.x0);
	clip(x2 - x1, box.x1 - x1);
	clip(y1 - y2, y1 - box.y0);
	clip(y2 - y1, box.y1 - y1);
	return from <= to;
}

/**
 * Finds a place for every label: right of its ring when that is free, else above, below or left of it,
 * as near as possible. No label covers another one, a ring or a box of `taken`, and none leaves the
 * frame; crossing one of `lines`, and less so of `edges`, is avoided where a place nearby allows it, and
 * so is a place nearer to another label's ring. A label for which there is no room at all is null.
 */
export function placeLabels(
	wanted: Wanted[],
	{
		frame,
		taken,
		lines,
		edges = []
	}: { frame: Box; taken: Box[]; lines: Segment[]; edges?: Segment[] }
): (Placed | null)[] {
	const rings = wanted.map(({ x, y, r }) => ({ x0: x - r, x1: x + r, y0: y - r, y1: y + r }));
	const placed: (Placed | null)[] = wanted.map(() => null);
	const choices = wanted.map((one, index) =>
		candidates(
			one,
			frame,
			[...taken, ...rings],
			lines,
			edges,
			wanted.filter((_, at) => at !== index)
		)
	);
	const order = wanted.map((_, index) => index).sort((a, b) => wanted[a]!.y - wanted[b]!.y);

	// The second and third round let an early label move when a later one has taken another side.
	for (let pass = 0; pass < 3; pass++) {
		for (const index of order) {
			const others = placed.filter((one, at) => one !== null && at !== index) as Placed[];
			placed[index] =
				choices[index]!.find(({ place }) => others.every(({ box }) => !overlap(box, place.box)))
					?.place ?? null;
		}
	}
	return placed;
}

const apart = (box: Box, { x, y }: { x: number; y: number }) =>
	Math.hypot(Math.max(box.x0 - x, 0, x - box.x1), Math.max(box.y0 - y, 0, y - box.y1));

function candidates(
	one: Wanted,
	frame: Box,
	blocked: Box[],
	lines: Segment[],
	edges: Segment[],
	others: Wanted[]
) {
	const found: { cost: number; place: Placed }[] = [];
	const reach = frame.y1 - frame.y0;
	const clear = one.r + one.size * 0.7;
	// Three other labels can take some sixty of the places; more than enough are kept.
	for (let dy = 0; dy <= reach && found.length < 120; dy += 6) {
		for (const sign of dy === 0 ? [1] : [1, -1]) {
			for (const anchor of ['start', 'end'] as const) {
				for (const gap of dy >= clear ? [one.r + 9, 4] : [one.r + 9]) {
					const text: Text = {
						x: round(one.x + (anchor === 'start' ? gap : -gap)),
						y: round(one.y + sign * dy + one.size * 0.34),
						text: one.text,
						anchor
					};
					const box = boxOf(text, one.size);
					if (!inside(box, frame) || blocked.some((other) => overlap(box, other))) continue;
					const near = { x0: box.x0 - 2, x1: box.x1 + 2, y0: box.y0 - 3, y1: box.y1 + 3 };
					const crossed = lines.filter((line) => crosses(line, near)).length;
					const touched = edges.some((line) => crosses(line, near)) ? 1 : 0;
					const own = apart(box, one);
					const astray = others.filter((other) => apart(box, other) < own).length;
					const cost =
						dy +
						(anchor === 'end' ? 16 : 0) +
						(gap === 4 ? 4 : 0) +
						crossed * 40 +
						touched * 10 +
						astray * 40;
					found.push({ cost, place: { ...text, box } });
				}
			}
		}
	}
	return found.sort((a, b) => a.cost - b.cost);
}
