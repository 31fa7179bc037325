import { createRoutes } from '../http/api.ts';
import { AppError } from '../kernel/app-error.ts';
import type { Capability } from '../kernel/capability.ts';
import type { Context } from '../kernel/context.ts';
import { findAuthorityPem, tlsSecretKeeper } from './local-authority.ts';

/** The local certificate authority: its public certificate, and the keeper of its keys. */
export function certificatesCapability(ctx: Context): Capability {
  const routes = createRoutes();
  routes.get('/ca.pem', (c) => {
    const pem = findAuthorityPem(ctx);
    if (!pem) throw new AppError('not_found', 'There is no local certificate authority yet.');
    return c.body(pem, 200, { 'content-type': 'application/x-pem-file' });
  });
  return { name: 'certificates', resources: {}, operations: {}, routes, keepers: [tlsSecretKeeper(ctx)] };
}
