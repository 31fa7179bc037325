import { useQuery } from '@tanstack/react-query';
import { Plus } from 'lucide-react';
import { useState } from 'react';
import { useMay } from '../app/session.ts';
import { NewProjectDialog } from '../projects/manage/new-project-dialog.tsx';
import { projectListQuery } from '../projects/manage/projects-query.ts';
import { Button } from '../ui/button.tsx';
import { Failed, Skeleton } from '../ui/nothing.tsx';
import { Page } from '../ui/page.tsx';
import { useVault } from '../vault-state/vault.ts';
import { FirstStart } from './first-start.tsx';
import { HealthCard } from './health-card.tsx';
import { LoginQuestion } from './login-question.tsx';
import { NeedsCard } from './needs-card.tsx';
import { NewestActivity } from './newest-activity.tsx';
import { NoProjects, ProjectsSection } from './projects-section.tsx';

/** How the key is, what is here, what needs someone, what happened last. */
export function HomePage() {
  const mayReadVault = useMay('vault:read');
  const mayReadProjects = useMay('projects:read');
  const mayWriteProjects = useMay('projects:write');
  const mayReadAudit = useMay('audit:read');
  const vault = useVault();
  const projects = useQuery({ ...projectListQuery, enabled: mayReadProjects });
  const [isMaking, setMaking] = useState(false);
  const isFirst = projects.data?.length === 0;
  return (
    <Page
      title="Home"
      actions={
        mayWriteProjects &&
        projects.data &&
        !isFirst && (
          <Button kind="main" icon={Plus} onClick={() => setMaking(true)}>
            New project
          </Button>
        )
      }
    >
      {mayReadVault && <Health vault={vault} isFirst={isFirst && mayWriteProjects} />}
      <div className={mayReadVault ? 'home-cols' : ''}>
        <div className="grid min-w-0 grid-cols-1 content-start gap-6">
          {mayReadProjects && <Projects query={projects} onNew={() => setMaking(true)} />}
          {mayReadAudit && <NewestActivity />}
        </div>
        {mayReadVault && vault.data && (
          <div className="grid min-w-0 grid-cols-1 content-start gap-6">
            <NeedsCard vault={vault.data} />
            <LoginQuestion />
          </div>
        )}
      </div>
      {isMaking && (
        <NewProjectDialog
          taken={new Set(projects.data?.map(({ slug }) => slug))}
          onClose={() => setMaking(false)}
        />
      )}
    </Page>
  );
}

/** At the very beginning the steps below it have the button. */
function Health({ vault, isFirst }: { vault: ReturnType<typeof useVault>; isFirst: boolean }) {
  const { data } = vault;
  if (data)
    return (
      <HealthCard
        vault={data}
        hasButton={!isFirst || data.state === 'locked' || data.proof.verified_at !== null}
      />
    );
  return (
    <div className="card mb-6">
      {vault.isError ? (
        <Failed
          title="How the key is, is not known"
          error={vault.error}
          onRetry={() => void vault.refetch()}
        />
      ) : (
        <Skeleton rows={4} columns={2} />
      )}
    </div>
  );
}

type ProjectsQuery = ReturnType<
  typeof useQuery<Awaited<ReturnType<NonNullable<typeof projectListQuery.queryFn>>>>
>;

function Projects({ query, onNew }: { query: ProjectsQuery; onNew: () => void }) {
  const mayWrite = useMay('projects:write');
  const vault = useVault().data;
  if (query.data?.length !== 0) return <ProjectsSection query={query} />;
  return mayWrite ? <FirstStart vault={vault} onNew={onNew} /> : <NoProjects />;
}
