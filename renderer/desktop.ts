import type {
  BridgeCall,
  BridgeEvent,
  BridgeMessage,
  Desktop,
  ExposedBridge,
} from '../electron/desktop/bridge/bridge-contract.ts';

declare global {
  interface Window {
    /** Put there by the window's preload; a browser has none. */
    desktop?: ExposedBridge;
  }
}

/** What the desktop refused, or could not do: its code, and words to show. */
export class DesktopError extends Error {
  readonly code: string;
  constructor(code: string, message: string) {
    super(message);
    this.name = 'DesktopError';
    this.code = code;
  }
}

/**
 * The bridge to the desktop window, or its absence. In a browser there is none: what needs it says so and offers
 * the nearest thing. Its methods throw DesktopError.
 */
export const desktop: Desktop | null = window.desktop ? createDesktop(window.desktop) : null;

/** What the reader has the console in, for sentences: "It stays in this browser." */
export const here = desktop ? 'this window' : 'this browser';

function createDesktop(bridge: ExposedBridge): Desktop {
  const call = (name: BridgeCall) => async (request?: unknown) => {
    const reply = await bridge.call(name, request);
    if (!reply.ok) throw new DesktopError(reply.code, reply.message);
    return reply.answer;
  };
  // A method for each call of the contract, which main checks again: the page holds no list of its own.
  return new Proxy({} as Desktop, { get: (_, name) => call(name as BridgeCall) });
}

/** Hears one event of the desktop; returns what ends it. In a browser nothing ever comes. */
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
