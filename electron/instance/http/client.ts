import type { Context as HonoContext } from 'hono';
import type { ApiEnv } from './api.ts';

/** Where a request comes from, null for the window and the socket, and what it says it was sent with. */
export const clientOf = (c: HonoContext<ApiEnv>) => ({
  ip: c.get('caller').ip,
  userAgent: c.req.header('user-agent') ?? null,
});
