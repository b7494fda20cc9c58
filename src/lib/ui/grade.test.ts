import fs from 'node:fs';
import path from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
	drawable,
	gradeCell,
	gradeChart,
	gradePicture,
	type GradeDrawing,
	type GradeInput,
	type GradeLine,
	type Tone
} from './grade.ts';
import { cohortPicture, gradeCohort, type CohortInput } from './grade-cohort.ts';
import { boxOf, overlap, type Box } from './labels.ts';
import { ringsOnLine } from './rings.ts';
import { textWidth } from './text-width.ts';

const texts = {
	title: 'Uplift after six weeks',
	desc: 'Sales lead.',
	goal: '+25 %',
	promise: 'promised on all three by 4 April',
	week: (week: number) => `week ${week}`,
	session: '1:1 session',
	pulse: 'team pulse'
};
const six = (...pcts: number[]) => pcts.map((pct, week) => ({ week, pct }));
const lines: GradeLine[] = [
	{
		key: 'sales',
		name: 'Sales',
		tone: 'sal',
		points: six(0, 1.2, 4.6, 6.2, 11.1, 13.8, 17.3),
		label: '+17.3 %',
		forecast: { pct: 26, low: 20, high: 33 }
	},
	{
		key: 'team',
		name: 'Engagement',
		tone: 'eng',
		points: [
			{ week: 2, pct: 3.1 },
			{ week: 4, pct: 6.9 },
			{ week: 6, pct: 10.4 }
		],
		label: '+10.4 %'
	},
	{
		key: 'revenue',
		name: 'Revenue',
		tone: 'rev',
		points: six(0, -0.9, 0.4, 1.9, 2.2, 3.9, 5.2),
		label: '+5.2 %',
		forecast: { pct: 15.5, low: 8.9, high: 22.1, text: '4 in 5 chance: +9 to +22 %' }
	}
];
const marks = [0, 2, 4, 6, 8, 10, 13].map((week) => ({
	week,
	kind: 'pulse' as const,
	done: week <= 6
}));
const input: GradeInput = { now: 6, lines, marks, texts };
const angle = ({ x1, y1, x2, y2 }: { x1: number; y1: number; x2: number; y2: number }) =>
	(Math.atan2(y1 - y2, x2 - x1) * 180) / Math.PI;

const seats = (now: number): CohortInput => ({
	now,
	seats: [
		{
			key: 'a',
			name: 'Aisha',
			initials: 'AK',
			measure: 'sales',
			tone: 'sal',
			points: six(0, 1.8, 4.1, 7.9, 9.2, 12.4, 14.2),
			label: '+14.2 %',
			forecast: { pct: 27, low: 20, high: 33 }
		},
		{
			key: 't',
			name: 'Tomas',
			initials: 'TR',
			measure: 'engagement',
			tone: 'rev',
			points: [
				{ week: 2, pct: 3.6 },
				{ week: 4, pct: 8.9 },
				{ week: 6, pct: 12.9 }
			],
			label: '+12.9 %',
			forecast: { pct: 25, low: 16, high: 33 }
		},
		{
			key: 'i',
			name: 'Ingrid',
			initials: 'IS',
			measure: 'revenue',
			tone: 'eng',
			points: six(0, -0.9, 0.4, 1.9, 2.2, 3.9, 5.2),
			label: '+5.2 %',
			forecast: { pct: 15.5, low: 9, high: 22 }
		},
		{
			key: 'p',
			name: 'Peter',
			initials: 'PL',
			measure: 'revenue',
			tone: 'd4',
			points: six(0, 1, 0.2, 1.4, 1.2, 2.6, 1.8),
			label: '+1.8 %',
			forecast: { pct: 5, low: -5, high: 14 }
		}
	],
	texts: { ...texts, likely: 'week 13, 4 in 5 likely' }
});

