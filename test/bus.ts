import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startChild } from './child.ts';

const CONFIG = `<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN" "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig><type>session</type><listen>unix:tmpdir=/tmp</listen><auth>EXTERNAL</auth>
<policy context="default"><allow send_destination="*" eavesdrop="true"/><allow eavesdrop="true"/><allow own="*"/></policy></busconfig>`;

/** A real message bus of its own. No service folders: nothing starts on it that a test did not start. */
export interface PrivateBus {
  address: string;
  stop(): Promise<void>;
}

export const hasBus = (): boolean => spawnSync('which', ['dbus-daemon']).status === 0;

/** @param address where it is to listen; a place of its own when none is given. */
export async function startBus(env: NodeJS.ProcessEnv, address?: string): Promise<PrivateBus> {
  const folder = mkdtempSync(join(tmpdir(), 'temps-bus-'));
  const config = join(folder, 'bus.conf');
  writeFileSync(config, address ? CONFIG.replace('unix:tmpdir=/tmp', address) : CONFIG);
  const bus = startChild('dbus-daemon', [`--config-file=${config}`, '--nofork', '--print-address=1'], {
    env,
  });
  await bus.waitUntil(() => bus.out.includes('\n'));
  rmSync(folder, { recursive: true });
  return {
    address: bus.out.trim(),
    stop: async () => void (await bus.stop('SIGKILL')),
  };
}
