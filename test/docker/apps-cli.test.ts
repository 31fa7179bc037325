import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, it as everywhere, expect } from 'vitest';
import { type Child, startChild } from '../child.ts';
import { commandLineEnv } from '../command-line-env.ts';
import { canOpenTerminal, onTerminal, type Served, serve, temps } from '../e2e/terminal.ts';
import { program } from '../program.ts';
import { requires } from '../requires.ts';
import { APP_IMAGE, it, startEngine, type TestEngine } from './dockerd.ts';

/** In no output of any command. */
const CANARY = 'canary-41c7d2e90b';
const SECOND_IMAGE = 'temps-test/app:2';

const onTerminalAlone = requires('a terminal', canOpenTerminal(), 'needs script (util-linux)');

let dataDir: string;

/** A command that is not waited for yet, or that prints as it goes. */
const start = (...args: string[]): Child =>
  startChild(process.execPath, [program, ...args], { env: commandLineEnv(dataDir) });

interface Ran {
  code: number | null;
  out: string;
  /** Both streams. */
  output: string;
}
/** Not synchronously: what the engine and the instance print is read meanwhile. */
async function run(...args: string[]): Promise<Ran> {
  const child = start(...args);
  child.process.stdin?.end();
  const { code } = await child.waitForEnd();
  return { code, out: child.out, output: child.output };
}
async function done(...args: string[]): Promise<Ran> {
  const ran = await run(...args);
  expect(ran.code, ran.output).toBe(0);
  return ran;
}
async function setVariable(project: string, key: string, value: string, kind = '--plain'): Promise<void> {
  const child = start('env', 'set', key, '-p', project, kind);
  child.process.stdin?.end(value);
  expect((await child.waitForEnd()).code, child.output).toBe(0);
}

