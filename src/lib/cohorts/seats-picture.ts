/**
 * The picture of the offer: a line that rises one in four, as every chart here does, and on it the
 * seats as rings. The line is below and carries.
 */
const slope = 0.25;
const angle = Math.atan(slope);

export type SeatsPicture = {
	width: number;
	height: number;
	line: { x1: number; y1: number; x2: number; y2: number };
	rings: { x: number; y: number }[];
	r: number;
	stroke: number;
};

const round = (value: number) => Math.round(value * 10) / 10;

/**
 * @param from where the first ring's foot stands, as a share of the width; the last one stands at `to`
 * @returns the line from the lower left corner and the rings that touch it from above
 */
export function seatsPicture({
	count,
	width,
	r,
	stroke,
	from,
	to
}: {
	count: number;
	width: number;
	r: number;
	stroke: number;
	from: number;
	to: number;
}): SeatsPicture {
	const away = r + stroke;
	const height = Math.ceil(width * slope + r * 2 + stroke * 2);
	const y1 = height - stroke;
	const rings = Array.from({ length: count }, (_, index) => {
		const foot =
			width * (count === 1 ? (from + to) / 2 : from + ((to - from) * index) / (count - 1));
		return {
			x: round(foot - away * Math.sin(angle)),
			y: round(y1 - foot * slope - away * Math.cos(angle))
		};
	});
	return {
		width,
		height,
		line: { x1: 0, y1: round(y1), x2: width, y2: round(y1 - width * slope) },
		rings,
		r,
		stroke
	};
}
