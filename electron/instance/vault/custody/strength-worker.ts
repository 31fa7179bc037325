import { parentPort } from 'node:worker_threads';
import { judgeStrength, type Strength } from './passphrase-strength.ts';

/** The one question to the worker, and its answer. */
export type StrengthTask = { text: string; names: readonly string[] };
export type StrengthAnswer = Strength['level'];

parentPort?.once('message', ({ text, names }: StrengthTask) => {
  parentPort?.postMessage(judgeStrength(text, names).level satisfies StrengthAnswer);
});
