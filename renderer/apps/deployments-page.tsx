import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { Container, History, Rocket } from 'lucide-react';
import { useEffect, useState } from 'react';
import { ProjectFrame } from '../projects/project-frame.tsx';
import { environmentsQuery, useProjectParam } from '../projects/project-queries.ts';
import { useAddress } from '../ui/address.ts';
import { Empty, Failed, Skeleton } from '../ui/blank-state.tsx';
import { Button } from '../ui/button.tsx';
import { Section } from '../ui/page.tsx';
import { useVault } from '../vault-state/vault.ts';
import { AppCard } from './app-card.tsx';
import { type App, deploymentsQuery, projectAppsQuery } from './app-queries.ts';
import { useAppRights, useWaits } from './app-rights.ts';
import { DeployDialog } from './deploy/deploy-dialog.tsx';
import { RemoveDialog } from './deploy/remove-dialog.tsx';
import { RollbackDialog } from './deploy/rollback-dialog.tsx';
import { DeploymentTable } from './deployment-table.tsx';
import { EngineNotice } from './engine-notice.tsx';

/** `open` is what a link asks for: its dialog is opened once. */
const kept = ['open'] as const;

type Open = { what: 'deploy'; app: App | null } | { what: 'rollback' | 'remove'; app: App } | null;

/** What the environments of a project run, and how that came to be. */
export function DeploymentsPage() {
  const project = useProjectParam();
  const apps = useQuery(projectAppsQuery(project));
  const environments = useQuery(environmentsQuery(project)).data ?? [];
  const rights = useAppRights(project);
  const waits = useWaits(apps.data?.engine);
  const isLocked = useVault().data?.state === 'locked';
  const [open, setOpen] = useState<Open>(null);
  const [{ open: wanted }, change] = useAddress(kept);
  useEffect(() => {
    if (wanted === '') return;
    if (wanted === 'deploy' && rights.mayDeploy) setOpen({ what: 'deploy', app: null });
    change({ open: '' });
  }, [wanted, rights.mayDeploy, change]);
  const close = () => setOpen(null);
  const running = apps.data?.apps ?? [];
  const idle = environments.filter(({ id }) => !running.some(({ environment }) => environment.id === id));
  const main = findMain(running);
  const deploy = (
    <Button
      kind={running.length === 0 ? 'main' : 'normal'}
      icon={Rocket}
      disabled={waits.deploy !== null}
      title={waits.deploy ?? undefined}
      onClick={() => setOpen({ what: 'deploy', app: null })}
    >
      {running.length === 0 ? 'Deploy an image…' : 'Deploy another environment…'}
    </Button>
  );
  return (
    <ProjectFrame
      project={project}
      actions={rights.mayDeploy && running.length > 0 && idle.length > 0 && deploy}
    >
      <div className="grid grid-cols-[minmax(0,1fr)] gap-4">
        {isLocked && (
          <p className="text-text-2">
            What runs keeps running. Deploying, applying variables and rolling back wait for the key.
          </p>
        )}
        {apps.data && <EngineNotice engine={apps.data.engine} />}
        {apps.data === undefined ? (
          <div className="card">
            {apps.isError ? (
              <Failed title="What runs did not load" error={apps.error} onRetry={() => void apps.refetch()} />
            ) : (
              <Skeleton rows={4} columns={4} />
            )}
          </div>
        ) : running.length === 0 ? (
          <div className="card">
            <Empty
              icon={Container}
              title="Nothing runs here yet"
              text={
                rights.mayDeploy
                  ? 'Say which image an environment runs: it gets the variables of that environment, and an address.'
                  : 'Who may deploy, and may read secret values, can say which image runs here.'
              }
              action={rights.mayDeploy && deploy}
            />
          </div>
        ) : (
          running.map((app) => (
            <AppCard
              key={app.environment.id}
              app={app}
              rights={rights}
              waits={waits}
              main={main?.app === app ? main.button : null}
              onDeploy={() => setOpen({ what: 'deploy', app })}
              onRollback={() => setOpen({ what: 'rollback', app })}
              onRemove={() => setOpen({ what: 'remove', app })}
            />
          ))
        )}
        <DeploymentList project={project} />
      </div>
      {open?.what === 'deploy' && (
        <DeployDialog
          project={project}
          place={open.app?.environment ?? null}
          places={idle.length > 0 ? idle : environments}
          apps={running}
          engine={apps.data?.engine}
          onClose={close}
        />
      )}
      {open?.what === 'rollback' && <RollbackDialog app={open.app} onClose={close} />}
      {open?.what === 'remove' && <RemoveDialog app={open.app} onClose={close} />}
    </ProjectFrame>
  );
}

/** One blue button: what waits comes first. */
function findMain(apps: readonly App[]): { app: App; button: 'apply' | 'deploy' } | null {
  const waiting = apps.find(({ changed_variables }) => changed_variables.length > 0);
  if (waiting) return { app: waiting, button: 'apply' };
  const [only, ...others] = apps;
  return only && others.length === 0 ? { app: only, button: 'deploy' } : null;
}

function DeploymentList({ project }: { project: string }) {
  const query = useInfiniteQuery(deploymentsQuery(project));
  const deployments = query.data ?? [];
  // The empty page says it already.
  if (query.data && deployments.length === 0) return null;
  return (
    <Section title="Deployments">
      <DeploymentTable
        project={project}
        query={query}
        deployments={deployments}
        empty={<Empty icon={History} title="Nothing was deployed yet" text="Deployments are listed here." />}
      />
      {query.hasNextPage && (
        <div className="mt-3 flex justify-center">
          <Button isBusy={query.isFetchingNextPage} onClick={() => void query.fetchNextPage()}>
            Load more
          </Button>
        </div>
      )}
    </Section>
  );
}
