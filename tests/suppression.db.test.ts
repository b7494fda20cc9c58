import { beforeEach, expect, test } from 'vitest';
import { deliverNext, queueMail, type Mailer } from '#lib/server/outbox.server.ts';
import {
	readMailEvent,
	receiveMailEvent,
	unsubscribe,
	unsubscribeHeaders,
	unsubscribeToken
} from '#lib/server/suppression.server.ts';
import { emailSuppression, webhookEvent } from '#lib/server/tables.server.ts';
import { databasePerTest } from './database.ts';
import { worldOn, type World } from './world.ts';

const database = databasePerTest();
let world: World;
let sent: string[];
const mailer: Mailer = async (request) => {
	sent.push(request.to);
	return { outcome: 'sent', providerId: 'm1' };
};

beforeEach(() => {
	world = worldOn(database.db);
	sent = [];
});

async function reminds(to: string) {
	await queueMail(world.system(), {
		to,
		category: 'reminder',
		fact: `reminder/${to}`,
		locale: 'en',
		subject: 'A reminder',
		paragraphs: ['…'],
		reason: '…'
	});
	await deliverNext(world.system(), mailer);
}

test.each(['email.bounced', 'email.complained'])(
	'after %s nothing more goes to that address, and the address is not stored',
	async (type) => {
		const event = readMailEvent('msg_1', { type, data: { to: ['Amir@Team.example'] } })!;
		expect(await receiveMailEvent(world.system(), event)).toBe(true);
		expect(await receiveMailEvent(world.system(), event)).toBe(false);
		await reminds('amir@team.example');
		await reminds('silje@team.example');
		expect(sent).toEqual(['silje@team.example']);
		expect(JSON.stringify(await world.db.select().from(webhookEvent))).not.toMatch(/amir/i);
	}
);

test('an event about anything else stops nothing', async () => {
	const event = readMailEvent('msg_2', {
		type: 'email.delivered',
		data: { to: 'amir@team.example' }
	})!;
	await receiveMailEvent(world.system(), event);
	expect(await world.db.$count(emailSuppression)).toBe(0);
	expect(readMailEvent('msg_3', { hello: 1 })).toBeNull();
});

test('a link out of the mail stops that kind of mail at once; pressing it twice is fine', async () => {
	const headers = unsubscribeHeaders(world.keys, {
		origin: 'https://lofte.example',
		to: 'amir@team.example',
		scope: 'reminder'
	});
	expect(headers['List-Unsubscribe-Post']).toBe('List-Unsubscribe=One-Click');
	const token = /^<https:\/\/lofte\.example\/u\/([\w-]+)>$/.exec(headers['List-Unsubscribe']!)![1]!;
	expect(await unsubscribe(world.visitor(), token)).toBe(true);
	expect(await unsubscribe(world.visitor(), token)).toBe(true);
	await reminds('amir@team.example');
	expect(sent).toEqual([]);
});

test('a made-up link stops nothing', async () => {
	const token = unsubscribeToken(world.keys, 'amir@team.example', 'reminder');
	for (const wrong of ['', 'x', token.slice(0, -4), `${token.slice(0, -2)}AA`]) {
		expect(await unsubscribe(world.visitor(), wrong)).toBe(false);
	}
	expect(await world.db.$count(emailSuppression)).toBe(0);
});
