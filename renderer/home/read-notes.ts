/** Notes of the start that were read, in this window; a new window says them again. */
const STORAGE_KEY = 'read-notes';

function read(): readonly string[] {
  try {
    const kept: unknown = JSON.parse(sessionStorage.getItem(STORAGE_KEY) ?? '[]');
    return Array.isArray(kept) ? kept.filter((line) => typeof line === 'string') : [];
  } catch {
    return [];
  }
}

export const isNoteRead = (note: string) => read().includes(note);

export function markNoteRead(note: string): void {
  sessionStorage.setItem(STORAGE_KEY, JSON.stringify([...new Set([...read(), note])]));
}
