/** `rotate-keys`: everything that is sealed, under the current key. */
import { storedAddresses as ofApplications } from '#lib/admissions/personal.server.ts';
import { sealedColumns as ofCoaching } from '#lib/coaching/tables.server.ts';
import { storedAddresses as ofSellers } from '#lib/cohorts/personal.server.ts';
import { sealedColumns as ofCoursework } from '#lib/coursework/tables.server.ts';
import { sealedColumns as ofEngagement } from '#lib/engagement/tables.server.ts';
import { sealedColumns as ofPayments } from '#lib/payments/tables.server.ts';
import { storedAddresses as ofPersons } from '#lib/people/personal.server.ts';
import { sealedColumns as ofPeople } from '#lib/people/tables.server.ts';
import type { System } from '#lib/people/actor.ts';
import { audit } from '#lib/server/audit.server.ts';
import type { Context } from '#lib/server/context.server.ts';
import { moveAddressHashes, moveColumn, underAnotherKey } from '#lib/server/rotation.server.ts';
import { sealedColumns as ofHouse } from '#lib/server/tables.server.ts';
import { sealedColumns as ofUplift } from '#lib/uplift/tables.server.ts';

export const sealedColumns = [
	...ofHouse,
	...ofPeople,
	...ofPayments,
	...ofCoursework,
	...ofCoaching,
	...ofEngagement,
	...ofUplift
];

/**
 * Seals everything anew that lies under the previous key, and says what it did, one line each.
 *
 * The way: put a new key in front in APP_KEYS of every process, restart them, run this, take the old
 * key away. Run it once more right before that: a mail's unsubscribe link that was made under the old
 * key leaves a hash under it. When the old key is gone, links of that time say that they are not ours,
 * and backups of that time do not open: keep it with them.
 *
 * What depends on a key and cannot be opened are hashes of addresses (who a mail was for, who wants
 * none). Those of an address that is stored are computed anew; those of no stored address cannot be,
 * and are counted. The answers' pseudonyms depend on a team's own key, which is only sealed anew, so
 * they stay. Sealed answers of an open wave lie under the wave's key, likewise.
 *
 * @returns 0; 1 when something opens under neither key or is under another one afterwards
 */
export async function rotateKeys(
	ctx: Context<System>,
	say: (text: string) => void
): Promise<number> {
	let [moved, lost, left] = [0, 0, 0];
	for (const column of sealedColumns) {
		const found = await moveColumn(ctx, column);
		const dropped = found.dropped > 0 ? `, ${found.dropped} of no use dropped` : '';
		say(`${column.kind}: ${found.moved} sealed anew, ${found.current} were already${dropped}`);
		if (found.lost > 0) say(`${column.kind}: ${found.lost} open under neither key`);
		moved += found.moved;
		lost += found.lost;
		left += await underAnotherKey(ctx, column);
	}
	const hashes = await moveAddressHashes(ctx, [
		...(await ofPersons(ctx)),
		...(await ofApplications(ctx)),
		...(await ofSellers(ctx))
	]);
	say(`hashes of addresses: ${hashes.moved} computed anew`);
	if (hashes.unknown > 0)
		say(
			`${hashes.unknown} addresses that want no mail are known by their hash alone. Those of the previous key count only as long as it stays in APP_KEYS.`
		);
	if (moved > 0) await audit(ctx, { action: 'keys-rotated', detail: { moved } });
	say(
		left === 0
			? 'None is left under another key.'
			: lost > 0
				? `${left} are left under another key: put the key that they were sealed with beside the current one, and run this again.`
				: `${left} were sealed under another key meanwhile: a process still runs with the old APP_KEYS. Restart it, and run this again.`
	);
	return left === 0 ? 0 : 1;
}
