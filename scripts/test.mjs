// `npm test`: installs what is missing, then lint, types, import rules; then, where none failed, all tests.
import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { node, root, say, setUp } from './set-up.mjs';

setUp('test');
const folder = mkdtempSync(join(tmpdir(), 'temps-run-'));
const skipped = join(folder, 'skipped');
const env = {
  ...process.env,
  PATH: `${dirname(node)}:${join(root, 'node_modules', '.bin')}:${process.env.PATH}`,
  TEMPS_SKIPPED_LIST: skipped,
};
const bin = (...path) => join(root, 'node_modules', ...path);
const tsc = bin('typescript-native', 'bin', 'tsc');
/** What reads the code alone: all of it at once, each with what it has to say in one piece. */
const checks = [
  ['lint', bin('@biomejs', 'biome', 'bin', 'biome'), 'check', '--error-on-warnings', '.'],
  ['types', tsc],
  ['types of the console', tsc, '-p', 'renderer'],
  ['types of its tests', tsc, '-p', 'test/console'],
  [
    'import rules',
    bin('dependency-cruiser', 'bin', 'dependency-cruiser.mjs'),
    'electron',
    'renderer',
    'test',
  ],
];
/** Those with Docker are apart, in a network of their own: see vitest.config.ts. */
const parts = ['others', 'docker'];
const reportOf = (part) => join(folder, `${part}.json`);
/** Only root may have a network of its own; the loopback interface comes up with nothing else. */
const ownNetwork =
  process.platform === 'linux' && process.getuid() === 0
    ? ['unshare', '--net', 'sh', '-c', 'ip link set lo up && exec "$@"', 'sh']
    : [];

/** The name of the first check that fails, or null. */
async function findFailedCheck() {
  const ended = await Promise.all(
    checks.map(async ([name, ...command]) => {
      const { isOk, output } = await run(node, command);
      say(`── ${name}`);
      process.stdout.write(output);
      return isOk ? null : name;
    }),
  );
  return ended.find((name) => name !== null) ?? null;
}

function run(command, args, { env: itsEnv = env, isQuiet = true } = {}) {
  const out = isQuiet ? 'pipe' : 'inherit';
  const child = spawn(command, args, { cwd: root, env: itsEnv, stdio: ['ignore', out, out] });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream?.on('data', (chunk) => (output += chunk));
  return new Promise((resolve) => {
    child.once('error', (error) => resolve({ isOk: false, output: `${error.message}\n` }));
    child.once('close', (code) => resolve({ isOk: code === 0, output }));
  });
}

/** Gives whether all passed. Those with Docker wait most of their time: they run beside the others, and what they say comes at their end. */
async function runTests(part) {
  const [command, ...args] = [
    ...(part === 'docker' ? ownNetwork : []),
    ...[node, bin('vitest', 'vitest.mjs'), 'run', '--passWithNoTests'],
    ...['--reporter=default', '--reporter=json', `--outputFile.json=${reportOf(part)}`],
    ...process.argv.slice(2),
  ];
  const itsEnv = { ...env, TEMPS_TEST_PART: part };
  const { isOk, output } = await run(command, args, { env: itsEnv, isQuiet: part === 'docker' });
  if (output !== '') {
    say('── tests with Docker');
    process.stdout.write(output);
  }
  return isOk;
}

/** Of all parts that ran; null where none did. */
function countTests() {
  const reports = parts.map(reportOf).filter((report) => existsSync(report));
  if (reports.length === 0) return null;
  const counts = reports.map((report) => JSON.parse(readFileSync(report, 'utf8')));
  const sum = (name) => counts.reduce((total, one) => total + one[name], 0);
  return {
    passed: sum('numPassedTests'),
    failed: sum('numFailedTests'),
    pending: sum('numPendingTests'),
  };
}

let failed = await findFailedCheck();
if (failed === null) {
  say('── tests');
  const passed = await Promise.all(parts.map(runTests));
  if (passed.includes(false)) failed = 'tests';
}
const missing = existsSync(skipped) ? [...new Set(readFileSync(skipped, 'utf8').trim().split('\n'))] : [];
const counts = countTests();
rmSync(folder, { recursive: true, force: true });
for (const line of missing) say(`Not exercised here: ${line}`);
if (failed) say(`Failed: ${failed}`);
if (counts) console.log(`${counts.passed} passed, ${counts.failed} failed`);
// Where everything is installed by this very script, a skipped test is a test that was lost.
if (process.env.CI === 'true' && counts && counts.pending > 0) {
  say(`${counts.pending} tests were skipped; with CI=true none may be.`);
  failed ??= 'skipped tests';
}
process.exit(failed ? 1 : 0);
