import { createRoute, z } from '@hono/zod-openapi';
import { act, answer, body, createRoutes } from '../../http/api.ts';
import { toAnswer } from '../../http/to-answer.ts';
import { SecretText } from '../../vault/secret-text.ts';
import type { BackupsCore } from '../backups-core.ts';
import { recoveryRecipientShape, verifiedRecipientShape } from './destination-shapes.ts';
import { createRecoveryRecipient, verifyRecoveryRecipient } from './recovery-recipients.ts';

const recoveryId = z.object({ id: z.uuid() });
const verifyBody = z.object({
  identity: z
    .string()
    .max(4096)
    .openapi({ description: 'The identity that was shown, or its last 8 letters' }),
});

/** `/backups/recovery-recipients`: who decrypts backups once the key is lost, shown once and verified before they count. */
export function recoveryRoutes(core: BackupsCore) {
  const app = createRoutes();

  app.openapi(
    createRoute({
      method: 'post',
      path: '/backups/recovery-recipients',
      ...act('backup_destinations_change'),
      responses: answer(recoveryRecipientShape, 'A new recovery key, in this answer alone', 201),
    }),
    async (c) => {
      c.set('isQuestion', true);
      const { identity, ...made } = await createRecoveryRecipient(core, c.get('caller'));
      return c.json(toAnswer(recoveryRecipientShape, { ...made, identity: identity.reveal() }), 201);
    },
  );

  app.openapi(
    createRoute({
      method: 'post',
      path: '/backups/recovery-recipients/{id}/verify',
      ...act('backup_destinations_change'),
      request: { params: recoveryId, ...body(verifyBody) },
      responses: answer(verifiedRecipientShape, 'It was kept: destinations take its recipient from now on'),
    }),
    async (c) => {
      c.set('isQuestion', true);
      const given = new SecretText(c.req.valid('json').identity);
      const recipient = await verifyRecoveryRecipient(core, c.get('caller'), c.req.valid('param').id, given);
      return c.json({ recipient });
    },
  );

  return app;
}
