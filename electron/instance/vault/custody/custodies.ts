import type { ProcessHost } from '../../kernel/process-hosts.ts';
import type { Fingerprint } from '../sealing/master-key.ts';
import type { CustodyName } from '../vocabulary.ts';
import type { KeyCustody } from './custody.ts';
import { createExternalCustody } from './external-custody.ts';
import { createFileCustody } from './file-custody.ts';
import { createKeychainCustody } from './keychain.ts';
import { createPassphraseCustody } from './passphrase-custody.ts';

export interface CustodySurroundings {
  dataDir: string;
  /** What the keychain's entries are named by. */
  keychainName: string;
  /** TEMPS_ENCRYPTION_KEY_FILE is read from it. */
  env: NodeJS.ProcessEnv;
  listFingerprints: () => Fingerprint[];
  processes: ProcessHost;
  /** Work factor of passphrase custody; age's own unless said. */
  scryptLogN?: number | undefined;
}

export function createCustody(name: CustodyName, around: CustodySurroundings): KeyCustody {
  switch (name) {
    case 'keychain':
      return createKeychainCustody(around);
    case 'passphrase':
      return createPassphraseCustody(around.dataDir, around.scryptLogN);
    case 'file':
      return createFileCustody(around.dataDir);
    case 'external':
      return createExternalCustody(around.env.TEMPS_ENCRYPTION_KEY_FILE);
  }
}
