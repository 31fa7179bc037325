import { randomBytes, timingSafeEqual } from 'node:crypto';
import { AppError } from '../../kernel/app-error.ts';
import type { Context } from '../../kernel/context.ts';
import { SecretText } from '../../vault/secret-text.ts';
import type { SecretId } from '../../vault/vault.ts';
import { digestToken } from '../token-digest.ts';

/** Public part after `tk_` or `dt_`: 48 random bits, enough to be unique, stored in clear to find the row by. */
const PREFIX_BYTES = 6;
const SECRET_BYTES = 32;
const TOKEN = /^(tk|dt)_([0-9a-f]{12})([\w-]{43})$/;

export type TokenSort = 'tk' | 'dt';

export interface NewToken {
  /** The whole token: shown once. */
  token: SecretText;
  /** `tk_` and the public part. */
  prefix: string;
}

/** `tk_` ‖ 12 hex digits (public) ‖ 256 random bits in base64url. */
export function createToken(
  sort: TokenSort,
  prefix = `${sort}_${randomBytes(PREFIX_BYTES).toString('hex')}`,
): NewToken {
  return { token: new SecretText(`${prefix}${randomBytes(SECRET_BYTES).toString('base64url')}`), prefix };
}

/** The public part of something that has the form of a token, else null. */
export function readTokenPrefix(text: string): { sort: TokenSort; prefix: string } | null {
  const [, sort, digits] = TOKEN.exec(text) ?? [];
  return sort && digits ? { sort: sort as TokenSort, prefix: `${sort}_${digits}` } : null;
}

export interface TokenRow {
  secretId: SecretId;
  isActive: boolean;
  expiresAt: number | null;
  createdAt: number;
}

/**
 * Throws unless `given` is the sealed token of this row and the row may be used: `invalid_credentials`,
 * `key_revoked`, `key_expired`, `clock_went_back`, and `vault_locked` (a key cannot be checked then).
 *
 * SECURITY: compared as SHA-256 digests in constant time, before anything about the row is revealed.
 */
export function requireToken(ctx: Context, row: TokenRow, given: string): void {
  const known = ctx.vault.open(row.secretId);
  if (!timingSafeEqual(digestToken(known.reveal()), digestToken(given))) throw unknownToken();
  const now = ctx.clock.now();
  if (!row.isActive) throw new AppError('key_revoked', 'This key was switched off.');
  if (row.expiresAt !== null && row.expiresAt <= now)
    throw new AppError('key_expired', 'This key has expired.');
  if (row.createdAt > now + 60_000) {
    throw new AppError(
      'clock_went_back',
      "This machine's clock is behind the time this key was created. Correct it.",
    );
  }
}

export function unknownToken(): AppError {
  return new AppError('invalid_credentials', 'This key is not valid here.');
}

/** Rows remembered at once; more are written at once. */
const MAX_PENDING = 1000;

/** Remembers when keys were last used, so that a request writes nothing; a job writes it. */
export interface LastUseRecorder {
  note(table: 'api_keys' | 'deployment_tokens', id: number): void;
  flush(): void;
}

export function createLastUseRecorder(ctx: Context): LastUseRecorder {
  const pending = new Map<string, { table: string; id: number; at: number }>();

  function flush(): void {
    if (pending.size === 0) return;
    const uses = [...pending.values()];
    pending.clear();
    try {
      ctx.store.transaction(() => {
        for (const { table, id, at } of uses)
          ctx.store.sqlite.prepare(`UPDATE ${table} SET last_used_at = ? WHERE id = ?`).run(at, id);
      });
    } catch {
      // A failure here must not fail the request; the next use is recorded again.
      ctx.log.warn({}, 'the last use of keys could not be written');
    }
  }

  return {
    note(table, id) {
      pending.set(`${table} ${id}`, { table, id, at: ctx.clock.now() });
      if (pending.size >= MAX_PENDING) flush();
    },
    flush,
  };
}
