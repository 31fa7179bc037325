import { existsSync } from 'node:fs';

/** The whole browser, which has windows. */
export const SHOWN_CHROMIUM = '/usr/bin/chromium';
/** The engine without them where it is there: a quarter less work for a page. */
export const CHROMIUM =
  process.env.TEMPS_CHROMIUM ??
  ['/usr/bin/chromium-headless-shell', SHOWN_CHROMIUM].find((path) => existsSync(path)) ??
  SHOWN_CHROMIUM;
/** A browser that asks nobody outside for anything. */
export const QUIET = [
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--force-color-profile=srgb',
];
