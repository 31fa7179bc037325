import { useQuery } from '@tanstack/react-query';
import { useParams } from '@tanstack/react-router';
import { History, Rocket } from 'lucide-react';
import { useState } from 'react';
import { ask, client } from '../../api/client.ts';
import { useApiMutation } from '../../api/mutation.ts';
import { hasCode } from '../../api/problem.ts';
import { NotFoundPage } from '../../app/not-found.tsx';
import { projectQuery, useProjectParam } from '../../projects/project-queries.ts';
import { Banner } from '../../ui/banner.tsx';
import { Failed, Skeleton } from '../../ui/blank-state.tsx';
import { Button } from '../../ui/button.tsx';
import { ErrorLine } from '../../ui/form/form-error.tsx';
import { showToast } from '../../ui/overlays/toasts.tsx';
import { Page } from '../../ui/page.tsx';
import { formatDay, formatExact } from '../../ui/time.ts';
import { type App, type Deployment, deploymentQuery, isUnderWay, projectAppsQuery } from '../app-queries.ts';
import { useAppRights, useWaits } from '../app-rights.ts';
import { sayTook, sayWho, triggerWords } from '../app-words.ts';
import { DeployDialog } from '../deploy/deploy-dialog.tsx';
import { RollbackDialog } from '../deploy/rollback-dialog.tsx';
import { EngineNotice } from '../engine-notice.tsx';
import { DeploymentSign } from '../state-sign.tsx';
import { DeploymentLog } from './deployment-log.tsx';
import { FailureCard } from './failure-card.tsx';
import { Phases } from './phases.tsx';
import { ServesCard } from './serves-card.tsx';

/** One deployment: its phases, its log, and what serves meanwhile. */
export function DeploymentPage() {
  const project = useProjectParam();
  const { deployment = '' } = useParams({ strict: false });
  const id = /^[1-9]\d{0,15}$/.test(deployment) ? Number(deployment) : null;
  return id === null ? <NotFoundPage /> : <Found key={id} project={project} id={id} />;
}

function Found({ project, id }: { project: string; id: number }) {
  const name = useQuery(projectQuery(project)).data?.name ?? project;
  const query = useQuery(deploymentQuery(project, id));
  const apps = useQuery(projectAppsQuery(project)).data;
  if (hasCode(query.error, 'not_found')) return <NotFoundPage />;
  const found = query.data;
  const app = apps?.apps.find(({ environment }) => environment.id === found?.deployment.environment_id);
  return (
    <Page
      title={`Deployment ${id}`}
      crumbs={[
        { label: 'Projects', to: '/projects' },
        { label: name, to: '/projects/$project', params: { project } },
        { label: 'Deployments', to: '/projects/$project/deployments', params: { project } },
      ]}
      under={found && <Under deployment={found.deployment} />}
      actions={found && <Actions project={project} deployment={found.deployment} app={app} apps={apps} />}
    >
      {found === undefined ? (
        <div className="card">
          {query.isError ? (
            <Failed
              title="The deployment did not load"
              error={query.error}
              onRetry={() => void query.refetch()}
            />
          ) : (
            <Skeleton rows={6} columns={3} />
          )}
        </div>
      ) : (
        <div className="deployment">
          <Phases deployment={found.deployment} />
          <Outcome deployment={found.deployment} app={app} />
          {apps && isUnderWay(found.deployment) && <EngineNotice engine={apps.engine} />}
          <div className="deployment-cols">
            <DeploymentLog deployment={found.deployment} lines={found.lines} />
            {apps && <ServesCard deployment={found.deployment} app={app} />}
          </div>
        </div>
      )}
    </Page>
  );
}

