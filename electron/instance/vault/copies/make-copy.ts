import { AppError } from '../../kernel/app-error.ts';
import type { NoteProgress } from '../../kernel/processes.ts';
import { protectWithPassphrase } from '../custody/passphrase-file.ts';
import type { StrongPassphrase } from '../custody/strong-passphrase.ts';
import { formatKeyText, type MasterKey } from '../sealing/master-key.ts';
import type { CopyFormat } from '../vocabulary.ts';
import { createKeePassFile } from './keepass/keepass-file.ts';
import type { CopyFacts } from './key-copy.ts';
import type { KitBackups } from './kit-backups.ts';
import { formatKitText, formatWordsFile } from './kit-text.ts';
import { createPaperKit } from './paper-kit.ts';

/**
 * The bytes of a copy. Only `age` and `kdbx` are encrypted, and need a passphrase: `passphrase_required` without.
 * Anyone who finds a copy in another format can decrypt every secret.
 */
export async function makeCopy(
  format: CopyFormat,
  key: MasterKey,
  facts: CopyFacts,
  options: {
    passphrase?: StrongPassphrase;
    /** How much work it takes to open, for tests; ours unless said. Every file says its own. */
    scryptLogN?: number | undefined;
    argon2Mib?: number | undefined;
    /** Of a KeePass file; the others take no time worth telling. */
    onProgress?: NoteProgress | undefined;
    /** For a paper kit; null where nothing makes any. */
    backups?: KitBackups | null;
  },
): Promise<Uint8Array> {
  switch (format) {
    case 'age':
      return await protectWithPassphrase(
        Buffer.from(formatKitText(key, facts), 'utf8'),
        requirePassphrase(options.passphrase),
        options.scryptLogN,
      );
    case 'kdbx':
      return await createKeePassFile(key, facts, requirePassphrase(options.passphrase), {
        memoryMib: options.argon2Mib,
        onProgress: options.onProgress,
      });
    case 'pdf':
      return await createPaperKit(key, facts, options.backups);
    case 'words':
      return Buffer.from(formatWordsFile(key, facts), 'utf8');
    case 'text':
      return Buffer.from(formatKitText(key, facts), 'utf8');
    case 'bitwarden':
      return Buffer.from(formatBitwarden(key, facts), 'utf8');
    case 'csv':
      return Buffer.from(formatCsv(key, facts), 'utf8');
    case 'plain':
      return Buffer.from(`${formatKeyText(key)}\n`, 'ascii');
  }
}

function requirePassphrase(passphrase: StrongPassphrase | undefined): StrongPassphrase {
  if (!passphrase)
    throw new AppError('passphrase_required', 'This format is encrypted with a passphrase: enter one.');
  return passphrase;
}

/** Bitwarden's unencrypted JSON export form: one secure note. */
function formatBitwarden(key: MasterKey, facts: CopyFacts): string {
  const note = {
    type: 2,
    name: `Temps encryption key of ${facts.instanceName}`,
    notes: formatKitText(key, facts),
    favorite: false,
    secureNote: { type: 0 },
    fields: [{ name: 'Fingerprint', value: facts.fingerprint, type: 0 }],
  };
  return `${JSON.stringify({ encrypted: false, folders: [], items: [note] }, null, 2)}\n`;
}

/** Bitwarden's CSV form, which 1Password and others import too (RFC 4180). */
function formatCsv(key: MasterKey, facts: CopyFacts): string {
  const cells = [
    '',
    '',
    'note',
    `Temps encryption key of ${facts.instanceName}`,
    formatKitText(key, facts),
    '',
    '0',
    '',
    '',
    '',
    '',
  ];
  const header =
    'folder,favorite,type,name,notes,fields,reprompt,login_uri,login_username,login_password,login_totp';
  return `${header}\r\n${cells.map((cell) => `"${cell.replaceAll('"', '""')}"`).join(',')}\r\n`;
}
