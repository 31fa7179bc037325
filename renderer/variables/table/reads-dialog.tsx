import { useInfiniteQuery } from '@tanstack/react-query';
import { ScanEye } from 'lucide-react';
import { sayVia, sayWay, variableReadsQuery } from '../../projects/secret-reads.ts';
import { Actor } from '../../ui/actor.tsx';
import { Empty, Failed, Skeleton } from '../../ui/blank-state.tsx';
import { Dialog } from '../../ui/overlays/dialog.tsx';
import { EarlierFoot } from '../../ui/overlays/earlier-foot.tsx';
import { formatAgo, formatCount, formatExact } from '../../ui/time.ts';
import type { Variable } from '../variable-scope.ts';

interface ReadsDialogProps {
  variable: Variable;
  onClose: () => void;
}

/** Who read a secret, when and how. The change feed keeps it current. */
export function ReadsDialog({ variable, onClose }: ReadsDialogProps) {
  const query = useInfiniteQuery(variableReadsQuery(variable.id));
  const reads = query.data?.pages.flatMap((page) => page.reads);
  return (
    <Dialog
      onClose={onClose}
      width={640}
      title={`Who read ${variable.key}`}
      text="People, API keys and deployment tokens that got its value, each once a day."
      foot={<EarlierFoot query={query} onClose={onClose} />}
    >
      {query.isError ? (
        <Failed title="The readings did not load" error={query.error} onRetry={() => void query.refetch()} />
      ) : !reads ? (
        <Skeleton rows={4} />
      ) : reads.length === 0 ? (
        <Empty icon={ScanEye} title="Nobody read it yet" text="Every reading of its value is listed here." />
      ) : (
        <ol className="versions reads">
          {reads.map((read) => (
            <li key={`${read.by.who} ${read.via} ${read.how} ${read.first_at}`}>
              <span className="min-w-0">
                <span className="block truncate font-medium">
                  <Actor actor={read.by} />
                </span>
                <span className="block text-12 text-text-3">
                  {sayWay(read)}
                  {read.via !== null && <>, {sayVia(read)}</>}
                  {read.ip !== null && <>, from {read.ip}</>}
                </span>
              </span>
              <span className="text-right text-12 text-text-3" title={formatExact(read.last_at)}>
                {formatAgo(read.last_at)}
                {read.count > 1 && <span className="block">{formatCount(read.count, 'time')}</span>}
              </span>
            </li>
          ))}
        </ol>
      )}
    </Dialog>
  );
}
