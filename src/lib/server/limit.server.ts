import { RateLimiterDrizzle, RateLimiterRes } from 'rate-limiter-flexible';
import type { Database } from './database.server.ts';
import { rateBucket } from './tables.server.ts';

/** How often a thing may be done: `points` times in `seconds`. */
const limits = {
	'sign-in-address': { points: 3, duration: 3600 },
	'sign-in-mailbox': { points: 20, duration: 3600 },
	'sign-in-network': { points: 30, duration: 900 },
	'apply-network': { points: 10, duration: 3600 },
	'second-step': { points: 5, duration: 12 * 3600 },
	'second-step-account': { points: 10, duration: 900 },
	'passkey-network': { points: 60, duration: 900 },
	'token-network': { points: 60, duration: 900 }
} as const;

export type Limit = keyof typeof limits;

/** Counts in the database, so that every process and a restart share the count. */
export function openLimits(db: Database) {
	const open = (name: Limit) =>
		new RateLimiterDrizzle({
			storeClient: db,
			schema: rateBucket,
			keyPrefix: name,
			clearExpiredByTimeout: false,
			...limits[name]
		});
	const limiters = Object.fromEntries(
		(Object.keys(limits) as Limit[]).map((name) => [name, open(name)])
	) as Record<Limit, RateLimiterDrizzle>;

	/** Takes one point; false when there is none left. */
	return async function within(name: Limit, key: string): Promise<boolean> {
		try {
			await limiters[name].consume(key);
			return true;
		} catch (outcome) {
			if (outcome instanceof RateLimiterRes) return false;
			throw outcome;
		}
	};
}

export type Within = ReturnType<typeof openLimits>;
