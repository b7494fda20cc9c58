/** Where a login that owes the second step goes first. */
export const toSecondStep = (next: string | null): string =>
	`/sign-in/second${next ? `?next=${encodeURIComponent(next)}` : ''}`;
