/** What a deployment does, in this order. The last three come after the new release is the one that serves. */
export const phases = ['preparing', 'starting', 'probing', 'switching', 'draining'] as const;
export type Phase = (typeof phases)[number];

/** `queued` waits for its turn. Only the last four are the end of it. */
export const deploymentStates = ['queued', 'running', 'success', 'failed', 'cancelled', 'replaced'] as const;
export type DeploymentState = (typeof deploymentStates)[number];
export const isEnded = (state: DeploymentState): boolean => state !== 'queued' && state !== 'running';

/** Why something is deployed: a new source, the same source with the variables as they are now, or an earlier release. */
export const triggers = ['deploy', 'apply', 'rollback'] as const;
export type Trigger = (typeof triggers)[number];

/**
 * A container of ours. `new` from before it is created until its release serves; `serving`; `leaving` when it may be stopped and
 * removed, however far that has come.
 */
export const containerStates = ['new', 'serving', 'leaving'] as const;
export type ContainerState = (typeof containerStates)[number];

/** How it goes with an app, as far as people are told. */
export const appStates = ['none', 'starting', 'serving', 'stopped', 'failed', 'unknown'] as const;
export type AppState = (typeof appStates)[number];

/** `ready`; or why no container can be started. */
export const engineStates = [
  'ready',
  'absent',
  'misplaced',
  'stopped',
  'denied',
  'old',
  'new',
  'failing',
] as const;
export type EngineState = (typeof engineStates)[number];

export const lineLevels = ['info', 'warning', 'error'] as const;
export type LineLevel = (typeof lineLevels)[number];

/** How a release is asked whether it works. */
export interface Probe {
  kind: 'http' | 'tcp';
  /** Of an HTTP request: begins with a slash. */
  path: string;
  /** A status below this is a good answer. */
  below: number;
  /** Seconds within which there must be one. */
  withinS: number;
}
export const DEFAULT_PROBE: Probe = { kind: 'http', path: '/', below: 500, withinS: 60 };

/** A version of a variable that a release was started with. */
export interface GivenVariable {
  id: number;
  key: string;
  version: number;
}

/** What is known about a release that did not work. Texts of the app are without the values of its secrets. */
export interface ProbeFailure {
  port: number | null;
  /** What came last of an answer or an error, in words. */
  lastAnswer: string | null;
  /** Ports on which it listens instead, with the address; null where that cannot be seen. */
  listensOn: { address: string; port: number }[] | null;
  /** Null while it runs. */
  exit: { code: number; outOfMemory: boolean } | null;
  lastLines: string[];
}
