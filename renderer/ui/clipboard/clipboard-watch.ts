import { onDesktop } from '../../desktop.ts';

/** How a secret on the clipboard will be cleared. */
export type ClipboardFate =
  /** It is cleared automatically when the time is up. */
  | 'counting'
  /** The time is up, but the window does not have the focus, which a page needs to access the clipboard. */
  | 'away'
  /** The page needs permission to read the clipboard, which the user can give. */
  | 'prompt'
  /** The browser does not let pages read the clipboard: it stays until the user clears it. */
  | 'denied'
  | 'gone';

/** Watches one copied secret until it is cleared from the clipboard, even when its toast is gone. */
export interface ClipboardWatch {
  readonly untilMs: number;
  read(): ClipboardFate;
  subscribe(listener: () => void): () => void;
  /** Asks the browser for permission to read the clipboard. */
  allow(): Promise<void>;
  /** Replaced by another one, or cleared by the user. */
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
    // Firefox and Safari have no such permission and ask every time, so it cannot be granted.
    return 'denied';
  }
}

/**
 * Clears the copied text from the clipboard after `keptMs`, if it is still there. SECURITY: compares by a hash,
 * never keeps the text; continues when its toast is dismissed or replaced.
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

/** The desktop watches the clipboard itself and reports when it was cleared. */
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
