import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser, BrowserContext, BrowserContextOptions, Page } from 'playwright-core';
import { askAsOwner, type Served, serve } from '../../e2e/terminal.ts';

export const ADA = { email: 'ada@example.org', name: 'Ada Keller', password: 'correct horse battery' };

/** A real instance in a process of its own, as a person starts it, and the console it serves. */
export interface TestConsole {
  dataDir: string;
  served: Served;
  /** As the owner, over the socket. Throws for an answer that is not 2xx. */
  // biome-ignore lint/suspicious/noExplicitAny: what a test reads of an answer is what it asserts
  api(method: string, path: string, body?: unknown): Promise<any>;
  /** A path of the console that signs the owner in, once. */
  ownerLink(): Promise<string>;
  /** A browser profile of its own, signed in as the owner, at this path. */
  open(
    browser: Browser,
    path?: string,
    options?: BrowserContextOptions,
  ): Promise<{ context: BrowserContext; page: Page }>;
  /**
   * Stops the process and starts it again on the same data directory; with something to do in between, on the same port, so
   * that open pages find it again.
   */
  restart(meanwhile?: () => Promise<void>): Promise<void>;
  stop(): Promise<void>;
}

export async function startConsole(
  options: { args?: string[]; env?: NodeJS.ProcessEnv; isSetUp?: boolean } = {},
): Promise<TestConsole> {
  const { args = [], env = {}, isSetUp = true } = options;
  const dataDir = mkdtempSync(join(tmpdir(), 'temps-console-'));
  const isUsual = isSetUp && args.length === 0 && Object.keys(env).length === 0;
  if (isUsual) {
    prepared ??= prepareDataDir();
    cpSync(await prepared, dataDir, { recursive: true });
  }
  let served = await serve(dataDir, args, env);
  const api: TestConsole['api'] = (method, path, body) => askAsOwner(served.socket, method, path, body);
  if (isSetUp && !isUsual) await api('POST', '/users/administrator', ADA);

  const opened: TestConsole = {
    dataDir,
    get served() {
      return served;
    },
    api,
    async ownerLink() {
      return (await api('POST', '/links')).path as string;
    },
    async open(browser, path = '/', contextOptions = {}) {
      const context = await browser.newContext({
        ignoreHTTPSErrors: true,
        baseURL: served.url,
        viewport: { width: 1280, height: 800 },
        ...contextOptions,
      });
      // As the link's page does it, which first-run.test.ts goes through.
      const { hash } = new URL(await opened.ownerLink(), served.url);
      const token = new URLSearchParams(hash.slice(1)).get('token');
      const answer = await context.request.post('/api/auth/link', { data: { token } });
      if (!answer.ok()) throw new Error(`the link was not taken: ${await answer.text()}`);
      // As someone does before they read or change what is secret. Without an account nobody asks.
      const session = await (await context.request.get('/api/auth/session')).json();
      if (session.has_password) {
        const confirmed = await context.request.post('/api/auth/confirm', {
          data: { password: ADA.password },
          headers: { origin: served.url },
        });
        if (!confirmed.ok()) throw new Error(`not confirmed: ${await confirmed.text()}`);
      }
      const page = await context.newPage();
      await page.goto(path);
      return { context, page };
    },
    async restart(meanwhile) {
      const { port } = new URL(served.url);
      await served.stop();
      await meanwhile?.();
      served = await serve(dataDir, meanwhile ? [...args, '--https-port', port] : args, env);
    },
    async stop() {
      await served.stop();
      rmSync(dataDir, { recursive: true, force: true });
    },
  };
  return opened;
}

let prepared: Promise<string> | null = null;

/** A data directory with a key and Ada, made once a worker: a copy starts with half the work of a new one. */
async function prepareDataDir(): Promise<string> {
  const dataDir = mkdtempSync(join(tmpdir(), 'temps-console-prepared-'));
  process.once('exit', () => rmSync(dataDir, { recursive: true, force: true }));
  const served = await serve(dataDir);
  await askAsOwner(served.socket, 'POST', '/users/administrator', ADA);
  await served.stop();
  return dataDir;
}
