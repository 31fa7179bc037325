import { createRoute, z } from '@hono/zod-openapi';
import { streamSSE } from 'hono/streaming';
import { answer, body, createRoutes, noContent } from '../http/api.ts';
import { requireOwner, requirePermission } from '../http/caller.ts';
import { findOwners } from './doctor.ts';
import { toDoctorJson, toStatusJson } from './route-shapes.ts';
import type { VaultRouteDeps } from './routes.ts';
import { SecretText } from './secret-text.ts';
import { unlockFromCustody, unlockWithCopy } from './unlock.ts';
import { lockVault } from './vault-core.ts';
import { snoozeDays, snoozeWarning } from './vault-status.ts';
import { secretKinds } from './vocabulary.ts';

/** How often a stream of events looks for changes to send; many changes become one message. */
const EVENT_INTERVAL_MS = 250;

const unlockBody = z.discriminatedUnion('method', [
  z.object({ method: z.literal('custody') }),
  z.object({ method: z.literal('passphrase'), passphrase: z.string().max(1024) }),
  z.object({
    method: z.literal('words'),
    words: z.string().max(4096),
    restore_custody: z.boolean().optional(),
  }),
  z.object({ method: z.literal('key'), text: z.string().max(4096), restore_custody: z.boolean().optional() }),
  z.object({
    method: z.literal('copy'),
    content_base64: z.base64(),
    passphrase: z.string().max(1024).optional(),
    restore_custody: z.boolean().optional(),
  }),
  z.object({
    method: z.literal('path'),
    path: z.string(),
    passphrase: z.string().max(1024).optional(),
    restore_custody: z.boolean().optional(),
  }),
]);
type UnlockBody = z.infer<typeof unlockBody>;

/** What an unlock or a rescue hands over; `custody` and `passphrase` carry no copy. */
export function toHandedCopy(request: Exclude<UnlockBody, { method: 'custody' | 'passphrase' }>) {
  const passphrase =
    'passphrase' in request && request.passphrase !== undefined
      ? { passphrase: new SecretText(request.passphrase) }
      : {};
  switch (request.method) {
    case 'words':
      return { text: new SecretText(request.words) };
    case 'key':
      return { text: new SecretText(request.text) };
    case 'copy':
      return { bytes: Buffer.from(request.content_base64, 'base64'), ...passphrase };
    case 'path':
      return { path: request.path, ...passphrase };
  }
}

export const handedCopyBody = z.discriminatedUnion('method', [
  unlockBody.options[2],
  unlockBody.options[3],
  unlockBody.options[4],
  unlockBody.options[5],
]);

