import { existsSync } from 'node:fs';
import { type Browser, chromium } from 'playwright-core';

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

export function hasChromium(): boolean {
  return existsSync(CHROMIUM);
}

/** Debian's chromium without a window. Its sandbox cannot work for root. */
export async function launchBrowser(): Promise<Browser> {
  const asRoot = process.getuid?.() === 0 ? ['--no-sandbox'] : [];
  return await chromium.launch({ executablePath: CHROMIUM, args: [...QUIET, ...asRoot] });
}
