import { expect, test } from 'vitest';
import { seatsPicture } from './seats-picture.ts';

test.each([1, 4, 8])(
	'with %i seats the line rises at 14.04 degrees and every ring rests on it inside the frame',
	(count) => {
		const { line, rings, r, stroke, width, height } = seatsPicture({
			count,
			width: 1320,
			r: 44,
			stroke: 5,
			from: 0.45,
			to: 0.92
		});
		const degrees = (Math.atan2(line.y1 - line.y2, line.x2 - line.x1) * 180) / Math.PI;
		expect(degrees).toBeCloseTo(14.04, 1);
		expect(rings).toHaveLength(count);
		for (const { x, y } of rings) {
			// Distance of the center from the line: a radius and half of both strokes.
			const distance = Math.abs(0.25 * x + y - line.y1) / Math.hypot(0.25, 1);
			expect(distance).toBeCloseTo(r + stroke, 0);
			expect(x - r).toBeGreaterThan(0);
			expect(x + r).toBeLessThan(width);
			expect(y - r).toBeGreaterThan(0);
			expect(y + r).toBeLessThan(height);
		}
	}
);
