/**
 * What CRMs call the columns of a deals file, and the words they use in them, in English and
 * Norwegian. Anything that is not listed here is asked, never guessed.
 */
export const fields = [
	'dealId',
	'name',
	'owner',
	'ownerEmail',
	'status',
	'stage',
	'closedOn',
	'wonOn',
	'lostOn',
	'createdOn',
	'expectedOn',
	'amount',
	'currency',
	'type'
] as const;
export type Field = (typeof fields)[number];
export type Crm = 'hubspot' | 'salesforce' | 'pipedrive' | 'deals' | 'other';
export type Status = 'won' | 'lost' | 'open';
export type DealType = 'new' | 'expansion' | 'renewal';

/** Lower case without accents or punctuation, so that spellings of one name meet. */
export const fold = (text: string): string =>
	text
		.toLowerCase()
		.replace(/ø/gu, 'o')
		.replace(/æ/gu, 'ae')
		.replace(/ß/gu, 'ss')
		.replace(/[đð]/gu, 'd')
		.replace(/ł/gu, 'l')
		.normalize('NFD')
		.replace(/\p{M}/gu, '')
		.replace(/[^\p{L}\p{N}]+/gu, ' ')
		.trim();

/** Folded header names of each field; the first one that the file has is taken. */
const aliases: Record<Field, string[]> = {
	dealId: [
		'deal id',
		'record id',
		'opportunity id',
		'opportunity id 18',
		'18 digit opportunity id',
		'avtale id',
		'oppforings id',
		'post id',
		'salgsmulighets id',
		'salgsmulighet id',
		'id'
	],
	name: [
		'deal name',
		'opportunity name',
		'deal title',
		'avtale tittel',
		'avtalenavn',
		'navn pa avtale',
		'navn pa salgsmulighet',
		'salgsmulighetsnavn',
		'title',
		'tittel',
		'name',
		'navn'
	],
	owner: [
		'owner id',
		'deal owner',
		'opportunity owner',
		'avtale eier',
		'avtaleeier',
		'eier av avtale',
		'eier av salgsmulighet',
		'salgsmulighetseier',
		'owner',
		'eier',
		'selger'
	],
	ownerEmail: [
		'owner email',
		'deal owner email',
		'opportunity owner email',
		'eier e post',
		'avtale eier e post'
	],
	status: ['status', 'deal status', 'avtale status'],
	stage: [
		'stage',
		'deal stage',
		'opportunity stage',
		'avtale fase',
		'avtalefase',
		'avtale stadium',
		'avtalestadium',
		'avtale trinn',
		'fase',
		'stadium',
		'trinn'
	],
	closedOn: [
		'close date',
		'closed date',
		'closed on',
		'deal closed on',
		'deal deal closed on',
		'avtale lukket',
		'avtale avtale lukket',
		'lukket dato',
		'lukkedato',
		'sluttdato',
		'avslutningsdato'
	],
	wonOn: [
		'won time',
		'won date',
		'deal won time',
		'avtale vunnet tid',
		'vunnet tid',
		'vunnet dato'
	],
	lostOn: ['lost time', 'lost date', 'deal lost time', 'avtale tapt tid', 'tapt tid', 'tapt dato'],
	createdOn: [
		'created date',
		'create date',
		'add time',
		'deal created',
		'deal deal created',
		'deal add time',
		'avtale opprettet',
		'avtale avtale opprettet',
		'opprettet dato',
		'opprettelsesdato',
		'opprettet',
		'created'
	],
	expectedOn: [
		'first expected close',
		'expected close date',
		'deal expected close date',
		'avtale forventet lukkedato',
		'avtale forventet sluttdato',
		'forventet lukkedato',
		'forventet sluttdato'
	],
	amount: [
		'amount',
		'deal amount',
		'deal value',
		'avtale verdi',
		'avtaleverdi',
		'belop',
		'avtalebelop',
		'value',
		'verdi'
	],
	currency: [
		'currency',
		'amount currency',
		'deal currency',
		'deal currency of value',
		'opportunity currency',
		'avtale valuta',
		'avtale valuta for verdi',
		'valuta for belop',
		'valuta'
	],
	type: ['type', 'deal type', 'opportunity type', 'avtaletype', 'avtale type', 'salgstype']
};

