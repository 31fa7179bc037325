import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import type { Browser, Page } from 'playwright-core';
import { endBrowser, hasChromium, launchBrowser } from '../console/support/browser.ts';
import { startConsole, type TestConsole } from '../console/support/console.ts';
import { slowDown } from '../console/support/slow-network.ts';
import { median, ms, note } from './figures.ts';

const VARIABLES = 10_000;
const FIRST_LOAD_LIMIT_BYTES = 250_000;

/** The console in a real browser: what it loads, how soon it can be used, how it scrolls. */
export async function benchConsole(): Promise<void> {
  noteFirstLoad();
  if (!hasChromium()) return;
  const browser = await launchBrowser();
  const console = await startConsole();
  try {
    await fill(console);
    const { page } = await console.open(browser);
    await noteNavigation(page, '/', 'Home');
    await noteNavigation(page, '/projects/large', 'large');
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

async function fill({ api }: TestConsole): Promise<void> {
  await api('POST', '/projects', { name: 'large' });
  const half = VARIABLES / 2;
  for (let part = 0; part < 2; part++) {
    const lines = Array.from({ length: half }, (_, at) => `VARIABLE_${part * half + at}=value ${at}`);
    await api('POST', '/projects/large/variables/import', {
      content_base64: Buffer.from(lines.join('\n')).toString('base64'),
      secret: 'none',
    });
  }
}

/** From the start of a navigation to its heading on the screen: the median of five, nothing cached of the page. */
async function noteNavigation(page: Page, path: string, heading: string): Promise<void> {
  const times: number[] = [];
  for (let round = 0; round < 5; round++) {
    const began = performance.now();
    await page.goto(path);
    await page.getByRole('heading', { level: 1, name: heading }).waitFor();
    times.push(performance.now() - began);
  }
  const measured = median(times);
  note({
    what: `console, ${path} usable`,
    measured: ms(measured),
    against: 'from the start of the navigation, on loopback',
    ratio: measured / 1000,
    limit: '≤ 1 s',
    met: measured <= 1000,
  });
}

const ROWS = 2000;

/** On slow 3G, with nothing in the cache: the first heading, and a list with its values. */
async function noteSlowNetwork(console: TestConsole, browser: Browser): Promise<void> {
  await console.api('POST', '/projects', { name: 'listed' });
  const lines = Array.from({ length: ROWS }, (_, at) => `LISTED_${at}=value ${at}`);
  await console.api('POST', '/projects/listed/variables/import', {
    content_base64: Buffer.from(lines.join('\n')).toString('base64'),
    secret: 'none',
  });
  const { page } = await console.open(browser, '/icon.svg');
  await slowDown(page);
  const views = [
    { what: 'first heading', path: '/', sign: 'h1', limitMs: 5000 },
    {
      what: `list of ${ROWS.toLocaleString('en')} variables`,
      path: '/projects/listed',
      sign: 'text="LISTED_0"',
      limitMs: 10_000,
    },
  ];
  for (const { what, path, sign, limitMs } of views) {
    const began = performance.now();
    await page.goto(path, { waitUntil: 'commit' });
    await page.locator(sign).first().waitFor();
    const measured = performance.now() - began;
    note({
      what: `console on slow 3G, ${what}`,
      measured: ms(measured),
      against: '400 kbit/s, 400 ms, nothing cached',
      ratio: measured / limitMs,
      limit: `≤ ${limitMs / 1000} s`,
      met: measured <= limitMs,
    });
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
