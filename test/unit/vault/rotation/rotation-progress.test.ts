import { afterEach, expect, it } from 'vitest';
import { createRotationJob } from '../../../../electron/instance/vault/rotation/reseal-job.ts';
import {
  beginSealing,
  proveWithoutCopy,
  stageRotation,
  undoRotation,
} from '../../../../electron/instance/vault/rotation/rotation.ts';
import { getRotationProgress } from '../../../../electron/instance/vault/rotation/rotation-progress.ts';
import { SecretText } from '../../../../electron/instance/vault/secret-text.ts';
import { describeUnknownKind } from '../../../../electron/instance/vault/secrets/secret-kinds.ts';
import { discard, type OpenVault, openCore, prepare } from '../../../crash/open-core.ts';

let dataDir = '';
let opened: OpenVault | null = null;
afterEach(() => {
  opened?.close();
  opened = null;
  discard(dataDir);
});

it('says per group what was, what has moved and what is left, with what comes and goes meanwhile', async () => {
  dataDir = await prepare(20);
  opened = await openCore(dataDir);
  const { core } = opened;
  for (const [kind, group] of [
    ['env_var', 'variables'],
    ['api_key', 'access'],
  ] as const)
    core.secrets.addKeeper({ ...describeUnknownKind(kind), group, describe: () => new Map() });
  core.secrets.seal('api_key', new SecretText('key'));
  const job = createRotationJob(core);
  const progress = () => getRotationProgress(core, job);
  expect(progress()).toBeNull();

  await stageRotation(core, null);
  await undoRotation(core, null);
  expect(progress()).toMatchObject({ moved: 0, byGroup: [], oldEpoch: 1, newEpoch: null, provenBy: null });

  const { newFingerprint } = await stageRotation(core, null);
  const untouched = [
    { group: 'variables', before: 20, moved: 0, left: 20 },
    { group: 'access', before: 1, moved: 0, left: 1 },
  ];
  expect(progress()).toMatchObject({ moved: 0, byGroup: untouched, oldEpoch: 1, newEpoch: 2 });
  proveWithoutCopy(core, null, newFingerprint);
  expect(progress()).toMatchObject({ moved: 0, byGroup: untouched, provenBy: null });

  await beginSealing(core, null);
  core.secrets.seal('webhook_secret', new SecretText('hook'));
  const ids = core.store.sqlite.prepare('SELECT id FROM secrets LIMIT 2').pluck().all() as string[];
  core.secrets.remove(ids);
  expect(progress()).toMatchObject({
    moved: 2,
    byGroup: [
      { group: 'variables', before: 18, moved: 0, left: 18 },
      { group: 'access', before: 1, moved: 0, left: 1 },
      { group: 'connections', before: 1, moved: 1, left: 0 },
    ],
    newEpoch: 2,
  });

  await job.run();
  core.secrets.seal('webhook_secret', new SecretText('after the end'));
  expect(progress()).toMatchObject({
    moved: 21,
    byGroup: [
      { group: 'variables', before: 18, moved: 18, left: 0 },
      { group: 'access', before: 1, moved: 1, left: 0 },
      { group: 'connections', before: 1, moved: 1, left: 0 },
    ],
  });
});
