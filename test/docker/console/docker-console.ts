import type { Browser } from 'playwright-core';
import { afterAll, beforeAll } from 'vitest';
import { hasChromium, launchBrowser } from '../../console/support/browser.ts';
import { startConsole, type TestConsole } from '../../console/support/console.ts';
import { it as browserIt } from '../../console/support/in-browser.ts';
import { it as dockerIt } from '../dockerd.ts';
import { canStartEngine, startEngine, type TestEngine } from '../engine.ts';

/** A test of the console on an instance with Docker Engine. */
export const it = hasChromium() ? dockerIt : browserIt;
const isHere = hasChromium() && canStartEngine();

interface Started {
  engine: TestEngine;
  opened: TestConsole;
  browser: Browser;
}

/** An engine, a console on it and a browser, for the `describe` this is called in. */
export function startWithDocker(prepare: (started: Started) => Promise<void>): void {
  const running: Partial<Started> = {};
  beforeAll(async () => {
    if (!isHere) return;
    running.engine = await startEngine();
    const { engine } = running;
    running.opened = await startConsole({ env: { DOCKER_HOST: engine.host } });
    running.browser = await launchBrowser();
    await prepare({ engine, opened: running.opened, browser: running.browser });
  }, 300_000);
  afterAll(async () => {
    await running.browser?.close();
    await running.opened?.stop();
    await running.engine?.stop();
  }, 120_000);
}

/** Deploys by the API, and waits until that has ended. */
export async function deploy(
  { api }: Pick<TestConsole, 'api'>,
  project: string,
  environment: string,
  body: object,
): Promise<{ status: string }> {
  const { id } = await api('POST', `/projects/${project}/environments/${environment}/app/deploy`, body);
  for (;;) {
    const found = await api('GET', `/projects/${project}/deployments/${id}`);
    if (found.finished_at !== null) return found;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
