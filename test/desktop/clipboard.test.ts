import { beforeEach, describe, expect, it, vi } from 'vitest';
import { createSecretClipboard } from '../../electron/desktop/bridge/clipboard.ts';
import { state } from './stand-in/control/control.ts';

vi.mock('electron', () => import('./stand-in/clipboard.ts'));

const KEPT_MS = 600_000;
beforeEach(() => {
  state.clipboard = {};
});

describe('the clipboard of the stand-in', () => {
  it('takes nothing empty, as on Windows', async () => {
    const { ClipboardItem, clipboard } = await import('electron');
    const item = new ClipboardItem({ 'text/plain': 'a', 'text/html': new Blob([]) });
    await expect(clipboard.write([item])).rejects.toThrow('nothing empty');
    expect(state.clipboard).toEqual({});
  });
});

describe('a secret on the clipboard', () => {
  // Windows takes no data of no bytes: the stand-in throws for it.
  it.each([
    ['win32', 3],
    ['darwin', 2],
    ['linux', 1],
  ] as const)('carries on %s what keeps it out of histories, none of it empty', async (platform, count) => {
    const clipboard = createSecretClipboard(() => undefined, platform);
    await clipboard.copy('s3cret', KEPT_MS);
    const { 'text/plain': text, ...formats } = state.clipboard;
    expect([text, Object.keys(formats).length]).toEqual(['s3cret', count]);
    await clipboard.clear();
    expect(state.clipboard).toEqual({});
  });

  it('is cleared after its time, which begins anew with the next', async () => {
    vi.useFakeTimers();
    try {
      const cleared = vi.fn();
      const clipboard = createSecretClipboard(cleared);
      await clipboard.copy('s3cret', KEPT_MS);
      await vi.advanceTimersByTimeAsync(KEPT_MS - 1);
      await clipboard.copy('another', KEPT_MS);
      await vi.advanceTimersByTimeAsync(KEPT_MS - 1);
      expect(state.clipboard['text/plain']).toBe('another');
      await vi.advanceTimersByTimeAsync(1);
      expect(state.clipboard).toEqual({});
      expect(cleared).toHaveBeenCalledOnce();
    } finally {
      vi.useRealTimers();
    }
  });

  it('is cleared when asked, and what another program put there since is not', async () => {
    const cleared = vi.fn();
    const clipboard = createSecretClipboard(cleared);
    await clipboard.clear();
    expect(cleared).not.toHaveBeenCalled();
    await clipboard.copy('s3cret', KEPT_MS);
    state.clipboard = { 'text/plain': 'of another program' };
    await clipboard.clear();
    expect(state.clipboard).toEqual({ 'text/plain': 'of another program' });
    expect(cleared).toHaveBeenCalledOnce();
  });
});
