import type { Caller } from './access/caller.ts';
import { DEFAULT_PORTS } from './doors/default-ports.ts';
import type { Doors, DoorsOptions } from './doors/doors.ts';
import { createOwner } from './doors/socket-door.ts';
import { openWindowDoor, type ScreenSource, type WindowDoor, type WindowSeat } from './doors/window-door.ts';
import type { App } from './http/app.ts';
import { AppError } from './kernel/app-error.ts';
import { systemClock } from './kernel/clock.ts';
import { createEvents, type Events } from './kernel/events.ts';
import type { Exchange, Exchanged, ExchangeResult } from './kernel/exchange.ts';
import type { ProcessHost } from './kernel/process-hosts.ts';
import { type Opened, openOnce } from './opened.ts';
import type { InstanceOptions } from './opened-data.ts';
import { describeSettled, swapDatabase } from './store/swap-journal.ts';
import type { VaultCore } from './vault/vault-core.ts';

// Types its callers use.
export { probeKeychain } from './vault/custody/keychain.ts';
export { SecretText } from './vault/secret-text.ts';
export type { Doors, InstanceOptions, ProcessHost, ScreenSource, WindowDoor };
export { createOwner, DEFAULT_PORTS };

export interface InstanceStatus {
  vault: VaultCore['situation'];
  /** What the start repaired or noticed. */
  said: readonly string[];
  isSetUp: boolean;
}

export interface Instance {
  readonly dataDir: string;
  readonly events: Events;
  /** The one API: every door ends here. */
  fetch(request: Request, caller: Caller): Promise<Response>;
  /** The door of the desktop window: its caller is the owner. */
  openWindowDoor(): WindowDoor;
  /** Opens doors and starts the jobs. */
  start(doors: DoorsOptions): Promise<Doors>;
  status(): InstanceStatus;
  /** Doors closed, work finished, database closed, ownership released: the reverse of opening. */
  stop(): Promise<void>;
  /**
   * The same without waiting for anything, for an end that waits for nobody: when it returns, within STOP_NOW_MS, the keys
   * are dropped, the database is closed and the ownership released. What was under way is taken up by the next start.
   * Never throws; does nothing after a stop.
   */
  stopNow(): void;
}

/**
 * Opens a data directory: ownership, database, key, capabilities, in this order; `stop` is the reverse.
 *
 * Throws `data_dir_unusable`, `data_dir_in_use`, `database_*`, `disk_*`, `key_file_*`. A vault that stays locked
 * is not an error: see `status().vault`.
 */
