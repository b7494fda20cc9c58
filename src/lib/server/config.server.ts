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

const schema = v.object({
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
	MAIL_RATE: v.pipe(v.optional(v.string(), '2'), v.toNumber(), v.minValue(0.1))
});

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
	const read = v.safeParse(schema, process.env);
	if (read.success) return read.output;
	const lines = read.issues.map(
		(issue) => `  ${v.getDotPath(issue) ?? '?'}: ${issue.message.split('received')[0]}`
	);
	throw new Error(
		`The configuration is not complete (see README, "Production"):\n${lines.join('\n')}`
	);
}
