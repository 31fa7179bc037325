import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { Link2 } from 'lucide-react';
import { ask, client } from '../../api/client.ts';
import { Empty, Failed, Skeleton } from '../../ui/blank-state.tsx';
import { Button } from '../../ui/button.tsx';
import { Dialog } from '../../ui/overlays/dialog.tsx';
import { formatCount } from '../../ui/time.ts';
import type { Variable, VariableScope, VariableUses } from '../variable-scope.ts';

interface UsesDialogProps {
  scope: VariableScope;
  variable: Variable;
  onClose: () => void;
}

/** Variables that refer to this one. */
export function UsesDialog({ scope, variable, onClose }: UsesDialogProps) {
  const uses = useQuery({
    queryKey: [...scope.queryKey, variable.id, 'used-by'],
    queryFn: () => scope.listUses(variable.id),
  });
  const name = `\${{${scope.project === null ? 'shared.' : ''}${variable.key}}}`;
  return (
    <Dialog
      onClose={onClose}
      title={`Used by`}
      text={
        <>
          Variables whose value refers to{' '}
          <span className="font-mono text-12 [overflow-wrap:anywhere]">{name}</span>.
        </>
      }
      foot={
        <Button className="ml-auto" onClick={onClose}>
          Close
        </Button>
      }
    >
      {uses.isError ? (
        <Failed title="The uses did not load" error={uses.error} onRetry={() => void uses.refetch()} />
      ) : !uses.data ? (
        <Skeleton rows={3} columns={2} />
      ) : (
        <Uses uses={uses.data} isShared={scope.project === null} />
      )}
    </Dialog>
  );
}

function Uses({ uses, isShared }: { uses: VariableUses; isShared: boolean }) {
  const projects = useQuery({
    queryKey: ['projects', 'names'],
    queryFn: () => ask(client.GET('/projects')),
    enabled: isShared,
  });
  const unread =
    uses.unread > 0
      ? `${formatCount(uses.unread, 'value')} could not be read and may refer to it.`
      : undefined;
  if (uses.used_by.length === 0)
    return (
      <Empty
        icon={Link2}
        title="No variable refers to it"
        text={unread ?? 'Apps that read it by name are not tracked.'}
      />
    );
  return (
    <>
      <ul className="versions">
        {uses.used_by.map(({ id, project_id, key }) => {
          const project = projects.data?.projects.find((known) => known.id === project_id);
          return (
            <li key={id}>
              <Link2 className="icon icon-14 text-icon" aria-hidden="true" />
              <span className="name cut" title={key}>
                {key}
              </span>
              {isShared &&
                (project ? (
                  <Link to="/projects/$project" params={{ project: project.slug }} className="cut" dir="auto">
                    {project.name}
                  </Link>
                ) : (
                  <span className="text-text-3">{project_id === null ? 'shared' : ''}</span>
                ))}
            </li>
          );
        })}
      </ul>
      {unread && <p className="mt-2 text-12 text-text-3">{unread}</p>}
    </>
  );
}
