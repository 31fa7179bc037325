import { expect, it } from 'vitest';
import { deriveBackupIdentity } from '../../../electron/instance/backups/format/backup-identity.ts';
import { describeKitBackups } from '../../../electron/instance/vault/copies/kit-backups.ts';
import { createPaperKit } from '../../../electron/instance/vault/copies/paper-kit.ts';
import { formatKeyText, MasterKey } from '../../../electron/instance/vault/sealing/master-key.ts';

const instanceId = '0198c0de-0000-7000-8000-000000000000';
const key = MasterKey.generate();
const facts = {
  instanceId,
  instanceName: 'homelab',
  fingerprint: key.fingerprint,
  epoch: 3,
  keyCreatedAt: 0,
  copiedAt: Date.parse('2026-11-28T09:00:00Z'),
};
const { identity } = await deriveBackupIdentity(key, instanceId);

it('names the destinations, and gives what opens a backup and no key', () => {
  const places = Array.from({ length: 14 }, (_, at) => `NAS\n${at} (folder)`);
  const page = describeKitBackups({ places, identity }, facts);
  expect(page).toMatchObject({ identity, where: 'Where the backups were on 2026-11-28:' });
  expect([page.places[0], page.places.length, page.places.at(-1)]).toEqual([
    'NAS 0 (folder)',
    13,
    'and 2 more',
  ]);
  expect(JSON.stringify(page)).not.toContain(formatKeyText(key));
  expect(describeKitBackups({ places: [], identity }, facts).where).toMatch(/not said yet/);
});

it('is the second page of the PDF, which one without backups has not', async () => {
  const { PDFDocument } = await import('pdf-lib');
  const pages = async (bytes: Uint8Array) => (await PDFDocument.load(bytes)).getPageCount();
  expect(await pages(await createPaperKit(key, facts))).toBe(1);
  expect(await pages(await createPaperKit(key, facts, { places: ['שלום 🚀'], identity }))).toBe(2);
});
