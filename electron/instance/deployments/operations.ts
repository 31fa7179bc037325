import { declareOperations, ofProject, operation } from '../audit/operation.ts';
import { plain, say } from '../audit/sentence.ts';

interface AppLine extends Record<string, unknown> {
  project: string;
  project_id: number;
  environment: string;
}
interface DeploymentLine extends AppLine {
  deployment_id: number;
  image: string;
}

const app = (title: string, verb: string) =>
  ofProject(
    operation<AppLine>(title, ({ project, environment }) => say`${plain(verb)} ${project} in ${environment}`),
    'project_id',
  );

export const deploymentOperations = declareOperations({
  APP_SOURCE_CHANGED: ofProject(
    operation<AppLine & { image: string }>(
      'What an app runs was changed',
      ({ project, environment, image }) => say`Changed what ${project} runs in ${environment} to ${image}`,
    ),
    'project_id',
  ),
  APP_STOPPED: app('App stopped', 'Stopped'),
  APP_STARTED: app('App started', 'Started'),
  APP_RESTARTED: app('App restarted', 'Restarted'),
  APP_REMOVED: app('App removed', 'Stopped and removed'),
  DEPLOYMENT_REQUESTED: ofProject(
    operation<DeploymentLine & { trigger: string }>(
      'Deployment requested',
      ({ project, environment, image, trigger }) => {
        if (trigger === 'rollback') return say`Asked for ${project} in ${environment} to go back to ${image}`;
        if (trigger === 'apply')
          return say`Asked for the variables of ${project} in ${environment} to be applied`;
        return say`Asked for ${image} to be deployed as ${project} in ${environment}`;
      },
    ),
    'project_id',
  ),
  DEPLOYMENT_SUCCEEDED: ofProject(
    operation<DeploymentLine & { release: number }>(
      'Deployment succeeded',
      ({ project, environment, release }) => say`Release ${release} of ${project} in ${environment} serves`,
    ),
    'project_id',
  ),
  DEPLOYMENT_FAILED: ofProject(
    operation<DeploymentLine & { code: string }>(
      'Deployment failed',
      ({ project, environment, image }) => say`Failed to deploy ${image} as ${project} in ${environment}`,
    ),
    'project_id',
  ),
  DEPLOYMENT_CANCELLED: ofProject(
    operation<DeploymentLine>(
      'Deployment cancelled',
      ({ project, environment, image }) =>
        say`Cancelled the deployment of ${image} as ${project} in ${environment}`,
    ),
    'project_id',
  ),
});
