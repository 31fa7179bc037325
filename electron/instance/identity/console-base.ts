import type { Context as HonoContext } from 'hono';
import type { ApiEnv } from '../http/api.ts';
import type { Identity } from './identity.ts';

/**
 * Where a browser finds the console: under the name by which this request found the instance, which is known to reach it
 * from there; for the socket and the window under that of this machine. Null while the console is closed to browsers.
 */
export function findConsoleBase(
  identity: Pick<Identity, 'findConsoleUrl'>,
  c: HonoContext<ApiEnv>,
): string | null {
  const host = c.req.header('host');
  return c.get('caller').ip !== null && host ? `https://${host}` : identity.findConsoleUrl();
}
