import { createRoute, z } from '@hono/zod-openapi';
import { AppError } from '../app-error.ts';
import { answer, body, createRoutes, noContent } from '../http/api.ts';
import { type Caller, requireConfirmed, requireOwner, requirePermission } from '../http/caller.ts';
import { listPlaces } from './copies/places.ts';
import { moveCustody } from './custody-move.ts';
import {
  createKeyCopy,
  forgetKeyCopy,
  listKeyCopies,
  placeContext,
  proveKeyCopy,
  verifyKeyCopy,
} from './key-copies.ts';
import { listEpochs, shredKey } from './key-history.ts';
import { toCopyJson, toKeyJson } from './route-shapes.ts';
import type { VaultRouteDeps } from './routes.ts';
import { parseFingerprint } from './sealing/master-key.ts';
import { SecretText } from './secret-text.ts';
import { copyFormats, custodyNames } from './vocabulary.ts';

const passphrase = z.string().min(1).max(1024).optional();
const copyId = z.object({ id: z.coerce.number().int() });
const anyJson = z.record(z.string(), z.unknown());

const copyBody = z.object({
  format: z.enum(copyFormats),
  path: z.string().min(1).optional(),
  place: z.string().min(1).max(200).optional(),
  passphrase,
  keep_anyway: z.boolean().optional(),
  unprotected_confirmed: z.boolean().optional(),
  for: z.enum(['active', 'rotation']).default('active'),
});

const handedBody = z.object({
  path: z.string().min(1).optional(),
  content_base64: z.base64().optional(),
  text: z
    .string()
    .max(64 * 1024)
    .optional(),
  passphrase,
});

function toHanded(request: z.infer<typeof handedBody>) {
  return {
    ...(request.path === undefined ? {} : { path: request.path }),
    ...(request.content_base64 === undefined ? {} : { bytes: Buffer.from(request.content_base64, 'base64') }),
    ...(request.text === undefined ? {} : { text: new SecretText(request.text) }),
    ...(request.passphrase === undefined ? {} : { passphrase: new SecretText(request.passphrase) }),
  };
}

/**
 * SECURITY: what writes the key to this machine or shows it is the owner's alone. An administrator's session
 * elsewhere may take a protected file, nothing plainer.
 */
function requireMayCopy(caller: Caller, request: z.infer<typeof copyBody>): void {
  requirePermission(caller, 'vault:write');
  const isProtectedDownload = request.format === 'age' && request.path === undefined;
  if (!isProtectedDownload) requireOwner(caller);
}