describe('the angle', () => {
	test('+25 % is 14.04 degrees on a desk, a tablet, a phone and in a cell', () => {
		for (const width of [2000, 1312, 760, 345, 280]) {
			expect(angle(gradeChart({ ...input, width }).promise)).toBeCloseTo(14.04, 2);
			expect(angle(gradeCohort({ ...seats(6), width }).promise)).toBeCloseTo(14.04, 1);
		}
		expect(angle(gradeCell({ line: lines[0]! }).promise)).toBeCloseTo(14.04, 1);
		expect(angle(ringsOnLine({ count: 4, width: 400, r: 28, stroke: 3 }).line)).toBeCloseTo(
			14.04,
			1
		);
	});

	test('one percent rises one percent of the thirteen weeks for a measured line, too', () => {
		for (const width of [1312, 760, 345]) {
			const drawing = gradeChart({ ...input, width });
			const sales = drawing.lines[0]!.ring;
			expect((drawing.axis.y - sales.y) / width).toBeCloseTo(0.173, 3);
			expect(sales.x / width).toBeCloseTo(6 / 13, 3);
		}
	});

	test('values far away do not change the angle', () => {
		const wild: GradeLine[] = [
			{
				...lines[0]!,
				points: [
					{ week: 3, pct: 400 },
					{ week: 6, pct: -90 }
				]
			}
		];
		expect(angle(gradeChart({ ...input, lines: wild, width: 1312 }).promise)).toBeCloseTo(14.04, 2);
	});
});

