import { describe, expect, it } from 'vitest';
import {
  formatBackupFolder,
  formatManifest,
  type Manifest,
  parseManifest,
} from '../../../electron/instance/backups/format/manifest.ts';
import {
  computeManifestMac,
  formatMac,
  isMacOf,
} from '../../../electron/instance/backups/format/manifest-mac.ts';
import { hasCode } from '../../../electron/instance/kernel/app-error.ts';
import { MasterKey } from '../../../electron/instance/vault/sealing/master-key.ts';

const key = MasterKey.fromBytes(Buffer.from(Array.from({ length: 32 }, (_, at) => at)));
const manifest: Manifest = {
  id: '0198f3a1-7c2e-7000-8000-0123456789ab',
  instanceId: '7c9e6679-7425-40de-944b-e07fc1f90ae7',
  writerId: '16fd2706-8baf-433b-82eb-8c7fada847da',
  sequence: 3,
  why: 'by_hand',
  appVersion: '0.1.0',
  schemaVersion: 12,
  takenAt: Date.parse('2026-11-28T20:37:00.250Z'),
  keyFingerprint: key.fingerprint,
  recipients: ['age1ql3z7hjy54pw3hyww5ayyfg7zqgvc7w3j2elw8zmrj2kudw5xfqqqqqqqq'],
  previous: 'ab'.repeat(32),
  auditHead: { id: 7, hash: 'cd'.repeat(32) },
  parts: [
    {
      name: 'database.sqlite.zst.age',
      holds: 'database',
      sizeBytes: 10,
      sha256: '00'.repeat(32),
      unpackedBytes: 20,
    },
    {
      name: 'details.json.zst.age',
      holds: 'details',
      sizeBytes: 5,
      sha256: '11'.repeat(32),
      unpackedBytes: 7,
    },
  ],
};
const written = () => JSON.parse(formatManifest(manifest).toString()) as Record<string, unknown>;
const read = (value: unknown) => parseManifest(Buffer.from(JSON.stringify(value)));

describe('a manifest', () => {
  it('is read as it was written', () => {
    expect(parseManifest(formatManifest(manifest))).toEqual(manifest);
    expect(formatBackupFolder(manifest)).toBe('20261128T203700Z-0198f3a1');
  });

  const [database, details] = manifest.parts.map((part) => ({
    name: part.name,
    holds: part.holds,
    size_bytes: part.sizeBytes,
    sha256: part.sha256,
    unpacked_bytes: part.unpackedBytes,
  }));
  it.each<[string, object]>([
    ['without parts', { parts: [] }],
    ['without a database', { parts: [details] }],
    ['with two databases', { parts: [database, { ...database, name: 'other' }, details] }],
    ['with a name twice', { parts: [database, { ...details, name: database?.name }] }],
    ['with a part named as itself', { parts: [database, { ...details, name: 'manifest.json' }] }],
    ['with a path for a name', { parts: [database, { ...details, name: '../database' }] }],
    ['with a folder for a name', { parts: [database, { ...details, name: 'a/b' }] }],
    ['with a negative size', { parts: [{ ...database, size_bytes: -1 }, details] }],
    ['with a size that no number holds', { parts: [{ ...database, unpacked_bytes: 2 ** 60 }, details] }],
    ['with a digest of another length', { parts: [{ ...database, sha256: 'ab' }, details] }],
    ['with a field of its own', { more: 1 }],
    ['of a fingerprint that is none', { key_fingerprint: 'zz' }],
    ['of a time that is none', { taken_at: 'yesterday' }],
    ['of an id that is a path', { instance_id: '../../etc' }],
    ['of no format', { format: 'other' }],
    ['of an older format', { version: 0 }],
  ])('%s is refused by name', (_what, change) => {
    expect(() => read({ ...written(), ...change })).toThrow(/manifest\.json is not the manifest of a backup/);
  });

  it.each([
    ['no JSON', Buffer.from('{')],
    ['no text', Buffer.from([0xff, 0xfe])],
    ['nothing', Buffer.alloc(0)],
    ['too much', Buffer.from(`{"a":"${'x'.repeat(300_000)}"}`)],
    ['null', Buffer.from('null')],
  ])('that is %s is refused', (_what, bytes) => {
    expect(() => parseManifest(bytes)).toThrow(/manifest\.json is not the manifest/);
  });

  it('of a newer version is named as such', () => {
    let thrown: unknown;
    try {
      read({ ...written(), version: 2, parts: 'otherwise' });
    } catch (error) {
      thrown = error;
    }
    expect(hasCode(thrown, 'backup_newer')).toBe(true);
  });
});

describe('the HMAC of a manifest', () => {
  const bytes = formatManifest(manifest);
  const mac = formatMac(computeManifestMac(key, manifest, bytes));

  it('is of its exact bytes, the backup before, the instance and the key', () => {
    expect(isMacOf(key, manifest, bytes, mac)).toBe(true);
    const other = Buffer.from(bytes);
    other[bytes.indexOf('0.1.0')] = 0x39;
    expect(isMacOf(key, manifest, other, mac)).toBe(false);
    expect(isMacOf(key, { ...manifest, previous: null }, bytes, mac)).toBe(false);
    expect(isMacOf(key, { ...manifest, instanceId: manifest.writerId }, bytes, mac)).toBe(false);
    expect(isMacOf(MasterKey.generate(), manifest, bytes, mac)).toBe(false);
  });

  it.each(['', 'x'.repeat(64), 'ab'.repeat(31), 'AB'.repeat(32)])('is not %j', (text) => {
    expect(isMacOf(key, manifest, bytes, Buffer.from(text))).toBe(false);
  });

  it('is what the format says: HMAC-SHA-256 under a key of HKDF', () => {
    // Computed apart from this program: python3, hmac and hashlib, by README's recipe.
    expect(mac.toString().trim()).toBe('7d879f070d40546fbb29a027309b4b92b4238bcdd8ad15fd21cdcf89a6cbe02c');
  });
});
