import { expect, test } from 'vitest';
import type { Seller } from '#lib/server/till.server.ts';
import { receiptWords, sellerWords } from './seller-words.server.ts';

const seller = (vat: Seller['vat'] = null): Seller => ({
	name: 'Løfte AS',
	number: '987 654 321',
	address: 'Gata 1, 0101 Oslo',
	vat
});
const paid = { amountMinor: 8_700_000, currency: 'NOK' };
const plain = (text: string | null) => text?.replace(/[\u00a0\u202f]/g, ' ') ?? null;

test('who is not named is not claimed to sell, and no tax is spoken of', () => {
	expect(sellerWords(null, 'en')).toBeNull();
	expect(receiptWords(null, paid, 'en')).toBeNull();
	for (const say of [sellerWords(seller(), 'en'), receiptWords(seller(), paid, 'en')])
		expect(say).toBe('Sold by Løfte AS, organisation number 987 654 321, Gata 1, 0101 Oslo.');
});

test('a price that includes tax says so, and the receipt says how much of it is tax', () => {
	const included = seller({ rate: 2500, included: true });
	expect(sellerWords(included, 'en')).toMatch(/^Including 25 % VAT\. Sold by Løfte AS/);
	expect(sellerWords(included, 'nb')).toMatch(/^Inkludert 25 % mva\. Selges av Løfte AS/);
	expect(plain(receiptWords(included, paid, 'en'))).toMatch(/^Of this, NOK 17,400 is 25 % VAT\./);
	expect(plain(receiptWords(included, paid, 'nb'))).toMatch(
		/^Av dette er 17 400 kr mva\. \(25 %\)\./
	);
});

test('a price without tax says so, and no amount is made up', () => {
	const excluded = seller({ rate: 1250, included: false });
	for (const say of [sellerWords(excluded, 'en'), receiptWords(excluded, paid, 'en')])
		expect(say).toMatch(/^Excluding 12\.5 % VAT\. Sold by/);
	expect(receiptWords(excluded, paid, 'nb')).toMatch(/^Uten 12,5 % mva\./);
});
