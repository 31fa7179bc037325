import type { Readable } from 'node:stream';
import type { EngineState } from '../vocabulary.ts';

/** The engine, as it was found: what it is, or why nothing can be started. */
export type EngineStatus =
  | { state: 'ready'; version: string; apiVersion: string; place: string }
  | { state: Exclude<EngineState, 'ready'>; detail: string };

export interface Image {
  /** `sha256:…` */
  id: string;
  /** `name@sha256:…` of registries that have it. */
  digests: readonly string[];
  /** TCP ports that it names, ascending. */
  ports: readonly number[];
  architecture: string;
  os: string;
  hasCommand: boolean;
}

export interface ContainerSpec {
  name: string;
  /** Id or digest. */
  image: string;
  /** `NAME=value`. SECURITY: the engine keeps them readable for whoever may use it. */
  env: readonly string[];
  labels: Readonly<Record<string, string>>;
  network: string;
  /** Where an app's port is published on this machine's loopback, where its own address cannot be reached. */
  port: number;
  memoryBytes: number;
  /** Thousandths of a core; null for no limit. */
  milliCpus: number | null;
}

export interface ContainerFacts {
  isRunning: boolean;
  /** Of the last run; null while it runs and before the first. */
  exit: { code: number; outOfMemory: boolean } | null;
  restarts: number;
  /** Of its first process, as this machine counts; null while it does not run. */
  pid: number | null;
  /** Epoch ms; null before the first run. */
  startedAt: number | null;
  /** Its own address, where that is reached from this machine. */
  address: string | null;
  /** Its ports that are published on this machine's loopback, and as what. */
  published: ReadonlyMap<number, number>;
}

export interface Endpoint {
  host: string;
  port: number;
}

/** Where a port of a container is reached from this machine; null while it does not run. */
export function findEndpoint(
  { isRunning, address, published }: ContainerFacts,
  port: number,
): Endpoint | null {
  if (!isRunning) return null;
  if (address !== null) return { host: address, port };
  const publishedAs = published.get(port);
  return publishedAs === undefined ? null : { host: '127.0.0.1', port: publishedAs };
}

export interface LogLine {
  stream: 'stdout' | 'stderr';
  /** RFC 3339, with nanoseconds. */
  at: string;
  text: string;
}

export interface Stats {
  cpuPercent: number;
  memoryBytes: number;
  memoryLimitBytes: number | null;
  receivedBytes: number;
  sentBytes: number;
}

/**
 * What runs containers. Everything throws `engine_unavailable` while there is none that can be used, `engine_failed` for what it
 * refuses or breaks off; names are those of rows of ours.
 */
export interface Engine {
  /** Never throws. */
  look(): Promise<EngineStatus>;
  findImage(reference: string): Promise<Image | null>;
  /** Throws `image_missing` when its registry does not give it, with the registry's reason. */
  pull(reference: string, onLine: (text: string) => void, signal: AbortSignal): Promise<void>;
  /** Throws `image_unusable` for another kind of machine, or without a command. */
  requireRunnable(image: Image): Promise<void>;
  /** Subnets that networks of the engine have, ours or not. */
  listSubnets(): Promise<string[]>;
  createNetwork(name: string, subnet: string, labels: Readonly<Record<string, string>>): Promise<void>;
  hasNetwork(name: string): Promise<boolean>;
  /** Nothing happens where there is none. */
  removeNetwork(name: string): Promise<void>;
  createContainer(spec: ContainerSpec): Promise<void>;
  startContainer(name: string): Promise<void>;
  /** Asks it to end, and kills it after that time. Nothing happens where there is none. */
  stopContainer(name: string, graceS: number): Promise<void>;
  /** With what it wrote outside of volumes. Nothing happens where there is none. */
  removeContainer(name: string): Promise<void>;
  /** Whether the engine starts it again by itself after a crash or a start of the machine. */
  setRestart(name: string, isRestarted: boolean): Promise<void>;
  findContainer(name: string): Promise<ContainerFacts | null>;
  /** How each container is, in a word that changes when it is started, stopped or somewhere else: by name, of all there are. */
  listMarks(): Promise<ReadonlyMap<string, string>>;
  /** The last lines, oldest first; none where there is no container. */
  readLogs(name: string, lines: number): Promise<LogLine[]>;
  /** The last lines and those to come, as `LogLine`s, until the container ends or the reader stops. */
  followLogs(name: string, lines: number, signal: AbortSignal): Promise<Readable>;
  /** Of now; null while it does not run. */
  readStats(name: string): Promise<Stats | null>;
  /** Closes its connections. */
  close(): void;
}
