/** What a person may be here. One person may be several. */
export const roles = ['leader', 'coach', 'admin', 'sponsor'] as const;
export type Role = (typeof roles)[number];
export const isRole = (text: string): text is Role => (roles as readonly string[]).includes(text);
