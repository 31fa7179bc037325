import { lookup } from 'node:dns/promises';
import { networkInterfaces } from 'node:os';
import type { BackupsCore } from '../backups-core.ts';
import type { DestinationKind } from '../vocabulary.ts';
import type { Destination } from './destination.ts';
import { openFolder } from './folder.ts';
import { FOLDER_SILENT_MS, whileItAnswers } from './folder-deadline.ts';
import { findFolderPlace } from './folder-place.ts';
import { findKeyFile } from './key-copy-there.ts';
import type { KnownDestination } from './known-destination.ts';
import { openS3 } from './s3/s3.ts';
import { getCredentials } from './s3/s3-credentials.ts';
import { findHost, formatS3Place, isLoopback, type S3Place } from './s3/s3-place.ts';
import { openSession } from './s3/s3-session.ts';

/** Whether a place is apart from the disk of the database; what makes it not, in words. */
export interface Separation {
  separate: boolean;
  note: string | null;
  /** Name of a file there that is called as a copy of a key is; null for none. */
  keyFile: string | null;
}

/** What a kind of destination does. */
interface Kind<K extends KnownDestination> {
  /** Calls nothing yet. */
  open(core: BackupsCore, known: K): Destination;
  /** Where it is, for people. */
  describe(known: K): string;
  /** Of a destination that is there. Throws what it does. */
  measure(core: BackupsCore, known: K): Promise<Separation>;
}

type Kinds = { [K in DestinationKind]: Kind<Extract<KnownDestination, { kind: K }>> };

/** The one table of kinds. */
const kinds: Kinds = {
  folder: {
    open: ({ ctx }, known) => openFolder(known, ctx.dataDir),
    describe: ({ path }) => path,
    async measure(core, { path }) {
      return await whileItAnswers(path, FOLDER_SILENT_MS, async (goOn) => {
        const { check } = await findFolderPlace(path, core.ctx.dataDir);
        return {
          separate: check.separate,
          note: check.separate ? null : check.message,
          keyFile: await findKeyFile(core, path, goOn),
        };
      });
    },
  },
  s3: {
    open: ({ ctx }, known) => openS3(openSession(known.place, () => getCredentials(ctx, known))),
    describe: ({ place }) => formatS3Place(place),
    measure: (_core, { place }) => measureStore(place),
  },
};

export function kindOf<K extends KnownDestination>({ kind }: K): Kind<K> {
  return kinds[kind] as unknown as Kind<K>;
}

/** A store is apart, unless its address is this computer. */
export async function measureStore(place: S3Place): Promise<Separation> {
  const host = findHost(place);
  const addresses = await lookup(host, { all: true }).catch(() => []);
  const own = Object.values(networkInterfaces()).flatMap((each) =>
    (each ?? []).map(({ address }) => address),
  );
  const isHere =
    isLoopback(host) || addresses.some(({ address }) => isLoopback(address) || own.includes(address));
  return isHere
    ? {
        separate: false,
        note: `${host} is this computer: whatever happens to it happens to the backups too.`,
        keyFile: null,
      }
    : { separate: true, note: null, keyFile: null };
}