describe('the frame', () => {
	test('a fall opens room below the axis and moves the weeks under it', () => {
		const fallen = gradeChart({
			...input,
			width: 1312,
			lines: [{ ...lines[0]!, points: [{ week: 6, pct: -12 }], forecast: undefined }]
		});
		const level = gradeChart({ ...input, width: 1312, lines: [] });
		expect(fallen.height - level.height).toBeCloseTo(12 * 13.12, 0);
		expect(fallen.ticks[0]!.y).toBeGreaterThan(fallen.lines[0]!.ring.y + 8);
		expect(fallen.grid.map(({ label }) => label?.text)).toContain('−10');
	});

	test('above +40 % and below −25 % a line is cut and an arrow tells so', () => {
		const cut = gradeChart({
			...input,
			width: 1312,
			lines: [
				{
					...lines[0]!,
					points: [
						{ week: 3, pct: 12 },
						{ week: 6, pct: 88 }
					],
					forecast: undefined
				}
			]
		});
		expect(cut.lines[0]!.arrows).toHaveLength(1);
		expect(cut.lines[0]!.ring.y).toBeCloseTo(cut.axis.y - 40 * 13.12, 0);
		expect(cut.lines[0]!.ring.y).toBeGreaterThan(20);
		const low = gradeChart({
			...input,
			width: 345,
			lines: [{ ...lines[0]!, points: [{ week: 6, pct: -60 }], forecast: undefined }]
		});
		expect(low.lines[0]!.arrows).toHaveLength(1);
		expect(low.lines[0]!.ring.y).toBeLessThan(low.height);
		expect(gradeChart({ ...input, width: 1312 }).lines.flatMap(({ arrows }) => arrows)).toEqual([]);
	});

	test('a wide cone does not stretch the chart: it ends at the frame, with arrows, and its words go on', () => {
		const wide = (low: number, high: number, pct = 5) =>
			gradeChart({
				...input,
				width: 1312,
				lines: [
					{
						...lines[0]!,
						points: [{ week: 6, pct }],
						forecast: { pct: 5, low, high, text: `${low} to ${high}` }
					}
				]
			});
		const huge = wide(-80, 90);
		expect(huge.height).toBe(wide(-10.5, 30.5).height);
		expect(huge.cone!.arrows).toHaveLength(2);
		expect(huge.cone!.text?.text ?? huge.caption).toBe('-80 to 90');
		expect(wide(-9, 29).cone!.arrows).toEqual([]);
		// Where the line itself lies deeper, the cone goes with it.
		expect(wide(-80, 90, -18).height).toBeGreaterThan(huge.height);
	});

	test('without figures there are axes and the promise only', () => {
		for (const drawing of gradePicture({ now: 0, lines: [], texts }).drawings) {
			expect(drawing.lines).toEqual([]);
			expect(drawing.cone).toBeNull();
			expect(drawing.grid).toHaveLength(4);
			expect(drawing.promise.label.text).toBe('+25 %');
			expect(drawing.ticks.some(({ now }) => now)).toBe(false);
		}
	});

	test('a hidden measure leaves no trace of its points in the geometry', () => {
		const hidden = { ...lines[0]!, hidden: 'Four answers, five are needed.' };
		const bare = JSON.stringify(gradeChart({ ...input, width: 1312, lines: [] }));
		expect(JSON.stringify(gradeChart({ ...input, width: 1312, lines: [hidden] }))).toBe(bare);
		const cell = gradeCell({ line: hidden });
		expect(cell).toMatchObject({ hidden: true, path: null, cone: null, ring: null, arrows: [] });
		expect(JSON.stringify(cell)).toBe(
			JSON.stringify(gradeCell({ line: { ...hidden, points: [], forecast: undefined } }))
		);
		expect(gradePicture({ ...input, lines: [hidden] }).legend[0]!.hidden).toBe(
			'Four answers, five are needed.'
		);
	});

	test('the cone belongs to the weakest forecast and ends at its interval', () => {
		const { cone, axis } = gradeChart({ ...input, width: 1312 });
		expect(cone?.tone).toBe('rev');
		const [, endY] = /L1312,([\d.]+)/.exec(cone!.middle)!;
		expect(axis.y - Number(endY)).toBeCloseTo(15.5 * 13.12, 0);
		expect(cone!.area).toContain(`1312,${Math.round((axis.y - 8.9 * 13.12) * 10) / 10}`);
		expect(cone!.text?.text).toBe('4 in 5 chance: +9 to +22 %');
	});

	test('after thirteen weeks there is nothing left to forecast', () => {
		const done = gradeChart({
			...input,
			now: 13,
			width: 1312,
			lines: lines.map((one) => ({ ...one, points: [{ week: 13, pct: one.points.at(-1)!.pct }] }))
		});
		expect(done.cone).toBeNull();
		expect(done.lines.every(({ label }) => label?.anchor === 'end')).toBe(true);
	});

	test('a line starts at zero in week 0 and keeps one point a week, in order', () => {
		expect(
			drawable({
				points: [
					{ week: 4, pct: 2 },
					{ week: 2, pct: 1 },
					{ week: 2, pct: 3 }
				]
			})
		).toEqual([
			{ week: 0, pct: 0, beyond: null },
			{ week: 2, pct: 3, beyond: null },
			{ week: 4, pct: 2, beyond: null }
		]);
	});
});

describe('the weeks', () => {
	test('the current week is the bold one; a fraction counts as the week that is done', () => {
		const bold = (now: number) =>
			gradeChart({ ...input, now, width: 1312 })
				.ticks.filter((tick) => tick.now)
				.map(({ text }) => text);
		expect(bold(6)).toEqual(['week 6']);
		expect(bold(6.9)).toEqual(['week 6']);
		expect(bold(13)).toEqual(['week 13']);
		expect(bold(0.5)).toEqual([]);
	});

	test('on a phone there are three at most and none on another', () => {
		for (let now = 0; now <= 13; now++) {
			const { ticks } = gradeChart({ ...input, now, width: 345 });
			expect(ticks.length).toBeLessThanOrEqual(3);
			expect(colliding(ticks.map((tick) => boxOf(tick, 14)))).toEqual([]);
		}
	});
});

