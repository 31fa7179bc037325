/** From strongest to weakest. */
export const roles = ['admin', 'user', 'reader'] as const;
export type Role = (typeof roles)[number];
