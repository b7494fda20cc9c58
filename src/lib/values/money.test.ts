import { expect, test } from 'vitest';
import { formatMoney } from './money.ts';

test('money is written in the reader’s language', () => {
	const price = { amountMinor: 8_700_000, currency: 'NOK' };
	expect(formatMoney(price, 'nb').replace(/\s/g, ' ')).toBe('87 000 kr');
	expect(formatMoney({ amountMinor: 1234, currency: 'EUR' }, 'en')).toBe('€12.34');
	expect(formatMoney({ amountMinor: 500, currency: 'JPY' }, 'en')).toBe('¥500');
});
