import { useQuery } from '@tanstack/react-query';
import { Undo2 } from 'lucide-react';
import { useState } from 'react';
import { useApiMutation } from '../../api/mutation.ts';
import { queryClient } from '../../api/queries.ts';
import { Button } from '../../ui/button.tsx';
import { Chip } from '../../ui/chip.tsx';
import { Failed, Skeleton } from '../../ui/nothing.tsx';
import { Dialog } from '../../ui/overlays/dialog.tsx';
import { showToast } from '../../ui/overlays/toasts.tsx';
import { formatAgo, formatExact } from '../../ui/time.ts';
import { ProblemBanner } from '../problem-banner.tsx';
import { Mask, PlainValue } from '../table/plain-value.tsx';
import type { Variable, VariableScope, VariableVersion } from '../variable-scope.ts';
import { changeWords } from './change-words.ts';

interface HistoryDialogProps {
  scope: VariableScope;
  variable: Variable;
  mayWrite: boolean;
  onClose: () => void;
}

/** Who changed a variable and when, and a way back. Plain values are shown, secret ones never. */
export function HistoryDialog({ scope, variable, mayWrite, onClose }: HistoryDialogProps) {
  const history = useQuery({
    queryKey: [...scope.queryKey, variable.id, 'history'],
    queryFn: () => scope.listVersions(variable.id),
  });
  // As it is now, not as it was when this was opened: the list behind follows every change.
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
      onDone: (_, { version }) => showToast({ title: `${variable.key} is as in version ${version}` }),
    },
  );
  return (
    <Dialog
      onClose={onClose}
      width={640}
      title={`History of ${variable.key}`}
      text="The last 50 versions are kept. Putting one back makes a new one."
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
                  Put back<span className="sr"> version {version.version}</span>
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
              label: 'Put back anyway',
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
          {isNow && <Chip tone="solid">now</Chip>}
        </span>
        <span className="block truncate text-12 text-text-3" title={formatExact(version.changed_at)}>
          {changeWords[version.change]} {formatAgo(version.changed_at)} by <bdi>{version.changed_by}</bdi>
        </span>
      </span>
      {children}
    </li>
  );
}
