import {
  createTemporaryCertificate,
  getLeaf,
  type ServedCertificate,
} from '../certificates/local-authority.ts';
import { listHostNames } from '../doors/host-names.ts';
import { AppError, hasCode } from '../kernel/app-error.ts';
import type { Context } from '../kernel/context.ts';
import { createProcessClient, type ProcessClient } from '../kernel/processes.ts';
import { createQueue } from '../kernel/queue.ts';
import { type EdgeAnswer, type EdgeRequest, edgeProgram, isTaken, type LeafPair } from './edge-program.ts';
import { isHostName, type Route, type RouteTable, type Target } from './routes.ts';

export type { Route, RouteState, Target } from './routes.ts';

/**
 * What answers at the names of apps: a process of its own, which holds the table of routes and a leaf certificate with its key, and
 * nothing else of the instance.
 */
export interface Edge {
  /**
   * Puts a table in force. Resolves when the process answers that it serves by it: what is begun from then on goes where it says, what
   * is under way ends where it began. With no route no process runs and no port is open. A locked vault stops nothing: a temporary
   * certificate is served until it is open. Throws `invalid_request` for a name that is no host name and a target that is no address, `port_in_use` and `process_failed`;
   * the table stays the wanted one, and `watch` tries again.
   */
  setRoutes(routes: readonly Route[]): Promise<void>;
  /** Requests and upgraded connections that are open to this target right now. */
  countOpen(target: Target): Promise<number>;
  /** Ends what is still open to it. */
  cutOff(target: Target): Promise<void>;
  /** Null while it does not listen. */
  readonly port: number | null;
  /** Why it does not listen although there are routes; null otherwise. */
  readonly problem: AppError | null;
  /**
   * Looks whether the process lives and serves by the table that is wanted, and gives it again if not; after a crash a new one is
   * started on the same port, if that is still free. Never throws: `problem` says why it did not succeed.
   */
  watch(): Promise<void>;
  /** Ends the process, and what is open with it, for good. */
  stop(): Promise<void>;
}

export interface EdgeOptions {
  /** Tried in this order; 0 for any. */
  listPorts(): number[];
  /** Full name of the cookie of the console's sessions: `__Host-temps-1a2b3c4d`. */
  consoleCookie: string;
  /** Whether the console answers at this name: no app does then. In small letters. */
  isConsoleName(name: string): boolean;
}

type Client = ProcessClient<EdgeRequest, EdgeAnswer>;