describe('apps at the command line', () => {
  let engine: TestEngine;
  let served: Served;
  beforeAll(async () => {
    dataDir = mkdtempSync(join(tmpdir(), 'temps-apps-cli-'));
    engine = await startEngine();
    await engine.docker('tag', APP_IMAGE, SECOND_IMAGE);
    served = await serve(dataDir, [], { DOCKER_HOST: engine.host });
  });
  afterAll(async () => {
    await served?.stop();
    await engine?.stop();
    rmSync(dataDir, { recursive: true, force: true });
  });

  const createProject = async (name: string, variables: Record<string, string> = {}) => {
    await done('projects', 'create', name);
    for (const [key, value] of Object.entries(variables)) await setVariable(name, key, value);
  };
  const deploy = (project: string, ...options: string[]) =>
    done('deploy', '-p', project, '--image', APP_IMAGE, ...options);
  const readNumber = (output: string) => /Deployment (\d+) /.exec(output)?.[1] ?? '';
  /** Until it is under way and can be cancelled. */
  const startSilent = async (project: string) => {
    // Longer than what is done meanwhile takes anywhere.
    const child = start('deploy', '-p', project, '--image', APP_IMAGE, '--within', '600');
    await child.waitUntil(() => child.output.includes('Waiting until it works'));
    return { child, number: readNumber(child.output) };
  };
  const cancel = async (project: string, number: string) => {
    const { out } = await done('deployments', 'cancel', number, '-p', project);
    await expect
      .poll(async () => (await done('deployments', 'show', number, '-p', project)).out)
      .toContain(': cancelled: Cancelled by ');
    return out;
  };

  it('are deployed, shown and applied, with what is done as it is done', async () => {
    expect((await done('apps', 'engine')).out).toMatch(/^Docker \S+ can be used, with API \S+, at \/.*\n$/);
    expect((await done('apps', 'list')).out).toBe('Nothing was deployed yet.\n');
    await createProject('shop', { VERSION: 'one' });
    const unsaid = await run('deploy', '-p', 'shop');
    expect([unsaid.code, unsaid.output]).toEqual([
      2,
      'temps-desktop: Nothing was deployed here yet. Say which image it runs: --image REF.\n',
    ]);
    expect((await run('apps', 'status', '-p', 'shop')).output).toContain('Nothing was deployed yet as shop');

    const first = await deploy('shop');
    expect(first.out).toMatch(/^https:\/\/shop\.\S+\n$/);
    for (const said of [
      `Deployment 1 of ${APP_IMAGE} for shop in production.`,
      'Preparing the image\n',
      'Starting a container\n  Started, with 1 variable.',
      'Waiting until it works\n  It works: port 3000 answers.',
      'Sending requests to it\n  Release 1 serves at shop.',
    ])
      expect(first.output).toContain(said);

    await setVariable('shop', 'VERSION', 'two');
    const status = (await done('apps', 'status', '-p', 'shop')).out;
    expect(status).toMatch(
      /^shop in production is serving: release 1, since \d{4}-.* UTC\.\nAddress: https:/,
    );
    expect(status).toContain(
      'not applied yet: VERSION (changed). To apply it: temps-desktop apps apply -p shop',
    );
    await done('apps', 'apply', '-p', 'shop');
    expect((await done('apps', 'status', '-p', 'shop')).out).not.toContain('not applied');
    // What runs now, once more.
    const again = JSON.parse((await done('deploy', '-p', 'shop', '--json')).out);
    expect(again).toMatchObject({ status: 'success', release: 3, image: APP_IMAGE });

    expect((await done('apps', 'list')).out).toMatch(/^shop +production +serving +release 3 +temps-test/m);
    const listed = (await done('deployments', 'list', '-p', 'shop', '-e', 'production')).out.split('\n');
    expect(listed[0]).toMatch(/^3 .* release 3, the current one$/);
    expect(listed[1]).toMatch(/^2 .* apply .* release 2$/);
    expect((await done('deployments', 'show', '1', '-p', 'shop')).out).toMatch(/\nprobing: \d+\.\d s\n/);
    expect((await done('deployments', 'logs', '1', '-p', 'shop')).out).toMatch(
      /^\S+Z {2}switching {2}Release 1 serves at shop\./m,
    );
    expect((await run('deployments', 'show', '99', '-p', 'shop')).code).toBe(4);
    const elsewhere = await run('deployments', 'show', '1', '-p', 'shop', '-e', 'staging');
    expect([elsewhere.code, elsewhere.output]).toEqual([
      4,
      expect.stringContaining('environment production'),
    ]);
  });

  it('that fail are said to have failed, with the cause and what still serves', async () => {
    await createProject('broken', { MODE: 'crash' });
    const first = await run('deploy', '-p', 'broken', '--image', APP_IMAGE);
    expect([first.code, first.out]).toEqual([1, '']);
    expect(first.output).toContain('\n  cannot connect to the database\n');
    expect(first.output).toContain(
      '\ntemps-desktop: It ended with exit code 3.\n  Port that was tried: 3000\n',
    );
    expect(first.output).toContain('\n  Nothing serves: no release of it has worked yet.\n');

    await setVariable('broken', 'MODE', 'serve');
    await deploy('broken');
    await setVariable('broken', 'MODE', 'crash');
    const second = await run('deploy', '-p', 'broken');
    expect([second.code, second.out]).toEqual([1, '']);
    expect(second.output).toContain('\n  Exit code: 3\n  Release 1 still serves.\n');
    const number = readNumber(second.output);
    const shown = (await done('deployments', 'show', number, '-p', 'broken')).out;
    expect(shown).toContain(': failed: It ended with exit code 3.\n');
    // Of two streams, whose lines come in no certain order.
    expect(shown).toMatch(
      /What it printed last:\n( {2}(begins as none|cannot connect to the database)\n){2}/,
    );
    expect((await done('apps', 'status', '-p', 'broken')).out).toContain(
      `The last deployment, ${number}: failed: It ended with exit code 3.`,
    );

    const forPrograms = await run('deploy', '-p', 'broken', '--json');
    expect([forPrograms.code, JSON.parse(forPrograms.output)]).toEqual([
      1,
      expect.objectContaining({
        error_code: 'release_failed',
        detail: 'It ended with exit code 3.',
        details: { deployment: expect.objectContaining({ serving: 1, status: 'failed' }) },
      }),
    ]);
  });

  it('show what they print, as it comes, without values of secrets', async () => {
    await createProject('talk', { VERSION: 'one', PRINT: 'KEY' });
    await setVariable('talk', 'KEY', CANARY, '--secret');
    await deploy('talk');
    const { out } = await done('apps', 'logs', '-p', 'talk');
    expect(out).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ {2}begins as one\n\S+Z {2}KEY is \S+\n$/);
    expect(out).not.toContain(CANARY);
    expect((await done('apps', 'logs', '-p', 'talk', '--tail', '1')).out).not.toContain('begins');
    expect(JSON.parse((await done('apps', 'logs', '-p', 'talk', '--json')).out)[0]).toMatchObject({
      stream: 'stdout',
      text: 'begins as one',
    });

    const followed = start('apps', 'logs', '-f', '-p', 'talk');
    await followed.waitUntil(() => followed.out.includes('KEY is'));
    expect(await followed.stop('SIGINT')).toEqual({ code: null, signal: 'SIGINT' });

    const toItsEnd = start('apps', 'logs', '--follow', '-p', 'talk', '--tail', '1', '--json');
    await toItsEnd.waitUntil(() => toItsEnd.out.includes('\n'));
    await done('apps', 'stop', '-p', 'talk');
    expect((await toItsEnd.waitForEnd()).code, toItsEnd.output).toBe(0);
    expect(JSON.parse(toItsEnd.out).text).toContain('KEY is');
    expect(toItsEnd.output).not.toContain(CANARY);
    expect((await run('apps', 'logs', '-f', '-p', 'nowhere')).code).toBe(4);
  });

  (canOpenTerminal() ? it : onTerminalAlone)(
    'cannot move the cursor of a terminal by what they print',
    async () => {
      await createProject('escape', { VERSION: '\u001b[2J\u001b]0;title\u0007red' });
      await deploy('escape');
      expect((await done('apps', 'logs', '-p', 'escape')).out).toContain('\u001b[2J');
      const { screen } = await onTerminal(dataDir, ['apps', 'logs', '-p', 'escape']);
      expect(screen).toContain('begins as \\x1b[2J\\x1b]0;title\\x07red');
      expect(screen).not.toContain('\u001b');
    },
  );

  it('are stopped, started and restarted', async () => {
    await createProject('turns');
    await deploy('turns');
    expect((await done('apps', 'stats', '-p', 'turns')).out).toMatch(
      /^CPU +\d+\.\d %\nMemory +\d+ MiB of 512 MiB\nReceived +.*\nSent +.*\n$/,
    );
    expect((await done('apps', 'stop', '-p', 'turns')).out).toBe(
      'turns in production is stopped: release 1. To start it: temps-desktop apps start -p turns\n',
    );
    const unused = await run('apps', 'stats', '-p', 'turns');
    expect([unused.code, unused.output]).toEqual([1, expect.stringContaining('does not run')]);
    expect((await run('apps', 'restart', '-p', 'turns')).code).toBe(1);
    for (const [action, said] of [
      ['start', 'Started.'],
      ['restart', 'Restarted.'],
    ] as const)
      expect((await done('apps', action, '-p', 'turns')).out).toMatch(
        new RegExp(`^turns in production is serving: release 1, since .* ${said}\\n$`),
      );
  });

  it('go back to the release before, or to that of a deployment', async () => {
    await createProject('back');
    await deploy('back');
    const none = await run('deployments', 'rollback', '-p', 'back');
    expect([none.code, none.output]).toEqual([
      1,
      'temps-desktop: No release before the current one is kept.\n',
    ]);
    await done('deploy', '-p', 'back', '--image', SECOND_IMAGE);
    const back = await done('deployments', 'rollback', '-p', 'back');
    expect(back.output).toContain(`of ${APP_IMAGE} for back`);
    expect((await done('apps', 'status', '-p', 'back')).out).toMatch(
      new RegExp(`release 3, .*\\n.*\\nImage: ${APP_IMAGE}, port: 3000\\n`),
    );
    const [second] = JSON.parse((await done('deployments', 'list', '-p', 'back', '--json')).out).filter(
      ({ release }: { release: number }) => release === 2,
    );
    const forth = await done('deployments', 'rollback', `${second.id}`, '-p', 'back', '--no-wait');
    expect(forth.out).toMatch(/^Deployment \d+ was asked for\. How it goes: temps-desktop deployments show/);
    await expect.poll(async () => (await done('apps', 'status', '-p', 'back')).out).toContain(`release 4, `);
    expect((await done('apps', 'list', '-p', 'back')).out).toContain(SECOND_IMAGE);
  });

  it('are cancelled while they begin, by name of the deployment and not by Ctrl-C', async () => {
    await createProject('quiet', { MODE: 'silent' });
    const first = await startSilent('quiet');
    expect(await cancel('quiet', first.number)).toBe(
      'Cancelled. Nothing serves: no release of it has worked yet.\n',
    );
    expect((await first.child.waitForEnd()).code).toBe(1);
    expect(first.child.output).toContain('\ntemps-desktop: Cancelled by ');

    const second = await startSilent('quiet');
    expect(await second.child.stop('SIGINT')).toEqual({ code: null, signal: 'SIGINT' });
    expect(second.child.output).toContain(
      `\ntemps-desktop: Deployment ${second.number} continues; it is not followed any more. How it goes: temps-desktop deployments show ${second.number} -p quiet.`,
    );
    expect((await done('deployments', 'show', second.number, '-p', 'quiet')).out).toContain(
      ': under way: probing\n',
    );
    // One behind it, which a third one replaces.
    const waiting = start('deploy', '-p', 'quiet');
    await waiting.waitUntil(() => waiting.output.includes('It waits for the one before it.'));
    const third = readNumber((await done('deploy', '-p', 'quiet', '--no-wait')).out);
    expect((await waiting.waitForEnd()).code).toBe(1);
    expect(waiting.output).toContain('temps-desktop: A later one was asked for while it waited.\n');
    await cancel('quiet', third);
    await cancel('quiet', second.number);
    const over = await run('deployments', 'cancel', second.number, '-p', 'quiet');
    expect([over.code, over.output]).toEqual([1, expect.stringContaining('it was cancelled')]);
  });

  it('keep how they are asked whether they work', async () => {
    await createProject('probe');
    await deploy('probe', '--probe', '/env', '--within', '90');
    await deploy('probe', '--within', '80', '--port', '3000');
    expect((await done('apps', 'status', '-p', 'probe')).out).toContain(
      'GET /env gives a status below 500 within 80 s.',
    );
    await deploy('probe', '--probe', 'tcp', '--port', 'none');
    expect((await done('apps', 'status', '-p', 'probe')).out).toContain('takes connections within 80 s.');
  });

  it('are removed once that is confirmed, and their variables stay', async () => {
    await createProject('gone', { VERSION: 'one' });
    await deploy('gone');
    const asked = await run('apps', 'remove', '-p', 'gone');
    expect([asked.code, asked.output]).toEqual([
      1,
      'The app gone in production is stopped, and its container removed with what it wrote there, and with 1 release. Its variables stay.\ntemps-desktop: Nothing was removed. To go ahead, repeat this with --yes.\n',
    ]);
    expect((await done('apps', 'remove', '-p', 'gone', '--yes')).out).toBe(
      'Removed the app gone in production.\n',
    );
    expect((await run('apps', 'status', '-p', 'gone')).code).toBe(1);
    expect((await done('env', 'get', 'VERSION', '-p', 'gone')).out).toContain('one');
  });

  it('are deployed to the end by an instance that was stopped meanwhile, which is said', async () => {
    await createProject('paused', { MODE: 'silent' });
    const { child, number } = await startSilent('paused');
    await served.stop();
    expect((await child.waitForEnd()).code).toBe(1);
    expect(child.output).toContain(
      `\ntemps-desktop: The instance stopped. Deployment ${number} continues when it is started again. How it goes: `,
    );
    // What the deployment is given is what there is when it begins once more.
    await setVariable('paused', 'MODE', 'serve');
    served = await serve(dataDir, [], { DOCKER_HOST: engine.host });
    await expect
      .poll(async () => (await done('deployments', 'show', number, '-p', 'paused')).out)
      .toContain(': release 1, the current one\n');
  });
});

