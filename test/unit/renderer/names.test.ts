import { describe, expect, it } from 'vitest';
import { findDevice } from '../../../electron/instance/identity/sessions/device.ts';
import { describeDevice } from '../../../renderer/account/session-words.ts';
import { previewSlug } from '../../../renderer/projects/manage/slug.ts';

describe('the address a name gets', () => {
  it('is lower-case letters, digits and dashes', () => {
    expect(previewSlug('Fotos & Videos', 'project')).toBe('fotos-videos');
    expect(previewSlug('  Café -- Größe ', 'project')).toBe('cafe-gro-e');
    expect(previewSlug('x'.repeat(100), 'project')).toBe('x'.repeat(60));
  });

  it('has a name of its own where nothing is left, or only digits', () => {
    expect(previewSlug('ملاحظات 🌱', 'project')).toBe('project');
    expect(previewSlug('2026', 'project')).toBe('project-2026');
  });

  it('is counted on while it is taken', () => {
    expect(previewSlug('Shop', 'project', new Set(['shop']))).toBe('shop-2');
    expect(previewSlug('Shop', 'project', new Set(['shop', 'shop-2', 'shop-3']))).toBe('shop-4');
  });
});

describe('the program of a session', () => {
  const gecko = 'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0';
  const webkit = (system: string, rest: string) =>
    `Mozilla/5.0 (${system}) AppleWebKit/537.36 (KHTML, like Gecko) ${rest}`;

  it.each([
    [gecko, 'Firefox on Linux'],
    [webkit('Windows NT 10.0; Win64', 'Chrome/140.0 Safari/537.36 Edg/140.0'), 'Edge on Windows'],
    [webkit('Windows NT 10.0', 'Chrome/140.0 Safari/537.36 OPR/120.0'), 'Opera on Windows'],
    [webkit('Linux; Android 15', 'Chrome/140.0 Mobile Safari/537.36'), 'Chrome on Android'],
    [webkit('iPhone; CPU iPhone OS 18_5 like Mac OS X', 'Version/18.5 Safari/604.1'), 'Safari on iOS'],
    [webkit('Macintosh; Intel Mac OS X 10_15_7', 'Version/18.5 Safari/605.1'), 'Safari on macOS'],
    [webkit('X11; CrOS x86_64 14541.0.0', 'Chrome/140.0 Safari/537.36'), 'Chrome on ChromeOS'],
    [webkit('iPhone; CPU iPhone OS 18_5 like Mac OS X', 'CriOS/140.0 Safari/604.1'), 'Chrome on iOS'],
    ['curl/8.14.1', 'curl'],
    ['', 'Unknown program'],
    [null, 'Unknown program'],
  ])('of %j is told by name', (userAgent, name) => {
    expect(describeDevice(findDevice(userAgent))).toBe(name);
  });
});
