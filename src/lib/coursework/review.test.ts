import { expect, test } from 'vitest';
import { acceptRefusal, returnRefusal } from './review.ts';

test('only levels that method 12 calls enough can accept', () => {
	expect(acceptRefusal([3, 3, 3, 3, 3])).toBeNull();
	expect(acceptRefusal([2, 2, 2, 3, 3])).toBe('mean-too-low');
	expect(acceptRefusal([1, 4, 4, 4, 4])).toBe('a-criterion-at-one');
	expect(acceptRefusal([4, 4, 4])).toBe('levels-missing');
});

test('a return carries a question, whatever the levels', () => {
	expect(returnRefusal('What did Silje say?')).toBeNull();
	expect(returnRefusal('Good. Tell me more.')).toBe('question-missing');
	expect(returnRefusal('   ')).toBe('question-missing');
});