describe('the labels', () => {
	test('in the usual case every label stands beside its ring', () => {
		const drawing = gradeChart({ ...input, width: 1312 });
		for (const one of drawing.lines) {
			expect(Math.abs(one.label!.y - one.ring.y)).toBeLessThan(40);
			expect(one.label!.x - one.ring.x).toBeLessThan(24);
		}
	});

	test('four seats that stand at the same figure can still be told apart', () => {
		const same = seats(6).seats.map((seat) => ({ ...seat, points: [{ week: 6, pct: 12.5 }] }));
		const drawing = gradeCohort({ ...seats(6), seats: same, width: 1312 });
		expect(drawing.seats.every(({ label }) => label)).toBe(true);
		expect(colliding(cohortBoxes(drawing))).toEqual([]);
	});

	test('however deep a fall, no rule runs through the week numbers', () => {
		for (const width of [1312, 760, 345])
			for (let fall = 0; fall <= 30; fall += 0.25) {
				const points = [
					{ week: 0, pct: 0 },
					{ week: 6, pct: -fall }
				];
				const { key, name, tone, label } = input.lines[0]!;
				const lines = [{ key, name, tone, label, points }];
				const { ticks, grid } = gradeChart({ ...input, lines, now: 6, width });
				const row = ticks[0]!.y;
				for (const { y } of grid) expect(y < row - 14 || y > row + 4, `${fall} at ${y}`).toBe(true);
			}
	});

	test('whatever the figures, no label covers another one and none leaves the frame', () => {
		const pct = fc.double({ min: -60, max: 90, noNaN: true });
		const line = (tone: Tone, name: string) =>
			fc
				.record({ week: fc.integer({ min: 0, max: 13 }), pct, low: pct, high: pct })
				.map(({ week, pct, low, high }) => ({
					key: tone,
					name,
					tone,
					points: [
						{ week: week / 2, pct: pct / 2 },
						{ week, pct }
					],
					label: `${pct.toFixed(1)} %`,
					forecast: {
						pct: (low + high) / 2,
						low: Math.min(low, high),
						high: Math.max(low, high),
						text: '4 in 5 chance: +9 to +22 %'
					}
				}));
		fc.assert(
			fc.property(
				fc.tuple(line('eng', 'Engasjement'), line('sal', 'Sales'), line('rev', 'Revenue')),
				fc.constantFrom(1312, 760),
				(three, width) => {
					const drawing = gradeChart({
						...input,
						lines: three,
						now: Math.max(...three.map(({ points }) => points[1]!.week)),
						width
					});
					expect(drawing.lines.every(({ label }) => label)).toBe(true);
					const boxes = chartBoxes(drawing);
					expect(colliding(boxes)).toEqual([]);
					for (const box of boxes) {
						expect(box.x0).toBeGreaterThanOrEqual(0);
						expect(box.x1).toBeLessThanOrEqual(width + 0.1);
						expect(box.y0).toBeGreaterThanOrEqual(0);
						expect(box.y1).toBeLessThanOrEqual(drawing.height + 0.1);
					}
				}
			),
			{ numRuns: 300 }
		);
	});

	test('this check can fail: labels put blindly beside their rings do collide', () => {
		const blind = [0, 0.4, 0.8].map((pct) =>
			boxOf({ x: 100, y: 100 - pct * 13, text: 'Sales +1 %', anchor: 'start' }, 17)
		);
		expect(colliding(blind)).not.toEqual([]);
	});
});

