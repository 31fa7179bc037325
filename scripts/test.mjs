// `npm test`: installs what is missing, then lint, types, import rules, all tests; stops at what fails first.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { node, root, say, setUp } from './set-up.mjs';

setUp('test');
const folder = mkdtempSync(join(tmpdir(), 'temps-run-'));
const report = join(folder, 'report.json');
const skipped = join(folder, 'skipped');
const env = {
  ...process.env,
  PATH: `${dirname(node)}:${join(root, 'node_modules', '.bin')}:${process.env.PATH}`,
  TEMPS_SKIPPED_LIST: skipped,
};
const bin = (...path) => join(root, 'node_modules', ...path);
const stages = [
  ['lint', bin('@biomejs', 'biome', 'bin', 'biome'), 'check', '--error-on-warnings', '.'],
  ['types', bin('typescript', 'bin', 'tsc')],
  ['types of the console', bin('typescript', 'bin', 'tsc'), '-p', 'renderer'],
  ['types of its tests', bin('typescript', 'bin', 'tsc'), '-p', 'test/console'],
  [
    'import rules',
    bin('dependency-cruiser', 'bin', 'dependency-cruiser.mjs'),
    'electron',
    'renderer',
    'test',
  ],
  [
    'tests',
    bin('vitest', 'vitest.mjs'),
    'run',
    '--reporter=default',
    '--reporter=json',
    `--outputFile.json=${report}`,
    ...process.argv.slice(2),
  ],
];

let failed = null;
for (const [name, ...command] of stages) {
  say(`── ${name}`);
  const { status } = spawnSync(node, command, { cwd: root, env, stdio: ['ignore', 'inherit', 'inherit'] });
  if (status !== 0) {
    failed = name;
    break;
  }
}
const missing = existsSync(skipped) ? [...new Set(readFileSync(skipped, 'utf8').trim().split('\n'))] : [];
const counts = existsSync(report) ? JSON.parse(readFileSync(report, 'utf8')) : null;
rmSync(folder, { recursive: true, force: true });
for (const line of missing) say(`Not exercised here: ${line}`);
if (failed) say(`Failed: ${failed}`);
if (counts) console.log(`${counts.numPassedTests} passed, ${counts.numFailedTests} failed`);
// Where everything is installed by this very script, a skipped test is a test that was lost.
if (process.env.CI === 'true' && counts && counts.numPendingTests > 0) {
  say(`${counts.numPendingTests} tests were skipped; with CI=true none may be.`);
  failed ??= 'skipped tests';
}
process.exit(failed ? 1 : 0);
