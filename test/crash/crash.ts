import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads';
import { parseKeyText } from '../../electron/instance/vault/sealing/master-key.ts';
import { SecretText } from '../../electron/instance/vault/secret-text.ts';
import { hasKeyring } from '../keyring.ts';
import { copyWhileWriting, killClones, startElsewhere } from './custody-cases.ts';
import {
  canInterruptCalls,
  copyAtEveryCall,
  failEveryCall,
  killAtEveryCall,
  killAtRandom,
  killInPlace,
  type Tally,
} from './interruptions.ts';
import { findLeaks } from './leaks.ts';
import { discard, openCore, plantedValue, prepare } from './open-core.ts';
import {
  perform,
  prepareBackup,
  prepareRestore,
  prepareRetention,
  prepareRunningRestore,
} from './scenarios.ts';

/**
 * `npm run crash`: interruptions, disk faults and leaks at full size. `--random N` for fewer random kills, `--only WORD` for
 * the measurements whose name has it. It fails for a fault, and for interruptions that did not happen, without which nothing
 * was shown.
 */
const { values } = parseArgs({
  options: { random: { type: 'string', default: '3000' }, only: { type: 'string', default: '' } },
});
const random = Number(values.random);
const SMALL = 40;
const LARGE = 2000;
const HUGE = 100_000;

interface Measurement {
  what: string;
  /** How many of the counted interruptions must be hit: of random instants some come after the end of the work. */
  share: number;
  measure(): Promise<Tally>;
}

const atRandom = (what: string, measure: () => Promise<Tally>): Measurement => ({
  what: `kill -9 at random instants of a ${what}`,
  share: 0.5,
  measure,
});
const atEveryCall = (what: string, measure: () => Promise<Tally>): Measurement => ({
  what,
  share: 1,
  measure,
});

/** The first two at once, each in a thread of its own, so that neither holds up the other's kills; then the last. */
const lanes = {
  rotations: [
    atRandom('rotation', () =>
      from(LARGE, (dataDir) => killAtRandom('rotation', dataDir, LARGE, Math.round(random * 0.7))),
    ),
    atEveryCall('kill -9 at every call of a rotation', () =>
      from(SMALL, (dataDir) => killAtEveryCall('rotation', dataDir, SMALL)),
    ),
  ],
  others: [
    atRandom('first seal', () =>
      from(0, (dataDir) => killAtRandom('first_seal', dataDir, 0, Math.round(random * 0.27))),
    ),
    // Back from the passphrase: on the way to it most instants are in the judging of it, which writes nothing.
    atRandom('custody move', () =>
      from(SMALL, async (dataDir) => {
        await perform('custody_move', dataDir, () => undefined);
        return await killAtRandom('custody_move', dataDir, SMALL, Math.round(random * 0.03));
      }),
    ),
    atEveryCall('kill -9 at every call of a first seal', () =>
      from(0, (dataDir) => killAtEveryCall('first_seal', dataDir, 0)),
    ),
    atEveryCall('kill -9 at every call of a custody move', () =>
      from(SMALL, (dataDir) => killAtEveryCall('custody_move', dataDir, SMALL)),
    ),
    atEveryCall('kill -9 at every call of a restore', () =>
      fromChecked((dataDir) => killAtEveryCall('restore', dataDir, SMALL)),
    ),
    ...(['ENOSPC', 'EROFS', 'EIO'] as const).map((error) =>
      atEveryCall(`${error} at every write of a restore`, () =>
        fromChecked((dataDir) => failEveryCall('restore', dataDir, SMALL, error)),
      ),
    ),
    ...(['ENOSPC', 'EROFS', 'EIO'] as const).map((error) =>
      atEveryCall(`${error} at every write of a rotation`, () =>
        from(SMALL, (dataDir) => failEveryCall('rotation', dataDir, SMALL, error)),
      ),
    ),
    ...(
      [
        ['backup', prepareBackup],
        ['drill', prepareBackup],
        ['deletion', prepareBackup],
        ['retention', prepareRetention],
      ] as const
    ).flatMap(([work, make]) => [
      atEveryCall(`kill -9 at every call of a ${work}`, () =>
        from(SMALL, (folder) => killAtEveryCall(work, folder, SMALL), make),
      ),
      ...(['ENOSPC', 'EROFS', 'EIO'] as const).map((error) =>
        atEveryCall(`${error} at every write of a ${work}`, () =>
          from(SMALL, (folder) => failEveryCall(work, folder, SMALL, error), make),
        ),
      ),
    ]),
    // What a running instance writes beside it is not the same in two runs: its calls are counted as they come.
    atEveryCall('kill -9 at every call of a restore through a running instance', () =>
      from(SMALL, (folder) => copyAtEveryCall('running_restore', folder, SMALL), prepareRunningRestore),
    ),
    ...(['ENOSPC', 'EROFS', 'EIO'] as const).map((error) => ({
      what: `${error} at every write of a restore through a running instance`,
      share: 0.9,
      measure: () =>
        from(
          SMALL,
          (folder) => failEveryCall('running_restore', folder, SMALL, error),
          prepareRunningRestore,
        ),
    })),
  ],
  alone: [
    {
      what: 'starts on foreign folders and links without target',
      share: 1,
      measure: () => startElsewhere(10),
    },
    {
      what: 'a database file copied alone, or restored, while written',
      share: 1,
      measure: () => copyWhileWriting(60),
    },
    ...(hasKeyring()
      ? [
          {
            what: 'clones of a keychain instance, killed in their work',
            share: 0.3,
            measure: () => killClones(40),
          },
        ]
      : []),
    {
      what: 'rotation of 100,000 values, killed five times',
      share: 1,
      measure: () => from(HUGE, (dataDir) => killInPlace('rotation', dataDir, HUGE, 5, 300)),
    },
    { what: 'key and values searched in every file after a rotation', share: 1, measure: searchFiles },
  ],
} satisfies Record<string, Measurement[]>;
type Lane = keyof typeof lanes;