/** Without these no deal can be counted; of status and stage, and of the days, one will do. */
export const optional = new Set<Field>([
	'name',
	'ownerEmail',
	'status',
	'closedOn',
	'wonOn',
	'lostOn',
	'createdOn',
	'expectedOn',
	'currency',
	'type'
]);

/** Header texts made unique, so that one of two equal columns can be named: 'Amount (2)'. */
export function labelsOf(header: string[]): string[] {
	const seen = new Map<string, number>();
	return header.map((cell) => {
		const text = cell.trim();
		const times = (seen.get(text) ?? 0) + 1;
		seen.set(text, times);
		return times === 1 ? text : `${text} (${times})`;
	});
}

/** Which column holds which field, by the names that CRMs use; unknown fields are left out. */
export function columnsOf(header: string[]): Partial<Record<Field, number>> {
	const names = header.map(fold);
	const columns: Partial<Record<Field, number>> = {};
	for (const field of fields) {
		const alias = aliases[field].find((name) => names.includes(name));
		if (alias !== undefined) columns[field] = names.indexOf(alias);
	}
	return columns;
}

/** Which CRM wrote the header. */
export function crmOf(header: string[]): Crm {
	const names = new Set(header.map(fold));
	if (header.some((cell) => /^\s*(deal|avtale) - /iu.test(cell))) return 'pipedrive';
	if (names.has('record id') || names.has('oppforings id')) return 'hubspot';
	if ([...names].some((name) => /^(opportunity|salgsmulighet)/u.test(name))) return 'salesforce';
	return names.has('deal id') && names.has('owner id') ? 'deals' : 'other';
}

const statusWords: Record<Status, string[]> = {
	won: ['won', 'closed won', 'closedwon', 'deal won', 'vunnet', 'vunnet avtale', 'lukket vunnet'],
	lost: ['lost', 'closed lost', 'closedlost', 'deal lost', 'tapt', 'tapt avtale', 'lukket tapt'],
	open: [
		'open',
		'apen',
		'apent',
		'appointment scheduled',
		'qualified to buy',
		'presentation scheduled',
		'decision maker bought in',
		'contract sent',
		'prospecting',
		'qualification',
		'needs analysis',
		'value proposition',
		'id decision makers',
		'perception analysis',
		'proposal price quote',
		'negotiation review'
	]
};

const typeWords: Record<DealType, string[]> = {
	new: ['new', 'new business', 'newbusiness', 'new customer', 'ny', 'ny kunde', 'nysalg'],
	expansion: [
		'expansion',
		'upsell',
		'cross sell',
		'existing customer upgrade',
		'utvidelse',
		'mersalg',
		'kryssalg'
	],
	renewal: ['renewal', 'existing customer renewal', 'fornyelse']
};

function meaning<Meaning extends string>(words: Record<Meaning, string[]>, cell: string) {
	const found = Object.entries<string[]>(words).find(([, known]) => known.includes(fold(cell)));
	return (found?.[0] as Meaning | undefined) ?? null;
}

/** Won, lost or open; HubSpot's "Closed won (Sales pipeline)" included. Null: ask. */
export const statusOf = (cell: string): Status | null =>
	meaning(statusWords, cell) ?? meaning(statusWords, cell.replace(/\s*\([^()]*\)\s*$/u, ''));

/** New, expansion or renewal; an empty cell is new (method 4.7). Null: ask. */
export const typeOf = (cell: string): DealType | null =>
	cell.trim() === '' ? 'new' : meaning(typeWords, cell);

/** The currencies that a word in an amount may stand for. */
export function currenciesOf(word: string): string[] {
	const known: Record<string, string[]> = {
		kr: ['NOK', 'SEK', 'DKK', 'ISK'],
		kroner: ['NOK', 'DKK'],
		'€': ['EUR'],
		'£': ['GBP'],
		us$: ['USD'],
		$: ['USD', 'AUD', 'CAD', 'HKD', 'NZD', 'SGD']
	};
	const text = word.trim().toLowerCase().replace(/\.$/u, '');
	const code = text.toUpperCase();
	return known[text] ?? (codes.has(code) ? [code] : []);
}

const codes = new Set(Intl.supportedValuesOf('currency'));
