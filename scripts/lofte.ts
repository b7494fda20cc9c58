/** `npm run lofte -- <verb>`: what operators do by hand. Every verb can be run twice. */
import process from 'node:process';
import { sql } from 'drizzle-orm';
import { system } from '#lib/people/actor.ts';
import { dropSecondStep, grantRole } from '#lib/people/commands.server.ts';
import { cleanEmail } from '#lib/people/login.ts';
import { personByEmail } from '#lib/people/queries.server.ts';
import { isRole } from '#lib/people/role.ts';
import { reconcile, sweep } from '#lib/payments/commands.server.ts';
import { audit } from '#lib/server/audit.server.ts';
import { readConfig } from '#lib/server/config.server.ts';
import { inTransaction } from '#lib/server/context.server.ts';
import { openDatabase } from '#lib/server/database.server.ts';
import { keysFrom } from '#lib/server/seal.server.ts';
import { stripeTill } from '#lib/server/till.server.ts';
import { backup } from './lofte/backup.ts';
import { erasePerson, exportPerson } from './lofte/person.ts';
import { restoreCheck } from './lofte/restore.ts';
import { rotateKeys } from './lofte/rotate.ts';

const verbs = [
	'invariants',
	'verify-audit',
	'sweep',
	'reconcile',
	'grant',
	'drop-second-step',
	'rotate-keys',
	'export',
	'erase',
	'backup',
	'restore-check'
] as const;
type Verb = (typeof verbs)[number];

const say = (text: string) => process.stdout.write(`${text}\n`);
/** For those verbs whose standard output is a document. */
const complain = (text: string) => process.stderr.write(`${text}\n`);
const verb = process.argv[2] as Verb;
if (!verbs.includes(verb)) {
	say(
		`Usage: npm run lofte -- ${verbs.join(' | ')}
  grant <role> <e-mail> <name>
  drop-second-step <e-mail>
  export --person <e-mail> [--with-private-notes]
  erase --person <e-mail>
  backup <file>
  restore-check <file> [--into <address of an empty database>]`
	);
	process.exit(2);
}

const config = readConfig();
const pool = openDatabase(config.DATABASE_URL, { max: 1, queryMs: 60_000, transactionMs: 120_000 });
const ctx = { db: pool.db, keys: keysFrom(config.APP_KEYS), now: new Date(), who: system };

/** The address after `--person`; null, with a word on how to say it, when there is none. */
function personAsked(): string | null {
	const at = process.argv.indexOf('--person');
	const email = at < 0 ? null : cleanEmail(process.argv[at + 1] ?? '');
	if (!email) complain(`${verb} --person <e-mail>`);
	return email;
}

const run: Record<Verb, () => Promise<number>> = {
	async invariants() {
		const broken = await pool.db.execute<{ rule: string; subject: string }>(
			sql`select rule, subject from invariant_violations order by 1, 2 limit 100`
		);
		for (const { rule, subject } of broken) say(`${rule}  ${subject}`);
		say(broken.length === 0 ? 'Every promise holds.' : `${broken.length} broken.`);
		return broken.length === 0 ? 0 : 1;
	},
	async 'verify-audit'() {
		const broken = await pool.db.execute<{ rule: string; subject: string }>(
			sql`select rule, subject from invariant_violations where rule like 'audit-%' limit 100`
		);
		const [head] = await pool.db.execute<{ seq: number; h: string }>(
			sql`select seq, encode(h, 'hex') as h from audit_head`
		);
		for (const { rule, subject } of broken) say(`${rule}  ${subject}`);
		say(`${head?.seq ?? 0} entries, head ${head?.h ?? ''}`);
		return broken.length === 0 ? 0 : 1;
	},
	async sweep() {
		await sweep(ctx, stripeTill(config), { origin: config.APP_ORIGIN });
		return 0;
	},
	async grant() {
		const [role = '', typed = '', name = ''] = process.argv.slice(3);
		const email = cleanEmail(typed);
		if (!isRole(role) || !email || !name.trim()) {
			say('grant <leader|coach|admin|sponsor> <e-mail> <name>');
			return 2;
		}
		await inTransaction(ctx, async (tx) => {
			const id = await grantRole(tx, { role, email, name: name.trim(), locale: 'en' });
			await audit(tx, { action: 'role-granted', object: { kind: 'person', id }, detail: { role } });
		});
		say(`${name.trim()} may act as ${role}.`);
		return 0;
	},
	async 'drop-second-step'() {
		const email = cleanEmail(process.argv[3] ?? '');
		const found = email && (await personByEmail(ctx, email));
		if (!found) {
			say('drop-second-step <e-mail of somebody we know>');
			return 2;
		}
		await inTransaction(ctx, (tx) => dropSecondStep(tx, found.id));
		say(`${found.name} signs in by link alone.`);
		return 0;
	},
	'rotate-keys': () => rotateKeys(ctx, say),
	async export() {
		const email = personAsked();
		if (!email) return 2;
		const withPrivate = process.argv.includes('--with-private-notes');
		const found = await exportPerson(ctx, email, { withPrivate });
		if (found) say(JSON.stringify(found, null, '\t'));
		else complain('We hold nothing about this address.');
		return found ? 0 : 1;
	},
	async erase() {
		const email = personAsked();
		if (!email) return 2;
		const outcome = await erasePerson(ctx, email);
		if (outcome === 'unknown') say('We hold nothing about this address.');
		else if (outcome === 'erased') say('Erased. They sign in nowhere any more.');
		else {
			say('Not yet:');
			for (const reason of outcome.waits) say(`- ${reason}`);
			return 1;
		}
		return 0;
	},
	async backup() {
		const [, , , file] = process.argv;
		if (!file) {
			say('backup <file>');
			return 2;
		}
		return backup(file, { url: config.DATABASE_URL, keys: ctx.keys, now: ctx.now }, say);
	},
	async 'restore-check'() {
		const [, , , file, option, into] = process.argv;
		if (!file || (option && (option !== '--into' || !into))) {
			say('restore-check <file> [--into <address of an empty database>]');
			return 2;
		}
		const place = { url: config.DATABASE_URL, keys: ctx.keys, ...(into && { into }) };
		return restoreCheck(file, place, say);
	},
	async reconcile() {
		await reconcile(ctx, stripeTill(config), { origin: config.APP_ORIGIN });
		return 0;
	}
};

try {
	process.exitCode = await run[verb]();
} finally {
	await pool.close();
}
