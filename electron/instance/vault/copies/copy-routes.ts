import { createRoute, z } from '@hono/zod-openapi';
import { requireAct } from '../../access/acts.ts';
import { act, answer, body, createRoutes, noContent } from '../../http/api.ts';
import { displayName } from '../../http/shown-text.ts';
import { toAnswer } from '../../http/to-answer.ts';
import { findPlace } from '../../kernel/addresses.ts';
import { AppError } from '../../kernel/app-error.ts';
import type { HandedCopy } from '../key/unlock.ts';
import type { VaultRouteDeps } from '../route-deps.ts';
import { SecretText } from '../secret-text.ts';
import { holdingKey } from '../vault-core.ts';
import { copyFormats } from '../vocabulary.ts';
import { checkCopyPath, createKeyCopy, proveKeyCopy } from './copy-making.ts';
import { type FollowStage, withProgress } from './copy-progress.ts';
import {
  checkedPathShape,
  copyProgressShape,
  describeCopies,
  describeCopy,
  describeVerification,
  keyCopiesShape,
  madeCopyShape,
  provenCopyShape,
  toCopyProgressJson,
  verificationShape,
} from './copy-shapes.ts';
import { verifyKeyCopy } from './copy-verification.ts';
import { finishKeyCopy, forgetKeyCopy, listKeyCopies } from './key-copies.ts';

const passphrase = z.string().min(1).max(1024).optional();
const progressId = z
  .string()
  .regex(/^[\w-]{1,64}$/)
  .optional()
  .openapi({
    description: 'A name of your own for this request: `/vault/key/copies/progress` lists it by that',
  });
const copyId = z.object({ id: z.coerce.number().int() });

const copyBody = z.object({
  format: z.enum(copyFormats),
  path: z.string().min(1).optional(),
  place: displayName(200).optional(),
  passphrase,
  keep_anyway: z.boolean().optional(),
  unprotected_confirmed: z.boolean().optional(),
  for: z.enum(['active', 'rotation']).default('active'),
  progress_id: progressId,
});

const handedBody = z.object({
  path: z.string().min(1).optional(),
  content_base64: z.base64().optional(),
  text: z
    .string()
    .max(64 * 1024)
    .optional(),
  passphrase,
  progress_id: progressId,
});

function toHanded(request: z.infer<typeof handedBody>, follow?: FollowStage): HandedCopy {
  return {
    ...(follow ? { onProgress: follow('reading') } : {}),
    ...(request.path === undefined ? {} : { path: request.path }),
    ...(request.content_base64 === undefined ? {} : { bytes: Buffer.from(request.content_base64, 'base64') }),
    ...(request.text === undefined ? {} : { text: new SecretText(request.text) }),
    ...(request.passphrase === undefined ? {} : { passphrase: new SecretText(request.passphrase) }),
  };
}

/** SECURITY: a browser on the machine of the instance has its disk; the window and the socket are on it. */
function requireElsewhere(keptOn: 'other_device' | 'drive' | undefined, ip: string | null): void {
  if (keptOn === undefined)
    throw new AppError('invalid_request', 'Say on what the copy lies.', { fields: { kept_on: 'needed' } });
  if (keptOn === 'other_device' && (ip === null || findPlace(ip) === 'this_machine'))
    throw new AppError('invalid_request', 'This is the machine of the instance.', {
      fields: {
        kept_on:
          'You are on the machine of the instance now. Open this page on the device where the file lies.',
      },
    });
}

