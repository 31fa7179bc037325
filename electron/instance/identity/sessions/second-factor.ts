import { createHash, randomBytes } from 'node:crypto';
import { Secret, TOTP } from 'otpauth';
import type { Caller } from '../../access/caller.ts';
import { AppError } from '../../kernel/app-error.ts';
import type { Context } from '../../kernel/context.ts';
import { SecretText } from '../../vault/secret-text.ts';
import type { SecretId } from '../../vault/vault.ts';
import { identityOperations } from '../operations.ts';
import { getUser } from '../users/users.ts';

/** RFC 6238 as every authenticator has it: SHA-1, 6 digits, 30 seconds, one step of drift either way. */
const STEP_S = 30;
const DRIFT_STEPS = 1;
/** RFC 4226 §4 asks for 160 bits. */
const SECRET_BYTES = 20;
const RECOVERY_CODES = 10;
const RECOVERY_CODE_BYTES = 10;

export interface SecondFactorSetup {
  secret: SecretText;
  /** For the authenticator's QR code. */
  otpauthUrl: SecretText;
  /** Shown once. */
  recoveryCodes: SecretText[];
}

interface Row {
  secretId: SecretId | null;
  lastStep: number | null;
  enabled: number;
}

/**
 * Starts the set-up: seals a new secret and creates new recovery codes; no code is required until the first one was
 * entered.
 */
export function setUpSecondFactor(ctx: Context, actor: Caller | null, userId: number): SecondFactorSetup {
  const user = getUser(ctx, userId);
  if (user.mfaEnabled) throw new AppError('conflict', 'The second factor is already on: turn it off first.');
  const totp = createTotp(new Secret({ size: SECRET_BYTES }), user.email);
  const secret = new SecretText(totp.secret.base32);
  const codes = Array.from({ length: RECOVERY_CODES }, createRecoveryCode);
  ctx.store.transaction(() => {
    dropSecret(ctx, userId);
    const id = ctx.vault.seal('totp_secret', secret);
    ctx.store.sqlite
      .prepare('UPDATE users SET totp_secret_id = ?, totp_last_step = NULL WHERE id = ?')
      .run(id, userId);
    ctx.store.sqlite.prepare('DELETE FROM recovery_codes WHERE user_id = ?').run(userId);
    const insert = ctx.store.sqlite.prepare('INSERT INTO recovery_codes (user_id, code_hash) VALUES (?, ?)');
    for (const code of codes) insert.run(userId, hashCode(code));
    ctx.audit.append(identityOperations.MFA_SET_UP, actor, { user_id: userId });
  });
  return {
    secret,
    otpauthUrl: new SecretText(totp.toString()),
    recoveryCodes: codes.map((code) => new SecretText(code)),
  };
}

/** Turns the second factor on with its first code. Throws `conflict`, `invalid_credentials`, `vault_locked`. */
export function enableSecondFactor(ctx: Context, actor: Caller | null, userId: number, code: string): void {
  if (readRow(ctx, userId).secretId === null)
    throw new AppError('conflict', 'Set up the second factor first.');
  ctx.store.transaction(() => {
    if (!acceptTotp(ctx, userId, code))
      throw new AppError('invalid_credentials', 'That is not the current code.');
    ctx.store.sqlite.prepare('UPDATE users SET mfa_enabled = 1 WHERE id = ?').run(userId);
    ctx.audit.append(identityOperations.MFA_ENABLED, actor, { user_id: userId });
  });
}

export function disableSecondFactor(ctx: Context, actor: Caller | null, userId: number): void {
  ctx.store.transaction(() => {
    removeSecondFactor(ctx, userId);
    ctx.audit.append(identityOperations.MFA_DISABLED, actor, { user_id: userId });
  });
}

/** Without its own audit line: for callers that record something else. */
export function removeSecondFactor(ctx: Context, userId: number): void {
  ctx.store.transaction(() => {
    dropSecret(ctx, userId);
    ctx.store.sqlite
      .prepare('UPDATE users SET mfa_enabled = 0, totp_last_step = NULL WHERE id = ?')
      .run(userId);
    ctx.store.sqlite.prepare('DELETE FROM recovery_codes WHERE user_id = ?').run(userId);
  });
}

/**
 * Whether a code is right, using it up. Recovery codes work on a locked vault; throws `vault_locked` for an
 * authenticator's code then.
 */
export function acceptSecondFactor(ctx: Context, userId: number, code: string): boolean {
  return ctx.store.transaction(() =>
    /^\d{6}$/.test(joinCode(code)) ? acceptTotp(ctx, userId, code) : acceptRecoveryCode(ctx, userId, code),
  );
}

/** SECURITY: each time step is accepted once (RFC 6238 §5.2), and never an earlier one. */
function acceptTotp(ctx: Context, userId: number, code: string): boolean {
  const { secretId, lastStep } = readRow(ctx, userId);
  if (secretId === null) return false;
  const totp = createTotp(Secret.fromBase32(ctx.vault.open(secretId).reveal()), '');
  const now = ctx.clock.now();
  const drift = totp.validate({ token: joinCode(code), timestamp: now, window: DRIFT_STEPS });
  if (drift === null) return false;
  const step = Math.floor(now / 1000 / STEP_S) + drift;
  if (lastStep !== null && step <= lastStep) return false;
  ctx.store.sqlite.prepare('UPDATE users SET totp_last_step = ? WHERE id = ?').run(step, userId);
  return true;
}

function acceptRecoveryCode(ctx: Context, userId: number, code: string): boolean {
  return (
    ctx.store.sqlite
      .prepare(
        'UPDATE recovery_codes SET used_at = ? WHERE user_id = ? AND code_hash = ? AND used_at IS NULL',
      )
      .run(ctx.clock.now(), userId, hashCode(code)).changes === 1
  );
}

/** Whether any recovery code was not used yet. */
export function hasRecoveryCodes(ctx: Context, userId: number): boolean {
  return (
    ctx.store.sqlite
      .prepare('SELECT EXISTS (SELECT 1 FROM recovery_codes WHERE user_id = ? AND used_at IS NULL)')
      .pluck()
      .get(userId) === 1
  );
}

function readRow(ctx: Context, userId: number): Row {
  return ctx.store.sqlite
    .prepare(
      'SELECT totp_secret_id AS secretId, totp_last_step AS lastStep, mfa_enabled AS enabled FROM users WHERE id = ?',
    )
    .get(userId) as Row;
}

function dropSecret(ctx: Context, userId: number): void {
  const { secretId } = readRow(ctx, userId);
  if (secretId === null) return;
  ctx.store.sqlite.prepare('UPDATE users SET totp_secret_id = NULL WHERE id = ?').run(userId);
  ctx.vault.remove([secretId]);
}

function createTotp(secret: Secret, label: string): TOTP {
  return new TOTP({ issuer: 'Temps', label, algorithm: 'SHA1', digits: 6, period: STEP_S, secret });
}

/** 80 random bits as `a1b2c-d3e4f-…`: too many to guess, so a fast hash is enough. */
function createRecoveryCode(): string {
  return randomBytes(RECOVERY_CODE_BYTES).toString('hex').match(/.{5}/g)?.join('-') ?? '';
}

/** A code in one piece: it is shown in groups, and typed with spaces or dashes of any kind between them. */
function joinCode(code: string): string {
  return code.normalize('NFKC').replace(/[\s\p{Dash}]+/gu, '');
}

function hashCode(code: string): Buffer {
  return createHash('sha256').update(joinCode(code).toLowerCase(), 'utf8').digest();
}
