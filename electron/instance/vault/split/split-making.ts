import { randomInt } from 'node:crypto';
import { stat } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import type { Caller } from '../../access/caller.ts';
import { AppError } from '../../kernel/app-error.ts';
import { writeToPlace } from '../copies/copy-making.ts';
import { copyFacts } from '../copies/key-copies.ts';
import { vaultOperations } from '../operations.ts';
import type { MasterKey } from '../sealing/master-key.ts';
import { SecretText } from '../secret-text.ts';
import { lockedError } from '../secrets/secret-store.ts';
import { getActiveKey, type VaultCore } from '../vault-core.ts';
import { markShareVerified, readShareFile } from './share-check.ts';
import { createSharePage, describeShare, type SharePage } from './share-page.ts';
import { combineToKey, getKeyFromShares, readShare, requireShare } from './share-recovery.ts';
import type { Share } from './slip39/share-words.ts';
import { createShares, MAX_SHARES } from './slip39/shares.ts';
import { computeShareMac, getSplit, isShareOf, type KeySplit, listSplits } from './split-record.ts';

/** With one share, that share is the key: other formats say so more plainly. */
export const MIN_THRESHOLD = 2;
/** More splits of one instance's keys are a mistake, and each share would have to be kept. */
const MAX_SPLITS = 64;
const IDENTIFIERS = 0x8000;

export interface MadeSplit {
  split: KeySplit;
  /** Every share, as a page to show or print. */
  pages: SharePage[];
  /** Numbers of the shares to be given back first, together: as many as open the key. */
  asked: number[];
}

/**
 * Splits the active key. The shares are in the answer alone: they are not kept, and cannot be shown again. Nothing
 * counts before they were kept and given back. Throws `vault_locked`, `invalid_request`.
 */
export async function createSplit(
  core: VaultCore,
  actor: Caller | null,
  { shares: count, threshold }: { shares: number; threshold: number },
): Promise<MadeSplit> {
  requireScheme(count, threshold);
  const key = getActiveKey(core);
  const known = new Set(listSplits(core).map(({ identifier }) => identifier));
  if (known.size >= MAX_SPLITS)
    throw new AppError(
      'invalid_request',
      `There are ${MAX_SPLITS} splits: drop those you do not have any more.`,
    );
  const identifier = drawIdentifier(known);
  const secret = key.exportBytes();
  const texts = await createShares(secret, { threshold, count, identifier, passphrase: '' });
  secret.fill(0);
  const asked = draw(threshold, count);
  const given = texts.map((text) => new SecretText(text));
  requireSame(key, await getKeyFromShares(given.filter((_, at) => asked.includes(at + 1))));
  const split = insertSplit(
    core,
    actor,
    key,
    given.map((text) => requireShare(text)),
  );
  core.emit('copies');
  const facts = copyFacts(core, key);
  return { split, pages: texts.map((text, at) => describeShare(facts, split, at + 1, text)), asked };
}

function requireScheme(count: number, threshold: number): void {
  const fields: Record<string, string> = {};
  if (threshold < MIN_THRESHOLD)
    fields.threshold = 'at least 2: if one share opened the key, every share would be the key';
  else if (threshold > count) fields.threshold = 'at most as many as there are shares';
  if (count < MIN_THRESHOLD || count > MAX_SHARES) fields.shares = `2 to ${MAX_SHARES}`;
  if (Object.keys(fields).length > 0)
    throw new AppError('invalid_request', 'The key cannot be split like this.', { fields });
}

function drawIdentifier(known: ReadonlySet<number>): number {
  for (;;) {
    const identifier = randomInt(IDENTIFIERS);
    if (!known.has(identifier)) return identifier;
  }
}

/** Some of the numbers 1 to `count`, in order. */
function draw(some: number, count: number): number[] {
  const drawn = new Set<number>();
  while (drawn.size < some) drawn.add(randomInt(1, count + 1));
  return [...drawn].sort((a, b) => a - b);
}

function insertSplit(
  core: VaultCore,
  actor: Caller | null,
  key: MasterKey,
  shares: readonly Share[],
): KeySplit {
  const [first] = shares as [Share];
  const threshold = first.memberThreshold;
  return core.store.transaction(() => {
    const id = core.store.sqlite
      .prepare(
        `INSERT INTO key_splits (fingerprint, identifier, threshold, share_count, made_at)
         VALUES (?, ?, ?, ?, ?) RETURNING id`,
      )
      .pluck()
      .get(key.fingerprint, first.identifier, threshold, shares.length, core.clock.now()) as number;
    const insert = core.store.sqlite.prepare(
      'INSERT INTO key_shares (split_id, number, mac, separate) VALUES (?, ?, ?, 1)',
    );
    for (const share of shares) insert.run(id, share.memberIndex + 1, computeShareMac(key, share));
    core.audit.append(vaultOperations.KEY_SPLIT_MADE, actor, {
      id,
      threshold,
      shares: shares.length,
      fingerprint: key.fingerprint,
    });
    return getSplit(core, id);
  });
}

/** SECURITY: a split that gives another key would be found only when it is needed. */
function requireSame(key: MasterKey, combined: MasterKey): void {
  if (combined.fingerprint !== key.fingerprint)
    throw new AppError('shares_refused', 'These shares give another key: do not rely on them.');
}