describe('a machine without Docker', () => {
  let own: string;
  beforeAll(() => {
    own = mkdtempSync(join(tmpdir(), 'temps-no-docker-'));
    temps(own, ['projects', 'create', 'shop']);
  });
  afterAll(() => rmSync(own, { recursive: true, force: true }));

  everywhere('is told what to do, by each command that needs it', async () => {
    const served = await serve(own, [], { DOCKER_HOST: `unix://${join(own, 'no.sock')}` });
    try {
      const said =
        /^(temps-desktop: )?Docker is not running: nothing answers at its socket\.\nStart it: sudo systemctl start docker\. /;
      const engine = temps(own, ['apps', 'engine']);
      expect([engine.code, engine.out, engine.err]).toEqual([1, expect.stringMatching(said), '']);
      const deploy = temps(own, ['deploy', '-p', 'shop', '--image', APP_IMAGE]);
      expect([deploy.code, deploy.out, deploy.err]).toEqual([1, '', expect.stringMatching(said)]);
      const forPrograms = temps(own, ['deploy', '-p', 'shop', '--image', APP_IMAGE, '--json']);
      expect(JSON.parse(forPrograms.err)).toMatchObject({
        error_code: 'engine_unavailable',
        detail: 'Docker is not running: nothing answers at its socket.',
        details: { state: 'stopped' },
      });
      expect(temps(own, ['apps', 'list']).out).toBe('Nothing was deployed yet.\n');
    } finally {
      await served.stop();
    }
  });

  everywhere('has its state said also while no instance runs, which nothing is deployed without', () => {
    const env = { DOCKER_HOST: 'tcp://127.0.0.1:1' };
    const engine = temps(own, ['apps', 'engine'], '', env);
    expect([engine.code, engine.out]).toEqual([
      1,
      'DOCKER_HOST names no socket of this machine: only unix:// and npipe:// can be used.\nStart the instance with DOCKER_HOST=unix:///PATH, or without it.\n',
    ]);
    const deploy = temps(own, ['deploy', '-p', 'shop', '--image', APP_IMAGE], '', env);
    expect([deploy.code, deploy.err]).toEqual([
      4,
      'temps-desktop: The instance is not running. Start it: temps-desktop serve\n',
    ]);
  });
});