export async function openInstance(options: InstanceOptions): Promise<Instance> {
  const events = createEvents();
  const clock = options.clock ?? systemClock;
  /** What a restore opens again. SECURITY: the passphrase is for the first opening alone, and is not kept. */
  const { passphrase: _, ...lasting } = options;
  let last: ExchangeResult | null = null;
  /** What waits until an exchange has ended. */
  let exchanging: Promise<void> | null = null;
  let isStopped = false;
  let doors: Doors | null = null;
  let screen: { source: ScreenSource | null; isLocked: boolean } = { source: null, isLocked: false };
  const windows: WindowDoor[] = [];

  const exchange: Exchange = {
    last: () => last,
    async run(id, work) {
      if (exchanging || isStopped) throw new AppError('conflict', 'The database is being exchanged already.');
      let end: () => void = () => undefined;
      exchanging = new Promise((resolve) => {
        end = resolve;
      });
      last = { id, state: 'running', said: [] };
      try {
        const exchanged = await exchangeNow(work);
        last = { id, state: 'done', said: exchanged.notes };
        return exchanged;
      } catch (error) {
        // What a disk did not take at once may be completed by the opening after it.
        const said =
          error instanceof AppError ? error.message : 'It failed for a reason that nobody expected.';
        last =
          opened.settled?.outcome === 'completed'
            ? { id, state: 'done', said: [describeSettled(opened.settled)] }
            : { id, state: 'failed', said: [said] };
        throw error;
      } finally {
        exchanging = null;
        end();
        events.emit('vault');
      }
    },
  };

  async function exchangeNow(work: () => Promise<Exchanged>): Promise<Exchanged> {
    const { ownership, ctx } = opened;
    if (!ownership)
      throw ctx.store.findTrouble() ?? new AppError('database_read_only', 'Nothing can be written here.');
    const wanted = doors?.listWanted() ?? null;
    // SECURITY: who confirmed did so for the accounts of the former database.
    for (const window of windows) window.forgetConfirmation();
    try {
      await opened.stop();
    } finally {
      opened.close();
    }
    let exchanged: Exchanged | null = null;
    try {
      exchanged = await work();
    } finally {
      await reopen(wanted, exchanged?.former ?? null);
    }
    return exchanged;
  }

  /** @param former folder of the database to go back to where the one in its place does not open. */
  async function reopen(wanted: DoorsOptions | null, former: string | null): Promise<void> {
    if (isStopped) return;
    try {
      await openAgain(wanted);
    } catch (error) {
      if (former === null) throw fail(error);
      try {
        swapDatabase(options.dataDir, former, clock.now());
        await openAgain(wanted);
      } catch {
        throw fail(error);
      }
      throw error;
    }
  }

  async function openAgain(wanted: DoorsOptions | null): Promise<void> {
    const again = await openOnce(lasting, { events, exchange, ownership: opened.ownership });
    try {
      opened = again;
      if (screen.source) again.composed.window.screen.noteSource(screen.source);
      // SECURITY: a key that was read again while the screen is locked goes again, where it is to lock with it.
      if (screen.isLocked) again.composed.window.screen.note(true);
      if (wanted) doors = await again.start(wanted);
    } catch (error) {
      await again.stop();
      again.close();
      throw error;
    }
  }

  /** Nothing is open any more, and nothing will be: its host ends. */
  function fail(error: unknown): unknown {
    isStopped = true;
    opened.ownership?.release();
    options.onBroken?.(error);
    return error;
  }

  let opened: Opened = await openOnce(options, { events, exchange, ownership: null });

  /** Whatever comes while the database is exchanged is answered by what is open afterwards. */
  const app: App = {
    async fetch(request, caller) {
      await exchanging;
      return await opened.app.fetch(request, caller);
    },
  };
  const seat: WindowSeat = {
    findAccountId: () => opened.composed.window.findAccountId(),
    isLocked: () => opened.composed.window.isLocked(),
    open: () => opened.composed.window.open(),
    screen: {
      note(isLocked) {
        screen = { ...screen, isLocked };
        opened.composed.window.screen.note(isLocked);
      },
      noteSource(source) {
        screen = { ...screen, source };
        opened.composed.window.screen.noteSource(source);
      },
    },
  };

  function close(): void {
    isStopped = true;
    try {
      opened.close();
    } finally {
      opened.ownership?.release();
    }
  }

  return {
    dataDir: options.dataDir,
    events,
    fetch: app.fetch,
    openWindowDoor() {
      const window = openWindowDoor(app, clock, seat);
      windows.push(window);
      return window;
    },
    async start(wanted) {
      if (doors) throw new AppError('conflict', 'This instance was already started.');
      doors = await opened.start(wanted);
      return followDoors(() => doors as Doors);
    },
    status: () => ({
      vault: opened.core.situation,
      said: opened.core.said,
      isSetUp: opened.composed.isSetUp(),
    }),
    async stop() {
      await exchanging;
      try {
        await opened.stop();
      } finally {
        // SECURITY: whatever throws or hangs above, the keys are removed from memory and the data directory is
        // released.
        close();
      }
    },
    stopNow() {
      isStopped = true;
      opened.stopNow();
      opened.ownership?.release();
    },
  };
}

/** The doors that are open now: an exchange opens others. */
function followDoors(find: () => Doors): Doors {
  return {
    get httpsUrl() {
      return find().httpsUrl;
    },
    get httpPort() {
      return find().httpPort;
    },
    get socketPath() {
      return find().socketPath;
    },
    get certificate() {
      return find().certificate;
    },
    listWanted: () => find().listWanted(),
    setNetwork: (isOpen) => find().setNetwork(isOpen),
    close: () => find().close(),
  };
}
