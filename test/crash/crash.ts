import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { parseKeyText } from '../../electron/instance/vault/sealing/master-key.ts';
import { SecretText } from '../../electron/instance/vault/secret-text.ts';
import {
  canInterruptCalls,
  emptyTally,
  failAtEveryCall,
  killAtEveryCall,
  killAtRandom,
  killInPlace,
  type Tally,
} from './interruptions.ts';
import { findLeaks } from './leaks.ts';
import { discard, openCore, perform, plantedValue, prepare } from './scenarios.ts';

/**
 * `npm run crash`: interruptions, disk faults and leaks at full size. `--random N` for fewer random kills. The
 * two workers run at once, one for rotations and one for the rest.
 */
const { values } = parseArgs({ options: { random: { type: 'string', default: '3000' } } });
const random = Number(values.random);
const SMALL = 40;
const LARGE = 2000;
const results: { what: string; tally: Tally }[] = [];

async function measure(what: string, work: (tally: Tally) => Promise<void>): Promise<void> {
  const tally = emptyTally();
  const began = performance.now();
  await work(tally);
  results.push({ what, tally });
  console.log(
    `${what.padEnd(52)} ${String(tally.runs).padStart(5)} runs ${String(tally.hit).padStart(5)} hit ${String(tally.faults.length).padStart(3)} faults  ${((performance.now() - began) / 1000).toFixed(0)} s`,
  );
  for (const fault of tally.faults.slice(0, 10)) console.log(`  ${fault}`);
}

const small = await prepare(SMALL);
const large = await prepare(LARGE);
const empty = await prepare(0);
const share = {
  rotation: Math.round(random * 0.7),
  first_seal: Math.round(random * 0.27),
  custody_move: Math.round(random * 0.03),
};

const ofRotation = async () => {
  await measure('kill -9 at random instants of a rotation', (tally) =>
    killAtRandom('rotation', large, LARGE, share.rotation, tally),
  );
  if (!canInterruptCalls()) return;
  await measure('kill -9 at every call of a rotation', (tally) =>
    killAtEveryCall('rotation', small, SMALL, 1, tally),
  );
};
const ofTheRest = async () => {
  await measure('kill -9 at random instants of a first seal', (tally) =>
    killAtRandom('first_seal', empty, 0, share.first_seal, tally),
  );
  await measure('kill -9 at random instants of a custody move', (tally) =>
    killAtRandom('custody_move', small, SMALL, share.custody_move, tally),
  );
  if (!canInterruptCalls()) return;
  await measure('kill -9 at every call of a first seal', (tally) =>
    killAtEveryCall('first_seal', empty, 0, 1, tally),
  );
  await measure('kill -9 at every call of a custody move', (tally) =>
    killAtEveryCall('custody_move', small, SMALL, 1, tally),
  );
  for (const error of ['ENOSPC', 'EROFS', 'EIO'] as const) {
    await measure(`${error} at every write of a rotation`, (tally) =>
      failAtEveryCall('rotation', small, SMALL, 1, error, tally),
    );
  }
};
await Promise.all([ofRotation(), ofTheRest()]);
await measure('rotation of 100,000 values, killed five times', async (tally) => {
  const dataDir = await prepare(100_000);
  await killInPlace('rotation', dataDir, 100_000, 5, 300, tally);
});
await measure('key and values searched in every file after a rotation', async (tally) => {
  const dataDir = await prepare(SMALL);
  await perform('rotation', dataDir, () => undefined);
  const { core, close } = await openCore(dataDir);
  core.secrets.seal('env_var', new SecretText(plantedValue(SMALL)));
  const key = parseKeyText(readFileSync(join(dataDir, 'encryption_key'), 'utf8').trim());
  const secrets: Record<string, Uint8Array> = { key: key?.exportBytes() ?? Buffer.alloc(32) };
  for (let index = 0; index <= SMALL; index++) secrets[`value ${index}`] = Buffer.from(plantedValue(index));
  tally.runs = Object.keys(secrets).length;
  tally.faults.push(...findLeaks(dataDir, secrets, (file) => file.includes('encryption_key')));
  tally.hit = tally.runs;
  close();
  discard(dataDir);
});
for (const dataDir of [small, large, empty]) discard(dataDir);

const total = results.reduce(
  (sum, { tally }) => ({ runs: sum.runs + tally.runs, faults: sum.faults + tally.faults.length }),
  { runs: 0, faults: 0 },
);
console.log(
  JSON.stringify({
    runs: total.runs,
    faults: total.faults,
    by: results.map(({ what, tally }) => ({
      what,
      runs: tally.runs,
      hit: tally.hit,
      faults: tally.faults.length,
    })),
  }),
);
console.log(`${total.runs - total.faults} passed, ${total.faults} failed`);
process.exitCode = total.faults === 0 ? 0 : 1;
