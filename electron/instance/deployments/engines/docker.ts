import type { Readable } from 'node:stream';
import { AppError, hasCode } from '../../kernel/app-error.ts';
import { createLogReader } from './container-log.ts';
import {
  createDockerApi,
  parseJson,
  sayMessage,
  toPlainLine,
  toRefusal,
  toUnavailable,
} from './docker-api.ts';
import type { ContainerFacts, Engine, Image, LogLine, Stats } from './engine.ts';
import { formatImageReference, parseImageReference } from './image-reference.ts';

/** More processes than any app needs, and fewer than harm the machine. */
const MAX_PROCESSES = 1024;
/** SECURITY: what an app prints takes no more of the disk than this, each. */
const LOG_FILES = { 'max-size': '10m', 'max-file': '3' };
/** A registry that says nothing for so long is down. */
const PULL_IDLE_MS = 120_000;
/** Of one line of a pull, which are JSON. */
const MAX_PULL_LINE = 64 * 1024;
const REGISTRY_STATUS = [404, 500, 401, 403, 429];

/** Docker, or what speaks its API: this machine's engine. */
export function createDocker(env: NodeJS.ProcessEnv, system: NodeJS.Platform): Engine {
  const api = createDockerApi(env, system);
  let facts: Promise<{ architecture: string; os: string; isReached: boolean }> | null = null;

  /** Of the engine's machine. Asked once, and again after it failed. */
  function getMachine() {
    facts ??= api.ask('GET', '/info').then(({ json }) => ({
      architecture: toArchitecture(String(json?.Architecture ?? '')),
      os: String(json?.OSType ?? 'linux'),
      // Networks of a rootless engine, and of one in a virtual machine, are not this machine's.
      isReached:
        system === 'linux' &&
        !JSON.stringify(json?.SecurityOptions ?? []).includes('rootless') &&
        json?.OperatingSystem !== 'Docker Desktop',
    }));
    facts.catch(() => {
      facts = null;
    });
    return facts;
  }

  async function find(path: string) {
    const { status, json } = await api.ask('GET', path, { also: [404] });
    return status === 404 ? null : json;
  }

  async function openLogs(name: string, lines: number, follow: boolean, signal: AbortSignal) {
    const query = `stdout=1&stderr=1&timestamps=1&tail=${lines}&follow=${follow ? 1 : 0}`;
    const path = `/containers/${encodeURIComponent(name)}/logs?${query}`;
    const { status, body } = await api.stream('GET', path, { signal, idleMs: 0 });
    if (status === 200) return body;
    const text = await api.readWhole(body);
    if (status === 404) return null;
    throw toRefusal(parseJson(text), status);
  }

  return {
    look: api.look,
    close: api.close,

    async findImage(reference) {
      const json = await find(`/images/${encodeImage(reference)}/json`);
      return json === null ? null : toImage(json);
    },
    async pull(reference, onLine, signal) {
      const { name, tag, digest } = parseImageReference(reference);
      const query = new URLSearchParams({
        fromImage: digest === null ? name : `${name}@${digest}`,
        tag: digest === null ? (tag ?? 'latest') : '',
      });
      const { status, body } = await api.stream('POST', `/images/create?${query}`, {
        signal,
        idleMs: PULL_IDLE_MS,
      });
      if (status !== 200) {
        const json = parseJson(await api.readWhole(body));
        throw REGISTRY_STATUS.includes(status)
          ? missing(reference, sayMessage(json, status))
          : toRefusal(json, status);
      }
      const error = await readPull(body, onLine, signal);
      if (error !== null) throw missing(reference, error);
    },
    async requireRunnable({ architecture, os, hasCommand }) {
      const machine = await getMachine();
      if (architecture !== machine.architecture || os !== machine.os)
        throw new AppError(
          'image_unusable',
          `This image is for ${os}/${architecture}; this machine is ${machine.os}/${machine.architecture}.`,
        );
      if (!hasCommand)
        throw new AppError(
          'image_unusable',
          'This image names no command to run: it is meant to be built upon.',
        );
    },

    async listSubnets() {
      const { json } = await api.ask('GET', '/networks');
      const networks = Array.isArray(json) ? json : [];
      return networks.flatMap(({ IPAM }) =>
        (IPAM?.Config ?? []).flatMap(({ Subnet }: { Subnet?: unknown }) =>
          typeof Subnet === 'string' ? [Subnet] : [],
        ),
      );
    },
    async createNetwork(name, subnet, labels) {
      await api.ask('POST', '/networks/create', {
        body: {
          Name: name,
          CheckDuplicate: true,
          Driver: 'bridge',
          Labels: labels,
          IPAM: { Config: [{ Subnet: subnet }] },
        },
      });
    },
    hasNetwork: async (name) => (await find(`/networks/${encodeURIComponent(name)}`)) !== null,
    async removeNetwork(name) {
      await api.ask('DELETE', `/networks/${encodeURIComponent(name)}`, { also: [404] });
    },

    async createContainer({ name, image, env, labels, network, port, memoryBytes, milliCpus }) {
      const { isReached } = await getMachine();
      const portName = `${port}/tcp`;
      await api.ask('POST', `/containers/create?name=${encodeURIComponent(name)}`, {
        body: {
          Image: image,
          Env: env,
          Labels: labels,
          ...(isReached ? {} : { ExposedPorts: { [portName]: {} } }),
          HostConfig: {
            NetworkMode: network,
            Init: true,
            // SECURITY: no way to more rights than it was started with, and no raw packets to its neighbours.
            SecurityOpt: ['no-new-privileges'],
            CapDrop: ['NET_RAW'],
            PidsLimit: MAX_PROCESSES,
            Memory: memoryBytes,
            // No swap on top: a program that needs more is ended, and the machine stays usable.
            MemorySwap: memoryBytes,
            NanoCpus: milliCpus === null ? 0 : milliCpus * 1_000_000,
            RestartPolicy: { Name: 'no' },
            LogConfig: { Type: 'json-file', Config: LOG_FILES },
            // SECURITY: published ports go past firewalls; on this machine's own network none is needed.
            PortBindings: isReached ? {} : { [portName]: [{ HostIp: '127.0.0.1', HostPort: '' }] },
          },
        },
      });
    },
    async startContainer(name) {
      // 304: it runs.
      await api.ask('POST', `/containers/${encodeURIComponent(name)}/start`, { also: [304] });
    },
    async stopContainer(name, graceS) {
      await api.ask('POST', `/containers/${encodeURIComponent(name)}/stop?t=${graceS}`, { also: [304, 404] });
    },
    async removeContainer(name) {
      // 409: it is being removed.
      await api.ask('DELETE', `/containers/${encodeURIComponent(name)}?force=1&v=1`, { also: [404, 409] });
    },
    async setRestart(name, isRestarted) {
      await api.ask('POST', `/containers/${encodeURIComponent(name)}/update`, {
        body: { RestartPolicy: { Name: isRestarted ? 'unless-stopped' : 'no' } },
      });
    },
    async findContainer(name) {
      const json = await find(`/containers/${encodeURIComponent(name)}/json`);
      return json === null ? null : toFacts(json, (await getMachine()).isReached);
    },
    async listMarks() {
      const { json } = await api.ask('GET', '/containers/json?all=1');
      const found = Array.isArray(json) ? json : [];
      return new Map(
        found.flatMap(({ Names, State, NetworkSettings }) => {
          const addresses = Object.values(NetworkSettings?.Networks ?? {}).map(
            (network) => (network as { IPAddress?: string }).IPAddress,
          );
          const mark = JSON.stringify([State, addresses]);
          return (Names ?? []).map((name: string) => [name.replace(/^\//, ''), mark] as const);
        }),
      );
    },
    async readLogs(name, lines) {
      const body = await openLogs(name, lines, false, AbortSignal.timeout(10_000));
      if (body === null) return [];
      const found: LogLine[] = [];
      for await (const line of body.pipe(createLogReader())) found.push(line as LogLine);
      return found.slice(-lines);
    },
    async followLogs(name, lines, signal) {
      const body = await openLogs(name, lines, true, signal);
      if (body === null) throw new AppError('not_found', 'There is no container of this app.');
      const reader = createLogReader();
      // Ends either with the other: who stops reading closes the connection, and a broken one ends the lines.
      body.on('error', () => reader.end());
      reader.on('close', () => body.destroy());
      return body.pipe(reader);
    },
    async readStats(name) {
      const json = await find(`/containers/${encodeURIComponent(name)}/stats?stream=false`);
      return json === null ? null : toStats(json);
    },
  };
}

const missing = (reference: string, words: string) =>
  new AppError(
    'image_missing',
    `The image ${formatImageReference(parseImageReference(reference))} could not be fetched: ${words}`,
  );

/** Slashes and the at sign are part of the path of an image. */
const encodeImage = (reference: string) =>
  encodeURIComponent(reference).replaceAll('%2F', '/').replaceAll('%40', '@').replaceAll('%3A', ':');

/** As images name it: `uname` says x86_64. */
function toArchitecture(machine: string): string {
  return architectures.get(machine) ?? machine;
}
const architectures = new Map([
  ['x86_64', 'amd64'],
  ['aarch64', 'arm64'],
  ['armv7l', 'arm'],
  ['i686', '386'],
]);

// biome-ignore lint/suspicious/noExplicitAny: an answer of the engine, each field checked here
function toImage(json: any): Image {
  const config = json?.Config ?? {};
  const ports = Object.keys(config.ExposedPorts ?? {}).flatMap((name) => {
    const found = /^(\d{1,5})\/tcp$/.exec(name);
    return found ? [Number(found[1])] : [];
  });
  const isList = (value: unknown) => Array.isArray(value) && value.length > 0;
  return {
    id: String(json?.Id ?? ''),
    digests: Array.isArray(json?.RepoDigests) ? json.RepoDigests.map(String) : [],
    ports: ports.sort((a, b) => a - b),
    architecture: String(json?.Architecture ?? ''),
    os: String(json?.Os ?? ''),
    hasCommand: isList(config.Cmd) || isList(config.Entrypoint),
  };
}

// biome-ignore lint/suspicious/noExplicitAny: as above
function toFacts(json: any, isReached: boolean): ContainerFacts {
  const state = json?.State ?? {};
  const networks = Object.values(json?.NetworkSettings?.Networks ?? {}) as { IPAddress?: string }[];
  const ports = Object.entries(json?.NetworkSettings?.Ports ?? {}) as [
    string,
    { HostPort?: string }[] | null,
  ][];
  const isRunning = state.Running === true;
  const startedAt = Date.parse(String(state.StartedAt ?? ''));
  const hasRun = Number.isFinite(startedAt) && startedAt > 0;
  return {
    isRunning: isRunning && state.Restarting !== true,
    exit:
      (isRunning && state.Restarting !== true) || !hasRun
        ? null
        : { code: Number(state.ExitCode ?? 0), outOfMemory: state.OOMKilled === true },
    restarts: Number(json?.RestartCount ?? 0),
    pid: isRunning && Number(state.Pid) > 0 ? Number(state.Pid) : null,
    startedAt: hasRun ? startedAt : null,
    address: (isReached && networks.find(({ IPAddress }) => IPAddress)?.IPAddress) || null,
    published: new Map(
      ports.flatMap(([name, hosts]) =>
        hosts?.[0] ? [[Number.parseInt(name, 10), Number(hosts[0].HostPort)]] : [],
      ),
    ),
  };
}

// biome-ignore lint/suspicious/noExplicitAny: as above
function toStats(json: any): Stats | null {
  const cpu = json?.cpu_stats;
  const before = json?.precpu_stats;
  const memory = json?.memory_stats;
  if (typeof memory?.usage !== 'number') return null;
  const spent = Number(cpu?.cpu_usage?.total_usage ?? 0) - Number(before?.cpu_usage?.total_usage ?? 0);
  const passed = Number(cpu?.system_cpu_usage ?? 0) - Number(before?.system_cpu_usage ?? 0);
  const cores = Number(cpu?.online_cpus ?? 1);
  const networks = Object.values(json?.networks ?? {}) as { rx_bytes?: number; tx_bytes?: number }[];
  // As `docker stats` counts: without what the kernel can give back at once.
  const reclaimable = Number(memory.stats?.inactive_file ?? memory.stats?.total_inactive_file ?? 0);
  return {
    cpuPercent: passed > 0 && spent > 0 ? (spent / passed) * cores * 100 : 0,
    memoryBytes: Math.max(0, memory.usage - reclaimable),
    memoryLimitBytes: typeof memory.limit === 'number' ? memory.limit : null,
    receivedBytes: networks.reduce((sum, { rx_bytes = 0 }) => sum + rx_bytes, 0),
    sentBytes: networks.reduce((sum, { tx_bytes = 0 }) => sum + tx_bytes, 0),
  };
}

/** Reads the lines of a pull; gives the error that one of them tells, else null. Progress of layers is left out: it is a line each second. */
async function readPull(
  body: Readable,
  onLine: (text: string) => void,
  signal: AbortSignal,
): Promise<string | null> {
  let pending = '';
  const take = (line: string): string | null => {
    const json = parseJson(line) as {
      error?: unknown;
      status?: unknown;
      id?: unknown;
      progress?: unknown;
    } | null;
    if (typeof json?.error === 'string') return toPlainLine(json.error);
    if (
      typeof json?.status === 'string' &&
      json.progress === undefined &&
      !/^(Downloading|Extracting|Waiting|Verifying Checksum|Pulling fs layer)/.test(json.status)
    )
      onLine(toPlainLine(json.id === undefined ? json.status : `${String(json.id)}: ${json.status}`));
    return null;
  };
  try {
    for await (const chunk of body) {
      const lines = (pending + (chunk as Buffer).toString('utf8')).split('\n');
      pending = (lines.pop() ?? '').slice(0, MAX_PULL_LINE);
      for (const line of lines) {
        const error = take(line);
        if (error !== null) return error;
      }
    }
    return take(pending);
  } catch (error) {
    if (signal.aborted) throw signal.reason;
    if (hasCode(error, 'engine_failed')) throw error;
    throw toUnavailable({ state: 'failing', detail: 'Docker broke off while the image was fetched.' });
  } finally {
    body.destroy();
  }
}
