import type {
  BridgeCall,
  BridgeEvent,
  BridgeMessage,
  Desktop,
  ExposedBridge,
} from '../electron/desktop/bridge/bridge-contract.ts';

declare global {
  interface Window {
    /** Set by the window's preload script; absent in a browser. */
    desktop?: ExposedBridge;
  }
}

/** An error from the desktop: its code and a message to show. */
export class DesktopError extends Error {
  readonly code: string;
  constructor(code: string, message: string) {
    super(message);
    this.name = 'DesktopError';
    this.code = code;
  }
}

/**
 * The bridge to the desktop window, or null in a browser: features that need it say so and offer the closest
 * alternative. Its methods throw DesktopError.
 */
export const desktop: Desktop | null = window.desktop ? createDesktop(window.desktop) : null;

/** Where the console is open, for sentences: "It stays in this browser." */
export const here = desktop ? 'this window' : 'this browser';

function createDesktop(bridge: ExposedBridge): Desktop {
  const call = (name: BridgeCall) => async (request?: unknown) => {
    const reply = await bridge.call(name, request);
    if (!reply.ok) throw new DesktopError(reply.code, reply.message);
    return reply.answer;
  };
  // A method for each call of the contract, which main checks again: the page keeps no list of its own.
  return new Proxy({} as Desktop, { get: (_, name) => call(name as BridgeCall) });
}

/** Subscribes to one event of the desktop; returns the unsubscribe function. In a browser no event is ever sent. */
export function onDesktop<Event extends BridgeEvent>(
  event: Event,
  listener: (message: BridgeMessage<Event>) => void,
): () => void {
  return (
    window.desktop?.on((name, message) => {
      if (name === event) listener(message as BridgeMessage<Event>);
    }) ?? (() => undefined)
  );
}
