import { createInterface } from 'node:readline';
import { AppError } from '../../../../electron/instance/kernel/app-error.ts';
import { childProcesses } from '../../../../electron/instance/kernel/process-hosts.ts';
import { createKeychainCustody } from '../../../../electron/instance/vault/custody/keychain.ts';
import { formatKeyText, MasterKey } from '../../../../electron/instance/vault/sealing/master-key.ts';

/** Runs the keychain custody for keychain.test.ts: one JSON request a line, one JSON answer a line. */
const key = MasterKey.generate();
const OWN = '00000000-0000-4000-8000-000000000001';

async function answer(request: { do: string; instanceId?: string }): Promise<object> {
  const instanceId = request.instanceId ?? OWN;
  const custody = createKeychainCustody({
    keychainName: instanceId,
    listFingerprints: () => [key.fingerprint],
    processes: childProcesses,
  });
  switch (request.do) {
    case 'find': {
      const finding = await custody.find();
      return finding.outcome === 'found'
        ? { ...finding, keys: finding.keys.map(({ fingerprint }) => fingerprint) }
        : finding;
    }
    case 'name': {
      const before = custody.label();
      await custody.find();
      return { before, after: custody.label() };
    }
    case 'save':
      await custody.save(key);
      return { fingerprint: key.fingerprint };
    case 'remove':
      await custody.remove(key.fingerprint);
      return {};
    default: {
      const keytar = await import('keytar');
      await keytar.default.setPassword(
        'Temps',
        `${instanceId}/${key.fingerprint}`,
        formatKeyText(MasterKey.generate()),
      );
      return {};
    }
  }
}

for await (const line of createInterface({ input: process.stdin })) {
  const given = await answer(JSON.parse(line)).catch((error: unknown) => {
    if (error instanceof AppError) return { code: error.code };
    throw error;
  });
  process.stdout.write(`${JSON.stringify(given)}\n`);
}