export interface ShareKeeping {
  /** The owner's name for the place. */
  place?: string;
  /** A file, or a folder, to write the share's page to. */
  path?: string;
  /** The share, where its page is to be written. */
  text?: SecretText;
  /** Confirms a place that is not separate. */
  keepAnyway?: boolean;
}

/**
 * Notes that a share is kept: written down at a place its owner names, or as a page in a file, which is read again
 * and then counts as verified. Throws `not_found`, `invalid_request`, `share_invalid`, `shares_refused`,
 * `vault_locked`, and what writing throws.
 */
export async function keepShare(
  core: VaultCore,
  actor: Caller | null,
  id: number,
  number: number,
  { place, path, text, keepAnyway = false }: ShareKeeping,
): Promise<{ split: KeySplit; writtenTo: string | null }> {
  const split = getSplit(core, id);
  if (!split.shares.some((share) => share.number === number))
    throw new AppError('not_found', 'There is no share with this number.');
  const written = path === undefined ? null : await writePage(core, split, number, path, text, keepAnyway);
  const kept = place ?? written?.path ?? 'on paper';
  const separate = written?.check.separate ?? true;
  core.store.transaction(() => {
    // SECURITY: what was once written beside the database may still lie there, whatever is said later.
    core.store.sqlite
      .prepare(
        `UPDATE key_shares SET place = ?, volume_id = ?, separate = separate AND ?, verified_at = coalesce(?, verified_at)
         WHERE split_id = ? AND number = ?`,
      )
      .run(
        kept,
        written?.check.volumeId ?? null,
        separate ? 1 : 0,
        written ? core.clock.now() : null,
        id,
        number,
      );
    core.audit.append(vaultOperations.KEY_SHARE_KEPT, actor, { id, number, place: kept, separate });
  });
  core.emit('copies');
  return { split: getSplit(core, id), writtenTo: written?.path ?? null };
}

async function writePage(
  core: VaultCore,
  split: KeySplit,
  number: number,
  given: string,
  text: SecretText | undefined,
  keepAnyway: boolean,
) {
  const key = core.ring.find(split.fingerprint);
  if (!key) throw lockedError();
  if (!text)
    throw new AppError('invalid_request', 'A file needs the share.', { fields: { share: 'needed' } });
  requireOwnShare(core, split, key, text, number);
  const isFolder = await stat(given).then(
    (info) => info.isDirectory(),
    () => false,
  );
  const path = isFolder ? join(given, `temps-key-${split.fingerprint}-share-${number}.pdf`) : resolve(given);
  const check = await writeToPlace(core, path, {
    keepAnyway,
    make: async () =>
      await createSharePage(describeShare(copyFacts(core, key), split, number, text.reveal())),
    isThere: async () => {
      const reading = readShare(await readShareFile(core, path));
      return reading.outcome === 'share' && isShareOf(core, split, key, reading.share);
    },
  });
  return { path, check };
}

/** Throws `share_invalid`, or `shares_refused` for a share of another split, another number, or a changed one. */
function requireOwnShare(
  core: VaultCore,
  split: KeySplit,
  key: MasterKey,
  text: SecretText,
  number: number | null,
  at = 1,
): Share {
  const share = requireShare(text, at);
  if (share.identifier !== split.identifier)
    throw new AppError('shares_refused', `Share ${at} of those given is of another split.`, {
      details: { share: at, problem: 'different_identifiers' },
    });
  if (!isShareOf(core, split, key, share) || (number !== null && share.memberIndex + 1 !== number))
    throw new AppError(
      'shares_refused',
      `Share ${at} of those given is not the one that was made: do not rely on it.`,
      { details: { share: at, problem: 'do_not_fit' } },
    );
  return share;
}

/**
 * Recovers the key from shares that were given back, and compares it. Throws `not_found`, `share_invalid`,
 * `shares_refused`, `vault_locked`.
 */
export async function proveSplit(
  core: VaultCore,
  actor: Caller | null,
  id: number,
  texts: readonly SecretText[],
): Promise<KeySplit> {
  const split = getSplit(core, id);
  const key = core.ring.find(split.fingerprint);
  if (!key) throw lockedError();
  const shares = texts.map((text, at) => requireOwnShare(core, split, key, text, null, at + 1));
  const numbers = shares.map(({ memberIndex }) => memberIndex + 1);
  requireSame(key, await combineToKey(shares));
  core.store.transaction(() => {
    core.store.sqlite.prepare('UPDATE key_splits SET combined_at = ? WHERE id = ?').run(core.clock.now(), id);
    for (const number of numbers) markShareVerified(core, id, number, null, false);
    core.audit.append(vaultOperations.KEY_SPLIT_VERIFIED, actor, {
      id,
      numbers,
      fingerprint: split.fingerprint,
    });
  });
  core.emit('copies');
  return getSplit(core, id);
}

/** Forgets a split; its shares still open the key. Throws `not_found`. */
export function forgetSplit(core: VaultCore, actor: Caller | null, id: number): void {
  getSplit(core, id);
  core.store.transaction(() => {
    core.store.sqlite.prepare('DELETE FROM key_splits WHERE id = ?').run(id);
    core.audit.append(vaultOperations.KEY_SPLIT_FORGOTTEN, actor, { id });
  });
  core.emit('copies');
}
