/**
 * `npm run smoke [-- PROGRAM]`: the desktop in Electron itself, by Playwright, in a minute: its window, the feed of changes, copies
 * for age and KeePass, the clipboard, a second start, the code it ends with. Without PROGRAM it is the Electron of node_modules over
 * this source; with it, a packaged program, by its path. Its profile and data are in folders of their own on every system.
 *
 * A packaged program does not start with a debugger's switch, by which Playwright drives: of it the commands are tried.
 */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { hasElectron, type OpenedElectron, openElectron } from './launch-electron.ts';

const PASSWORD = 'correct horse battery';
const PASSPHRASE = 'seven lamps under the old harbour';
const COMMAND_MS = 120_000;
const [program] = process.argv.slice(2);
const folder = mkdtempSync(join(tmpdir(), 'temps-smoke-'));
const dataDir = join(folder, 'data');

type Steps = Record<string, () => Promise<void> | void>;

/** The API, as the window's page asks it. */
async function ask(page: Page, method: string, path: string, body?: object) {
  const answer = await page.evaluate(
    async ([method, path, body]) => {
      const init = body === null ? {} : { headers: { 'content-type': 'application/json' }, body };
      const sent = await fetch(`/api${path}`, { method, ...init });
      return { status: sent.status, text: await sent.text() };
    },
    [method, path, body === undefined ? null : JSON.stringify(body)] as const,
  );
  assert.ok(answer.status < 300, `${method} ${path}: ${answer.status} ${answer.text}`);
  return answer.text === '' ? null : JSON.parse(answer.text);
}

let opened: OpenedElectron | undefined;
let page: Page;
function theOpened(): OpenedElectron {
  assert.ok(opened);
  return opened;
}
const words = ['--data-dir', dataDir, '--https-port', '0', '--http-port', '0'];

const inElectron: Steps = {
  async 'opens its window, and sets up'() {
    opened = await openElectron(join(folder, 'home'), words);
    // Electron does not document the switch: without it the test would be in the profile of whoever runs it.
    const profile = await opened.app.evaluate(({ app }) => app.getPath('userData'));
    assert.equal(profile, opened.profile);
    page = await opened.app.firstWindow();
    await page.getByRole('button', { name: 'Start new' }).click();
    await page.getByLabel('E-mail').fill('ada@example.org');
    await page.getByLabel('Name').fill('Ada Keller');
    await page.getByLabel('Password', { exact: true }).fill(PASSWORD);
    await page.getByRole('button', { name: 'Continue' }).click();
    await page.getByRole('link', { name: 'Later' }).click();
    assert.equal((await ask(page, 'GET', '/vault/status')).state, 'running');
  },
  async 'shows what changed elsewhere by itself'() {
    await page.evaluate(() => history.pushState(null, '', '/projects'));
    await page.getByRole('link', { name: 'Projects' }).first().click();
    await ask(page, 'POST', '/projects', { name: 'smoke' });
    await page.getByText('smoke').first().waitFor();
  },
  ...Object.fromEntries(
    ['age', 'kdbx'].map((format) => [
      `makes a copy for ${format}, and reads it again`,
      async () => {
        const path = join(folder, `key.${format}`);
        const wanted = { format, path, passphrase: PASSPHRASE, keep_anyway: true };
        await ask(page, 'POST', '/vault/key/copies', wanted);
        const copy = { content_base64: readFileSync(path, 'base64'), passphrase: PASSPHRASE };
        const { verdict } = await ask(page, 'POST', '/vault/key/copies/verify', copy);
        assert.equal(verdict, 'opens_this_instance');
      },
    ]),
  ),
  async 'copies a secret to the clipboard, and clears it'() {
    const request = { text: 'sk-smoke', keptMs: 2000 };
    await page.evaluate((request) => Reflect.get(window, 'desktop').call('copySecret', request), request);
    const { app } = theOpened();
    const read = () => app.evaluate(({ clipboard }) => clipboard.readText());
    assert.equal(await read(), 'sk-smoke');
    const end = Date.now() + 20_000;
    while ((await read()) !== '') assert.ok(Date.now() < end, 'the clipboard was not cleared');
  },
  'is left to the first one by a second start'() {
    const { app, program, words, env } = theOpened();
    const second = spawnSync(program, words, {
      env,
      timeout: COMMAND_MS,
      encoding: 'utf8',
    });
    assert.equal(second.status, 0, second.stderr);
    assert.equal(app.process().exitCode, null);
  },
  async 'quits with 0'() {
    const { app } = theOpened();
    const exit = new Promise((resolve) => app.process().once('exit', resolve));
    await app.evaluate(({ app }) => app.quit()).catch(() => undefined);
    assert.equal(await exit, 0);
  },
};

function run(args: string[], input = '') {
  const { error, status, stdout, stderr } = spawnSync(program as string, args, {
    encoding: 'utf8',
    input,
    timeout: COMMAND_MS,
    // A command script of Windows is the shell's.
    shell: process.platform === 'win32',
  });
  if (error) throw error;
  return { code: status, out: stdout, err: stderr };
}

const packaged: Steps = {
  'says its commands, without a display'() {
    const { code, out } = run(['--help']);
    assert.equal(code, 0);
    assert.match(out, /usage: temps-desktop COMMAND/);
  },
  'names a command that there is none of'() {
    assert.equal(run(['statsu']).code, 2);
  },
  'makes an instance and says its state, with words that Electron or Chromium would take for theirs'() {
    const at = ['--data-dir', dataDir];
    const created = run(
      ['admin', 'create', '--email', 'x:y@example.org', '--password-stdin', ...at],
      PASSWORD,
    );
    assert.equal(created.code, 0, created.err);
    assert.equal(run(['projects', 'create', 'smoke', ...at]).code, 0);
    const { code, out } = run(['status', '--json', ...at]);
    assert.equal(code, 0);
    assert.equal(JSON.parse(out).state, 'running');
  },
};

async function runSteps(steps: Steps): Promise<number> {
  for (const [step, run] of Object.entries(steps)) {
    try {
      await run();
      console.log(`ok      ${step}`);
    } catch (error) {
      console.log(`failed  ${step}\n${(error as Error).stack}\n${opened?.output() ?? ''}`);
      return 1;
    }
  }
  return 0;
}

if (program !== undefined && !existsSync(program)) {
  console.error(`There is no ${program}.`);
  process.exitCode = 2;
} else if (program === undefined && !hasElectron()) {
  console.error(
    'Not run: Electron is not here. `node node_modules/electron/install.js` fetches it, or ELECTRON_OVERRIDE_DIST_PATH names it.',
  );
  process.exitCode = 1;
} else {
  try {
    process.exitCode = await runSteps(program === undefined ? inElectron : packaged);
  } finally {
    opened?.app.process().kill('SIGKILL');
    rmSync(folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 });
  }
}
