import { createHash } from 'node:crypto';
import { ClipboardItem, clipboard } from 'electron';

/** Electron's name for a system clipboard format. */
const raw = (format: string) => `electron application/osclipboard;format="${format}"`;

/**
 * Formats that exclude a text from clipboard histories: KDE's hint, which managers of other desktops follow;
 * nspasteboard.org's types on macOS; on Windows the documented formats (a DWORD of 0 means "not in the history",
 * "not to other devices"). None is empty: Windows takes no data of no bytes, and what is in the first of its formats does
 * not matter.
 */
const exclusions: Partial<Record<NodeJS.Platform, Record<string, Blob | string>>> = {
  linux: { [raw('x-kde-passwordManagerHint')]: new Blob(['secret']) },
  darwin: {
    [raw('org.nspasteboard.ConcealedType')]: new Blob(['1']),
    [raw('org.nspasteboard.TransientType')]: new Blob(['1']),
  },
  win32: {
    [raw('ExcludeClipboardContentFromMonitorProcessing')]: new Blob([new Uint8Array(4)]),
    [raw('CanIncludeInClipboardHistory')]: new Blob([new Uint8Array(4)]),
    [raw('CanUploadToCloudClipboard')]: new Blob([new Uint8Array(4)]),
  },
};

export interface SecretClipboard {
  copy(text: string, keptMs: number): Promise<void>;
  /** Clears what was copied, if it is still on the clipboard. */
  clear(): Promise<void>;
}

/**
 * Puts secrets on the clipboard for a limited time. SECURITY: keeps only a hash of the copied text, and clears only
 * that text: anything copied since stays.
 */
export function createSecretClipboard(
  onCleared: () => void,
  platform: NodeJS.Platform = process.platform,
): SecretClipboard {
  let ours: string | null = null;
  let timer: NodeJS.Timeout | undefined;
  const clear = async () => {
    clearTimeout(timer);
    const hash = ours;
    ours = null;
    if (hash === null) return;
    if (digest(await clipboard.readText()) === hash) clipboard.clear();
    onCleared();
  };
  return {
    async copy(text, keptMs) {
      clearTimeout(timer);
      await clipboard.write([new ClipboardItem({ 'text/plain': text, ...(exclusions[platform] ?? {}) })]);
      ours = digest(text);
      timer = setTimeout(() => void clear(), keptMs);
    },
    clear,
  };
}

function digest(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
