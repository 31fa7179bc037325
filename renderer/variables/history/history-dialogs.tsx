import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { History, Undo2 } from 'lucide-react';
import { useState } from 'react';
import { ask, client } from '../../api/client.ts';
import { useApiMutation } from '../../api/mutation.ts';
import { queryClient } from '../../api/queries.ts';
import type { components } from '../../api/schema.ts';
import type { Environment } from '../../projects/project-queries.ts';
import { showChanged } from '../../projects/undo-toast.tsx';
import { Actor } from '../../ui/actor.tsx';
import { Empty, Failed, Skeleton } from '../../ui/blank-state.tsx';
import { Button } from '../../ui/button.tsx';
import { Chip } from '../../ui/chip.tsx';
import { Select } from '../../ui/form/choices.tsx';
import { Dialog } from '../../ui/overlays/dialog.tsx';
import { EarlierFoot } from '../../ui/overlays/earlier-foot.tsx';
import { formatAgo, formatExact } from '../../ui/time.ts';
import { undoOf } from '../form/undo-save.ts';
import { ProblemBanner } from '../problem-banner.tsx';
import { EndChip } from '../table/end-chip.tsx';
import { Mask, PlainValue } from '../table/plain-value.tsx';
import { Kind } from '../table/variable-cells.tsx';
import { showSaved, type Variable, type VariableScope, type VariableVersion } from '../variable-scope.ts';

interface HistoryDialogProps {
  scope: VariableScope;
  variable: Variable;
  mayWrite: boolean;
  onClose: () => void;
}

/**
 * Who changed a variable and when, with a button to restore a version. Plain values are shown, secret ones never.
 */
export function HistoryDialog({ scope, variable, mayWrite, onClose }: HistoryDialogProps) {
  const history = useQuery({
    queryKey: [...scope.queryKey, variable.id, 'history'],
    queryFn: () => scope.listVersions(variable.id),
  });
  // The current variable, not the one when this was opened: the list behind follows every change.
  const now =
    queryClient.getQueryData<Variable[]>(scope.queryKey)?.find((known) => known.id === variable.id) ??
    variable;
  const [asked, setAsked] = useState<number>();
  const revert = useApiMutation(
    ({ version, allowUnresolved = false }: { version: number; allowUnresolved?: boolean }) => {
      setAsked(version);
      return scope.revert(now, version, allowUnresolved);
    },
    {
      changes: [scope.queryKey[0]],
      onDone: (saved, { version }) => {
        showSaved(scope, saved);
        showChanged(
          `${variable.key} was restored to version ${version}`,
          undoOf(scope, now, saved, { references: undefined }, false),
        );
      },
    },
  );
  return (
    <Dialog
      onClose={onClose}
      width={640}
      title={`History of ${variable.key}`}
      text="The last 50 versions are kept. Restoring one creates a new version."
      foot={
        <Button className="ml-auto" onClick={onClose}>
          Close
        </Button>
      }
    >
      {history.isError ? (
        <Failed
          title="The history did not load"
          error={history.error}
          onRetry={() => void history.refetch()}
        />
      ) : !history.data ? (
        <Skeleton rows={4} />
      ) : (
        <ol className="versions">
          {history.data.map((version, at) => (
            <Version key={version.version} version={version} isNow={at === 0}>
              {at > 0 && mayWrite && (
                <Button
                  isSmall
                  icon={Undo2}
                  isBusy={revert.isPending && asked === version.version}
                  disabled={revert.isPending}
                  onClick={() => revert.mutate({ version: version.version })}
                >
                  Restore<span className="sr"> version {version.version}</span>
                </Button>
              )}
            </Version>
          ))}
        </ol>
      )}
      {asked !== undefined && (
        <div className="mt-4 empty:hidden">
          <ProblemBanner
            error={revert.error}
            anyway={{
              label: 'Restore anyway',
              onClick: () => revert.mutate({ version: asked, allowUnresolved: true }),
            }}
          />
        </div>
      )}
    </Dialog>
  );
}

