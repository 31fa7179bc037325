import { describe, expect, it } from 'vitest';
import { readPlatformTags } from './stand-in/platform/platform-tags.ts';
import { isRefusedByElectron, readSwitches } from './stand-in/platform/switches.ts';

describe("the systems of Electron's members", () => {
  it('are read from its type file, whatever stands between the tag and the member', () => {
    const tags = readPlatformTags();
    expect(tags.size).toBeGreaterThan(400);
    expect(tags.get('App.setDesktopName')).toEqual(['linux']);
    expect(tags.get('App.setAppUserModelId')).toEqual(['win32']);
    expect(tags.get("App 'open-url'")).toEqual(['darwin']);
    expect(tags.get("PowerMonitor 'shutdown'")).toEqual(['linux', 'darwin']);
    expect(tags.get("BrowserWindow 'session-end'")).toEqual(['win32']);
    expect(tags.get('Settings.args')).toEqual(['win32']);
    // Of every system; the launch information in it is of macOS.
    for (const key of ["App 'ready'", "App 'before-quit'", 'App.quit', "PowerMonitor 'resume'"])
      expect(tags.has(key)).toBe(false);
  });
});

describe("Chromium's switches", () => {
  it('begin with one dash or two, have a value after the equals sign, and end at two dashes alone', () => {
    const words = ['--no-sandbox', '-inspect=9', '--a=1', '--a=2=3', '-', 'x', '/quiet', '--', '--late'];
    expect(Object.fromEntries(readSwitches(words, 'linux'))).toEqual({
      'no-sandbox': '',
      inspect: '9',
      a: '2=3',
    });
    expect(Object.fromEntries(readSwitches(['/Quiet', '--No-Sandbox'], 'win32'))).toEqual({
      quiet: '',
      'no-sandbox': '',
    });
  });

  it.each([
    [['xy:z', '--hidden'], true],
    [['x:y', '--hidden'], false],
    [['temps://app/key', 'more'], true],
    [['--hidden', 'temps://app/key'], false],
    [['xy:z', '--', '--hidden'], false],
    [['C:\\data', '--hidden'], false],
    [['a b:c', '--hidden'], false],
    [['--', 'xy:z', '--hidden'], false],
  ])('after something like a link stop Electron on Windows: %j', (words, isRefused) => {
    expect(isRefusedByElectron(words, 'win32')).toBe(isRefused);
    expect(isRefusedByElectron(words, 'linux')).toBe(false);
  });
});
