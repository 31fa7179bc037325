import type { App, Deployment } from './app-queries.ts';
import { appStates, deploymentStates, type StateWords } from './app-words.ts';

/** What something is doing, as shape and word. */
export function StateSign({ state: { word, tone, icon: Icon } }: { state: StateWords }) {
  return (
    <span className={`run-state run-${tone}`}>
      <Icon
        className={`icon ${word === 'Starting' || word === 'Under way' ? 'turning' : ''}`}
        aria-hidden="true"
      />
      {word}
    </span>
  );
}

export const AppSign = ({ app }: { app: Pick<App, 'state'> }) => <StateSign state={appStates[app.state]} />;

export const DeploymentSign = ({ deployment }: { deployment: Pick<Deployment, 'status'> }) => (
  <StateSign state={deploymentStates[deployment.status]} />
);
