import { ask, askConfirmed, client } from '../../api/client.ts';
import { queryClient } from '../../api/queries.ts';
import type { components } from '../../api/schema.ts';
import type { KeySplit } from '../key-queries.ts';

export type { KeySplit } from '../key-queries.ts';
export type MadeSplit = components['schemas']['MadeKeySplit'];
export type SharePage = components['schemas']['KeySharePage'];
export type ShareCheck = components['schemas']['KeyShareCheck'];
export type TypedShares = components['schemas']['TypedShares'];

/** The most shares the instance makes. */
export const MAX_SHARES = 16;

/** Splits the key. The answer holds every share: keep it in local state, and drop it once they were verified. */
export async function splitKey(scheme: { shares: number; threshold: number }): Promise<MadeSplit> {
  const made = await askConfirmed(() => client.POST('/vault/key/splits', { body: scheme }));
  splitsChanged();
  return made;
}

/** Notes where a share is kept. */
export async function keepShare(id: number, number: number, place: string): Promise<KeySplit> {
  const { split } = await ask(
    client.PUT('/vault/key/splits/{id}/shares/{number}', {
      params: { path: { id, number } },
      body: place === '' ? {} : { place },
    }),
  );
  splitsChanged();
  return split;
}

/** Sends back as many shares as open the key. */
export async function verifySplit(id: number, shares: string[]): Promise<KeySplit> {
  const { split } = await ask(
    client.POST('/vault/key/splits/{id}/verify', { params: { path: { id } }, body: { shares } }),
  );
  splitsChanged();
  return split;
}

/** Checks one share without the others. */
export async function verifyShare(share: string): Promise<ShareCheck> {
  const checked = await ask(client.POST('/vault/shares/verify', { body: { share } }));
  splitsChanged();
  return checked;
}

export async function dropSplit(id: number): Promise<void> {
  await askConfirmed(() => client.DELETE('/vault/key/splits/{id}', { params: { path: { id } } }));
  splitsChanged();
}

/** What is known of shares while they are typed. */
export function checkShares(shares: string[]): Promise<TypedShares> {
  return ask(client.POST('/vault/shares/check', { body: { shares } }));
}

/** What pasted text is, where a whole copy is expected and this is one share; null for anything else. */
export async function describeShare(text: string): Promise<string | null> {
  const share = (await checkShares([text])).shares[0];
  if (share?.state !== 'ok') return null;
  return `This is share ${share.number} of a split key, any ${share.threshold} shares of which open the key together.`;
}

function splitsChanged(): void {
  void queryClient.invalidateQueries({ queryKey: ['vault'] });
}
