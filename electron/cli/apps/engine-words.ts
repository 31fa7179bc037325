import type { Schemas } from '../api-request.ts';
import { CommandError } from '../command-error.ts';

export type EngineState = Schemas['Engine']['state'];

/** Docker Desktop, Colima or Podman Machine: nobody starts a service there. */
const ELSEWHERE = 'Docker Desktop, or what else runs your containers';

/**
 * What to do about a Docker that cannot be used, in sentences. Empty where there is nothing to do.
 *
 * @param system of the instance, which is on this machine.
 */
export function adviseEngine(state: EngineState, system: NodeJS.Platform): string {
  const isLinux = system === 'linux';
  switch (state) {
    case 'ready':
      return '';
    case 'absent':
      return `${
        isLinux
          ? 'Install it: sudo apt install docker.io on Debian and Ubuntu, sudo dnf install moby-engine on Fedora.'
          : 'Install Docker Desktop: https://docs.docker.com/get-started/get-docker/'
      } Where it listens at a place of its own, start the instance with DOCKER_HOST=${
        system === 'win32' ? 'npipe:////./pipe/NAME' : 'unix:///PATH'
      }.`;
    case 'stopped':
      return isLinux
        ? 'Start it: sudo systemctl start docker. So that it starts with the machine: sudo systemctl enable docker.'
        : `Start ${ELSEWHERE}.`;
    case 'denied':
      return isLinux
        ? 'Add this account to the group docker: sudo usermod -aG docker "$USER". Then sign out of the system and in again, and start the instance again. This is like root: whoever is in that group may do everything on this machine.'
        : `Start ${ELSEWHERE} as the account that runs the instance.`;
    case 'misplaced':
      return `Start the instance with DOCKER_HOST=${system === 'win32' ? 'npipe:////./pipe/NAME' : 'unix:///PATH'}, or without it.`;
    case 'new':
      // The instance says it: Temps is what has to be updated.
      return '';
    case 'old':
      return isLinux ? 'Update it: https://docs.docker.com/engine/install/' : `Update ${ELSEWHERE}.`;
    case 'failing':
      return isLinux
        ? 'What it says itself: sudo journalctl -u docker -n 50. Restarting it may help: sudo systemctl restart docker.'
        : `Restarting it may help: ${ELSEWHERE}.`;
  }
}

/** Its state and what to do, as `apps engine` says it. */
export function describeEngine({ state, detail, version, api_version, place }: Schemas['Engine']): string {
  if (state === 'ready') return `Docker ${version} can be used, with API ${api_version}, at ${place}.`;
  return joinAdvice(detail ?? 'Docker cannot be used.', state);
}

/** Whatever command is told that Docker cannot be used says what to do about it; to programs, what the API says. */
export function explainEngine(error: unknown, isForPrograms: boolean): unknown {
  if (!(error instanceof CommandError) || error.code !== 'engine_unavailable' || isForPrograms) return error;
  const { state } = error.details;
  return new CommandError(error.code, joinAdvice(error.message, state as EngineState), {}, error.details);
}

const joinAdvice = (detail: string, state: EngineState): string =>
  [detail, adviseEngine(state, process.platform)].filter(Boolean).join('\n');
