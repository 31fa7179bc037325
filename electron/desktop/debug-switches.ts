/**
 * Switches of Chromium and Node by which another program drives the pages or this process. Fuses turn off Node's in
 * a package (electron-builder.yml); nothing turns off Chromium's.
 */
export const debugSwitches = [
  'remote-debugging-port',
  'remote-debugging-pipe',
  'remote-debugging-address',
  'inspect',
  'inspect-brk',
  'inspect-wait',
  'inspect-port',
  'debug-port',
  'inspect-publish-uid',
  'auto-open-devtools-for-tabs',
] as const;
