import { decimalsOf } from '#lib/values/money.ts';

/** An amount that an admin types ("1 250", "1250,50", "1250.50"), in the smallest unit; null when it is doubtful. */
export function writtenAmount(text: string, currency: string): number | null {
	let decimals: number;
	try {
		decimals = decimalsOf(currency);
	} catch {
		return null;
	}
	const plain = text.replace(/[\s\u00a0\u202f]/g, '');
	const parts = /^(\d{1,12})(?:[.,](\d{1,3}))?$/.exec(plain);
	// Three figures after a sign may be thousands: asked again, not guessed.
	if (!parts || (parts[2] ?? '').length > decimals) return null;
	return Number(parts[1]) * 10 ** decimals + Number((parts[2] ?? '').padEnd(decimals, '0') || 0);
}
