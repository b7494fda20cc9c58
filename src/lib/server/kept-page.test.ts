import { randomUUID } from 'node:crypto';
import { expect, test } from 'vitest';
import { openShelf } from './kept-page.server.ts';

const noon = new Date('2027-02-01T12:00:00Z');
const midnight = new Date('2027-02-02T00:00:00Z');
const page = ({ nonce = 'aB+/1=', requestId = '', name = 'Kåre' } = {}) =>
	new Response(
		`<style nonce="${nonce}"></style><h1>${name}</h1><input value="${requestId}"><script nonce="${nonce}"></script>`,
		{
			headers: {
				'content-type': 'text/html',
				'content-security-policy': `style-src 'self' 'nonce-${nonce}'; script-src 'nonce-${nonce}'`,
				etag: '"of this one"'
			}
		}
	);
/** A visit: its own request id, and by default the first person's page under the first stamp. */
const visit = ({ address = 'home of Kåre', stamp = 'one' } = {}) => ({
	address,
	stamp,
	requestId: randomUUID()
});
const nonceOf = ({ headers }: Response) =>
	/style-src 'self' 'nonce-([^']+)'; script-src 'nonce-\1'$/.exec(
		headers.get('content-security-policy')!
	)![1]!;

async function withOnePage() {
	const shelf = openShelf({ mostBytes: 100_000 });
	const first = visit();
	expect(shelf.take(first, noon)).toBeNull();
	const made = await shelf.keep(first, midnight, noon, page(first));
	expect(await made.text()).toBe(await page(first).text());
	expect(made.headers.get('etag')).toBe('"of this one"');
	return { shelf, first };
}

test('a kept page is the page, with a nonce and a form’s key of this answer alone', async () => {
	const { shelf, first } = await withOnePage();
	const nonces = ['aB+/1='];
	for (const again of [visit(), visit()]) {
		const answer = shelf.take(again, noon)!;
		const nonce = nonceOf(answer);
		expect(nonces).not.toContain(nonce);
		nonces.push(nonce);
		const text = await answer.text();
		expect(text).toBe(await page({ nonce, requestId: again.requestId }).text());
		expect(text).not.toContain(first.requestId);
		expect(answer.headers.get('content-length')).toBe(String(Buffer.byteLength(text)));
		expect(answer.headers.get('content-type')).toBe('text/html');
		expect(answer.headers.has('etag')).toBe(false);
	}
});

test('another stamp, another address and the clock each ask for the page anew', async () => {
	const { shelf } = await withOnePage();
	expect(shelf.take(visit({ stamp: 'two' }), noon)).toBeNull();
	expect(shelf.take(visit({ address: 'home of Kari' }), noon)).toBeNull();
	expect(shelf.take(visit(), new Date(midnight.getTime() - 1))).not.toBeNull();
	expect(shelf.take(visit(), midnight)).toBeNull();
});

test('a page that was made before a change and came late is not shown', async () => {
	const { shelf } = await withOnePage();
	const newer = visit({ stamp: 'two' });
	await shelf.keep(newer, midnight, noon, page({ ...newer, name: 'Kåre Moe' }));
	const slow = visit({ stamp: 'one' });
	await shelf.keep(slow, midnight, noon, page(slow));
	expect(shelf.take(visit({ stamp: 'two' }), noon)).toBeNull();
});

test.each([
	['fails', new Response('later', { status: 503 })],
	['has no policy', new Response('a page')],
	[
		'sets a cookie',
		new Response('', {
			headers: {
				'content-security-policy': `script-src 'nonce-abc'`,
				'set-cookie': 'login=; Max-Age=0'
			}
		})
	]
])('what %s is passed on and not kept', async (_, made) => {
	const shelf = openShelf({ mostBytes: 100_000 });
	expect(await shelf.keep(visit(), midnight, noon, made)).toBe(made);
	expect(shelf.take(visit(), noon)).toBeNull();
});

test('the page that was shown longest ago goes when the memory is full', async () => {
	const shelf = openShelf({ mostBytes: 8_000 });
	for (const address of ['a', 'b', 'c', 'd'])
		await shelf.keep(visit({ address }), midnight, noon, page({ requestId: randomUUID() }));
	expect(shelf.take(visit({ address: 'a' }), noon)).toBeNull();
	expect(shelf.take(visit({ address: 'd' }), noon)).not.toBeNull();
});
