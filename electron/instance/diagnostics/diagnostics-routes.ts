import { createRoute } from '@hono/zod-openapi';
import { act, answer, createRoutes } from '../http/api.ts';
import { toAnswer } from '../http/to-answer.ts';
import type { Context } from '../kernel/context.ts';
import type { VaultCore } from '../vault/vault-core.ts';
import { collectDiagnostics } from './diagnostics.ts';
import { diagnosticsShape } from './diagnostics-shapes.ts';

/** `/diagnostics`: the bundle itself, so that what is sent is what was looked at. */
export function diagnosticsRoutes(ctx: Context, core: VaultCore) {
  const app = createRoutes();
  app.openapi(
    createRoute({
      method: 'get',
      path: '/diagnostics',
      ...act('diagnostics_read'),
      responses: answer(diagnosticsShape, 'Diagnostics for a bug report; no values, keys or addresses'),
    }),
    (c) => {
      // What administrators and the owner may: it tells what was done, and how the key stands.
      return c.json(toAnswer(diagnosticsShape, collectDiagnostics(ctx, core)));
    },
  );
  return app;
}
