import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach } from 'vitest';
import { type Instance, openInstance } from '../../../electron/instance/instance.ts';
import { askOwner, type OwnersAnswer } from '../../ask-owner.ts';
import { quick } from '../../work-factor.ts';

export interface ShopInstance {
  dataDir: string;
  /** Epoch ms, which a test moves: every look at the clock takes a millisecond. */
  now: number;
  instance: Instance;
  /** Opens the data directory again, once the instance is stopped. */
  reopen(): Promise<void>;
  /** As its owner; a path below `/api`. */
  send(method: string, path: string, body?: object): Promise<OwnersAnswer>;
}

/** A new instance before each test, with the project `shop`. */
export function openShopForEach(): ShopInstance {
  const open = () =>
    openInstance({ dataDir: shop.dataDir, env: {}, ...quick, clock: { now: () => shop.now++ } });
  const shop = {
    async reopen() {
      shop.instance = await open();
    },
    send: (method, path, body) => askOwner(shop.instance, method, path, body, shop.now),
  } as ShopInstance;
  beforeEach(async () => {
    shop.dataDir = mkdtempSync(join(tmpdir(), 'temps-shop-'));
    shop.now = Date.UTC(2026, 0, 1);
    await shop.reopen();
    await shop.send('POST', '/projects', { name: 'shop' });
  });
  afterEach(async () => {
    await shop.instance.stop();
    rmSync(shop.dataDir, { recursive: true, force: true });
  });
  return shop;
}
