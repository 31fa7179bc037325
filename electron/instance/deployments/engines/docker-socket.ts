import { accessSync, constants, existsSync } from 'node:fs';
import { homedir } from 'node:os';
import { delimiter, join } from 'node:path';

/** Where an engine listens: a socket of this machine (a named pipe on Windows). */
export interface SocketPlace {
  path: string;
  /** Whether `DOCKER_HOST` says so; then no other is looked for. */
  isGiven: boolean;
}

/**
 * Sockets where an engine may listen, the likeliest first: Docker's own, the rootless one, Docker Desktop's, Colima's, Podman's.
 * With `DOCKER_HOST` only that one; one that is no socket of this machine is not used.
 */
export function listSocketPlaces(env: NodeJS.ProcessEnv, system: NodeJS.Platform): SocketPlace[] {
  const given = env.DOCKER_HOST;
  if (given) {
    const path = /^(?:unix|npipe):\/\/(.+)$/.exec(given)?.[1];
    return path === undefined ? [] : [{ path, isGiven: true }];
  }
  const home = homedir();
  const runtime = env.XDG_RUNTIME_DIR;
  const paths =
    system === 'win32'
      ? ['//./pipe/docker_engine', '//./pipe/dockerDesktopLinuxEngine', '//./pipe/podman-machine-default']
      : [
          '/var/run/docker.sock',
          ...(runtime ? [join(runtime, 'docker.sock')] : []),
          join(home, '.docker', 'run', 'docker.sock'),
          join(home, '.docker', 'desktop', 'docker.sock'),
          join(home, '.colima', 'default', 'docker.sock'),
          ...(runtime ? [join(runtime, 'podman', 'podman.sock')] : []),
          '/run/podman/podman.sock',
        ];
  return paths.map((path) => ({ path, isGiven: false }));
}

/** The first that is there; null where none is. */
export function findSocket(env: NodeJS.ProcessEnv, system: NodeJS.Platform): SocketPlace | null {
  return listSocketPlaces(env, system).find(({ path, isGiven }) => isGiven || existsSync(path)) ?? null;
}

/** Whether Docker is installed, whether or not it runs. */
export function isDockerInstalled(env: NodeJS.ProcessEnv, system: NodeJS.Platform): boolean {
  const names = system === 'win32' ? ['docker.exe'] : ['dockerd', 'docker'];
  const folders = [
    ...(env.PATH ?? '').split(delimiter),
    ...(system === 'win32' ? [] : ['/usr/sbin', '/usr/bin']),
  ];
  return folders.some((folder) => folder !== '' && names.some((name) => isProgram(join(folder, name))));
}

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
