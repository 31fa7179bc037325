import { join } from 'node:path';
import { auditOperations } from './audit/operations.ts';
import { type Composition, compose, describeInWords } from './capabilities.ts';
import { consoleFiles } from './doors/console-files.ts';
import type { Doors, DoorsOptions } from './doors/doors.ts';
import { listHostNames } from './doors/host-names.ts';
import { type App, createApp } from './http/app.ts';
import type { Context } from './kernel/context.ts';
import type { Events } from './kernel/events.ts';
import type { Exchange } from './kernel/exchange.ts';
import { describeError } from './kernel/log.ts';
import { stopParts } from './kernel/stop-parts.ts';
import { findCause, type InstanceOptions, type OpenedData, openData } from './opened-data.ts';
import type { Ownership } from './store/ownership.ts';
import type { Swapped } from './store/swap-journal.ts';
import type { VaultCore } from './vault/vault-core.ts';

/** A data directory that is open: everything from its database to its routes. An exchange closes it and opens another. */
export interface Opened {
  readonly ctx: Context;
  readonly core: VaultCore;
  readonly composed: Composition;
  readonly app: App;
  /** Null on a disk that takes no writes. */
  readonly ownership: Ownership | null;
  /** What an exchange that was interrupted came to at this opening. */
  readonly settled: Swapped | null;
  /** Opens doors and starts the jobs. */
  start(wanted: DoorsOptions): Promise<Doors>;
  /** Doors closed, work finished; never throws. The database stays open. */
  stop(): Promise<void>;
  /** Keys dropped, the database closed. The ownership stays. */
  close(): void;
  /** All of it, without waiting. Never throws. */
  stopNow(): void;
}

/** What outlives one opening. */
export interface Surroundings {
  /** Gets every event, too. */
  events: Events;
  exchange: Exchange;
  /** Of the opening before; null for the first. */
  ownership: Ownership | null;
}

/** How long a stop that waits for nobody may wait for another process that reads the database. */
const STOP_NOW_MS = 500;

/** Opens a data directory: ownership, database, key, capabilities, in this order. Throws as `openInstance` does. */
export async function openOnce(options: InstanceOptions, around: Surroundings): Promise<Opened> {
  const data = await openData(options, around);
  const consoleFolder = options.consoleFolder ?? join(import.meta.dirname, '..', '..', 'dist', 'renderer');
  try {
    return assemble(data, consoleFolder, around.exchange);
  } catch (error) {
    data.close();
    if (!around.ownership) data.ownership?.release();
    throw await findCause(error, options);
  }
}

function assemble(data: OpenedData, consoleFolder: string, exchange: Exchange): Opened {
  const { ctx, core, ownership, settled, stopper } = data;
  const { store, log } = ctx;
  let doors: Doors | null = null;
  const composed = compose(ctx, core, exchange, () => doors);
  const { capabilities, identify, noteUse, findProjectId, listExtraNames } = composed;
  const hosts = listHostNames(listExtraNames());
  const app = createApp({
    routes: capabilities.map(({ routes }) => routes),
    feed: {
      views: capabilities.flatMap(({ views = [] }) => views),
      heardWith: new Map(capabilities.flatMap(({ resources }) => Object.entries(resources))),
    },
    words: describeInWords(capabilities),
    identify,
    noteUse,
    ctx,
    findProjectId,
    listHosts: () => hosts,
    consoleRoutes: consoleFiles(consoleFolder),
  });

  let isClosed = false;
  function close(): void {
    if (isClosed) return;
    isClosed = true;
    data.close();
  }

  return {
    ctx,
    core,
    composed,
    app,
    ownership,
    settled,
    close,
    async start(wanted) {
      // The one thing that a locked start writes.
      ctx.audit.append(auditOperations.INSTANCE_STARTED, null, { vault: core.situation.case });
      // Loading Node's servers would be a tenth of what a command takes that opens none.
      const { openDoors } = await import('./doors/doors.ts');
      doors = await openDoors(ctx, app, wanted, hosts);
      ctx.jobs.start();
      for (const capability of capabilities) await capability.start?.();
      return doors;
    },
    async stop() {
      if (isClosed) return;
      stopper.abort();
      const parts = [
        { name: 'doors', stop: async () => doors?.close() },
        { name: 'jobs', stop: ctx.jobs.stop },
        ...capabilities.toReversed(),
      ];
      await stopParts(parts, log);
      ctx.audit.flush();
    },
    stopNow() {
      if (isClosed) return;
      stopper.abort();
      // They take no more calls from here on; nobody waits until the last one is answered.
      doors?.close().catch(() => undefined);
      for (const step of [() => store.waitAtMost(STOP_NOW_MS), ctx.audit.flush, close])
        try {
          step();
        } catch (error) {
          log.error({ error: describeError(error) }, 'failed to stop at once');
        }
    },
  };
}
