import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
	engagementLine,
	engagementTrajectory,
	forecastEngagement,
	forecastRevenue,
	interval80,
	revenueLine,
	revenueTrajectory,
	statusFor
} from './forecast.ts';

test('status follows the probability of reaching the target', () => {
	expect([1, 0.5, 0.4999, 0.2, 0.1999, 0].map(statusFor)).toEqual([
		'on_track',
		'on_track',
		'at_risk',
		'at_risk',
		'off_track',
		'off_track'
	]);
});

describe('engagement', () => {
	test('V10a: slow and uneven is off track', () => {
		const forecast = engagementTrajectory({ series: [60, 62, 61, 65, 66] });
		expect(forecast.forecast).toBeCloseTo(69.17017, 6);
		expect(forecast.sd).toBeCloseTo(4.200429, 6);
		expect(forecast.p).toBeCloseTo(0.082582, 6);
		expect(forecast).toMatchObject({ status: 'off_track', target: 75 });
		expect(forecast.paceRatio).toBeCloseTo(0.6, 9);
		expect(forecast.line[4]).toBeCloseTo(70, 9);
	});

	test('V10b: ahead of the line is on track', () => {
		const forecast = engagementTrajectory({ series: [60, 64, 67, 70, 71] });
		expect(forecast.forecast).toBeCloseTo(76.244824, 6);
		expect(forecast.p).toBeCloseTo(0.616521, 6);
		expect(forecast.status).toBe('on_track');
		expect(forecast.paceRatio).toBeCloseTo(1.1, 9);
	});

	test('V10c: exactly on the line is a toss of a coin', () => {
		const forecast = forecastEngagement({ series: [60, 62.5, 65, 67.5, 70] });
		expect(forecast.forecast).toBeCloseTo(74.712, 3);
		expect(forecast.p).toBeCloseTo(0.4726, 4);
		expect(forecast.status).toBe('at_risk');
	});

	test('V10d: a hidden wave is passed over', () => {
		const forecast = forecastEngagement({ series: [60, 64, null, 70, 71] });
		expect(forecast.forecast).toBeCloseTo(76.709605, 6);
		expect(forecast.status).toBe('on_track');
	});

	test('before two reported waves it is too early', () => {
		expect(forecastEngagement({ series: [60] }).status).toBe('too_early');
		expect(forecastEngagement({ series: [60, 75] }).status).toBe('too_early');
		expect(forecastEngagement({ series: [60, 75, null, null] }).status).toBe('too_early');
		expect(forecastEngagement({ series: [60, null, 64, 66] }).status).not.toBe('too_early');
	});

	test('without any news the forecast is the baseline', () => {
		expect(forecastEngagement({ series: [60, null, null] }).forecast).toBe(60);
		expect(engagementTrajectory({ series: [60] }).paceRatio).toBeNull();
	});

	test('the endline is no forecast any more', () => {
		const series = [60, 62, 64, 66, 68, 70, 75] as const;
		expect(forecastEngagement({ series: [...series] })).toEqual({
			forecast: 75,
			sd: 0,
			p: 1,
			status: 'on_track'
		});
		expect(forecastEngagement({ series: [60, 62, 64, 66, 68, 70, 74.9] }).p).toBe(0);
		expect(forecastEngagement({ series: [60, 62, 64, 66, 68, 70, null] }).sd).toBeGreaterThan(0);
	});

	test('the forecast never leaves the scale', () => {
		expect(forecastEngagement({ series: [80, 95, 99, 100] }).forecast).toBeLessThanOrEqual(100);
		const { interval80 } = engagementTrajectory({ series: [80, 95, 99, 100] });
		expect(interval80[1]).toBe(100);
	});

	test('the line climbs evenly from the baseline to the goal', () => {
		expect([0, 3, 6].map((index) => engagementLine(60, index))).toEqual([60, 67.5, 75]);
		expect(engagementLine(60, 2, { last: 4, goal: 0.5 })).toBe(75);
	});

	const value = fc.double({ min: 30, max: 65, noNaN: true });
	test('raising the last wave never lowers the forecast, and the interval holds it', () => {
		fc.assert(
			fc.property(
				value,
				fc.array(fc.option(value, { nil: null }), { maxLength: 3 }),
				value,
				fc.double({ min: 0, max: 5, noNaN: true }),
				(baseline, before, last, more) => {
					const lower = engagementTrajectory({ series: [baseline, ...before, last] });
					const higher = engagementTrajectory({ series: [baseline, ...before, last + more] });
					expect(higher.forecast).toBeGreaterThanOrEqual(lower.forecast - 1e-9);
					expect(lower.interval80[0]).toBeLessThanOrEqual(lower.forecast);
					expect(lower.interval80[1]).toBeGreaterThanOrEqual(lower.forecast);
				}
			)
		);
	});
});

