import { opendir } from 'node:fs/promises';
import { isBeside, type KeyCopy, listKeyCopies } from '../../vault/copies/key-copies.ts';
import { isCopyFileName } from '../../vault/copies/key-copy.ts';
import { listKeyRecords } from '../../vault/key/key-record.ts';
import type { BackupsCore } from '../backups-core.ts';
import type { KnownDestination } from './known-destination.ts';

/** A copy of a key that is a file, as far as this instance knows where it is. */
export type CopyPlace = Pick<KeyCopy, 'place' | 'volumeId'>;

/** Whatever each is worth. Those that somebody has no longer are to be forgotten. */
export function listCopyPlaces({ vault }: Pick<BackupsCore, 'vault'>): CopyPlace[] {
  return listKeyCopies(vault).filter(({ finished }) => finished);
}

/**
 * Name of a file in a folder that is called as a copy of a key of this instance is; null for none. SECURITY: it is not
 * opened, since it may be anybody's: the name is enough to say so.
 */
export async function findKeyFile(
  { ctx }: Pick<BackupsCore, 'ctx'>,
  folder: string,
  goOn: () => void,
): Promise<string | null> {
  const keys = listKeyRecords(ctx.store).map(({ fingerprint }) => fingerprint);
  let found: string | null = null;
  // To the end, so that the folder is closed again.
  for await (const entry of await opendir(folder)) {
    goOn();
    if (found === null && entry.isFile() && isCopyFileName(entry.name, keys)) found = entry.name;
  }
  return found;
}

/** Why whoever takes the backups at a destination takes a copy of the key with them, in words; null where none is known. */
export function describeKeyCopyThere(known: KnownDestination, copies: readonly CopyPlace[]): string | null {
  if (known.kind !== 'folder') return null;
  const both = 'anyone who takes one takes both, so backups there do not count.';
  const copy = copies.find((each) => isBeside(each, known));
  if (copy !== undefined)
    return `A copy of the key is in the same place as these backups (${copy.place}): ${both}`;
  if (known.keyFile === null) return null;
  return `A file in ${known.path} has the name of a copy of the key, ${known.keyFile}: ${both}`;
}
