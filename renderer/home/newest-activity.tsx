import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { Done } from '../activity/done.tsx';
import { ask, client } from '../api/client.ts';
import { buttonClass } from '../ui/button.tsx';
import { Failed, Skeleton } from '../ui/nothing.tsx';
import { Section } from '../ui/page.tsx';
import { formatAgo, formatExact } from '../ui/time.ts';

const SHOWN = 5;

const newestQuery = {
  queryKey: ['audit', 'newest'],
  queryFn: () => ask(client.GET('/audit/logs', { params: { query: { limit: SHOWN } } })),
};

/** The newest lines of the log, for those who may read it. */
export function NewestActivity() {
  const lines = useQuery(newestQuery);
  return (
    <Section
      title="Newest activity"
      actions={
        <Link to="/activity" className={buttonClass('plain', true)}>
          All activity
        </Link>
      }
    >
      <div className="card">
        {lines.isError ? (
          <Failed
            title="The activity did not load"
            error={lines.error}
            onRetry={() => void lines.refetch()}
          />
        ) : !lines.data ? (
          <Skeleton rows={SHOWN} columns={2} />
        ) : (
          <ol className="newest">
            {lines.data.map(({ id, operation_type, sentence, actor, actor_kind, audit_date }) => (
              <li key={id}>
                <span className="truncate text-text" title={operation_type}>
                  <Done sentence={sentence} />
                </span>
                <span className="newest-who truncate" dir="auto">
                  {actor_kind === 'instance' ? '' : actor_kind === 'owner' ? 'Owner' : actor}
                </span>
                <time title={formatExact(audit_date)}>{formatAgo(audit_date)}</time>
              </li>
            ))}
          </ol>
        )}
      </div>
    </Section>
  );
}
