import { useNavigate } from '@tanstack/react-router';
import { ask, client } from '../api/client.ts';
import { useApiMutation } from '../api/mutation.ts';
import { Banner } from '../ui/banner.tsx';
import { Button } from '../ui/button.tsx';
import { ErrorLine } from '../ui/form/form-error.tsx';
import type { App } from './app-queries.ts';
import type { Waits } from './app-rights.ts';
import { listChanged, sayChanged } from './app-words.ts';

/** Names shown; the others are counted. */
const SHOWN = 6;

interface VariablesChangedProps {
  app: App;
  waits: Waits;
  mayApply: boolean;
  isMain: boolean;
}

/** The variables that an app does not have as they are now, with the button that gives them to it. */
export function VariablesChanged({ app, waits, mayApply, isMain }: VariablesChangedProps) {
  const navigate = useNavigate();
  const { project, environment } = app;
  const apply = useApiMutation(
    () =>
      ask(
        client.POST('/projects/{project}/environments/{environment}/app/apply', {
          params: { path: { project: project.slug, environment: String(environment.id) } },
        }),
      ),
    {
      changes: ['projects', 'apps'],
      onDone: ({ id }) =>
        void navigate({
          to: '/projects/$project/deployments/$deployment',
          params: { project: project.slug, deployment: String(id) },
        }),
    },
  );
  const changed = listChanged(app);
  const more = changed.length - SHOWN;
  return (
    <>
      <Banner
        tone="info"
        action={
          mayApply && (
            <Button
              kind={isMain ? 'main' : 'normal'}
              isSmall
              isBusy={apply.isPending}
              disabled={waits.deploy !== null}
              title={waits.deploy ?? undefined}
              aria-label={`Apply to ${environment.name}`}
              onClick={() => apply.mutate()}
            >
              Apply
            </Button>
          )
        }
      >
        <b>{sayChanged(app)}.</b>{' '}
        <span className="text-text-2 [overflow-wrap:anywhere]">
          {changed.slice(0, SHOWN).map(({ key, note }, at) => (
            <span key={key}>
              {at > 0 && ', '}
              <span className="font-mono text-12">{key}</span>
              {note !== '' && ` (${note})`}
            </span>
          ))}
          {more > 0 && ` and ${more.toLocaleString()} more`}
        </span>
      </Banner>
      <ErrorLine said={apply.message} />
    </>
  );
}
