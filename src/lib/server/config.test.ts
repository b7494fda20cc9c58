import { expect, test } from 'vitest';
import { configIn } from './config.server.ts';

const needed = {
	APP_ORIGIN: 'https://lofte.example',
	DATABASE_URL: 'postgres://localhost/lofte',
	APP_KEYS: 'a'.repeat(43),
	STRIPE_SECRET_KEY: 'sk_test_x',
	STRIPE_WEBHOOK_SECRETS: 'whsec_x',
	RESEND_API_KEY: 're_x',
	RESEND_WEBHOOK_SECRET: 'whsec_x'
};
const seller = { SELLER_NAME: 'Løfte AS', SELLER_NUMBER: '987', SELLER_ADDRESS: 'Gata 1' };

test('who sells can be left out, and an empty line leaves it out', () => {
	const empty = Object.fromEntries(Object.keys(seller).map((name) => [name, ' ']));
	for (const set of [{}, { ...empty, VAT_PERCENT: '', VAT_INCLUDED: '' }]) {
		const config = configIn({ ...needed, ...set });
		expect([config.SELLER_NAME, config.VAT_PERCENT, config.VAT_INCLUDED]).toEqual([
			undefined,
			undefined,
			undefined
		]);
	}
	expect(configIn({ ...needed, ...seller }).SELLER_NAME).toBe('Løfte AS');
});

test.each([
	['25', 2500],
	['12.5', 1250],
	['8.05', 805]
])('a rate of %s %% is %i', (text, rate) => {
	const config = configIn({ ...needed, ...seller, VAT_PERCENT: text, VAT_INCLUDED: 'yes' });
	expect(config.VAT_PERCENT).toBe(rate);
});

test.each([
	['a name without a number', { SELLER_NAME: 'Løfte AS' }, 'SELLER_NAME'],
	[
		'a rate that is not said to be included or not',
		{ ...seller, VAT_PERCENT: '25' },
		'VAT_PERCENT'
	],
	['a rate of nobody', { VAT_PERCENT: '25', VAT_INCLUDED: 'yes' }, 'VAT_PERCENT'],
	['included, and no rate', { ...seller, VAT_INCLUDED: 'yes' }, 'VAT_PERCENT'],
	['no tax at all', { ...seller, VAT_PERCENT: '0', VAT_INCLUDED: 'yes' }, 'VAT_PERCENT'],
	['a word', { ...seller, VAT_PERCENT: 'high', VAT_INCLUDED: 'yes' }, 'VAT_PERCENT'],
	['perhaps', { ...seller, VAT_PERCENT: '25', VAT_INCLUDED: 'perhaps' }, 'VAT_INCLUDED']
])('%s stops the start', (_, set, named) => {
	expect(() => configIn({ ...needed, ...set })).toThrow(`  ${named}: `);
});
