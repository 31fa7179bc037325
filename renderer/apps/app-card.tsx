import { Link } from '@tanstack/react-router';
import { AppActions, type AppActionsProps } from './app-actions.tsx';
import { AppFacts } from './app-facts.tsx';
import { AppSign, DeploymentSign } from './state-sign.tsx';
import { VariablesChanged } from './variables-changed.tsx';

/** What one environment runs, and what can be done with it. */
export function AppCard(props: AppActionsProps) {
  const { app, rights, waits, main } = props;
  const { environment, last_deployment: last } = app;
  const isLastTold = last !== null && last.status !== 'success';
  return (
    <section className="card app-card" aria-label={environment.name}>
      <header>
        <h2 dir="auto">{environment.name}</h2>
        <span role="status">
          <AppSign app={app} />
        </span>
        <AppActions {...props} />
      </header>
      {app.state_detail !== null && <p className="app-why">{app.state_detail}</p>}
      {isLastTold && (
        <p className="app-last">
          <DeploymentSign deployment={last} />
          <Link
            to="/projects/$project/deployments/$deployment"
            params={{ project: app.project.slug, deployment: String(last.id) }}
          >
            Deployment {last.id}
          </Link>
          {last.status === 'failed' && app.state === 'serving' && app.release && (
            <span className="text-text-2">Release {app.release.number} still serves.</span>
          )}
        </p>
      )}
      {app.changed_variables.length > 0 && (
        <VariablesChanged app={app} waits={waits} mayApply={rights.mayControl} isMain={main === 'apply'} />
      )}
      <AppFacts app={app} />
    </section>
  );
}
