import { spawn } from 'node:child_process';
import type { Client } from '../client.ts';
import { type Command, formatTable, type Invocation, withClient } from '../command.ts';
import { CommandError, usageError } from '../command-error.ts';
import { exitCodes } from '../exit-code.ts';
import { askNew, hasTerminal, readStdinLine } from '../prompt.ts';

interface VaultStatus {
  state: 'running' | 'locked';
  case: string;
  detail: string | null;
  instance: { id: string; name: string };
  fingerprint: string | null;
  epoch: number | null;
  custody: { name: string; place: string };
  health: { level: string; reasons: { message: string; snoozed_until: number | null }[] };
  secrets: { total: number };
  rotation: { state: string; moved: number; total: number } | null;
  database: { state: string; detail: string | null };
}

interface DoctorReport {
  total: number;
  opened: number;
  failed: number;
  failures: { id: string; kind: string; reason: string; owner: { title: string } | null }[];
}

interface AuditLine {
  audit_date: number;
  operation_type: string;
  actor: string;
  ip_address: { ip: string } | null;
  data: Record<string, unknown> | null;
}

const roles = ['admin', 'user', 'reader'];
const accountOptions = {
  email: { type: 'string' },
  name: { type: 'string' },
  'password-stdin': { type: 'boolean' },
} as const;

export const commands: Record<string, Command> = {
  console: {
    usage: 'console [--print]',
    summary: 'Opens the console as the owner of this machine, by a link that works once.',
    notes: 'With --print the link is printed instead. The instance must be running.',
    options: { print: { type: 'boolean' } },
    run: openConsole,
  },
  status: {
    usage: 'status',
    summary: 'How the instance and its key stand.',
    async run(invocation) {
      return await withClient(invocation, async (client) => {
        const status = await client.call<VaultStatus>('GET', '/vault/status');
        invocation.print({ ...status, running: client.isRemote }, () =>
          describe(status, client.isRemote, invocation.dataDir),
        );
        if (status.state === 'locked') return exitCodes.locked;
        return status.database.state === 'ok' ? exitCodes.done : exitCodes.failed;
      });
    },
  },
  doctor: {
    usage: 'doctor',
    summary: 'Opens every secret and names those that do not open. Exit code 0 only when all do.',
    async run(invocation) {
      return await withClient(invocation, async (client) => {
        const report = await client.call<DoctorReport>('POST', '/vault/doctor?wait=true');
        invocation.print(report, () => describeDoctor(report));
        if (report.failed === 0) return exitCodes.done;
        const { state } = await client.call<VaultStatus>('GET', '/vault/status');
        return state === 'locked' ? exitCodes.locked : exitCodes.failed;
      });
    },
  },
  audit: {
    usage: 'audit [--limit N]',
    summary: 'Who did what, newest first.',
    options: { limit: { type: 'string' } },
    async run(invocation) {
      const limit = Number(invocation.values.limit ?? 50);
      if (!Number.isInteger(limit) || limit < 1 || limit > 1000)
        throw usageError('--limit is a number from 1 to 1000.');
      return await withClient(invocation, async (client) => {
        const lines = await client.call<AuditLine[]>('GET', `/audit/logs?limit=${limit}`);
        invocation.print(lines, () =>
          formatTable(
            lines.map((line) => [
              new Date(line.audit_date).toISOString(),
              line.operation_type,
              line.actor,
              line.data === null ? '' : JSON.stringify(line.data),
            ]),
          ),
        );
        return exitCodes.done;
      });
    },
  },
  'admin create': {
    usage: 'admin create --email E [--name N] --password-stdin',
    summary: 'Creates the first administrator. The password comes from standard input or a prompt.',
    options: accountOptions,
    async run(invocation) {
      const email = requireText(invocation, 'email');
      const name = (invocation.values.name as string | undefined) ?? '';
      const password = await readPassword(invocation);
      return await withClient(
        invocation,
        async (client) => {
          const made = await client.call<{ user: { id: number; email: string } }>(
            'POST',
            '/users/administrator',
            { email, name, password },
          );
          invocation.print(made, () => `${made.user.email} is the administrator.`);
          return exitCodes.done;
        },
        true,
      );
    },
  },
  'admin reset-password': {
    usage: 'admin reset-password --email E --password-stdin',
    summary: "Sets a user's password and ends their sessions.",
    options: accountOptions,
    async run(invocation) {
      const email = requireText(invocation, 'email');
      const password = await readPassword(invocation);
      return await withClient(invocation, async (client) => {
        await client.call('POST', '/users/reset-password', { email, password });
        invocation.print({ email }, () => `The password of ${email} is set; their sessions are over.`);
        return exitCodes.done;
      });
    },
  },
  'token create': {
    usage: 'token create --name N --role admin|user|reader',
    summary: 'Makes an API key and prints it, this once.',
    options: { name: { type: 'string' }, role: { type: 'string' } },
    async run(invocation) {
      const name = requireText(invocation, 'name');
      const role = requireText(invocation, 'role');
      if (!roles.includes(role)) throw usageError(`--role is one of ${roles.join(', ')}.`);
      return await withClient(invocation, async (client) => {
        const key = await createApiKey(client, name, role);
        invocation.print(key, () => key.api_key);
        return exitCodes.done;
      });
    },
  },
};

