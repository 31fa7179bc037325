import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import type { Browser, Page } from 'playwright-core';
import { endBrowser, hasChromium, launchBrowser } from '../console/support/browser.ts';
import { startConsole, type TestConsole } from '../console/support/console.ts';
import { slowDown } from '../console/support/slow-network.ts';
import { median, ms, note } from './figures.ts';

const VARIABLES = 10_000;
/** Of the lists of variables that are measured. */
const SIZES = [0, 1, 2000, VARIABLES];
const SLOWEST_MS = 120_000;
const FIRST_LOAD_LIMIT_BYTES = 250_000;

interface View {
  what: string;
  path: string;
  /** Selector of what is there once it can be used. */
  sign: string;
}

/** The console in a real browser: what it loads, how soon it can be used, how it scrolls. */
export async function benchConsole(): Promise<void> {
  noteFirstLoad();
  if (!hasChromium()) return;
  const browser = await launchBrowser();
  const console = await startConsole();
  try {
    await fill(console);
    const { page } = await console.open(browser);
    for (const view of [HOME, ...SIZES.map(viewOf)]) await noteNavigation(page, view);
    await noteScroll(page);
    await noteSlowNetwork(console, browser);
  } finally {
    await endBrowser();
    await console.stop();
  }
}

/** The entry and what it imports at once, as the page names them. */
function noteFirstLoad(): void {
  const folder = join(import.meta.dirname, '../../dist/renderer');
  const page = readFileSync(join(folder, 'index.html'), 'utf8');
  const named = [...page.matchAll(/(?:src|href)="(\/assets\/[^"]+\.js)"/g)].map(([, path]) => path as string);
  const bytes = named.reduce((sum, path) => sum + gzipSync(readFileSync(join(folder, path))).length, 0);
  const all = readdirSync(join(folder, 'assets')).filter((name) => name.endsWith('.js'));
  note({
    what: 'console, first load of JavaScript, gzip',
    measured: `${Math.round(bytes / 1000)} kB`,
    against: `${all.length} files in all`,
    ratio: bytes / FIRST_LOAD_LIMIT_BYTES,
    limit: '≤ 250 kB',
    met: bytes <= FIRST_LOAD_LIMIT_BYTES,
  });
}

/** A project of each size. */
async function fill({ api }: TestConsole): Promise<void> {
  for (const size of SIZES) {
    await api('POST', '/projects', { name: nameOf(size) });
    // An import takes so many at once.
    for (let from = 0; from < size; from += 5000) {
      const many = Math.min(5000, size - from);
      const lines = Array.from({ length: many }, (_, at) => `VARIABLE_${from + at}=value ${from + at}`);
      await api('POST', `/projects/${nameOf(size)}/variables/import`, {
        content_base64: Buffer.from(lines.join('\n')).toString('base64'),
        secret: 'none',
      });
    }
  }
}

const nameOf = (size: number): string => `with-${size}`;

const HOME: View = { what: 'Home', path: '/', sign: 'h1' };

/** The list of a project, once its first row, or that there is none, is on the screen. */
const viewOf = (size: number): View => ({
  what: `list of ${size.toLocaleString('en')} ${size === 1 ? 'variable' : 'variables'}`,
  path: `/projects/${nameOf(size)}`,
  sign: size === 0 ? 'text="No variables yet"' : 'text="VARIABLE_0"',
});

/** From the start of a navigation until it can be used: the median of five, nothing cached of the page. */
async function noteNavigation(page: Page, { what, path, sign }: View): Promise<void> {
  const times: number[] = [];
  for (let round = 0; round < 5; round++) {
    const began = performance.now();
    await page.goto(path);
    await page.locator(sign).first().waitFor();
    times.push(performance.now() - began);
  }
  const measured = median(times);
  note({
    what: `console, ${what} usable`,
    measured: ms(measured),
    against: 'from the start of the navigation, on loopback',
    ratio: measured / 1000,
    limit: '≤ 1 s',
    met: measured <= 1000,
  });
}

/** On slow 3G, each with nothing in the cache. */
async function noteSlowNetwork(console: TestConsole, browser: Browser): Promise<void> {
  const limits = new Map([
    [HOME, 5000],
    ...SIZES.map((size) => [viewOf(size), size <= 2000 ? 10_000 : null] as const),
  ]);
  for (const [{ what, path, sign }, limitMs] of limits) {
    const { page, context } = await console.open(browser, '/icon.svg');
    await slowDown(page);
    const began = performance.now();
    await page.goto(path, { waitUntil: 'commit', timeout: SLOWEST_MS });
    await page.locator(sign).first().waitFor({ timeout: SLOWEST_MS });
    const measured = performance.now() - began;
    note({
      what: `console on slow 3G, ${what}`,
      measured: ms(measured),
      against: '400 kbit/s, 400 ms, nothing cached',
      ratio: limitMs === null ? null : measured / limitMs,
      limit: limitMs === null ? 'reported' : `≤ ${limitMs / 1000} s`,
      met: limitMs === null ? null : measured <= limitMs,
    });
    await context.close();
  }
}

/** As a wheel turned fast scrolls, and as the list is thrown: pixels a frame. */
const SPEEDS = { scroll: 40, 'are thrown': 120 } as const;

/** Frames drawn while a list of 10,000 scrolls for three seconds, against the same browser scrolling plain text. */
async function noteScroll(page: Page): Promise<void> {
  await page.getByText('VARIABLE_0', { exact: true }).waitFor();
  const ours: Record<string, number> = {};
  for (const [how, speed] of Object.entries(SPEEDS)) ours[how] = await countFrames(page, 'main', speed);
  await page.goto('/api/docs');
  for (const [how, speed] of Object.entries(SPEEDS)) {
    const plain = await countFrames(page, 'html', speed);
    const ratio = (ours[how] ?? 0) / plain;
    note({
      what: `console, frames a second while ${VARIABLES.toLocaleString('en')} variables ${how}`,
      measured: (ours[how] ?? 0).toFixed(0),
      against: `${plain.toFixed(0)} for a page of text, ${speed} px a frame`,
      ratio,
      limit: how === 'scroll' ? '≥ 0.90 of it' : 'reported',
      met: how === 'scroll' ? ratio >= 0.9 : null,
    });
  }
}

/** As text: it runs in the page, whose types these files do not know. */
function countFrames(page: Page, scroller: string, speed: number): Promise<number> {
  return page.evaluate<number>(`new Promise((resolve) => {
    const element = document.querySelector('[data-scroller]') ?? document.querySelector('${scroller}');
    const began = performance.now();
    let frames = 0;
    const step = (now) => {
      frames += 1;
      element.scrollTop += ${speed};
      if (now - began < 3000) requestAnimationFrame(step);
      else resolve((frames * 1000) / (now - began));
    };
    requestAnimationFrame(step);
  })`);
}
