/** What operators set. Read and checked once, where a process begins; nothing else reads the environment. */
import process from 'node:process';
import * as v from 'valibot';

const list = v.pipe(
	v.string(),
	v.transform((text) =>
		text
			.split(',')
			.map((part) => part.trim())
			.filter(Boolean)
	),
	v.minLength(1)
);
const key = v.pipe(
	v.string(),
	v.regex(/^[A-Za-z0-9_-]{43,}$/, 'each application key is 32 random bytes in base64url')
);

/** An empty line in a file of settings is a setting that was not made. */
const words = v.optional(
	v.pipe(
		v.string(),
		v.trim(),
		v.transform((text) => text || undefined)
	)
);

const settings = v.object({
	APP_ORIGIN: v.pipe(
		v.string(),
		v.url(),
		v.transform((url) => new URL(url).origin)
	),
	DATABASE_URL: v.pipe(v.string(), v.startsWith('postgres')),
	PORT: v.pipe(v.optional(v.string(), '3000'), v.toNumber(), v.integer()),
	APP_KEYS: v.pipe(list, v.array(key), v.maxLength(2)),
	STRIPE_SECRET_KEY: v.pipe(v.string(), v.regex(/^(sk|rk)_/)),
	STRIPE_WEBHOOK_SECRETS: v.pipe(list, v.array(v.pipe(v.string(), v.startsWith('whsec_')))),
	STRIPE_API_BASE: v.optional(v.pipe(v.string(), v.url())),
	RESEND_API_KEY: v.pipe(v.string(), v.startsWith('re_')),
	RESEND_BASE_URL: v.optional(v.pipe(v.string(), v.url())),
	RESEND_WEBHOOK_SECRET: v.pipe(v.string(), v.startsWith('whsec_')),
	MAIL_FROM: v.optional(v.string(), 'Løfte <post@lofte.example>'),
	/** Whether coach and admin must have a second step before they see anything. */
	SECOND_STEP: v.optional(v.picklist(['demanded', 'offered']), 'demanded'),
	MAIL_RATE: v.pipe(v.optional(v.string(), '2'), v.toNumber(), v.minValue(0.1)),
	SELLER_NAME: words,
	SELLER_NUMBER: words,
	SELLER_ADDRESS: words,
	VAT_PERCENT: v.pipe(
		words,
		v.optional(
			v.pipe(
				v.string(),
				v.regex(/^(?!0*([.]0*)?$)\d{1,2}([.]\d{1,2})?$/, 'a percentage like 25 or 12.5'),
				// In hundredths of a percent, so that nothing is counted in fractions.
				v.transform((text) => Math.round(Number(text) * 100))
			)
		)
	),
	VAT_INCLUDED: v.pipe(words, v.optional(v.picklist(['yes', 'no'])))
});

const together = (...parts: unknown[]) =>
	new Set(parts.map((part) => part === undefined)).size === 1;

const schema = v.pipe(
	settings,
	v.forward(
		v.check(
			(set) => together(set.SELLER_NAME, set.SELLER_NUMBER, set.SELLER_ADDRESS),
			'name, number and address of the seller are set together'
		),
		['SELLER_NAME']
	),
	v.forward(
		v.check(
			(set) =>
				together(set.VAT_PERCENT, set.VAT_INCLUDED) &&
				(set.VAT_PERCENT === undefined || set.SELLER_NAME !== undefined),
			'the rate and whether prices include it are set together, and with a seller'
		),
		['VAT_PERCENT']
	)
);

export type Config = v.InferOutput<typeof schema>;

/**
 * The configuration, from `.env` (if there is one) and the environment.
 *
 * @throws with one line per variable that is missing or malformed, without their values
 */
export function readConfig(): Config {
	try {
		process.loadEnvFile('.env');
	} catch {
		// No file: the environment alone decides.
	}
	return configIn(process.env);
}

/** @throws as `readConfig` does */
export function configIn(environment: Record<string, string | undefined>): Config {
	const read = v.safeParse(schema, environment);
	if (read.success) return read.output;
	const lines = read.issues.map(
		(issue) => `  ${v.getDotPath(issue) ?? '?'}: ${issue.message.split('received')[0]}`
	);
	throw new Error(
		`The configuration is not complete (see README, "Production"):\n${lines.join('\n')}`
	);
}
