import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { auditOperations } from '../../electron/instance/audit/operations.ts';
import { openTestContext } from '../context.ts';

const root = join(import.meta.dirname, '../..');
/** Without what is generated: types alone. */
const sources = globSync('electron/**/*.ts', { cwd: root, exclude: ['**/*.d.ts'] }).sort();
const read = (file: string) => readFileSync(join(root, file), 'utf8');

/** Files where a plaintext secret may leave its SecretText, each for a reason. */
const mayReveal = [
  'electron/instance/doors/https-door.ts', // the TLS key goes into node:tls
  'electron/instance/certificates/local-authority.ts', // the authority's key signs a leaf
  'electron/instance/edge/edge.ts', // the apps' TLS key goes through the pipe to the process that serves them
  'electron/instance/identity/tokens/access-tokens.ts', // compared as digests
  'electron/instance/identity/tokens/api-key-routes.ts', // shown once at creation
  'electron/instance/identity/tokens/cli-sign-in-routes.ts', // shown once at creation
  'electron/instance/identity/tokens/deployment-token-routes.ts', // shown once at creation
  'electron/instance/identity/users/own-account-routes.ts', // shown once at set-up
  'electron/instance/backups/destinations/recovery-recipients.ts', // compared with what was shown
  'electron/instance/backups/destinations/recovery-routes.ts', // shown once at creation
  'electron/instance/backups/destinations/s3/s3-credentials.ts', // sign calls to the store
  'electron/instance/backups/reading/check-backup.ts', // the identity goes through the pipe to the process that decrypts
  'electron/instance/backups/reading/opening-identity.ts', // its recipient is computed
  'electron/instance/deployments/logs/mask.ts', // replaced in what an app printed
  'electron/instance/deployments/releases/start-release.ts', // given to the engine, for the app's environment
  'electron/instance/identity/users/passwords.ts', // measured, and given to bcrypt
  'electron/instance/identity/sessions/second-factor.ts', // computes the code
  'electron/instance/projects/comparing/compare-environments.ts', // compared with each other
  'electron/instance/projects/comparing/copy-variables.ts', // compared with the value in force
  'electron/instance/projects/env-files/env-file-routes.ts', // run and export
  'electron/instance/projects/variables/generated-value-routes.ts', // nobody's yet
  'electron/instance/run-alone.ts', // run where no instance runs
  'electron/instance/projects/env-files/env-import.ts', // compared with the value in force
  'electron/instance/projects/ends/value-end.ts', // looked through for the time it ends
  'electron/instance/projects/variables/reference-check.ts', // looked through for references
  'electron/instance/projects/variables/shared-gate.ts', // looked through for references
  'electron/instance/projects/variables/references.ts', // resolved at use
  'electron/instance/projects/env-files/env-export.ts', // the text of a .env file
  'electron/instance/projects/variables/variable-changes.ts', // looked through for references
  'electron/instance/projects/variables/variable-rename.ts', // references in it get the new name
  'electron/instance/projects/variables/variable-rows.ts', // stored plain when it is plain
  'electron/instance/projects/variables/variable-history-routes.ts', // the explicit reveal
  'electron/instance/projects/variables/variables.ts', // measured and looked at before it is stored
  'electron/instance/vault/copies/copy-making.ts', // words asked back
  'electron/instance/vault/copies/reading/copy-reader.ts', // the passphrase goes through the pipe to the process that reads
  'electron/instance/vault/custody/passphrase-file.ts', // the passphrase goes into scrypt
  'electron/instance/vault/custody/strong-passphrase.ts', // judged in a thread
  'electron/instance/vault/recovery/recovery-routes.ts', // a regenerated value, shown once
  'electron/instance/vault/secrets/secret-store.ts', // sealed
  'electron/instance/vault/copies/typed-words.ts', // checked while they are typed
  'electron/instance/vault/key/unlock.ts', // typed words
  'electron/instance/vault/split/share-check.ts', // counted while they are typed
  'electron/instance/vault/split/share-recovery.ts', // read as words
  'electron/instance/vault/split/split-making.ts', // written to its page
];

/** Files where a master key's bytes may leave its KeyObject. */
const mayExport = [
  'electron/instance/vault/copies/kit-text.ts',
  'electron/instance/vault/copies/keepass/keepass-file.ts',
  'electron/instance/vault/copies/make-copy.ts',
  'electron/instance/vault/copies/reading/copy-reader.ts',
  'electron/instance/vault/copies/words.ts',
  'electron/instance/vault/custody/key-text-file.ts',
  'electron/instance/vault/custody/keychain.ts',
  'electron/instance/vault/custody/passphrase-custody.ts',
  'electron/instance/vault/sealing/master-key.ts',
  'electron/instance/vault/split/split-making.ts',
];

