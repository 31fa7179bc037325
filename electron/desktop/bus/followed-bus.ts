import { type Bus, connectBus, findBusPath } from './bus.ts';

/** How long after a connection was lost, or none was to be had, the next is tried. */
export const RECONNECT_MS = 30_000;

export interface BusFollower {
  /** Asked for each new connection; one that it throws for is given up. */
  onOpen(bus: Bus): Promise<void>;
  /** No connection, from now until `onOpen`: why, in words. */
  onLost(why: string): void;
  /** Runs this later. */
  later(work: () => void, ms: number): void;
}

/**
 * Keeps a connection to a bus, for as long as the program runs: one that is lost is made again. Resolves after the first
 * attempt.
 */
export async function followBus(
  which: 'session' | 'system',
  env: NodeJS.ProcessEnv,
  follower: BusFollower,
): Promise<void> {
  const lose = (why: string) => {
    follower.onLost(why);
    follower.later(() => void open(), RECONNECT_MS);
  };
  const open = async () => {
    const path = findBusPath(which, env);
    const bus = path === null ? null : await connectBus(path).catch(() => null);
    if (!bus) return lose(`no message bus of the ${which} answers`);
    try {
      await follower.onOpen(bus);
    } catch (error) {
      bus.close();
      return lose(error instanceof Error ? error.message : `the message bus of the ${which} failed`);
    }
    void bus.closed.then(() => lose(`the message bus of the ${which} closed`));
  };
  await open();
}

/** By the system's clock, which keeps no program running for it. */
export const laterBySystem = (work: () => void, ms: number): void => void setTimeout(work, ms).unref();