describe('revenue', () => {
	const baseline = [
		12000, 8000, 15000, 9500, 22000, 7000, 11000, 18000, 6000, 14000, 9000, 30000, 10000, 8500,
		13000, 16000, 7500, 12500, 20000, 11000, 9000, 14500, 8000, 17000
	];
	const ahead = {
		week: 6,
		program: [14000, 9000, 40000, 11000, 16000, 8000, 21000],
		baseline,
		baselineWeekly: 308500 / 26
	};

	test('V11a: ahead of the line at week 6 is on track', () => {
		const forecast = forecastRevenue(ahead);
		expect(forecast.rate).toBeCloseTo(14979.510462, 6);
		expect(forecast.forecast).toBeCloseTo(223856.573233, 6);
		expect(forecast.target).toBeCloseTo(192812.5, 6);
		expect(forecast.sd).toBeCloseTo(51615.057582, 6);
		expect(forecast.p).toBeCloseTo(0.726231, 6);
		expect(forecast.paceRatio).toBeCloseTo(1.337223, 6);
		expect(forecast.status).toBe('on_track');
	});

	test('V11b: four small deals are off track', () => {
		const forecast = forecastRevenue({ ...ahead, program: [14000, 9000, 11000, 8000] });
		expect(forecast.forecast).toBeCloseTo(114054.43787, 6);
		expect(forecast.p).toBeCloseTo(0.020941, 6);
		expect(forecast.status).toBe('off_track');
	});

	test('at week 13 it has been reached or not', () => {
		const end = { ...ahead, week: 13 };
		expect(forecastRevenue(end)).toMatchObject({
			p: 0,
			sd: 0,
			forecast: 119000,
			status: 'off_track'
		});
		expect(forecastRevenue({ ...end, program: [192812.5] })).toMatchObject({
			p: 1,
			status: 'on_track'
		});
		expect(forecastRevenue({ ...end, program: [] })).toMatchObject({ p: 0, status: 'off_track' });
		expect(forecastRevenue({ ...end, share: 0.9 }).sd).toBe(0);
	});

	test('before week 3, or with fewer than three effective deals, it is too early', () => {
		expect(forecastRevenue({ ...ahead, week: 2 }).status).toBe('too_early');
		expect(forecastRevenue({ ...ahead, program: [14000, 14000] }).status).toBe('too_early');
		expect(forecastRevenue({ ...ahead, program: [14000, 14000, 14000] }).status).not.toBe(
			'too_early'
		);
		expect(forecastRevenue({ ...ahead, program: [] })).toMatchObject({
			status: 'too_early',
			paceRatio: 0
		});
	});

	test('where a quarter’s deals come late, the line asks less of week 6', () => {
		expect(revenueLine(130, 6)).toBeCloseTo(60, 9);
		expect(revenueLine(130, 6, 0.3)).toBeCloseTo(39, 9);
		const late = forecastRevenue({ ...ahead, share: 0.3 });
		expect(late.paceRatio).toBeGreaterThan(forecastRevenue(ahead).paceRatio);
		expect(late.forecast).toBeGreaterThan(forecastRevenue(ahead).forecast);
	});

	test('more unevenness than chance widens the interval', () => {
		expect(forecastRevenue({ ...ahead, phi: 2 }).sd).toBeGreaterThan(forecastRevenue(ahead).sd);
	});

	test('the drawn interval holds the forecast and never takes back what is won', () => {
		const { interval80: drawn, forecast, sd } = revenueTrajectory(ahead);
		expect(drawn[1]).toBeCloseTo(forecast + 1.2815515655 * sd, 2);
		expect(drawn[0]).toBeCloseTo(forecast - 1.2815515655 * sd, 2);
		expect(interval80(100, 10)[0]).toBeCloseTo(87.184484, 6);
		expect(revenueTrajectory({ ...ahead, week: 12 }).interval80[0]).toBeGreaterThanOrEqual(119000);
	});

	const amounts = fc.array(fc.integer({ min: 100, max: 50000 }), { minLength: 1, maxLength: 30 });
	test('neither the order of deals nor the currency matters', () => {
		fc.assert(
			fc.property(amounts, amounts, fc.integer({ min: 1, max: 12 }), (before, now, week) => {
				const one = forecastRevenue({ week, program: now, baseline: before, baselineWeekly: 9000 });
				const other = forecastRevenue({
					week,
					program: now.map((amount) => amount * 11).reverse(),
					baseline: before.map((amount) => amount * 11).reverse(),
					baselineWeekly: 99000
				});
				expect(other.p).toBeCloseTo(one.p, 9);
				expect(other.paceRatio).toBeCloseTo(one.paceRatio, 9);
				expect(other.forecast / 11 / one.forecast).toBeCloseTo(1, 9);
			})
		);
	});
});
