import type { Store } from '../../store/store.ts';
import { countValuesByKind, listLostKeys } from '../key/key-record.ts';
import type { Fingerprint } from '../sealing/master-key.ts';
import type { SecretKeeper } from '../vault.ts';
import type { SecretKind } from '../vocabulary.ts';

/** Encrypted values, as what they are: a variable with five earlier versions is one secret. */
export interface SecretCount {
  /** Each counted once, by the value it has now. */
  secrets: number;
  /** Values that secrets had before. */
  versions: number;
}

export type SecretCounts = Partial<Record<SecretKind, SecretCount>>;

/** What counting needs of a vault, whole or being opened. */
interface Counted {
  store: Pick<Store, 'sqlite'>;
  secrets: { keepers: readonly SecretKeeper[] };
}

/**
 * The one count of secrets and of earlier versions, by kind: of all values, or of those encrypted with one of these keys.
 * Kinds with none are left out.
 */
export function countSecrets(
  { store, secrets }: Counted,
  keys: readonly Fingerprint[] | null = null,
): SecretCounts {
  if (keys?.length === 0) return {};
  const counts: SecretCounts = {};
  for (const [name, values] of Object.entries(countValuesByKind(store, keys))) {
    const kind = name as SecretKind;
    const inForce = secrets.keepers.find((keeper) => keeper.kind === kind)?.versions?.countInForce(keys);
    // Something may refer to a value that is not there.
    const ofNow = Math.min(values, inForce ?? values);
    counts[kind] = { secrets: ofNow, versions: values - ofNow };
  }
  return counts;
}

/** Those that only a key that was given up can decrypt. */
export function countLost(vault: Counted): SecretCounts {
  return countSecrets(vault, listLostKeys(vault.store));
}

/** Those of all that no lost key holds: what would be lost with the key in use. */
export function countAtStake(vault: Counted, all: SecretCounts): SecretCounts {
  const lost = countLost(vault);
  return Object.fromEntries(
    Object.entries(all).flatMap(([name, { secrets, versions }]) => {
      const gone = lost[name as SecretKind] ?? { secrets: 0, versions: 0 };
      const left = { secrets: secrets - gone.secrets, versions: versions - gone.versions };
      return left.secrets + left.versions === 0 ? [] : [[name, left]];
    }),
  );
}

export function sumCounts(counts: SecretCounts): SecretCount {
  const sum: SecretCount = { secrets: 0, versions: 0 };
  for (const { secrets, versions } of Object.values(counts)) {
    sum.secrets += secrets;
    sum.versions += versions;
  }
  return sum;
}

/** One of the two, by kind; kinds with none are left out. */
export function pickCounts(
  counts: SecretCounts,
  which: keyof SecretCount,
): Partial<Record<SecretKind, number>> {
  const picked = Object.entries(counts).map(([kind, count]) => [kind, count[which]] as const);
  return Object.fromEntries(picked.filter(([, count]) => count > 0));
}
