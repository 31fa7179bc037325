import { ask, askConfirmed, client } from '../../api/client.ts';
import { queryClient } from '../../api/queries.ts';
import { type HandedCopy, toHandedBody } from '../copy-input/handed-copy.ts';
import type { CopyFormat, KeyCopy, MadeCopy } from './copy-formats.ts';

/** Destination of a copy that is a file. */
export type CopyTarget =
  | {
      kind: 'path';
      /** A file, or a folder in which the file gets its format's default name. */
      path: string;
      /** Display name of the place. */
      label: string;
      volumeId: string | null;
      isRemovable: boolean;
      /** Confirms a place that is not separate. */
      keepAnyway: boolean;
    }
  | { kind: 'download' };

/** What a person says of where a file lies. */
export interface ToldPlace {
  on: 'other_device' | 'drive';
  at: string;
}

/** Longest place name the instance stores. */
const MAX_PLACE = 200;

export interface CopyPlan {
  of: 'active' | 'rotation';
  format: CopyFormat;
  target: CopyTarget | null;
  passphrase: string | null;
  /** The owner's name for the place; otherwise the target's label. */
  place?: string;
  unprotectedConfirmed?: boolean;
  /** See `useProgressId`. */
  progressId: string;
}

/** Creates it. The response may hold the key: keep it in local state, and drop it once the copy is verified. */
export async function makeCopy(plan: CopyPlan): Promise<MadeCopy> {
  const { of, format, target, passphrase } = plan;
  const label = target?.kind === 'path' && target.label !== target.path ? target.label : '';
  const place = plan.place || label;
  const made = await askConfirmed(() =>
    client.POST('/vault/key/copies', {
      body: {
        for: of,
        format,
        progress_id: plan.progressId,
        ...(target?.kind === 'path'
          ? {
              path: target.path,
              keep_anyway: target.keepAnyway,
            }
          : {}),
        ...(place === '' ? {} : { place: place.slice(0, MAX_PLACE) }),
        ...(passphrase === null ? {} : { passphrase }),
        ...(plan.unprotectedConfirmed ? { unprotected_confirmed: true } : {}),
      },
    }),
  );
  copiesChanged();
  // The client's types drop the null of `needed: null`.
  return made as MadeCopy;
}

/**
 * Verifies a copy by sending it back, or by three of its words. Throws the instance's error.
 *
 * @param progressId see `useProgressId`.
 * @param told where a downloaded file lies, which the instance cannot see.
 */
export async function verifyCopy(
  id: number,
  given: HandedCopy | { kind: 'asked'; words: string[] },
  progressId?: string,
  told?: ToldPlace | null,
): Promise<KeyCopy> {
  const { copy } = await ask(
    client.POST('/vault/key/copies/{id}/prove', {
      params: { path: { id } },
      body:
        given.kind === 'asked'
          ? { words: given.words }
          : { ...toHandedBody(given, progressId), ...(told ? { kept_at: told.at, kept_on: told.on } : {}) },
    }),
  );
  copiesChanged();
  return copy;
}

/** Says that the owner has all of a copy that was shown or downloaded. */
export async function finishCopy(id: number): Promise<void> {
  await ask(client.POST('/vault/key/copies/{id}/finish', { params: { path: { id } } }));
  copiesChanged();
}

export async function forgetCopy(id: number): Promise<void> {
  await askConfirmed(() => client.DELETE('/vault/key/copies/{id}', { params: { path: { id } } }));
  copiesChanged();
}

function copiesChanged(): void {
  void queryClient.invalidateQueries({ queryKey: ['vault'] });
}