function Under({ deployment }: { deployment: Deployment }) {
  const { environment, trigger, image, created_at } = deployment;
  return (
    <span className="[overflow-wrap:anywhere]">
      <bdi>{environment.name}</bdi> · {triggerWords[trigger]}:{' '}
      <span className="font-mono text-12">{image}</span>, by <bdi>{sayWho(deployment)}</bdi>,{' '}
      <span title={formatExact(created_at)}>{formatDay(created_at)}</span>
    </span>
  );
}

/** How it stands, and why it ended as it did. */
function Outcome({ deployment, app }: { deployment: Deployment; app: App | undefined }) {
  const { status, phase, release, error_detail, cancelled_reason, is_current } = deployment;
  const serves =
    app?.release && app.state === 'serving' && !is_current
      ? `Release ${app.release.number} still serves.`
      : '';
  return (
    <>
      <p className="outcome" role="status">
        <DeploymentSign deployment={deployment} />
        <span className="text-text-2">
          {status === 'pending' && 'It begins when the one before it has ended.'}
          {status === 'success' && `Release ${release ?? ''} after ${sayTook(deployment)}.`}
          {status === 'failed' && `While ${phase ?? 'it waited'}, after ${sayTook(deployment)}. ${serves}`}
          {status === 'cancelled' && `${cancelled_reason ?? error_detail ?? ''} ${serves}`}
        </span>
      </p>
      {status === 'failed' && (
        <>
          <Banner tone="danger">
            <span className="[overflow-wrap:anywhere]">{error_detail ?? 'It is not known why.'}</span>
          </Banner>
          {deployment.failure && <FailureCard failure={deployment.failure} />}
        </>
      )}
    </>
  );
}

interface ActionsProps {
  project: string;
  deployment: Deployment;
  app: App | undefined;
  apps: { apps: App[]; engine: Parameters<typeof useWaits>[0] } | undefined;
}

function Actions({ project, deployment, app, apps }: ActionsProps) {
  const { mayControl, mayDeploy } = useAppRights(project);
  const waits = useWaits(apps?.engine);
  const [open, setOpen] = useState<'deploy' | 'rollback' | null>(null);
  const cancel = useApiMutation(
    () =>
      ask(
        client.POST('/projects/{project}/deployments/{deployment}/cancel', {
          params: { path: { project, deployment: deployment.id } },
        }),
      ),
    {
      changes: ['projects', 'apps'],
      onDone: () => void showToast({ title: 'The deployment was cancelled' }),
    },
  );
  if (!mayControl) return null;
  const { release, is_kept, is_current, environment, status } = deployment;
  if (isUnderWay(deployment)) {
    // Its release serves already: it is too late.
    if (release !== null) return null;
    return (
      <>
        <ErrorLine said={cancel.message} />
        <Button isBusy={cancel.isPending} onClick={() => cancel.mutate()}>
          Cancel deployment
        </Button>
      </>
    );
  }
  const title = waits.deploy ?? undefined;
  const isGone = apps !== undefined && environment.name === '';
  if (isGone) return null;
  return (
    <>
      {waits.deploy !== null && <span className="quiet self-center text-12">{waits.deploy}</span>}
      {is_kept && !is_current && app && (
        <Button
          icon={History}
          disabled={waits.deploy !== null}
          title={title}
          onClick={() => setOpen('rollback')}
        >
          Roll back to this release…
        </Button>
      )}
      {mayDeploy && (
        <Button
          kind={status === 'failed' ? 'main' : 'normal'}
          icon={Rocket}
          disabled={waits.deploy !== null}
          title={title}
          onClick={() => setOpen('deploy')}
        >
          Deploy again…
        </Button>
      )}
      {open === 'deploy' && (
        <DeployDialog
          project={project}
          place={environment}
          places={[environment]}
          apps={apps?.apps ?? []}
          engine={apps?.engine}
          image={deployment.image}
          onClose={() => setOpen(null)}
        />
      )}
      {open === 'rollback' && app && (
        <RollbackDialog app={app} {...(release === null ? {} : { release })} onClose={() => setOpen(null)} />
      )}
    </>
  );
}