describe('the cohort', () => {
	test('whiskers end at the interval, initials stand on top, and neither leaves the frame', () => {
		const drawing = gradeCohort({ ...seats(6), width: 1312 });
		const unit = drawing.plotWidth / 100;
		const peter = drawing.seats[3]!.whisker!;
		expect(drawing.axis.y - peter.y1).toBeCloseTo(14 * unit, 0);
		expect(drawing.axis.y - peter.y2).toBeCloseTo(-5 * unit, 0);
		for (const { whisker } of drawing.seats) {
			expect(whisker!.x).toBeGreaterThan(drawing.plotWidth);
			expect(whisker!.x).toBeLessThan(1312);
			expect(whisker!.initials.y).toBeLessThan(whisker!.y1);
			expect(whisker!.y2).toBeLessThan(drawing.height);
		}
	});

	test('initials never stand across the promise', () => {
		for (let high = 15; high <= 45; high += 0.5) {
			for (const width of [1312, 760, 345]) {
				const some = [{ ...seats(6).seats[2]!, forecast: { pct: 12, low: 5, high } }];
				const drawing = gradeCohort({ ...seats(6), seats: some, width });
				const { y } = drawing.seats[0]!.whisker!.initials;
				expect(y < drawing.promise.y2 - 3 || y - 10 > drawing.promise.y2).toBe(true);
			}
		}
	});

	test('a cohort of one, of none and of six can be drawn at every width', () => {
		const four = seats(6).seats;
		for (const some of [
			[],
			four.slice(0, 1),
			[...four, { ...four[0]!, key: 'x' }, { ...four[3]!, key: 'y' }]
		]) {
			for (const drawing of cohortPicture({ ...seats(6), seats: some }).drawings) {
				expect(drawing.seats).toHaveLength(some.length);
				for (const { whisker } of drawing.seats) expect(whisker!.x).toBeLessThan(drawing.width);
				expect(colliding(cohortBoxes(drawing))).toEqual([]);
			}
		}
	});
});

test('a ring rests on its line: it touches and does not cut', () => {
	const { line, rings, r } = ringsOnLine({ count: 4, width: 400, r: 28, stroke: 3 });
	for (const { x, y } of rings) {
		const distance =
			Math.abs(
				(line.y2 - line.y1) * x - (line.x2 - line.x1) * y + line.x2 * line.y1 - line.y2 * line.x1
			) / Math.hypot(line.y2 - line.y1, line.x2 - line.x1);
		expect(distance).toBeCloseTo(r + 3, 0);
		expect(y - r).toBeGreaterThan(0);
	}
});

test('components take only types from the geometry, so that no d3 reaches a browser, and no style attribute', () => {
	const components = fs.readdirSync(import.meta.dirname).filter((file) => file.endsWith('.svelte'));
	expect(components).toContain('GradeChart.svelte');
	for (const file of components) {
		const text = fs.readFileSync(path.join(import.meta.dirname, file), 'utf8');
		expect(text, file).not.toMatch(
			/import (?!type )[^;]*(grade|grade-cohort|labels|text-width)\.ts'/
		);
		expect(text, file).not.toMatch(/\sstyle(=|:)/);
	}
});

test('a width is close to what a browser measures', () => {
	expect(textWidth('Engagement +10.4 %', 100)).toBeGreaterThan(930);
	expect(textWidth('Engagement +10.4 %', 100)).toBeLessThan(1060);
});

function chartBoxes(drawing: GradeDrawing): Box[] {
	const size =
		drawing.size === 'wide' ? { label: 17, note: 14, goal: 40 } : { label: 18, note: 16, goal: 32 };
	return [
		...drawing.lines.flatMap(({ label }) => (label ? [boxOf(label, size.label)] : [])),
		boxOf(drawing.promise.label, size.goal),
		...(drawing.promise.note ? [boxOf(drawing.promise.note, size.note)] : []),
		...(drawing.cone?.text ? [boxOf(drawing.cone.text, size.note)] : []),
		...drawing.markKey.map(({ text }) => boxOf(text, 13))
	];
}

function cohortBoxes(drawing: ReturnType<typeof gradeCohort>): Box[] {
	const size = {
		wide: { label: 15, initials: 13 },
		middle: { label: 16, initials: 16 },
		narrow: { label: 14, initials: 14 }
	}[drawing.size];
	return drawing.seats.flatMap(({ label, whisker }) => [
		...(label ? [boxOf(label, size.label)] : []),
		...(whisker ? [boxOf(whisker.initials, size.initials)] : [])
	]);
}

