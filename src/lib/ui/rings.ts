/** Rings that rest on a rising line: people, and the line that carries them. */

/** A 25 % grade, in radians. */
export const grade = Math.atan(0.25);

export type RingsOnLine = {
	width: number;
	height: number;
	line: { x1: number; y1: number; x2: number; y2: number };
	rings: { x: number; y: number }[];
	r: number;
};

const round = (value: number) => Math.round(value * 100) / 100;

/**
 * Places `count` rings evenly on a line that rises at the brand angle over `width` units. Each ring
 * touches the line from above: its center is one radius and half of both strokes away.
 */
export function ringsOnLine({
	count,
	width,
	r,
	stroke
}: {
	count: number;
	width: number;
	r: number;
	stroke: number;
}): RingsOnLine {
	const away = r + stroke;
	const top = away * Math.cos(grade) + r + stroke / 2;
	const height = Math.ceil(width * 0.25 + top + stroke);
	const y1 = height - stroke;
	const foot = (x: number) => y1 - x * 0.25;
	const first = r * 1.6 + away * Math.sin(grade);
	const last = width - r * 1.2;
	const rings = Array.from({ length: count }, (_, index) => {
		const x = count === 1 ? width / 2 : first + ((last - first) * index) / (count - 1);
		// The foot of the perpendicular stands right of the center, because the line leans.
		const footX = x;
		return {
			x: round(footX - away * Math.sin(grade)),
			y: round(foot(footX) - away * Math.cos(grade))
		};
	});
	return {
		width,
		height,
		line: { x1: 0, y1: round(y1), x2: width, y2: round(foot(width)) },
		rings,
		r
	};
}
