import { createRoute, z } from '@hono/zod-openapi';
import { requireAct } from '../../access/acts.ts';
import { act, answer, body, createRoutes, noContent } from '../../http/api.ts';
import { displayName } from '../../http/shown-text.ts';
import { toAnswer } from '../../http/to-answer.ts';
import { AppError } from '../../kernel/app-error.ts';
import type { VaultRouteDeps } from '../route-deps.ts';
import { SecretText } from '../secret-text.ts';
import { holdingKey } from '../vault-core.ts';
import { checkShare, checkTypedShares } from './share-check.ts';
import { MAX_SHARES } from './slip39/shares.ts';
import { createSplit, forgetSplit, keepShare, proveSplit } from './split-making.ts';
import { listSplits } from './split-record.ts';
import {
  describeSplit,
  keptShareShape,
  madeSplitShape,
  oneSplitShape,
  shareCheckShape,
  splitsShape,
  typedSharesShape,
} from './split-shapes.ts';

/** 33 words of eight letters, with numbers and line breaks among them. */
const shareText = z.string().max(1024);
const splitId = z.object({ id: z.coerce.number().int() });

const keptBody = z.object({
  place: displayName(200).optional(),
  path: z.string().min(1).optional(),
  share: shareText.optional(),
  keep_anyway: z.boolean().optional(),
});

/** `/vault/key/splits` and `/vault/shares`: the key in shares, some of which open it. */
export function splitRoutes({ core, ctx }: VaultRouteDeps) {
  const app = createRoutes();

  app.openapi(
    createRoute({
      method: 'get',
      path: '/vault/key/splits',
      ...act('vault_read'),
      responses: answer(splitsShape, 'Keys that were split'),
    }),
    (c) => {
      return c.json(toAnswer(splitsShape, { splits: listSplits(core).map(describeSplit) }));
    },
  );

  app.openapi(
    createRoute({
      method: 'post',
      path: '/vault/key/splits',
      // SECURITY: all the shares are the key, in plain text.
      ...act('copies_make_plainer'),
      request: body(z.object({ shares: z.number().int(), threshold: z.number().int() })),
      responses: answer(madeSplitShape, 'The shares, which are not kept and not shown again', 201),
    }),
    async (c) => {
      const caller = c.get('caller');
      const made = await holdingKey(core, () => createSplit(core, caller, c.req.valid('json')));
      return c.json(toAnswer(madeSplitShape, { ...made, split: describeSplit(made.split) }), 201);
    },
  );

  app.openapi(
    createRoute({
      method: 'put',
      path: '/vault/key/splits/{id}/shares/{number}',
      ...act('shares_keep', 'copies_make_plainer'),
      request: { params: splitId.extend({ number: z.coerce.number().int() }), ...body(keptBody) },
      responses: answer(keptShareShape, 'Where the share is kept'),
    }),
    async (c) => {
      const caller = c.get('caller');
      const { id, number } = c.req.valid('param');
      const { place, path, share, keep_anyway: keepAnyway = false } = c.req.valid('json');
      // SECURITY: it writes a part of the key to this machine.
      if (path !== undefined) requireAct(caller, 'copies_make_plainer', ctx.clock.now());
      const keeping = {
        keepAnyway,
        ...(place === undefined ? {} : { place }),
        ...(path === undefined ? {} : { path }),
        ...(share === undefined ? {} : { text: new SecretText(share) }),
      };
      const kept = await holdingKey(core, () => keepShare(core, caller, id, number, keeping));
      return c.json(toAnswer(keptShareShape, { ...kept, split: describeSplit(kept.split) }));
    },
  );

  app.openapi(
    createRoute({
      method: 'post',
      path: '/vault/key/splits/{id}/verify',
      ...act('copies_verify'),
      request: { params: splitId, ...body(z.object({ shares: z.array(shareText).max(MAX_SHARES) })) },
      responses: answer(oneSplitShape, 'The shares give this key'),
    }),
    async (c) => {
      const caller = c.get('caller');
      const shares = c.req.valid('json').shares.map((share) => new SecretText(share));
      const { id } = c.req.valid('param');
      const split = await holdingKey(core, () => proveSplit(core, caller, id, shares));
      return c.json(toAnswer(oneSplitShape, { split: describeSplit(split) }));
    },
  );

  app.openapi(
    createRoute({
      method: 'delete',
      path: '/vault/key/splits/{id}',
      ...act('copies_forget'),
      request: { params: splitId },
      responses: noContent('Removed from the list; its shares still open the key'),
    }),
    (c) => {
      forgetSplit(core, c.get('caller'), c.req.valid('param').id);
      return c.body(null, 204);
    },
  );

  app.openapi(
    createRoute({
      method: 'post',
      path: '/vault/shares/verify',
      ...act('copies_verify', 'copies_verify_from_path'),
      request: body(z.object({ share: shareText.optional(), path: z.string().min(1).optional() })),
      responses: answer(shareCheckShape, 'Whether one share is right, without the others'),
    }),
    async (c) => {
      const caller = c.get('caller');
      const { share, path } = c.req.valid('json');
      if (path !== undefined) requireAct(caller, 'copies_verify_from_path', ctx.clock.now());
      else if (share === undefined)
        throw new AppError('invalid_request', 'Give the share.', { fields: { share: 'needed' } });
      const handed = path === undefined ? { text: new SecretText(share ?? '') } : { path };
      return c.json(toAnswer(shareCheckShape, await checkShare(core, caller, handed)));
    },
  );

  app.openapi(
    createRoute({
      method: 'post',
      path: '/vault/shares/check',
      ...act('copies_verify'),
      request: body(z.object({ shares: z.array(shareText).max(MAX_SHARES) })),
      responses: answer(typedSharesShape, 'What is known about them so far; never their words'),
    }),
    async (c) => {
      c.set('isQuestion', true);
      const shares = c.req.valid('json').shares.map((share) => new SecretText(share));
      return c.json(toAnswer(typedSharesShape, await checkTypedShares(core, shares)));
    },
  );

  return app;
}