async function from(
  values: number,
  work: (dataDir: string) => Promise<Tally>,
  make = prepare,
): Promise<Tally> {
  const dataDir = await make(values);
  try {
    return await work(dataDir);
  } finally {
    discard(dataDir);
  }
}

/** With a checked backup beside it, of one value fewer. */
async function fromChecked(work: (dataDir: string) => Promise<Tally>): Promise<Tally> {
  const dataDir = await prepareRestore(SMALL);
  try {
    return await work(dataDir);
  } finally {
    discard(dataDir);
  }
}

/** Counted is the key's own file, in which the search must find it; everywhere else it must find nothing. */
function searchFiles(): Promise<Tally> {
  return from(SMALL, async (dataDir) => {
    await perform('rotation', dataDir, () => undefined);
    const { core, close } = await openCore(dataDir);
    core.secrets.seal('env_var', new SecretText(plantedValue(SMALL)));
    const key = parseKeyText(readFileSync(join(dataDir, 'encryption_key'), 'utf8').trim());
    const secrets: Record<string, Uint8Array> = { key: key?.exportBytes() ?? Buffer.alloc(32) };
    for (let index = 0; index <= SMALL; index++) secrets[`value ${index}`] = Buffer.from(plantedValue(index));
    const isKeyFile = (file: string) => file.includes('encryption_key');
    const faults = findLeaks(dataDir, secrets, isKeyFile);
    const hit = findLeaks(dataDir, secrets, (file) => !isKeyFile(file)).length;
    close();
    return { counted: 1, hit, faults };
  });
}

interface Result extends Tally {
  what: string;
  required: number;
  seconds: number;
}

async function measureLane(lane: Lane): Promise<void> {
  for (const { what, share, measure } of lanes[lane].filter(({ what }) => what.includes(values.only))) {
    const began = performance.now();
    const tally = await measure();
    const seconds = Math.round((performance.now() - began) / 1000);
    const result: Result = { what, ...tally, required: Math.ceil(tally.counted * share), seconds };
    parentPort?.postMessage(result);
  }
}

function runLane(lane: Lane): Promise<Result[]> {
  const results: Result[] = [];
  const thread = new Worker(import.meta.filename, { argv: process.argv.slice(2), workerData: lane });
  thread.on('message', (result: Result) => {
    results.push(result);
    print(result);
  });
  return new Promise((resolve, reject) => {
    thread.once('error', reject);
    thread.once('exit', () => resolve(results));
  });
}

function print({ what, counted, hit, required, faults, seconds }: Result): void {
  const figures = [
    `${counted} counted`.padStart(13),
    `${hit} hit`.padStart(9),
    `${faults.length} faults`.padStart(9),
    `${seconds} s`.padStart(6),
  ];
  console.log(what.padEnd(56), ...figures);
  if (hit < required) console.log(`  at least ${required} had to be hit`);
  for (const fault of faults.slice(0, 10)) console.log(`  ${fault}`);
}

async function main(): Promise<void> {
  if (!canInterruptCalls()) throw new Error('This needs Linux and a C compiler (cc).');
  const results = [
    ...(await Promise.all([runLane('rotations'), runLane('others')])).flat(),
    ...(await runLane('alone')),
  ];
  if (results.length === 0) throw new Error(`No measurement has “${values.only}” in its name.`);
  const isGood = ({ hit, required, faults }: Result) => hit >= required && faults.length === 0;
  const failed = results.filter((result) => !isGood(result)).length;
  const total = (of: (result: Result) => number) => results.reduce((sum, result) => sum + of(result), 0);
  console.log(
    JSON.stringify({
      counted: total(({ counted }) => counted),
      hit: total(({ hit }) => hit),
      faults: total(({ faults }) => faults.length),
      by: results.map(({ faults, ...figures }) => ({ ...figures, faults: faults.length })),
    }),
  );
  console.log(`${results.length - failed} passed, ${failed} failed`);
  process.exitCode = failed === 0 ? 0 : 1;
}

if (isMainThread) await main();
else await measureLane(workerData as Lane);
