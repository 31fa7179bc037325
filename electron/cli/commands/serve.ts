import { pino } from 'pino';
import { DEFAULT_PORTS } from '../../instance/doors/doors.ts';
import { type Instance, openInstance } from '../../instance/instance.ts';
import { logOptions } from '../../instance/kernel/log.ts';
import { SecretText } from '../../instance/vault/secret-text.ts';
import type { CustodyName } from '../../instance/vault/vocabulary.ts';
import type { Command, Invocation } from '../command.ts';
import { usageError } from '../command-error.ts';
import { exitCodes } from '../exit-code.ts';
import { askNew, hasTerminal, readStdinLine } from '../prompt.ts';

const custodies: readonly CustodyName[] = ['file', 'keychain', 'passphrase', 'external'];

export const commands: Record<string, Command> = {
  serve: {
    usage:
      'serve [--http-port N] [--https-port N] [--custody file|keychain|passphrase|external] [--ready-json]',
    summary: 'Runs the instance until it is told to stop (Ctrl-C).',
    notes:
      'Ports: 8443 for HTTPS and 8080 for plain HTTP, which only points to HTTPS; others when those are in use and were not asked for; 0 for any.\n' +
      '--custody says where a first start keeps the key; later starts follow what is recorded.\n' +
      '--passphrase-stdin reads the passphrase of passphrase custody from standard input.\n' +
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
  const { values, dataDir } = invocation;
  const custody = parseCustody(values.custody);
  const https = parsePort(values['https-port'], DEFAULT_PORTS.https);
  const http = parsePort(values['http-port'], DEFAULT_PORTS.http);
  const passphrase = await readPassphrase(values['passphrase-stdin'] === true, custody);
  // To standard error: standard output belongs to --ready-json.
  const log = pino(logOptions, pino.destination({ fd: 2, sync: true }));
  const instance = await openInstance({
    dataDir,
    log,
    ...(custody ? { custody } : {}),
    ...(passphrase ? { passphrase } : {}),
  });
  try {
    const doors = await instance.start({ https, http, socket: true });
    const link = await createLink(instance, doors.httpsUrl ?? '');
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
    await untilStopped();
  } finally {
    await instance.stop();
  }
  return exitCodes.done;
}

interface Link {
  purpose: 'setup' | 'owner';
  url: string;
}

async function createLink(instance: Instance, base: string): Promise<Link> {
  const { createOwner } = await import('../../instance/doors/socket-door.ts');
  const request = new Request('http://localhost/api/links', { method: 'POST' });
  const answer = (await (await instance.fetch(request, createOwner('socket', Date.now()))).json()) as {
    path: string;
    purpose: 'setup' | 'owner';
  };
  return { purpose: answer.purpose, url: `${base}${answer.path}` };
}

function announce(instance: Instance, doors: Awaited<ReturnType<Instance['start']>>, link: Link): void {
  const { vault, said } = instance.status();
  const lines = [
    `Temps is running at ${doors.httpsUrl}`,
    `Data: ${instance.dataDir}`,
    ...said.map((line) => `Note: ${line}`),
    ...(vault.case === 'running'
      ? []
      : [
          `LOCKED: ${vault.detail}`,
          'Plain variables, projects and sign-in go on working. To unlock: temps-desktop key unlock [COPY]',
          `For this start the page shows a certificate of its own, SHA-256 ${doors.certificate?.fingerprint}`,
        ]),
    link.purpose === 'setup'
      ? `Set it up here (once, within an hour): ${link.url}`
      : `Sign in as the owner here (once, within five minutes): ${link.url}`,
    `Its certificate is made by this instance itself; to trust it, import ${doors.httpsUrl}/api/ca.pem`,
    'Stop with Ctrl-C.',
  ];
  process.stdout.write(`${lines.join('\n')}\n`);
}

/** The first signal stops in order, a second one at once. */
function untilStopped(): Promise<void> {
  return new Promise((resolve) => {
    let asked = false;
    const stop = () => {
      if (asked) process.exit(exitCodes.failed);
      asked = true;
      resolve();
    };
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, stop);
  });
}

async function readPassphrase(
  fromStdin: boolean,
  custody: CustodyName | undefined,
): Promise<SecretText | null> {
  if (fromStdin) return new SecretText(await readStdinLine());
  if (custody !== 'passphrase') return null;
  return hasTerminal() ? new SecretText(await askNew('Passphrase for the key')) : null;
}

function parseCustody(text: unknown): CustodyName | undefined {
  if (text === undefined) return undefined;
  const found = custodies.find((name) => name === text);
  if (!found) throw usageError(`--custody is one of ${custodies.join(', ')}.`);
  return found;
}

function parsePort(text: unknown, fallback: number): { port: number; orAny: boolean } {
  if (text === undefined) return { port: fallback, orAny: true };
  const port = Number(text);
  if (typeof text !== 'string' || !/^\d{1,5}$/.test(text) || port > 65_535)
    throw usageError('A port is a number from 0 to 65535.');
  return { port, orAny: false };
}
