import { keptInTab } from '../ui/browser-storage.ts';
/** What a one-time link brought, and how far its set-up is. */
export interface KeptLink {
  purpose: 'setup' | 'owner';
  token: string;
  /** 0 is the key, 1 the account. */
  step: number;
}

const STORAGE_KEY = 'one-time-link';

/**
 * The link in the fragment, which no server is sent, or else the one that this tab had before it was reloaded. Null for
 * neither.
 *
 * SECURITY: the fragment leaves the address immediately, so that neither history nor screen shows the token. It is kept
 * for this tab alone, and until it is used or refused: what it opens is the instance's to say, at each call.
 */
export function takeLink(): KeptLink | null {
  const query = new URLSearchParams(location.hash.slice(1));
  history.replaceState(history.state, '', '/link');
  const token = query.get('token') ?? '';
  if (token === '') return readLink();
  const before = readLink();
  // The same link again, from the terminal or another window: its set-up continues where it was.
  if (before?.token === token) return before;
  return keepLink({ purpose: query.get('purpose') === 'setup' ? 'setup' : 'owner', token, step: 0 });
}

export function keepLink(link: KeptLink): KeptLink {
  keptInTab.write(STORAGE_KEY, JSON.stringify(link));
  return link;
}

export function forgetLink(): void {
  keptInTab.remove(STORAGE_KEY);
}

function readLink(): KeptLink | null {
  try {
    const kept = JSON.parse(keptInTab.read(STORAGE_KEY) ?? 'null') as Partial<KeptLink> | null;
    if (typeof kept?.token !== 'string' || (kept.purpose !== 'setup' && kept.purpose !== 'owner'))
      return null;
    return { purpose: kept.purpose, token: kept.token, step: kept.step === 1 ? 1 : 0 };
  } catch {
    return null;
  }
}
