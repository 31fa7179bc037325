import { formatDay } from '../../ui/time.ts';
import { AddressLink } from '../address.tsx';
import { type App, type Deployment, isUnderWay } from '../app-queries.ts';
import { appStates } from '../app-words.ts';
import { StateSign } from '../state-sign.tsx';

interface ServesCardProps {
  deployment: Deployment;
  /** What the environment runs; undefined where it was removed. */
  app: App | undefined;
}

/** What visitors get, whatever becomes of the deployment. */
export function ServesCard({ deployment, app }: ServesCardProps) {
  const release = app?.release ?? null;
  return (
    <section className="card serves" aria-label="What serves">
      <div className="top">
        <span role="status">
          <StateSign
            state={
              app && release
                ? { ...appStates[app.state], word: sayServes(app, deployment) }
                : { ...appStates.none, word: 'Nothing serves' }
            }
          />
        </span>
        <p>{sayMeanwhile(deployment, app)}</p>
      </div>
      {app && release && (
        <dl className="kv">
          <div>
            <dt>Address</dt>
            <dd>
              <AddressLink app={app} />
            </dd>
          </div>
          <div>
            <dt>Image</dt>
            <dd className="font-mono text-12">{release.image}</dd>
          </div>
          <div>
            <dt>Started</dt>
            <dd>{app.since === null ? 'it does not run' : formatDay(app.since)}</dd>
          </div>
        </dl>
      )}
    </section>
  );
}

/** Whether what serves came after a deployment, or by it; rollbacks leave releases of their own. */
const isLater = ({ release }: App, { id }: Deployment) => release !== null && release.deployment_id >= id;

/** "Release 12 still serves". */
function sayServes(app: App, deployment: Deployment): string {
  const { state, release } = app;
  const name = `Release ${release?.number ?? ''}`;
  switch (state) {
    case 'serving':
      return `${name} ${isLater(app, deployment) ? 'serves' : 'still serves'}`;
    case 'stopped':
      return `${name} is stopped`;
    case 'starting':
      return `${name} is starting`;
    case 'failed':
      return `${name} does not serve`;
    default:
      return `Not known: ${name}`;
  }
}

function sayMeanwhile(deployment: Deployment, app: App | undefined): string {
  if (!app) return 'The app was removed.';
  if (!app.release)
    return isUnderWay(deployment) ? 'This will be its first release.' : 'No release has worked yet.';
  if (app.state !== 'serving') return app.state_detail ?? '';
  if (isUnderWay(deployment) && !deployment.is_current)
    return 'It keeps serving until the new one responds. If that fails, it stays.';
  if (deployment.is_current) return 'It is the release of this deployment.';
  return isLater(app, deployment) ? 'It came after this one.' : 'This deployment did not replace it.';
}
