import { ask, askConfirmed, client } from '../../api/client.ts';
import { queryClient } from '../../api/queries.ts';
import { type HandedCopy, toHandedBody } from '../copy-input/handed-copy.ts';
import type { CopyFormat, KeyCopy, MadeCopy } from './copy-formats.ts';

/** Where a copy that is a file goes. */
export type CopyTarget =
  | {
      kind: 'path';
      /** A folder, where the file gets the name its format has, or a file. */
      path: string;
      /** What people call the place. */
      label: string;
      volumeId: string | null;
      isRemovable: boolean;
      /** The second yes for a place that is not separate. */
      keepAnyway: boolean;
    }
  | { kind: 'download' };

/** The longest name of a place the instance keeps. */
const MAX_PLACE = 200;

export interface CopyPlan {
  of: 'active' | 'rotation';
  format: CopyFormat;
  target: CopyTarget | null;
  passphrase: string | null;
  /** What its owner calls the place; the target's label otherwise. */
  place?: string;
  unprotectedConfirmed?: boolean;
}

/** Makes it. What comes back may hold the key: keep it in local state, and drop it when it was proven. */
export async function makeCopy(plan: CopyPlan): Promise<MadeCopy> {
  const { of, format, target, passphrase } = plan;
  const label = target?.kind === 'path' && target.label !== target.path ? target.label : '';
  const place = plan.place || label;
  const made = await askConfirmed(() =>
    client.POST('/vault/key/copies', {
      body: {
        for: of,
        format,
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
  // The client's types lose the null of `needed: null`.
  return made as MadeCopy;
}

/** Proves a copy by giving it back, or by the three words asked for. Throws what the instance says. */
export async function proveCopy(
  id: number,
  proof: HandedCopy | { kind: 'asked'; words: string[] },
): Promise<KeyCopy> {
  const { copy } = await ask(
    client.POST('/vault/key/copies/{id}/prove', {
      params: { path: { id } },
      body: proof.kind === 'asked' ? { words: proof.words } : toHandedBody(proof),
    }),
  );
  copiesChanged();
  return copy;
}

export async function forgetCopy(id: number): Promise<void> {
  await ask(client.DELETE('/vault/key/copies/{id}', { params: { path: { id } } }));
  copiesChanged();
}

function copiesChanged(): void {
  void queryClient.invalidateQueries({ queryKey: ['vault'] });
}