function colliding(boxes: Box[]): [Box, Box][] {
	return boxes.flatMap((a, index) =>
		boxes.slice(index + 1).flatMap((b): [Box, Box][] => (overlap(a, b) ? [[a, b]] : []))
	);
}

describe('what happened', () => {
	const kinds = ['Campaign', 'Price change', 'Big customer won or lost', 'Other'];
	const happened = fc.array(
		fc.record({
			week: fc.integer({ min: -14, max: 105 }).map((day) => day / 7),
			text: fc.constantFrom(...kinds),
			major: fc.boolean()
		}),
		{ maxLength: 14 }
	);
	const withEvents = (width: number, events: { week: number; text: string; major: boolean }[]) =>
		gradeChart({
			...input,
			width,
			marks: [],
			events: events.map((event) => ({ ...event, told: event.text }))
		});

	test.each([1312, 760, 345])(
		'is marked where it happened, and stays in the drawing of %i',
		(width) => {
			fc.assert(
				fc.property(happened, (events) => {
					const drawing = withEvents(width, events);
					const inside = events.filter(({ week }) => week >= 0 && week <= 13);
					expect(drawing.happened.map(({ x }) => x).sort((a, b) => a - b)).toEqual(
						inside
							.map(({ week }) => Math.round((10 * week * width) / 13) / 10)
							.sort((a, b) => a - b)
					);
					const size = 16;
					const names = drawing.happened.flatMap(({ name }) => (name ? [name] : []));
					if (width === 345) expect(names).toEqual([]);
					const boxes = names.map(({ text }) => boxOf(text, size));
					const ticks = drawing.ticks.map((tick) => boxOf(tick, size));
					boxes.forEach((box, index) => {
						expect(box.y1).toBeLessThanOrEqual(drawing.height);
						expect(box.x1).toBeLessThanOrEqual(width + 1);
						const others = [...boxes.filter((_, at) => at !== index), ...ticks];
						expect(others.filter((other) => overlap(box, other))).toEqual([]);
						// A stem of another day does not run through a name.
						for (const { x, name } of drawing.happened)
							if (name && x > box.x0 && x < box.x1) expect(name.stem).toBeLessThanOrEqual(box.y0);
					});
				}),
				{ numRuns: 200 }
			);
		}
	);

	test('a crowd keeps the names of what was major', () => {
		const days = [0, 9, 10, 10, 12, 23, 25, 26, 88, 90];
		const crowd = days.map((day) => ({
			week: day / 7,
			text: 'Big customer won or lost',
			major: [10, 26, 90].includes(day)
		}));
		for (const width of [1312, 760]) {
			const { happened } = withEvents(width, crowd);
			expect(happened.filter(({ major, name }) => major && !name)).toEqual([]);
			expect(happened.filter(({ name }) => name).length).toBeGreaterThanOrEqual(6);
		}
	});

	test('every event of a calm program has its name, and the slope does not know of them', () => {
		const calm = [1.3, 3.3, 12.9].map((week) => ({ week, text: 'Price change', major: false }));
		for (const width of [1312, 760]) {
			const drawing = withEvents(width, calm);
			expect(drawing.happened.filter(({ name }) => name)).toHaveLength(3);
			expect(angle(drawing.promise)).toBeCloseTo(14.04, 1);
			expect(drawing.lines).toEqual(withEvents(width, []).lines);
		}
		expect(
			gradePicture({ ...input, events: [{ ...calm[0]!, told: '14 October: Price change' }] })
				.happened
		).toEqual([{ told: '14 October: Price change', major: false }]);
	});

	test('a line alone has a dot a week between its ends; several lines have none', () => {
		const one = { ...input, lines: [lines[1]!], width: 1312 };
		expect(gradeChart({ ...one, dotted: true }).lines[0]!.dots).toHaveLength(2);
		expect(gradeChart(one).lines[0]!.dots).toEqual([]);
	});
});