interface VersionProps {
  version: VariableVersion;
  isNow: boolean;
  children: React.ReactNode;
}

function Version({ version, isNow, children }: VersionProps) {
  return (
    <li>
      <span className="ln">{version.version}</span>
      <span className="min-w-0">
        <span className="flex min-w-0 items-center gap-2">
          {version.value === null ? <Mask /> : <PlainValue value={version.value} />}
          {isNow && <Chip tone="solid">current</Chip>}
          <EndChip ends={version} />
        </span>
        <span className="block truncate text-12 text-text-3" title={formatExact(version.changed_at)}>
          {changeWords[version.change]} {formatAgo(version.changed_at)} by{' '}
          <Actor actor={version.changed_by_actor} />
        </span>
      </span>
      {children}
    </li>
  );
}

const PAGE_ROWS = 50;

interface EnvironmentHistoryDialogProps {
  project: string;
  environments: readonly Environment[];
  environmentId: number;
  onClose: () => void;
}

/** Changes of an environment's variables: who, when, which. No values. */
export function EnvironmentHistoryDialog(props: EnvironmentHistoryDialogProps) {
  const { project, environments, onClose } = props;
  const [environmentId, setEnvironmentId] = useState(props.environmentId);
  const history = useInfiniteQuery({
    queryKey: ['projects', project, 'environments', environmentId, 'history'],
    queryFn: ({ pageParam }) =>
      ask(
        client.GET('/projects/{project}/environments/{environment}/history', {
          params: {
            path: { project, environment: String(environmentId) },
            query: { limit: PAGE_ROWS, ...(pageParam === null ? {} : { before: pageParam }) },
          },
        }),
      ),
    initialPageParam: null as string | null,
    getNextPageParam: ({ next }) => next,
  });
  const changes = history.data?.pages.flatMap((page) => page.changes);
  return (
    <Dialog
      onClose={onClose}
      width={640}
      title="Environment history"
      text="Which variables were changed, came or went, when and by whom."
      aside={
        <span className="into">
          <Select
            label="Environment"
            value={String(environmentId)}
            onChange={(id) => setEnvironmentId(Number(id))}
            options={environments.map(({ id, name }) => ({ value: String(id), label: name }))}
          />
        </span>
      }
      foot={<EarlierFoot query={history} onClose={onClose} />}
    >
      {history.isError ? (
        <Failed
          title="The history did not load"
          error={history.error}
          onRetry={() => void history.refetch()}
        />
      ) : !changes ? (
        <Skeleton rows={6} />
      ) : changes.length === 0 ? (
        <Empty icon={History} title="No changes yet" text="Every change to a variable is listed here." />
      ) : (
        <ol className="versions">
          {changes.map((change) => (
            <li key={`${change.variable_id} ${change.version ?? change.change} ${change.changed_at}`}>
              <span className="ln">{change.version ?? ''}</span>
              <span className="min-w-0">
                <span className="name cut block" title={change.key}>
                  {change.key}
                </span>
                <span className="block truncate text-12 text-text-3" title={formatExact(change.changed_at)}>
                  {sayChange(change)} {formatAgo(change.changed_at)} by{' '}
                  <Actor actor={change.changed_by_actor} />
                </span>
              </span>
              <Kind isSecret={change.is_secret} />
            </li>
          ))}
        </ol>
      )}
    </Dialog>
  );
}

type Change = components['schemas']['EnvironmentChange']['change'];

/** A change of a variable, in words. */
const changeWords: Record<Change, string> = {
  created: 'Added',
  updated: 'Changed',
  reverted: 'Restored',
  joined: 'Came to this environment',
  left: 'Removed from this environment',
  renamed: 'Renamed',
  restored: 'Brought back',
  deleted: 'Deleted',
};

const sayChange = ({ change, former_key }: components['schemas']['EnvironmentChange']): string =>
  former_key === null ? changeWords[change] : `${changeWords[change]}, was ${former_key},`;