export function statusRoutes({ core, jobs, ctx }: VaultRouteDeps) {
  const app = createRoutes();
  const status = () => toStatusJson(core, jobs);

  app.openapi(
    createRoute({
      method: 'get',
      path: '/vault/status',
      responses: answer(z.record(z.string(), z.unknown()), 'How the vault stands'),
    }),
    (c) => {
      requirePermission(c.get('caller'), 'vault:read');
      return c.json(status());
    },
  );

  app.openapi(createRoute({ method: 'post', path: '/vault/lock', responses: noContent('Locked') }), (c) => {
    requirePermission(c.get('caller'), 'vault:write');
    ctx.audit.append({ operation: 'VAULT_LOCKED', caller: c.get('caller') });
    lockVault(core);
    return c.body(null, 204);
  });

  app.openapi(
    createRoute({
      method: 'post',
      path: '/vault/unlock',
      request: body(unlockBody),
      responses: answer(z.record(z.string(), z.unknown()), 'How the vault stands'),
    }),
    async (c) => {
      const caller = c.get('caller');
      requirePermission(caller, 'vault:write');
      const request = c.req.valid('json');
      let note: string | null = null;
      if (request.method === 'custody') await unlockFromCustody(core);
      else if (request.method === 'passphrase')
        await unlockFromCustody(core, new SecretText(request.passphrase));
      else {
        if (request.method === 'path') requireOwner(caller);
        note = await unlockWithCopy(core, toHandedCopy(request), request.restore_custody ?? true);
      }
      ctx.audit.append({ operation: 'VAULT_UNLOCKED', caller, data: { method: request.method } });
      await jobs.resume();
      return c.json({ ...status(), note });
    },
  );

  app.openapi(
    createRoute({
      method: 'get',
      path: '/vault/secrets',
      request: {
        query: z.object({
          kind: z.enum(secretKinds).optional(),
          page: z.coerce.number().int().min(1).default(1),
          per_page: z.coerce.number().int().min(1).max(1000).default(100),
        }),
      },
      responses: answer(z.record(z.string(), z.unknown()), 'Sealed values, without the values'),
    }),
    (c) => {
      requirePermission(c.get('caller'), 'vault:read');
      const { kind, page, per_page } = c.req.valid('query');
      return c.json(listSecrets(core, kind ?? null, page, per_page));
    },
  );

  app.openapi(
    createRoute({
      method: 'post',
      path: '/vault/doctor',
      request: { query: z.object({ wait: z.enum(['true', 'false']).default('false') }) },
      responses: answer(z.record(z.string(), z.unknown()), 'The report so far'),
    }),
    async (c) => {
      requirePermission(c.get('caller'), 'vault:read');
      const run = jobs.runDoctor();
      if (c.req.valid('query').wait === 'true') return c.json(toDoctorJson(await run));
      run.catch(() => undefined);
      return c.json(toDoctorJson(jobs.doctorReport));
    },
  );

  app.openapi(
    createRoute({
      method: 'get',
      path: '/vault/doctor',
      responses: answer(z.record(z.string(), z.unknown()), 'The newest report'),
    }),
    (c) => {
      requirePermission(c.get('caller'), 'vault:read');
      return c.json(toDoctorJson(jobs.doctorReport));
    },
  );

  app.openapi(
    createRoute({
      method: 'post',
      path: '/vault/warnings/{reason}/snooze',
      request: {
        params: z.object({ reason: z.string() }),
        ...body(z.object({ days: z.union(snoozeDays.map((days) => z.literal(days))) })),
      },
      responses: answer(z.record(z.string(), z.unknown()), 'The warnings in force'),
    }),
    (c) => {
      requirePermission(c.get('caller'), 'vault:write');
      const { reason } = c.req.valid('param');
      const { days } = c.req.valid('json');
      const health = snoozeWarning(core, reason, days);
      ctx.audit.append({ operation: 'WARNING_SNOOZED', caller: c.get('caller'), data: { reason, days } });
      return c.json({ ...health });
    },
  );

  app.get('/vault/events', (c) => {
    requirePermission(c.get('caller'), 'vault:read');
    return streamSSE(c, (stream) => sendEvents(stream));
  });

  async function sendEvents(stream: Parameters<Parameters<typeof streamSSE>[1]>[0]): Promise<void> {
    const changed = new Set<string>(['vault', 'rotation', 'doctor']);
    const note = (event: Event) => changed.add(event.type);
    for (const name of ['vault', 'rotation', 'doctor', 'copies']) ctx.events.addEventListener(name, note);
    const ended = new Promise<void>((resolve) => {
      stream.onAbort(resolve);
      ctx.stopping.addEventListener('abort', () => resolve(), { once: true });
    });
    let open = true;
    ended.then(() => {
      open = false;
    });
    try {
      while (open) {
        // Taken before anything is awaited: what changes while a slow reader is written to is sent next time.
        const due = [...changed];
        changed.clear();
        for (const event of due) {
          const data = event === 'doctor' ? toDoctorJson(jobs.doctorReport) : status();
          await stream.writeSSE({ event, data: JSON.stringify(data) });
        }
        await Promise.race([ended, stream.sleep(EVENT_INTERVAL_MS)]);
      }
    } finally {
      for (const name of ['vault', 'rotation', 'doctor', 'copies'])
        ctx.events.removeEventListener(name, note);
    }
  }

  return app;
}

function listSecrets(core: VaultRouteDeps['core'], kind: string | null, page: number, perPage: number) {
  const { sqlite } = core.store;
  const where = kind === null ? '' : 'WHERE kind = @kind';
  const filter = kind === null ? {} : { kind };
  const total = sqlite.prepare(`SELECT count(*) FROM secrets ${where}`).pluck().get(filter) as number;
  const rows = sqlite
    .prepare(
      `SELECT id, kind, key_fingerprint, created_at, updated_at, last_used_at FROM secrets ${where}
       ORDER BY id LIMIT @limit OFFSET @offset`,
    )
    .all({ ...filter, limit: perPage, offset: (page - 1) * perPage }) as { id: string; kind: string }[];
  const ids = rows.map((row) => row.id);
  const states = core.secrets.statesOf(ids);
  const owners = findOwners(ids, core.secrets.keepers);
  return {
    secrets: rows.map((row) => ({ ...row, state: states.get(row.id), owner: owners.get(row.id) ?? null })),
    total,
    page,
    per_page: perPage,
  };
}
