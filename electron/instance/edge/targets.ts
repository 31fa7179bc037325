import { Pool } from 'undici';
import { nameTarget, type Target } from './routes.ts';

/** A request or an upgraded connection on its way to an app. */
export interface Passage {
  /** Ends it at both sides. */
  cut(): void;
}

/** The apps that are connected to: their connections, and what is open to them. */
export interface Targets {
  /**
   * The connections to a target that are kept for the next request, or, `fresh`, a new one for each. Made when first asked for.
   */
  poolOf(target: Target, fresh?: boolean): Pool;
  /** Counts it until the function that is returned is called, which may be called twice. */
  enter(target: Target, passage: Passage): () => void;
  count(target: Target): number;
  cut(target: Target): void;
  /** Closes the connections to all others as soon as nothing is under way on them. */
  keepOnly(targets: readonly Target[]): void;
}

export interface TargetLimits {
  /** For a connection to an app. */
  connectMs: number;
  /** Until an app begins to answer. */
  answerMs: number;
  /** The largest head that an app may answer with. */
  headBytes: number;
}

/** Shorter than servers keep a connection (Node and uvicorn five seconds, Go and Apache longer), unless one says so itself. */
const KEPT_MS = 4000;

export function createTargets({ connectMs, answerMs, headBytes }: TargetLimits): Targets {
  const pools = new Map<string, { kept: Pool; fresh: Pool | null }>();
  const open = new Map<string, Set<Passage>>();

  const createPool = ({ host, port }: Target, isKept: boolean) =>
    new Pool(`http://${host.includes(':') ? `[${host}]` : host}:${port}`, {
      // One request on a connection at a time, and another connection for the next; or none kept at all.
      pipelining: isKept ? 1 : 0,
      keepAliveTimeout: KEPT_MS,
      connectTimeout: connectMs,
      headersTimeout: answerMs,
      // An app may be silent for as long as it likes once it began to answer: event streams are.
      bodyTimeout: 0,
      maxHeaderSize: headBytes,
      allowH2: false,
      // An app that has said all it has to say may still be told something: upgraded connections end by halves.
      connect: { allowHalfOpen: true, noDelay: true } as object,
    });

  return {
    poolOf(target, fresh = false) {
      const name = nameTarget(target);
      let found = pools.get(name);
      if (!found) {
        found = { kept: createPool(target, true), fresh: null };
        pools.set(name, found);
      }
      if (!fresh) return found.kept;
      found.fresh ??= createPool(target, false);
      return found.fresh;
    },
    enter(target, passage) {
      const name = nameTarget(target);
      const passages = open.get(name) ?? new Set();
      open.set(name, passages);
      passages.add(passage);
      return () => {
        passages.delete(passage);
        if (passages.size === 0 && open.get(name) === passages) open.delete(name);
      };
    },
    count: (target) => open.get(nameTarget(target))?.size ?? 0,
    cut(target) {
      for (const passage of [...(open.get(nameTarget(target)) ?? [])]) passage.cut();
    },
    keepOnly(targets) {
      const kept = new Set(targets.map(nameTarget));
      for (const [name, { kept: pool, fresh }] of pools) {
        if (kept.has(name)) continue;
        pools.delete(name);
        for (const each of [pool, fresh]) each?.close().catch(() => undefined);
      }
    },
  };
}
