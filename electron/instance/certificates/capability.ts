import { every } from '../jobs/job.ts';
import type { Capability } from '../kernel/capability.ts';
import type { Context } from '../kernel/context.ts';
import { certificateRoutes } from './certificate-routes.ts';
import { tlsSecretKeeper } from './local-authority.ts';
import { certificateOperations } from './operations.ts';

const DAY_MS = 24 * 60 * 60 * 1000;

/** The local certificate authority: its public certificate, and the keeper of its keys. */
export function certificatesCapability(ctx: Context): Capability {
  return {
    name: 'certificates',
    resources: {},
    operations: certificateOperations,
    routes: certificateRoutes(ctx),
    keepers: [tlsSecretKeeper(ctx)],
    jobs: [
      {
        name: 'certificates.renewal',
        title: 'Renew the local certificates',
        when: every(DAY_MS),
        needsKey: true,
        record: 'on_failure',
        isResumed: false,
        // Whoever serves a certificate asks for it again, which renews what is due; an open vault asks too.
        async run() {
          ctx.events.emit('tls');
          return undefined;
        },
      },
    ],
  };
}