export function keyRoutes({ core, jobs, ctx }: VaultRouteDeps) {
  const app = createRoutes();
  const now = () => ctx.clock.now();

  app.openapi(
    createRoute({
      method: 'get',
      path: '/vault/key',
      responses: answer(anyJson, 'The active key, never the key itself'),
    }),
    (c) => {
      requirePermission(c.get('caller'), 'vault:read');
      return c.json(toKeyJson(core));
    },
  );

  app.openapi(
    createRoute({ method: 'get', path: '/vault/key/copies', responses: answer(anyJson, 'Known copies') }),
    (c) => {
      requirePermission(c.get('caller'), 'vault:read');
      return c.json({ copies: listKeyCopies(core).map(toCopyJson) });
    },
  );

  app.openapi(
    createRoute({
      method: 'post',
      path: '/vault/key/copies',
      request: body(copyBody),
      responses: answer(anyJson, 'The copy made', 201),
    }),
    async (c) => {
      const caller = c.get('caller');
      const request = c.req.valid('json');
      requireMayCopy(caller, request);
      requireConfirmed(caller, now());
      const made = await createKeyCopy(core, {
        format: request.format,
        of: request.for,
        ...(request.path === undefined ? {} : { path: request.path }),
        ...(request.place === undefined ? {} : { place: request.place }),
        ...(request.passphrase === undefined ? {} : { passphrase: new SecretText(request.passphrase) }),
        keepAnyway: request.keep_anyway ?? false,
        unprotectedConfirmed: request.unprotected_confirmed ?? false,
      });
      ctx.audit.append({
        operation: 'KEY_COPY_MADE',
        caller,
        data: {
          format: request.format,
          place: made.copy.place,
          fingerprint: made.copy.fingerprint,
          separate: made.copy.separate,
        },
      });
      const text =
        made.content && request.format !== 'age' ? Buffer.from(made.content).toString('utf8') : null;
      return c.json(
        {
          copy: toCopyJson(made.copy),
          written_to: made.writtenTo,
          not_separate: made.notSeparate,
          proof: made.proof,
          content: text,
          content_base64: made.content && !text ? Buffer.from(made.content).toString('base64') : null,
        },
        201,
      );
    },
  );

  app.openapi(
    createRoute({
      method: 'post',
      path: '/vault/key/copies/verify',
      request: body(handedBody),
      responses: answer(anyJson, 'What the copy is good for'),
    }),
    async (c) => {
      const caller = c.get('caller');
      const request = c.req.valid('json');
      requirePermission(caller, 'vault:write');
      if (request.path !== undefined) requireOwner(caller);
      const verification = await verifyKeyCopy(core, toHanded(request));
      ctx.audit.append({
        operation: 'KEY_COPY_VERIFIED',
        caller,
        data: { verdict: verification.verdict, fingerprint: verification.fingerprint },
      });
      return c.json({ ...verification });
    },
  );

  app.openapi(
    createRoute({
      method: 'post',
      path: '/vault/key/copies/{id}/prove',
      request: {
        params: copyId,
        ...body(handedBody.extend({ words: z.array(z.string().max(20)).length(3).optional() })),
      },
      responses: answer(anyJson, 'The proven copy'),
    }),
    async (c) => {
      const caller = c.get('caller');
      const request = c.req.valid('json');
      requirePermission(caller, 'vault:write');
      if (request.path !== undefined) requireOwner(caller);
      const words = request.words?.map((word) => new SecretText(word));
      const copy = await proveKeyCopy(core, c.req.valid('param').id, {
        ...toHanded(request),
        ...(words ? { words } : {}),
      });
      ctx.audit.append({
        operation: 'KEY_COPY_PROVEN',
        caller,
        data: { id: copy.id, fingerprint: copy.fingerprint },
      });
      return c.json({ copy: toCopyJson(copy) });
    },
  );

  app.openapi(
    createRoute({
      method: 'delete',
      path: '/vault/key/copies/{id}',
      request: { params: copyId },
      responses: noContent('Forgotten'),
    }),
    (c) => {
      requirePermission(c.get('caller'), 'vault:write');
      const { id } = c.req.valid('param');
      forgetKeyCopy(core, id);
      ctx.audit.append({ operation: 'KEY_COPY_FORGOTTEN', caller: c.get('caller'), data: { id } });
      return c.body(null, 204);
    },
  );

  app.openapi(
    createRoute({
      method: 'get',
      path: '/vault/key/epochs',
      responses: answer(anyJson, 'Every key this instance had'),
    }),
    (c) => {
      requirePermission(c.get('caller'), 'vault:read');
      return c.json({
        epochs: listEpochs(core).map((epoch) => ({
          fingerprint: epoch.fingerprint,
          epoch: epoch.epoch,
          state: epoch.state,
          custody: epoch.custody,
          created_at: epoch.createdAt,
          activated_at: epoch.activatedAt,
          retired_at: epoch.retiredAt,
          shredded_at: epoch.shreddedAt,
          held: epoch.held,
          seal_count: epoch.sealCount,
        })),
      });
    },
  );

  app.openapi(
    createRoute({
      method: 'post',
      path: '/vault/key/epochs/{fingerprint}/shred',
      request: {
        params: z.object({ fingerprint: z.string() }),
        ...body(z.object({ confirm: z.string().max(64) })),
      },
      responses: noContent('Shredded'),
    }),
    async (c) => {
      const caller = c.get('caller');
      requireOwner(caller);
      requireConfirmed(caller, now());
      const fingerprint = parseFingerprint(c.req.valid('param').fingerprint);
      if (!fingerprint) throw new AppError('not_found', 'That is not a fingerprint.');
      await shredKey(core, fingerprint, parseFingerprint(c.req.valid('json').confirm));
      ctx.audit.append({ operation: 'KEY_SHREDDED', caller, data: { fingerprint } });
      return c.body(null, 204);
    },
  );

  app.openapi(
    createRoute({
      method: 'post',
      path: '/vault/custody',
      request: body(z.object({ custody: z.enum(custodyNames), passphrase })),
      responses: answer(anyJson, 'The key and where it is now'),
    }),
    async (c) => {
      const caller = c.get('caller');
      requireOwner(caller);
      requireConfirmed(caller, now());
      const request = c.req.valid('json');
      const from = core.custody.name;
      const note = await moveCustody(
        core,
        request.custody,
        request.passphrase ? new SecretText(request.passphrase) : undefined,
      );
      ctx.audit.append({ operation: 'KEY_CUSTODY_MOVED', caller, data: { from, to: request.custody } });
      await jobs.resume();
      return c.json({ ...toKeyJson(core), note });
    },
  );

  app.openapi(
    createRoute({
      method: 'get',
      path: '/vault/places',
      responses: answer(anyJson, 'Drives and folders of this machine'),
    }),
    async (c) => {
      requireOwner(c.get('caller'));
      const places = await listPlaces(placeContext(core));
      return c.json({
        places: places.map((place) => ({
          path: place.path,
          label: place.label,
          kind: place.kind,
          free_bytes: place.freeBytes,
          volume_id: place.volumeId,
          separate: place.separate,
          reason: place.reason,
          message: place.message,
        })),
      });
    },
  );

  return app;
}
