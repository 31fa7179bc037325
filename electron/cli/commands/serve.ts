import type { Doors, Instance } from '../../instance/instance.ts';
import { forbidCoreFiles } from '../../instance/kernel/core-files.ts';
import { findDebugDoor } from '../../instance/kernel/debug-doors.ts';
import type { Schemas } from '../api-request.ts';
import { connectTo } from '../client.ts';
import type { Command, Invocation } from '../command.ts';
import { CommandError, usageError } from '../command-error.ts';
import { parseCustody } from '../custody-option.ts';
import { exitCodes } from '../exit-code.ts';
import { askNew, hasTerminal, readStdinLine } from '../prompt.ts';

export const commands: Record<string, Command> = {
  serve: {
    usage:
      'serve [--http-port N] [--https-port N] [--custody file|keychain|passphrase|external] [--ready-json]',
    summary: 'Runs the instance until it is stopped (Ctrl-C).',
    notes:
      'Default ports: 8443 for HTTPS and 8080 for plain HTTP, which only redirects to HTTPS; if they are in use, others are chosen. 0 chooses any free port.\n' +
      '--custody sets where the first start stores the key; later starts use the recorded custody.\n' +
      '--passphrase-stdin reads the passphrase for passphrase custody from standard input.\n' +
      '--ready-json prints {"url","socket","pid","setup_url"} on one line when it is ready.',
    options: {
      'http-port': { type: 'string' },
      'https-port': { type: 'string' },
      custody: { type: 'string' },
      'passphrase-stdin': { type: 'boolean' },
      'ready-json': { type: 'boolean' },
    },
    run: serve,
  },
};

async function serve(invocation: Invocation): Promise<number> {
  const { values, dataDir, processes } = invocation;
  const custody = parseCustody('--custody', values.custody);
  const https = parsePort(values['https-port']);
  const http = parsePort(values['http-port']);
  forbidCoreFiles();
  const passphrase = await readPassphrase(values['passphrase-stdin'] === true, custody);
  // Not needed for --help and wrong usage.
  const { DEFAULT_PORTS, openInstance, SecretText } = await import('../../instance/instance.ts');
  const { logOptions } = await import('../../instance/kernel/log.ts');
  const { pino } = await import('pino');
  // To standard error: standard output is for --ready-json.
  const log = pino(logOptions, pino.destination({ fd: 2, sync: true }));
  const broken = Promise.withResolvers<never>();
  // Also where nobody waits for it yet.
  broken.promise.catch(() => undefined);
  const instance = await openInstance({
    dataDir,
    log,
    processes,
    onBroken: broken.reject,
    ...(custody ? { custody } : {}),
    ...(passphrase === null ? {} : { passphrase: new SecretText(passphrase) }),
  });
  try {
    const doors = await instance.start({
      https: https ?? { port: DEFAULT_PORTS.https, orAny: true },
      http: http ?? { port: DEFAULT_PORTS.http, orAny: true },
      socket: true,
    });
    // SECURITY: again. On a busy machine Node opens it a while after the signal, and the first look came before that.
    const door = findDebugDoor();
    if (door !== null) throw new CommandError('failed', door);
    const client = await connectTo(instance);
    const { purpose, path } = await client.post('/links');
    const link = { purpose, url: `${doors.httpsUrl ?? ''}${path}` };
    if (values['ready-json']) {
      const ready = {
        url: doors.httpsUrl,
        socket: doors.socketPath,
        pid: process.pid,
        setup_url: link.purpose === 'setup' ? link.url : null,
      };
      process.stdout.write(`${JSON.stringify(ready)}\n`);
    } else {
      announce(instance, doors, link);
    }
    await Promise.race([untilStopped(instance), broken.promise]);
  } finally {
    await instance.stop();
  }
  return exitCodes.done;
}

function announce(
  instance: Instance,
  doors: Doors,
  link: { purpose: Schemas['OneTimeLink']['purpose']; url: string },
): void {
  const { vault, said } = instance.status();
  const lines = [
    `Temps is running at ${doors.httpsUrl}`,
    `Data: ${instance.dataDir}`,
    ...said.map((line) => `Note: ${line}`),
    ...(vault.case === 'running'
      ? []
      : [
          `LOCKED: ${vault.detail}`,
          'Plain variables, projects and sign-in still work. To unlock: temps-desktop key unlock [COPY]',
          `Until then HTTPS uses a temporary certificate, SHA-256 ${doors.certificate?.fingerprint}`,
        ]),
    describeLink(link),
    `The certificate is signed by an authority of this instance; to trust it, import ${doors.httpsUrl}/api/ca.pem`,
    'Stop with Ctrl-C.',
  ];
  process.stdout.write(`${lines.join('\n')}\n`);
}

/** SECURITY: what is no terminal may be a log that others read: it gets no link. */
function describeLink({ purpose, url }: { purpose: Schemas['OneTimeLink']['purpose']; url: string }): string {
  const isSetUp = purpose === 'owner';
  if (!process.stdout.isTTY)
    return `${isSetUp ? 'Sign in as the owner' : 'Set it up'} with a link: temps-desktop console`;
  return isSetUp
    ? `Sign in as the owner here (works once, within five minutes): ${url}`
    : `Set it up here (works once, within an hour): ${url}`;
}

/** The first signal stops the instance in order. A second one does not wait for that: it stops it at once. */
function untilStopped(instance: Instance): Promise<void> {
  return new Promise((resolve) => {
    let asked = false;
    const stop = () => {
      if (asked) {
        instance.stopNow();
        process.exit(exitCodes.failed);
      }
      asked = true;
      resolve();
    };
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, stop);
  });
}

async function readPassphrase(
  fromStdin: boolean,
  custody: Schemas['CustodyName'] | undefined,
): Promise<string | null> {
  if (fromStdin) return await readStdinLine();
  if (custody !== 'passphrase') return null;
  return hasTerminal() ? await askNew('Passphrase for the key') : null;
}

/** Null when it was not given. */
function parsePort(text: unknown): { port: number } | null {
  if (text === undefined) return null;
  const port = Number(text);
  if (typeof text !== 'string' || !/^\d{1,5}$/.test(text) || port > 65_535)
    throw usageError('A port must be a number from 0 to 65535.');
  return { port };
}
