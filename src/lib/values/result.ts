/** What may be refused returns one of these; only bugs and broken machines throw. */
export type Ok<T> = { ok: true; value: T };
export type Refusal<Reason extends string = string> = { ok: false; reason: Reason };
export type Result<T, Reason extends string = string> = Ok<T> | Refusal<Reason>;

export const ok = <T>(value: T): Ok<T> => ({ ok: true, value });
export const refuse = <const Reason extends string>(reason: Reason): Refusal<Reason> => ({
	ok: false,
	reason
});
