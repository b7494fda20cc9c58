import { pino } from 'pino';

/**
 * JSON lines on standard output. Only what is named here may be logged: no address, no token, no
 * answer, no note, no person's id on survey routes.
 */
export const log = pino({
	base: null,
	level: 'info',
	timestamp: pino.stdTimeFunctions.isoTime,
	formatters: { level: (level) => ({ level }) }
});

/** An error for the log: its kind and place, without the values that a driver puts into messages. */
export function errorForLog(error: unknown): Record<string, unknown> {
	if (!(error instanceof Error)) return { error: typeof error };
	const cause = error.cause as
		{ code?: string; name?: string; message?: string; constraint_name?: string } | undefined;
	return {
		error: error.name,
		// Drizzle's message repeats the query's parameters: keep its first words only.
		message: error.message.startsWith('Failed query')
			? 'Failed query'
			: error.message.slice(0, 200),
		...(cause && { cause: cause.name, code: cause.code, constraint: cause.constraint_name }),
		stack: error.stack
			?.split('\n')
			.filter((line) => line.trim().startsWith('at '))
			.slice(0, 8)
			.map((line) => line.trim())
	};
}
