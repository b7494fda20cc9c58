import { expect, test } from 'vitest';
import { kept } from './kept.server.ts';

const counted = (mostBytes: number) => {
	const made: string[] = [];
	const say = kept(
		({ name }: { name: string }) => {
			made.push(name);
			return { said: `Hello ${name}` };
		},
		{ mostBytes, bytesOf: ({ said }) => said.length }
	);
	return { say, made };
};

test('the same input is worked on once, another one anew', () => {
	const { say, made } = counted(10_000);
	expect(say({ name: 'Kari' }).said).toBe('Hello Kari');
	expect(say({ name: 'Kari' })).toBe(say({ name: 'Kari' }));
	expect(say({ name: 'Ola' }).said).toBe('Hello Ola');
	expect(made).toEqual(['Kari', 'Ola']);
});

test('what was used longest ago goes when the memory is full, and is made again', () => {
	const { say, made } = counted(500);
	say({ name: 'Kari' });
	say({ name: 'Ola' });
	say({ name: 'Kari' });
	say({ name: 'Thea' });
	say({ name: 'Kari' });
	say({ name: 'Ola' });
	expect(made).toEqual(['Kari', 'Ola', 'Thea', 'Ola']);
});
