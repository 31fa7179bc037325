import { existsSync } from 'node:fs';
import { type Browser, chromium } from 'playwright-core';

const EXECUTABLE = process.env.TEMPS_CHROMIUM ?? '/usr/bin/chromium';
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
  return existsSync(EXECUTABLE);
}

/** Debian's chromium without a window. Its sandbox cannot work for root. */
export async function launchBrowser(): Promise<Browser> {
  const asRoot = process.getuid?.() === 0 ? ['--no-sandbox'] : [];
  return await chromium.launch({ executablePath: EXECUTABLE, args: [...QUIET, ...asRoot] });
}