/** Files of the console that take a span of time from this computer's clock; all else is told by the instance's. */
const maySpan = [
  'renderer/api/client.ts', // how long an answer took
  'renderer/app/presence.ts', // how long ago someone was there
  'renderer/ui/clipboard/clipboard-watch.ts', // until it is cleared
  'renderer/ui/clipboard/countdown.ts', // the same, shown
  'renderer/ui/time.ts', // what the instance's clock is told from
  'renderer/variables/table/use-reveal.ts', // until it is hidden
];

describe('the tree', () => {
  it('asks this computer for the time in the listed files of the console and no others', () => {
    const found = globSync('renderer/**/*.{ts,tsx}', { cwd: root }).filter((file) =>
      /Date\.now\b|new Date\(\)/.test(read(file)),
    );
    expect(found.sort()).toEqual(maySpan);
  });

  it('reveals secrets in the listed files and no others', () => {
    const found = sources.filter((file) => /\.reveal\(\)/.test(read(file)));
    expect(found).toEqual([...mayReveal].sort());
  });

  it('exports key bytes in the listed files and no others', () => {
    const found = sources.filter((file) => /exportBytes\(|formatKeyText\(|encodeKey\(/.test(read(file)));
    expect(found).toEqual([...mayExport].sort());
  });

  it('loads keytar in one file', () => {
    const found = sources.filter((file) => /['"]keytar['"]/.test(read(file)));
    expect(found).toEqual(['electron/instance/vault/custody/keytar-call.ts']);
  });

  it('names its files in kebab-case, for the thing', () => {
    for (const file of sources) {
      const name = file.split('/').at(-1) ?? '';
      expect(name).toMatch(/^[a-z0-9]+(-[a-z0-9]+)*\.ts$/);
      expect(name).not.toMatch(/^(utils?|helpers?|managers?|types)\.ts$/);
    }
  });
});

describe('the schema', () => {
  it('has STRICT tables only', () => {
    const test = openTestContext();
    const tables = test.ctx.store.sqlite.pragma('table_list') as {
      name: string;
      schema: string;
      strict: number;
    }[];
    const loose = tables.filter(
      (table) => table.schema === 'main' && !table.name.startsWith('sqlite_') && table.strict === 0,
    );
    expect(loose).toEqual([]);
    test.close();
  });

  it('keeps credentials in the secrets table: any other column of such a name is a hash or a reference', () => {
    const test = openTestContext();
    const columns = test.ctx.store.sqlite
      .prepare(
        `SELECT t.name AS "table", c.name AS "column" FROM pragma_table_list t, pragma_table_info(t.name) c
         WHERE t.schema = 'main' AND t.name NOT LIKE 'sqlite_%' AND t.name != 'secrets'`,
      )
      .all() as { table: string; column: string }[];
    const suspicious = columns.filter(({ column }) =>
      /secret|password|token|passphrase|credential|private|_key$|^key$|api_key/.test(column),
    );
    const allowed = suspicious.filter(
      ({ table, column }) =>
        /_hash$|_secret_id$|^secret_id$|_fingerprint$|_prefix$/.test(column) ||
        column === 'is_secret' ||
        // Whether somebody else chose it.
        (table === 'users' && column === 'must_change_password') ||
        // A reference to a key that may be gone.
        (table === 'invitations' && column === 'api_key_id') ||
        (table === 'env_vars' && column === 'key') ||
        // What serialises the runs of a job.
        (table === 'job_runs' && column === 'key'),
    );
    expect(suspicious.filter((column) => !allowed.includes(column))).toEqual([]);
    expect(suspicious.length).toBeGreaterThan(8);
    test.close();
  });

  it('has no way to change or delete a line of the audit log', () => {
    const test = openTestContext();
    test.ctx.audit.append(auditOperations.AUDIT_EXPORTED, null);
    const { sqlite } = test.ctx.store;
    expect(() => sqlite.exec('UPDATE audit_log SET operation = 1')).toThrow('append-only');
    expect(() => sqlite.exec('DELETE FROM audit_log')).toThrow('append-only');
    test.close();
  });
});
