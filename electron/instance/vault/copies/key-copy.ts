import type { Fingerprint, MasterKey } from '../sealing/master-key.ts';
import type { CopyFormat } from '../vocabulary.ts';

/** What a copy says beside the key itself. None of it is secret. */
export interface CopyFacts {
  instanceId: string;
  instanceName: string;
  fingerprint: Fingerprint;
  epoch: number;
  /** When the key was made, epoch ms. */
  keyCreatedAt: number;
  /** When the copy is made, epoch ms. */
  copiedAt: number;
}

/** What reading some bytes or text as a key copy came to. Never throws for bad input. */
export type CopyReading =
  | { outcome: 'key'; format: CopyFormat; key: MasterKey; instanceId: string | null; epoch: number | null }
  | { outcome: 'passphrase_required'; format: CopyFormat }
  | { outcome: 'passphrase_wrong'; format: CopyFormat }
  /** Words that are not in the list, or whose checksum fails: `position` counts from 1. */
  | {
      outcome: 'words_invalid';
      problems: { position: number; word: string; nearest: string[] }[];
      checksumFails: boolean;
    }
  | { outcome: 'damaged'; format: CopyFormat | null; detail: string };
