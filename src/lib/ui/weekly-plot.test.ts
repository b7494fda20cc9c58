import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { boxOf, overlap } from './labels.ts';
import { panelSize, panels, weeklyPlot, type WeeklyInput } from './weekly-plot.ts';

const input = (before: number[], program: number[]): WeeklyInput => ({
	tone: 'sal',
	before,
	program,
	levels: { usual: 1, expected: 1.4, lastYear: null },
	texts: {
		title: 'Won deals a week',
		desc: '',
		before: `${before.length} weeks before`,
		value: String
	}
});

describe('the weeks of a team', () => {
	const values = (most: number) => fc.array(fc.integer({ min: 0, max: 40 }), { maxLength: most });

	test.each([1312, 760, 345])('are as high as they are much, at %i', (width) => {
		fc.assert(
			fc.property(
				fc
					.constantFrom(13, 26, 52)
					.chain((weeks) =>
						fc.array(fc.integer({ min: 0, max: 40 }), { minLength: weeks, maxLength: weeks })
					),
				values(13),
				(before, program) => {
					const drawing = weeklyPlot(input(before, program), width);
					const columns = [...drawing.before, ...drawing.program];
					const all = [...before, ...program];
					const top = all.indexOf(Math.max(...all));
					const unit = columns[top]!.height / (all[top] || 1);
					columns.forEach(({ x, y, width: wide, height }, at) => {
						expect(Math.abs(height - unit * all[at]!)).toBeLessThan(0.3);
						expect(Math.abs(y + height - drawing.axis.y)).toBeLessThan(0.2);
						expect(x + wide).toBeLessThanOrEqual(width);
					});
					// The strip ends where the program begins.
					const end = drawing.strip.x + drawing.strip.width + 0.2;
					for (const { x, width: wide } of drawing.before) expect(x + wide).toBeLessThan(end);
					for (const { x } of drawing.program) expect(x).toBeGreaterThan(end - 0.4);
					const boxes = drawing.ticks.map((tick) => boxOf(tick, width === 345 ? 14 : 16));
					boxes.forEach((box, at) =>
						expect(boxes.slice(at + 1).filter((other) => overlap(box, other))).toEqual([])
					);
				}
			),
			{ numRuns: 100 }
		);
	});

	test('where nothing else is expected, the level of before goes on to week 13', () => {
		const one = input([1, 2, 1], [2]);
		expect(weeklyPlot(one, 760).usual.x2).toBeLessThan(760);
		const same = weeklyPlot({ ...one, levels: { ...one.levels, expected: null } }, 760);
		expect(same).toMatchObject({ usual: { x2: 760 }, expected: null, lastYear: null });
	});
});

describe('panels', () => {
	test('have one scale: the same value is as high for everybody', () => {
		const { most, panels: made } = panels([
			{ key: 'a', weeks: [0, 4, 1], usual: 2 },
			{ key: 'b', weeks: [1, null, 0], usual: null },
			{ key: 'c', weeks: [], usual: 1 }
		]);
		expect(most).toBeGreaterThanOrEqual(4);
		const [a, b, c] = made;
		expect(a!.columns[1]!.height).toBe(b!.columns[0]!.height);
		expect(a!.usual!.y).toBeLessThan(c!.usual!.y);
		expect(b!.usual).toBeNull();
	});

	test('a week that somebody was not there for is no zero, and a week to come is neither', () => {
		const [one] = panels([{ key: 'a', weeks: [null, 0, 2], usual: null }]).panels;
		expect(one!.known.map(({ x1 }) => x1)).toEqual([16, 32]);
		expect(one!.ahead!.x1).toBe(48);
		expect(one!.columns).toHaveLength(1);
		const [done] = panels([{ key: 'a', weeks: Array<number>(13).fill(1), usual: 1 }]).panels;
		expect(done!.ahead).toBeNull();
	});

	test('nobody who has won anything is a division by zero', () => {
		const [one] = panels([{ key: 'a', weeks: [0, 0], usual: 0 }]).panels;
		expect(one!.columns).toEqual([]);
		expect(one!.usual!.y).toBe(panelSize.height - 1);
	});
});

test('few deals, or none, are drawn with numbers all the same', () => {
	for (const width of [1312, 760, 345])
		for (const level of [0, 0.2, 0.46, 0.99])
			for (const program of [[], [0, 0]]) {
				const quiet = {
					...input(
						Array.from({ length: 13 }, () => 0),
						program
					),
					levels: { usual: 0, expected: level, lastYear: level }
				};
				expect(JSON.stringify(weeklyPlot(quiet, width))).not.toMatch(/null,"y|NaN|"x":null/);
				expect(weeklyPlot(quiet, width).strip.width).toBeGreaterThan(0);
			}
});
