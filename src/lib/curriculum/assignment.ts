/** What is asked of the leader in a module, with what to hand in and a skeleton to start from. */
import * as v from 'valibot';

const sentence = v.pipe(v.string(), v.trim(), v.minLength(1));
const key = v.pipe(v.string(), v.regex(/^[a-z0-9]+(-[a-z0-9]+)*$/, 'is not a key in kebab case'));

export const criterionSchema = v.strictObject({
	id: key,
	name: sentence,
	levels: v.pipe(v.array(sentence), v.length(4, 'needs a sentence for each of four levels'))
});

export const assignmentSchema = v.strictObject({
	title: sentence,
	brief: sentence,
	evidence: v.pipe(v.array(sentence), v.minLength(1)),
	minutes: v.pipe(v.number(), v.integer(), v.minValue(1)),
	template: sentence
});

export const keySchema = key;
export const sentenceSchema = sentence;
