/** What a person may be here. One person may be several. */
export const roles = ['leader', 'coach', 'admin', 'sponsor'] as const;
export type Role = (typeof roles)[number];
/** Where somebody who signed in belongs: the pages of their first role. */
export const homeOf = (held: readonly Role[]): string => (held[0] ? `/${held[0]}` : '/account');
export const isRole = (text: string): text is Role => (roles as readonly string[]).includes(text);
