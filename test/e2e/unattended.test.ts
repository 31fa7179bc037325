import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect } from 'vitest';
import { until } from '../keyring.ts';
import { requires } from '../requires.ts';
import { type Machine, startMachine, whyNoSystemd } from '../systemd.ts';

const reason = whyNoSystemd();
const it = requires('systemd', reason === null, reason ?? '');
const CANARY = 'canary-of-a-service-51c0';

/** The commands of the document as they are written, those under one heading. */
const document = readFileSync(join(import.meta.dirname, '../../UNATTENDED.md'), 'utf8');
function commandsOf(heading: string): string[] {
  const section = document.split(/^(?=##)/m).find((part) => part.startsWith(`### ${heading}\n`)) ?? '';
  return [...section.matchAll(/^```sh\n(.*?)^```$/gms)].map(([, commands = '']) => commands);
}
const [command = ''] = commandsOf('The command');
const [fromFile = '', fromMemory = '', fromNothing = ''] = commandsOf('The credential');
const [service = ''] = commandsOf('The service');
const [moveThere = '', moveBack = ''] = commandsOf('Moving the key');
const [addKey = '', dropKey = ''] = commandsOf('A new key');

let machine: Machine;
beforeAll(async () => {
  if (reason === null) machine = await startMachine();
});
afterAll(async () => machine?.stop());

function sh(script: string): string {
  expect(script).not.toBe('');
  const { code, out, err } = machine.run(script);
  expect(code, `${script}\n${out}\n${err}`).toBe(0);
  return out;
}
const home = () => join(machine.folder, 'home/ada/.temps');
const keyFile = () => join(home(), 'encryption_key');
const readSecret = () => sh('temps-desktop env get TOKEN -p shop');
const decrypted = () =>
  sh('sudo systemd-creds decrypt --name=temps-key /etc/temps/temps-key.cred -').split('\n');
/** What the service says of itself, once it can be asked. */
async function serving(): Promise<Record<string, unknown>> {
  await until(() => existsSync(join(home(), 'temps.sock')));
  const { out } = machine.run('temps-desktop status --json');
  return JSON.parse(out);
}
/** Restarts the service after a change, and says how systemd ended it. */
const refused = (change: string) => {
  sh(change);
  expect(machine.run('sudo systemctl restart temps').code).toBe(1);
  const [, status] = /^ExecMainStatus=(\d+)$/m.exec(sh('sudo systemctl show temps')) ?? [];
  return { status, hasKeyFile: existsSync(keyFile()) };
};

/** The order matters: one server's way from a key file to a credential, a new key, and back. */
describe('a service of systemd, by the commands of the document', () => {
  let key = '';

  it('takes over an instance and its key file: the credential is verified before the file is removed', async () => {
    sh(command);
    sh(`temps-desktop serve >/dev/null & until test -S ~/.temps/temps.sock; do sleep 0.1; done
      temps-desktop projects create shop
      printf ${CANARY} | temps-desktop env set TOKEN -p shop --secret
      kill $! && wait`);
    key = readFileSync(keyFile(), 'utf8').trim();
    // A credential of another key first: nothing is moved.
    sh(fromNothing);
    sh(service);
    expect(await serving()).toMatchObject({ state: 'running', custody: { name: 'file' } });
    const { code, err } = machine.run(moveThere);
    expect([code, err]).toEqual([1, expect.stringContaining('does not hold the active key')]);
    expect(readFileSync(keyFile(), 'utf8').trim()).toBe(key);

    sh(fromFile);
    sh('sudo systemctl restart temps');
    await serving();
    sh(moveThere);
    expect(await serving()).toMatchObject({
      state: 'running',
      custody: { name: 'external', place: '/run/credentials/temps.service/temps-key' },
      said: [],
    });
    expect(readSecret()).toBe(CANARY);
    // Neither the key nor its base64 is on a disk of this machine, nor told to the service.
    const forms = [key, Buffer.from(key).toString('base64').slice(0, 80)]
      .map((form) => `-e ${form}`)
      .join(' ');
    expect(sh(`sudo grep -rlF ${forms} /etc /home || true`)).toBe('');
    expect(sh(`sudo sh -c 'cat /proc/$(systemctl show -p MainPID --value temps)/environ'`)).not.toContain(
      key,
    );
  });

  it('gets a new key from the second line, and its old one is shredded once the first line is gone', async () => {
    sh(addKey);
    await serving();
    expect(decrypted()).toEqual([key, expect.stringMatching(/^[0-9a-f]{64}$/), '']);
    sh('temps-desktop key rotate --copy-to ~/new.words --format words --keep-anyway --unprotected');
    const { epochs } = JSON.parse(sh('temps-desktop key status --json'));
    const old = epochs.find(({ state }: { state: string }) => state === 'retired').fingerprint;
    const shred = `temps-desktop key shred ${old} --yes`;
    expect(machine.run(shred)).toMatchObject({
      code: 1,
      err: expect.stringContaining('remove the key there'),
    });
    sh(dropKey);
    await serving();
    sh(shred);
    [key = ''] = decrypted();
    expect(decrypted()).toEqual([key, '']);
    expect(readSecret()).toBe(CANARY);
  });

  it('is not started with a credential of another name or machine, and locked with another key', async () => {
    const unit = '/etc/systemd/system/temps.service';
    // So that no further attempt takes the place of the one that is looked at.
    sh(`sudo mkdir ${unit}.d
      printf '[Unit]\\nStartLimitIntervalSec=0\\n[Service]\\nRestart=no\\n' | sudo tee ${unit}.d/once.conf`);
    const name = (from: string, to: string) =>
      `sudo sed -i 's/Encrypted=${from}:/Encrypted=${to}:/' ${unit}; sudo systemctl daemon-reload`;
    expect(refused(name('temps-key', 'other'))).toEqual({ status: '243', hasKeyFile: false });
    const decrypt = 'sudo systemd-creds decrypt /etc/temps/temps-key.cred --name';
    expect(machine.run(`${decrypt}=other -`).err).toContain(
      "Embedded credential name 'temps-key' does not match filename 'other', refusing",
    );
    sh(name('other', 'temps-key'));
    const secret = '/var/lib/systemd/credential.secret';
    expect(refused(`sudo mv ${secret} ${secret}.kept`)).toEqual({ status: '243', hasKeyFile: false });
    expect(machine.run(`${decrypt}=temps-key -`).err).toContain('Failed to determine local credential key');
    sh('sudo systemd-creds setup');
    expect(machine.run(`${decrypt}=temps-key -`).err).toContain('Decryption failed (incorrect key?)');
    sh(`sudo mv ${secret}.kept ${secret}; sudo cp /etc/temps/temps-key.cred /etc/temps/kept`);
    sh(fromNothing);
    sh('sudo systemctl start temps');
    expect(await serving()).toMatchObject({
      state: 'locked',
      case: 'foreign_key',
      detail: expect.stringContaining('never belonged to this instance'),
    });
    sh('sudo mv /etc/temps/kept /etc/temps/temps-key.cred; sudo systemctl restart temps');
    expect(await serving()).toMatchObject({ state: 'running' });
  });

  it('gives its key back to a file, which can be encrypted again by way of memory', async () => {
    sh(moveBack);
    expect(readFileSync(keyFile(), 'utf8').trim()).toBe(key);
    expect(readSecret()).toBe(CANARY);
    sh(fromMemory);
    expect(decrypted()).toEqual([key, '']);
    expect(sh('mount')).not.toContain('ramfs');
  });

  it('starts a new instance with the key that was created for it', async () => {
    sh('rm -r ~/.temps');
    sh(fromNothing);
    sh(service);
    expect(await serving()).toMatchObject({ state: 'running', custody: { name: 'external' } });
    expect(existsSync(keyFile())).toBe(false);
    sh('temps-desktop projects create shop');
    sh(`printf ${CANARY} | temps-desktop env set TOKEN -p shop --secret; sudo systemctl restart temps`);
    await serving();
    expect(readSecret()).toBe(CANARY);
  });

  it('stops a program that a unit runs by one SIGTERM, and ends as it does', async () => {
    const place = join(machine.folder, 'home/ada');
    const said = () => readFileSync(join(place, 'said'), 'utf8');
    sh(`cat >~/counting.cjs <<'END'
const { appendFileSync } = require('node:fs');
const say = (text) => appendFileSync('/home/ada/said', text + '\\n');
let count = 0;
process.on('SIGTERM', () => {
  count += 1;
  // A second one would come with the first, not after it.
  if (count === 1) setTimeout(() => { say('got ' + count); process.exit(7); }, 300);
});
setInterval(() => undefined, 1000);
say('ready ' + process.env.TOKEN);
END
      cd ~ && temps-desktop link -p shop
      sudo systemd-run --quiet --unit=ran --uid=ada --working-directory=/home/ada -p KillMode=mixed -p Environment=HOME=/home/ada \\
        /usr/local/bin/temps-desktop run -- /opt/temps-desktop/node_modules/.bin/node counting.cjs`);
    await until(() => existsSync(join(place, 'said')) && said().includes('ready'));
    sh('sudo systemctl stop ran || true');
    expect(said()).toBe(`ready ${CANARY}\ngot 1\n`);
    expect(sh('sudo systemctl show ran')).toMatch(/^ExecMainStatus=7$/m);
  });
});
