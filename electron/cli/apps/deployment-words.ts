import type { Schemas } from '../api-request.ts';
import { formatMinute, formatTable } from '../command.ts';

export type Deployment = Schemas['Deployment'];
type Phase = NonNullable<Deployment['phase']>;
type App = Schemas['App'];

export const phaseWords: Readonly<Record<Phase, string>> = {
  preparing: 'Preparing the image',
  starting: 'Starting a container',
  probing: 'Waiting until it works',
  switching: 'Sending requests to it',
  draining: 'Finishing: requests to the release before may end',
};

/** How it goes, or went. Long where it failed: the last column of a table. */
export function describeOutcome(deployment: Deployment): string {
  const { status, phase, release, is_current, error_detail, cancelled_reason } = deployment;
  switch (status) {
    case 'pending':
      return 'waits for the one before it';
    case 'running':
      return `under way: ${phase ?? 'begins'}`;
    case 'success':
      if (release === null) return 'worked; its release is not kept any more';
      return `release ${release}${is_current ? ', the current one' : ''}`;
    case 'failed':
      return `failed: ${error_detail ?? 'unknown'}`;
    case 'cancelled':
      return `cancelled: ${cancelled_reason ?? 'unknown'}`;
  }
}

export function formatDeployments(deployments: readonly Deployment[]): string {
  if (deployments.length === 0) return 'Nothing was deployed yet.';
  return formatTable(
    deployments.map((one) => [
      one.id,
      formatMinute(one.created_at),
      one.environment.slug,
      one.trigger,
      one.image,
      describeOutcome(one),
    ]),
  );
}

export function describeDeployment(deployment: Deployment): string {
  const { id, environment, image, trigger, requested_by, created_at, phases } = deployment;
  return [
    `Deployment ${id} of ${image} in ${environment.slug}: ${describeOutcome(deployment)}`,
    `Asked for at ${formatMinute(created_at)} by ${requested_by}, as ${trigger}.`,
    ...phases.map(({ phase, started_at, finished_at }) =>
      finished_at === null ? `${phase}: under way` : `${phase}: ${formatSeconds(finished_at - started_at)}`,
    ),
    ...describeFailure(deployment),
    ...listLastLines(deployment),
  ].join('\n');
}

const formatSeconds = (ms: number) => `${(ms / 1000).toFixed(1)} s`;

/** What is known of a release that did not work, beside the sentence about it. */
export function describeFailure({ failure }: Deployment): string[] {
  if (failure === null) return [];
  const { port, last_answer, listens_on, exit } = failure;
  return [
    ...(port === null ? [] : [`Port that was tried: ${port}`]),
    ...(last_answer === null ? [] : [`What came last: ${last_answer}`]),
    ...(listens_on === null
      ? []
      : [
          `It listens on: ${listens_on.map(({ address, port: at }) => `${address} port ${at}`).join(', ') || 'nothing'}`,
        ]),
    ...(exit === null ? [] : [`Exit code: ${exit.code}${exit.out_of_memory ? ', out of memory' : ''}`]),
  ];
}

function listLastLines({ failure }: Deployment): string[] {
  if (failure === null || failure.last_lines.length === 0) return [];
  return ['What it printed last:', ...failure.last_lines.map((line) => `  ${line}`)];
}

/** After a deployment that left everything as it was: whether something serves. */
export function describeServing({ state, state_detail, release }: App): string {
  if (state === 'stopped') return 'The app is stopped, as it was before.';
  if (release === null) return 'Nothing serves: no release of it has worked yet.';
  if (state === 'serving') return `Release ${release.number} still serves.`;
  return `Release ${release.number} is the current one, and does not serve now (${state})${
    state_detail === null ? '.' : `: ${state_detail}`
  }`;
}