/** `/vault/key/copies`: making copies of the key, proving and forgetting them. */
export function copyRoutes({ core, ctx }: VaultRouteDeps) {
  const app = createRoutes();

  app.openapi(
    createRoute({
      method: 'get',
      path: '/vault/key/copies',
      ...act('vault_read'),
      responses: answer(keyCopiesShape, 'Known copies'),
    }),
    (c) => {
      return c.json(toAnswer(keyCopiesShape, { copies: describeCopies(core, listKeyCopies(core)) }));
    },
  );

  app.openapi(
    createRoute({
      method: 'get',
      path: '/vault/key/copies/progress',
      ...act('vault_read'),
      responses: answer(copyProgressShape, 'Copies that are being made or read, where that takes seconds'),
    }),
    (c) => c.json(toCopyProgressJson(core)),
  );

  app.openapi(
    createRoute({
      method: 'post',
      path: '/vault/key/copies/check-path',
      ...act('places_read'),
      request: body(copyBody.pick({ format: true, for: true }).extend({ path: z.string().min(1) })),
      responses: answer(checkedPathShape, 'Whether a copy may be written there'),
    }),
    async (c) => {
      c.set('isQuestion', true);
      const { format, path, for: of } = c.req.valid('json');
      return c.json(toAnswer(checkedPathShape, await checkCopyPath(core, { format, path, of })));
    },
  );

  app.openapi(
    createRoute({
      method: 'post',
      path: '/vault/key/copies',
      ...act('copies_make', 'copies_make_plainer'),
      request: body(copyBody),
      responses: answer(madeCopyShape, 'The new copy', 201),
    }),
    async (c) => {
      const caller = c.get('caller');
      const request = c.req.valid('json');
      // SECURITY: what writes the key to this machine or shows it is the owner's alone. An administrator's session
      // elsewhere may take a protected file, nothing plainer.
      if ((request.format !== 'age' && request.format !== 'kdbx') || request.path !== undefined)
        requireAct(caller, 'copies_make_plainer', ctx.clock.now());
      const wanted = {
        format: request.format,
        of: request.for,
        ...(request.path === undefined ? {} : { path: request.path }),
        ...(request.place === undefined ? {} : { place: request.place }),
        ...(request.passphrase === undefined ? {} : { passphrase: new SecretText(request.passphrase) }),
        keepAnyway: request.keep_anyway ?? false,
        unprotectedConfirmed: request.unprotected_confirmed ?? false,
      };
      const made = await withProgress(core, request.progress_id, (follow) =>
        holdingKey(core, () => createKeyCopy(core, caller, { ...wanted, follow })),
      );
      const isText = request.format === 'words' || request.format === 'text';
      const content = made.content === null ? null : Buffer.from(made.content);
      return c.json(
        toAnswer(madeCopyShape, {
          ...made,
          copy: describeCopy(core, made.copy),
          content: isText ? (content?.toString('utf8') ?? null) : null,
          contentBase64: isText ? null : (content?.toString('base64') ?? null),
        }),
        201,
      );
    },
  );

  app.openapi(
    createRoute({
      method: 'post',
      path: '/vault/key/copies/verify',
      ...act('copies_verify', 'copies_verify_from_path'),
      request: body(handedBody),
      responses: answer(verificationShape, 'What the copy can decrypt'),
    }),
    async (c) => {
      const caller = c.get('caller');
      const request = c.req.valid('json');
      if (request.path !== undefined) requireAct(caller, 'copies_verify_from_path', ctx.clock.now());
      const verification = await withProgress(core, request.progress_id, (follow) =>
        verifyKeyCopy(core, caller, toHanded(request, follow)),
      );
      return c.json(toAnswer(verificationShape, describeVerification(core, verification)));
    },
  );

  app.openapi(
    createRoute({
      method: 'post',
      path: '/vault/key/copies/{id}/prove',
      ...act('copies_verify', 'copies_verify_from_path', 'copies_tell_place'),
      request: {
        params: copyId,
        ...body(
          handedBody.extend({
            words: z.array(z.string().max(20)).length(3).optional(),
            kept_at: displayName(200).optional().openapi({
              description:
                'Where the file that is sent back lies, in words. It then counts, by the word of who sends it',
            }),
            kept_on: z.enum(['other_device', 'drive']).optional().openapi({
              description:
                'With `kept_at`: a device other than the machine of the instance, or a drive that is kept apart',
            }),
          }),
        ),
      },
      responses: answer(provenCopyShape, 'The verified copy'),
    }),
    async (c) => {
      const caller = c.get('caller');
      const request = c.req.valid('json');
      if (request.path !== undefined) requireAct(caller, 'copies_verify_from_path', ctx.clock.now());
      const told = request.kept_at === undefined ? {} : { told: request.kept_at };
      if (request.kept_at !== undefined) {
        requireAct(caller, 'copies_tell_place', ctx.clock.now());
        requireElsewhere(request.kept_on, caller.ip);
      }
      const words = request.words?.map((word) => new SecretText(word));
      const { id } = c.req.valid('param');
      const copy = await withProgress(core, request.progress_id, (follow) => {
        const proof = { ...toHanded(request, follow), ...(words ? { words } : {}), ...told };
        return holdingKey(core, () => proveKeyCopy(core, caller, id, proof));
      });
      return c.json(toAnswer(provenCopyShape, { copy: describeCopy(core, copy) }));
    },
  );

  app.openapi(
    createRoute({
      method: 'post',
      path: '/vault/key/copies/{id}/finish',
      ...act('copies_verify'),
      request: { params: copyId },
      responses: answer(provenCopyShape, 'The copy, of which its owner has all'),
    }),
    (c) => {
      const copy = finishKeyCopy(core, c.req.valid('param').id);
      return c.json(toAnswer(provenCopyShape, { copy: describeCopy(core, copy) }));
    },
  );

  app.openapi(
    createRoute({
      method: 'delete',
      path: '/vault/key/copies/{id}',
      ...act('copies_forget'),
      request: { params: copyId },
      responses: noContent('Removed from the list'),
    }),
    (c) => {
      const caller = c.get('caller');
      forgetKeyCopy(core, caller, c.req.valid('param').id);
      return c.body(null, 204);
    },
  );

  return app;
}
