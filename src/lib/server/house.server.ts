/** What one process of the house opens when it starts, and closes when it stops. */
import { readConfig, type Config } from './config.server.ts';
import { openDatabase, type Pool } from './database.server.ts';
import { openLimits, type Within } from './limit.server.ts';
import { resendMailer, resendProof, type MailProof } from './mailer.server.ts';
import type { Mailer } from './outbox.server.ts';
import { keysFrom, type Keys } from './seal.server.ts';
import { stripeTill, type Till } from './till.server.ts';

export type House = {
	config: Config;
	keys: Keys;
	/** For pages. */
	web: Pool;
	/** For webhooks and signing in: they get through when pages have used up the other pool. */
	door: Pool;
	within: Within;
	till: Till;
	mailer: Mailer;
	mailProof: MailProof;
	close: () => Promise<void>;
};

export function openHouse(): House {
	const config = readConfig();
	const web = openDatabase(config.DATABASE_URL, { max: 8 });
	const door = openDatabase(config.DATABASE_URL, { max: 2 });
	return {
		config,
		keys: keysFrom(config.APP_KEYS),
		web,
		door,
		within: openLimits(door.db),
		till: stripeTill(config),
		mailer: resendMailer(config),
		mailProof: resendProof(config),
		close: async () => {
			await Promise.all([web.close(), door.close()]);
		}
	};
}