export function createEdge(ctx: Context, { listPorts, consoleCookie, isConsoleName }: EdgeOptions): Edge {
  /** One change at a time: each sees what the one before left. */
  const queue = createQueue();
  let wanted: readonly Route[] = [];
  let client: Client | null = null;
  let isStopped = false;
  let port: number | null = null;
  /** Where it listened last: a new process takes the same. */
  let lastPort: number | null = null;
  let problem: AppError | null = null;
  let leaf: { served: ServedCertificate; names: string } | null = null;
  /** Whether it was said that none could be issued. */
  let hasWarned = false;
  /** What the process was given last. */
  let given: { table: RouteTable; fingerprint: string } | null = null;

  function formTable(): Omit<RouteTable, 'number'> {
    const names = new Set([...listHostNames(), ...wanted.map(({ name }) => name)]);
    const consoleNames = [...names].filter((name) => isHostName(name) && isConsoleName(name)).sort();
    // SECURITY: a name that became the console's, by a setting or a new name of this machine, is no app's any more.
    return { routes: wanted.filter(({ name }) => !consoleNames.includes(name)), consoleNames, consoleCookie };
  }

  /**
   * The leaf for these names; while the vault is locked the one there is, or a temporary one.
   *
   * @param isChecked whether it is asked for although the names are the same.
   */
  async function chooseLeaf(names: string[], isChecked: boolean): Promise<ServedCertificate> {
    const key = names.join(' ');
    if (ctx.vault.isLocked) {
      // A real one stays: for names that it lacks, a temporary one would be trusted no more.
      if (!leaf || (leaf.served.isTemporary && leaf.names !== key)) leaf = await makeTemporary(names);
      return leaf.served;
    }
    if (leaf && !leaf.served.isTemporary && leaf.names === key && !isChecked) return leaf.served;
    try {
      leaf = { served: await getLeaf(ctx, names, 'edge_leaf'), names: key };
      hasWarned = false;
    } catch (error) {
      // Locked meanwhile, or the disk takes nothing: apps are served all the same, and the next look tries again.
      if (!hasCode(error, 'vault_locked') && !hasWarned) {
        hasWarned = true;
        ctx.log.warn({}, 'the certificate of the apps could not be issued');
      }
      leaf ??= await makeTemporary(names);
    }
    return leaf.served;
  }

  const makeTemporary = async (names: string[]) => ({
    served: await createTemporaryCertificate(names, ctx.clock.now()),
    names: names.join(' '),
  });

  /**
   * Makes the process serve what is wanted. Throws as `setRoutes` does.
   *
   * @param isChecked whether the leaf is asked for again, and renewed where that is due.
   */
  async function apply(isChecked = false): Promise<void> {
    const formed = formTable();
    if (isStopped || formed.routes.length === 0) return await shut();
    try {
      const names = [...new Set(formed.routes.map(({ name }) => name))].sort();
      const served = await chooseLeaf(names, isChecked);
      const table = { ...formed, number: (given?.table.number ?? 0) + 1 };
      client ??= createProcessClient(ctx.processes, edgeProgram);
      const isSame = given?.fingerprint === served.fingerprint;
      given = { table, fingerprint: served.fingerprint };
      const answer = await askAgain(client, { do: 'serve', table, leaf: isSame ? null : toPair(served) });
      port = answer.port ?? (await listen(client, table, served));
      lastPort = port;
      problem = null;
    } catch (error) {
      port = null;
      problem = asProblem(error);
      throw problem;
    }
  }

  /** A process may have ended before this and not be known to: then a new one is asked, which does not listen yet. */
  async function askAgain(asked: Client, request: EdgeRequest): Promise<EdgeAnswer> {
    try {
      return await asked.ask(request);
    } catch (error) {
      if (isStopped || !hasCode(error, 'process_failed') || error.details?.reason !== 'crashed') throw error;
      return await asked.ask(request);
    }
  }

  /** On the port it had, or the first of the others that is free. */
  async function listen(asked: Client, table: RouteTable, served: ServedCertificate): Promise<number> {
    const ports = [...new Set([...(lastPort === null ? [] : [lastPort]), ...listPorts()])];
    let refused = 'EADDRINUSE';
    for (const each of ports) {
      const answer = await asked.ask({ do: 'listen', port: each, table, leaf: toPair(served) });
      if (answer.port !== null) return answer.port;
      refused = answer.refused ?? refused;
    }
    throw new AppError(
      'port_in_use',
      `No port is free for the apps (${ports.join(', ')}: ${refused}). Close what uses them, or choose another.`,
    );
  }

  async function shut(): Promise<void> {
    const stopped = client;
    client = null;
    given = null;
    port = null;
    problem = null;
    await stopped?.stop();
  }

  async function look(): Promise<void> {
    if (client && given && port !== null) {
      const answer = await client.ask({ do: 'ping' }).catch(() => null);
      const { number, ...table } = given.table;
      const isServing = answer?.port === port && answer.table === number;
      const isDue = !ctx.vault.isLocked && (leaf?.served.isTemporary === true || hasWarned);
      if (isServing && !isDue && JSON.stringify(table) === JSON.stringify(formTable())) return;
    }
    if (isStopped || wanted.length === 0) return;
    const before = problem?.message;
    await apply().catch(() => undefined);
    if (problem && problem.message !== before)
      ctx.log.warn({ code: problem.code }, 'the edge does not answer');
  }

  const check = (isChecked: boolean) =>
    void queue(async () => {
      if (client) await apply(isChecked);
    }).catch(() => undefined);
  const stops = [
    // Locked or unlocked: a temporary leaf gives way to the real one.
    ctx.events.on('vault', () => leaf?.served.isTemporary && !ctx.vault.isLocked && check(false)),
    ctx.events.on('tls', () => check(true)),
  ];

  /** Of a process that runs; one that does not has nothing open. */
  async function askAbout(request: EdgeRequest): Promise<number> {
    if (!client || isStopped || !isTaken(request)) return 0;
    try {
      return (await client.ask(request)).open;
    } catch (error) {
      if (hasCode(error, 'process_failed')) return 0;
      throw error;
    }
  }

  return {
    async setRoutes(routes) {
      for (const route of routes) {
        const table = { number: 0, routes: [route], consoleNames: [], consoleCookie };
        if (!isTaken({ do: 'serve', table, leaf: null }))
          throw new AppError('invalid_request', `The route of ${route.name} is not one.`);
      }
      await queue(async () => {
        wanted = structuredClone(routes) as readonly Route[];
        await apply();
      });
    },
    countOpen: (target) => askAbout({ do: 'count', target }),
    async cutOff(target) {
      await askAbout({ do: 'cut', target });
    },
    get port() {
      return port;
    },
    get problem() {
      return problem;
    },
    watch: () => queue(look),
    async stop() {
      isStopped = true;
      for (const stop of stops) stop();
      // At once: what waits in the queue ends with it.
      await client?.stop();
      await queue(shut);
    },
  };
}

/** SECURITY: through the pipe to the process, and nowhere else. */
const toPair = ({ certificatePem, privateKeyPem }: ServedCertificate): LeafPair => ({
  certificatePem,
  privateKeyPem: privateKeyPem.reveal(),
});

function asProblem(error: unknown): AppError {
  if (error instanceof AppError) return error;
  return new AppError('process_failed', 'The edge process could not be set up.', { cause: error });
}
