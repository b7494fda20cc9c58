/**
 * The YES: what somebody must be able to say before they ask for a seat. Every cohort has its own
 * copy, which its coach may edit (method 11).
 */
import { slugOf } from './cohort.ts';

export const kinds = ['must', 'should', 'info'] as const;
export type Kind = (typeof kinds)[number];
export type Statement = { key: string; kind: Kind; en: string; nb: string };
export type Pledge = Statement[];

export const defaultPledge: Pledge = [
	{
		key: 'leads-three',
		kind: 'must',
		en: 'I lead at least three sellers, and will still lead them in six months.',
		nb: 'Jeg leder minst tre selgere, og skal fortsatt lede dem om seks måneder.'
	},
	{
		key: 'gives-time',
		kind: 'must',
		en: 'I can set aside two to three hours a week for thirteen weeks, and time with each seller on top of that.',
		nb: 'Jeg kan sette av to til tre timer i uka i tretten uker, og tid med hver selger i tillegg.'
	},
	{
		key: 'may-decide',
		kind: 'must',
		en: 'I decide how my team works, or my boss puts that right in writing.',
		nb: 'Jeg bestemmer hvordan teamet mitt jobber, eller sjefen min gir meg den retten skriftlig.'
	},
	{
		key: 'asks-the-team',
		kind: 'must',
		en: 'My team may be asked confidentially. I will not try to find out who said what.',
		nb: 'Teamet mitt kan bli spurt fortrolig. Jeg prøver ikke å finne ut hvem som sa hva.'
	},
	{
		key: 'has-deals',
		kind: 'must',
		en: 'I can hand over won deals with their dates for the last 26 weeks. 24 months would be better.',
		nb: 'Jeg kan levere vunne salg med dato for de siste 26 ukene. 24 måneder er enda bedre.'
	},
	{
		key: 'hears-it',
		kind: 'must',
		en: 'I am ready to hear uncomfortable feedback, and to talk about it with my team.',
		nb: 'Jeg tåler å høre ubehagelige tilbakemeldinger, og snakker med teamet om dem.'
	},
	{
		key: 'hands-over',
		kind: 'must',
		en: 'I am ready to hand over deals, customers and praise.',
		nb: 'Jeg er klar til å gi fra meg salg, kunder og ros.'
	},
	{
		key: 'boss-backs',
		kind: 'should',
		en: 'My own boss knows about the program and backs it.',
		nb: 'Sjefen min kjenner til programmet og støtter det.'
	},
	{
		key: 'quiet-quarter',
		kind: 'should',
		en: 'No merger, new pay plan or new territories are planned for the next three months.',
		nb: 'Det er ikke planlagt fusjon, ny lønnsmodell eller nye distrikter de neste tre månedene.'
	},
	{
		key: 'counts',
		kind: 'must',
		en: 'My results count in the cohort, whether they are good or bad.',
		nb: 'Resultatene mine teller med i kullet, enten de er gode eller dårlige.'
	},
	{
		key: 'five-answer',
		kind: 'info',
		en: 'I have five or more sellers who will answer, so that engagement can be reported.',
		nb: 'Jeg har fem eller flere selgere som kommer til å svare, slik at engasjementet kan vises.'
	},
	{
		key: 'one-sentence',
		kind: 'should',
		en: 'I can say in one sentence what I want to move towards.',
		nb: 'Jeg kan si med én setning hva jeg vil bevege meg mot.'
	}
];

export type PledgeFault =
	'statement-empty' | 'statement-long' | 'no-must' | 'too-many' | 'key-twice' | 'kind-unknown';
export const mostStatements = 20;
const longest = 300;

/** Why a pledge cannot be used like this, or null. */
export function pledgeFault(pledge: Pledge): PledgeFault | null {
	if (pledge.length > mostStatements) return 'too-many';
	if (pledge.some(({ en, nb }) => !en.trim() || !nb.trim())) return 'statement-empty';
	if (pledge.some(({ en, nb }) => en.length > longest || nb.length > longest))
		return 'statement-long';
	if (pledge.some(({ kind }) => !kinds.includes(kind))) return 'kind-unknown';
	if (new Set(pledge.map(({ key }) => key)).size < pledge.length) return 'key-twice';
	if (!pledge.some(({ kind }) => kind === 'must')) return 'no-must';
	return null;
}

/** A pledge as it was stored; anything that is not a statement is left out. */
export function storedPledge(value: unknown): Pledge {
	if (!Array.isArray(value)) return [];
	return value.filter(
		(entry): entry is Statement =>
			typeof entry === 'object' &&
			entry !== null &&
			['key', 'en', 'nb'].every(
				(name) => typeof (entry as Record<string, unknown>)[name] === 'string'
			) &&
			kinds.includes((entry as Statement).kind)
	);
}

/**
 * The pledge as an editing form posts it: `key`, `kind`, `en` and `nb` once a statement, in order.
 * A statement that was emptied in both languages is taken away; one without a key is new.
 */
export function pledgeFrom(form: { getAll(name: string): unknown[] }): Pledge {
	const column = (name: string) => form.getAll(name).map((value) => String(value).trim());
	const [keys, types, en, nb] = [column('key'), column('kind'), column('en'), column('nb')];
	const used = new Set(keys);
	const newKey = (text: string) => {
		const plain = slugOf(text).slice(0, 40) || 'statement';
		let key = plain;
		for (let count = 2; used.has(key); count += 1) key = `${plain}-${count}`;
		used.add(key);
		return key;
	};
	return en
		.slice(0, mostStatements + 1)
		.map((text, index) => ({
			key: keys[index] || newKey(text),
			kind: types[index] as Kind,
			en: text,
			nb: nb[index] ?? ''
		}))
		.filter((statement) => statement.en !== '' || statement.nb !== '');
}
