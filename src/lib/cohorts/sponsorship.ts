/** Which sponsor answers for which enrollment, and what the leader agreed that they see. */
export const shares = ['uplift', 'sessions', 'progress'] as const;
export type Share = (typeof shares)[number];
export const isShare = (text: string): text is Share =>
	(shares as readonly string[]).includes(text);
