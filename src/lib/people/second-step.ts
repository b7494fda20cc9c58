/**
 * The second step of signing in: six digits from an authenticator app (TOTP, RFC 6238: SHA-1, 30
 * seconds), or a recovery code. A mailbox in the wrong hands is then not enough.
 */
export const digits = 6;
export const stepSeconds = 30;
export const recoveryCodes = 10;

export type SecondStepRefusal = 'code-wrong';

/** The half minute that an instant lies in, counted since 1970. */
export const stepAt = (instant: Date): number =>
	Math.floor(instant.getTime() / (stepSeconds * 1000));

/** The steps whose code is taken now: a clock may be half a minute off, and a code counts once. */
export const stepsNow = (now: Date, lastStep: number): number[] =>
	[stepAt(now), stepAt(now) - 1, stepAt(now) + 1].filter((step) => step > lastStep);

/** What somebody typed: six digits of the app, a recovery code, or neither. Spaces and hyphens do not count. */
export function readCode(typed: string): { app: string } | { recovery: string } | null {
	const code = typed.replace(/[\s-]/g, '').toLowerCase();
	if (/^\d{6}$/.test(code)) return { app: code };
	return /^[0-9a-f]{20}$/.test(code) ? { recovery: code } : null;
}

/** A recovery code as it is shown: five groups of four. */
export const showCode = (code: string): string => code.replace(/(.{4})(?=.)/g, '$1-');