/** Which roles there are the instance knows; one there is none of is wrong usage all the same. */
async function createApiKey(client: Client, name: string, role: string): Promise<{ api_key: string }> {
  try {
    return await client.call<{ api_key: string }>('POST', '/api-keys', { name, role_type: role });
  } catch (error) {
    if (error instanceof CommandError && 'role_type' in error.fields) throw usageError(error.message);
    throw error;
  }
}

async function openConsole(invocation: Invocation): Promise<number> {
  return await withClient(invocation, async (client) => {
    if (!client.isRemote)
      throw new CommandError(
        'not_found',
        'The instance is not running: start it with temps-desktop serve, then open the console.',
      );
    const link = await client.call<{ path: string; purpose: string }>('POST', '/links');
    const { https_url: base } = await client.call<{ https_url: string | null }>('GET', '/doors');
    const url = `${base}${link.path}`;
    if (invocation.values.print || invocation.json) {
      invocation.print({ url, purpose: link.purpose }, () => url);
      return exitCodes.done;
    }
    openInBrowser(url);
    return exitCodes.done;
  });
}

/** SECURITY: the link stands in an argument for a moment; it works once, from this machine, for five minutes. */
function openInBrowser(url: string): void {
  const [command, ...args] = { darwin: ['open'], win32: ['rundll32', 'url.dll,FileProtocolHandler'] }[
    process.platform as 'darwin' | 'win32'
  ] ?? ['xdg-open'];
  const child = spawn(command as string, [...args, url], { stdio: 'ignore', detached: true });
  child.once('error', () =>
    process.stderr.write(`No browser could be opened. Use: temps-desktop console --print\n`),
  );
  child.unref();
}

function describe(status: VaultStatus, isRunning: boolean, dataDir: string): string {
  const rotation =
    status.rotation && ['staged', 'proven', 'sealing'].includes(status.rotation.state)
      ? status.rotation
      : null;
  return [
    `Instance  ${status.instance.name}, ${isRunning ? 'running' : 'not running'}, in ${dataDir}`,
    `Vault     ${status.state}${status.detail ? `: ${status.detail}` : ''}`,
    `Key       ${status.fingerprint ?? 'none yet'}${status.epoch === null ? '' : `, epoch ${status.epoch}`}, kept in ${status.custody.name} custody (${status.custody.place})`,
    `Secrets   ${status.secrets.total}`,
    `Health    ${status.health.level.replace('_', ' ')}`,
    ...status.health.reasons.map((reason) => `          ${reason.message}`),
    ...(rotation ? [`Rotation  ${rotation.state}, ${rotation.moved} of ${rotation.total}`] : []),
    ...(status.database.detail === null ? [] : [`Database  ${status.database.detail}`]),
  ].join('\n');
}

const doctorReasons: Record<string, string> = {
  damaged: 'damaged',
  key_missing: 'its key is not here',
  row_missing: 'its value is gone from the database',
};

function describeDoctor(report: DoctorReport): string {
  const lines = report.failures.map(({ id, kind, reason, owner }) => [
    kind,
    doctorReasons[reason] ?? reason,
    owner?.title ?? 'owned by nothing',
    id,
  ]);
  return [
    `${report.opened} of ${report.total} secrets open.`,
    ...(lines.length > 0 ? [formatTable(lines)] : []),
  ].join('\n');
}

function requireText(invocation: Invocation, name: string): string {
  const value = invocation.values[name];
  if (typeof value !== 'string' || value === '') throw usageError(`--${name} is needed.`);
  return value;
}

async function readPassword(invocation: Invocation): Promise<string> {
  if (invocation.values['password-stdin'] || !hasTerminal()) return await readStdinLine();
  return await askNew('Password');
}
