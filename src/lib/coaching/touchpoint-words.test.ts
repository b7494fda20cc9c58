import { expect, test } from 'vitest';
import { agoSaid, aimSaid, pulseSaid } from './touchpoint-words.ts';

test('the sentence over the pulse names one or two, and counts more', () => {
	const silence = (...names: string[]) => pulseSaid({ say: 'silence', names, days: 8 });
	expect(silence('Jonas')).toBe('Jonas has heard nothing from you for 8 working days.');
	expect(silence('Jonas', 'Sara')).toMatch(/Jonas.*Sara/);
	expect(silence('Jonas', 'Sara', 'Ola')).toContain('3');
	expect(silence('Jonas', 'Sara', 'Ola')).not.toContain('Jonas');
});

test('what was long ago is a number of days, what was near has a name', () => {
	const said = (ago: Parameters<typeof agoSaid>[0]) => agoSaid(ago, 'en', 'long');
	expect(said({ form: 'weekday', day: '2027-02-19' })).toBe('Friday');
	expect(said({ form: 'days', count: 8 })).toContain('8');
	expect(said({ form: 'never' })).not.toBe(said({ form: 'today' }));
});

test('an aim below once a week is said as once in so many weeks', () => {
	expect(aimSaid({ perWeek: 2, per: 'seller' })).toContain('2');
	expect(aimSaid({ perWeek: 0.25, per: 'seller' })).toContain('4');
	expect(aimSaid({ perWeek: 1, per: 'team' })).not.toBe(aimSaid({ perWeek: 1, per: 'seller' }));
});
