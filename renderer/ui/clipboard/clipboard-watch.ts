import { onDesktop } from '../../desktop.ts';

/** How a secret on the clipboard will leave it. */
export type ClipboardFate =
  /** It clears itself when it is due. */
  | 'counting'
  /** It is due; the window is not in front, and only there may a page read or write. */
  | 'away'
  /** The page may not look yet, and whoever copied can let it. */
  | 'prompt'
  /** The browser lets no page look: it stays until someone clears it. */
  | 'denied'
  | 'gone';

/** Watches over one copied secret until it is off the clipboard, whatever is shown of it meanwhile. */
export interface ClipboardWatch {
  readonly untilMs: number;
  read(): ClipboardFate;
  subscribe(listener: () => void): () => void;
  /** Asks the browser to let the page look. */
  allow(): Promise<void>;
  /** Another took its place, or someone cleared it. */
  stop(): void;
}

export async function digest(text: string): Promise<string> {
  const hash = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(text));
  return Array.from(new Uint8Array(hash), (byte) => byte.toString(16).padStart(2, '0')).join('');
}

export async function clearClipboard(): Promise<void> {
  await navigator.clipboard.writeText('');
}

async function findFate(): Promise<ClipboardFate> {
  try {
    const { state } = await navigator.permissions.query({ name: 'clipboard-read' as PermissionName });
    return state === 'granted' ? 'counting' : state;
  } catch {
    // Firefox and Safari have no such permission and ask every time: it is not there to be had.
    return 'denied';
  }
}

/**
 * Takes what was copied off the clipboard after `keptMs`, if it is still what lies there.
 * SECURITY: keeps a hash to compare by, never the text; goes on when its toast is dismissed or pushed away.
 */
export async function watchClipboard(text: string, keptMs: number): Promise<ClipboardWatch> {
  const ours = await digest(text);
  const untilMs = Date.now() + keptMs;
  const listeners = new Set<() => void>();
  let fate = await findFate();
  const set = (next: ClipboardFate) => {
    fate = next;
    if (next === 'gone') release();
    for (const listener of listeners) listener();
  };
  const clearIfDue = async () => {
    if ((fate !== 'counting' && fate !== 'away') || Date.now() < untilMs) return;
    if (!document.hasFocus()) return set('away');
    try {
      if ((await digest(await navigator.clipboard.readText())) === ours) await clearClipboard();
      set('gone');
    } catch {
      set('denied');
    }
  };
  const timer = setTimeout(() => void clearIfDue(), keptMs);
  window.addEventListener('focus', clearIfDue);
  const release = () => {
    clearTimeout(timer);
    window.removeEventListener('focus', clearIfDue);
  };
  return {
    untilMs,
    read: () => fate,
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    async allow() {
      try {
        await navigator.clipboard.readText();
        set('counting');
        await clearIfDue();
      } catch {
        set('denied');
      }
    },
    stop: () => set('gone'),
  };
}

/** The desktop watches it itself, and says when it is off the clipboard. */
export function watchDesktopClipboard(keptMs: number): ClipboardWatch {
  const listeners = new Set<() => void>();
  let fate: ClipboardFate = 'counting';
  const gone = () => {
    fate = 'gone';
    end();
    for (const listener of listeners) listener();
  };
  const end = onDesktop('clipboardCleared', gone);
  return {
    untilMs: Date.now() + keptMs,
    read: () => fate,
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    allow: () => Promise.resolve(),
    stop: gone,
  };
}
