import { Ellipsis, History, Play, Rocket, RotateCw, Square, Trash2 } from 'lucide-react';
import { ask, client } from '../api/client.ts';
import { useApiMutation } from '../api/mutation.ts';
import { Button, IconButton } from '../ui/button.tsx';
import { ErrorLine } from '../ui/form/form-error.tsx';
import { Menu } from '../ui/overlays/menu.tsx';
import { showToast } from '../ui/overlays/toasts.tsx';
import type { App } from './app-queries.ts';
import type { AppRights, Waits } from './app-rights.ts';
import { nameApp } from './app-words.ts';

export interface AppActionsProps {
  app: App;
  rights: AppRights;
  waits: Waits;
  /** Its button that is the blue one of the page, if it is here. */
  main: 'apply' | 'deploy' | null;
  onDeploy: () => void;
  onRollback: () => void;
  onRemove: () => void;
}

/** The buttons of an app: those that the caller may use. */
export function AppActions({ app, rights, waits, main, onDeploy, onRollback, onRemove }: AppActionsProps) {
  const { mayControl, mayDeploy } = rights;
  if (!mayControl) return null;
  const { name } = app.environment;
  const hasEarlier = app.releases.some(({ is_current }) => !is_current);
  return (
    <div className="app-actions">
      {waits.deploy !== null && <span className="quiet text-12">{waits.deploy}</span>}
      {mayDeploy && (
        <Button
          kind={main === 'deploy' ? 'main' : 'normal'}
          isSmall
          icon={Rocket}
          disabled={waits.deploy !== null}
          title={waits.deploy ?? undefined}
          aria-label={`Deploy ${name}…`}
          onClick={onDeploy}
        >
          Deploy…
        </Button>
      )}
      <Switches app={app} wait={waits.control} />
      <Menu
        trigger={<IconButton icon={Ellipsis} label={`More for ${name}`} />}
        groups={[
          [
            {
              label: 'Roll back…',
              icon: History,
              disabled: !hasEarlier || waits.deploy !== null,
              ...(hasEarlier ? {} : { hint: 'no earlier release' }),
              onSelect: onRollback,
            },
          ],
          [{ label: 'Remove…', icon: Trash2, disabled: waits.control !== null, onSelect: onRemove }],
        ]}
      />
    </div>
  );
}

/** Restart, and stop or start. */
function Switches({ app, wait }: { app: App; wait: string | null }) {
  const params = { path: { project: app.project.slug, environment: String(app.environment.id) } };
  const { name } = app.environment;
  const changed = (title: string) => ({
    changes: ['projects', 'apps'] as const,
    onDone: () => void showToast({ title: `${nameApp(app)} ${title}` }),
  });
  const restart = useApiMutation(
    () => ask(client.POST('/projects/{project}/environments/{environment}/app/restart', { params })),
    changed('was restarted'),
  );
  const stop = useApiMutation(
    () => ask(client.POST('/projects/{project}/environments/{environment}/app/stop', { params })),
    changed('was stopped'),
  );
  const start = useApiMutation(
    () => ask(client.POST('/projects/{project}/environments/{environment}/app/start', { params })),
    changed('was started'),
  );
  if (app.release === null) return null;
  const isStopped = app.state === 'stopped';
  const isBusy = restart.isPending || stop.isPending || start.isPending;
  const title = wait ?? undefined;
  return (
    <>
      {isStopped ? (
        <Button
          isSmall
          icon={Play}
          isBusy={start.isPending}
          disabled={isBusy || wait !== null}
          title={title}
          aria-label={`Start ${name}`}
          onClick={() => start.mutate()}
        >
          Start
        </Button>
      ) : (
        <>
          <Button
            isSmall
            icon={RotateCw}
            isBusy={restart.isPending}
            disabled={isBusy || wait !== null}
            title={title}
            aria-label={`Restart ${name}`}
            onClick={() => restart.mutate()}
          >
            Restart
          </Button>
          <Button
            isSmall
            icon={Square}
            isBusy={stop.isPending}
            disabled={isBusy || wait !== null}
            title={title}
            aria-label={`Stop ${name}`}
            onClick={() => stop.mutate()}
          >
            Stop
          </Button>
        </>
      )}
      <ErrorLine said={restart.message ?? stop.message ?? start.message} />
    </>
  );
}
