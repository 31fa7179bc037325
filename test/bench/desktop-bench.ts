import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { STARTED, startStages } from '../../electron/desktop/start-stages.ts';
import { openDesktopHome, setUp } from '../desktop/desktop-home.ts';
import { median, ms, note } from './figures.ts';

const ROUNDS = 5;
const TRAY_LIMIT_MS = 2000;
const WINDOW_LIMIT_MS = 4000;

/**
 * From the start of the program to its tray and to its painted page, on the stand-in for Electron, whose browser is
 * started for the window; and what the program itself waits for in between.
 */
export async function benchDesktop(): Promise<void> {
  const home = await openDesktopHome();
  try {
    const first = await home.launch();
    await setUp(await first.waitForPage());
    await first.stop();
    const took = { tray: [] as number[], window: [] as number[] };
    for (let round = 0; round < ROUNDS; round++) {
      const began = performance.now();
      const desktop = await home.launch();
      await desktop.waitForState(({ tray }) => tray !== null);
      took.tray.push(performance.now() - began);
      const page = await desktop.waitForPage();
      await page.getByRole('heading', { level: 1 }).waitFor();
      took.window.push(performance.now() - began);
      await desktop.stop();
    }
    noteStart('tray', median(took.tray), TRAY_LIMIT_MS);
    noteStart('painted window', median(took.window), WINDOW_LIMIT_MS);
    for (const part of listParts(readStarts(home.folder)))
      note({ ...part, against: 'the whole', ratio: null, limit: '', met: null });
  } finally {
    await home.close();
  }
}

function noteStart(what: string, tookMs: number, limitMs: number): void {
  note({
    what: `desktop: start to ${what}`,
    measured: ms(tookMs),
    against: ms(limitMs),
    ratio: tookMs / limitMs,
    limit: '≤ 1',
    met: tookMs <= limitMs,
  });
}

type Reached = Record<(typeof startStages)[number], number>;

/** The last starts, as the desktop's log has them. */
function readStarts(folder: string): Reached[] {
  const log = readFileSync(join(folder, 'home/.config/Temps/logs/temps.log'), 'utf8');
  const lines = log
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
  return lines
    .filter(({ msg }) => msg === STARTED)
    .slice(-ROUNDS)
    .map(({ reachedMs }) => reachedMs);
}

function listParts(starts: Reached[]): { what: string; measured: string }[] {
  return startStages.map((stage, at) => {
    const before = startStages[at - 1];
    const took = starts.map((reached) => reached[stage] - (before ? reached[before] : 0));
    return { what: `  of it, to ${stage}`, measured: ms(median(took)) };
  });
}
