import { type UseQueryResult, useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { Archive, FileKey, Plus, Power, SquareStack } from 'lucide-react';
import { useState } from 'react';
import { Done } from '../activity/done.tsx';
import { ask, client } from '../api/client.ts';
import { useLoginItem, useSetLoginItem } from '../app/login-item.ts';
import { useMay, useMaySomewhere } from '../app/session.ts';
import { OldComputerQuestion } from '../backups/restore/restored-card.tsx';
import { NewProjectDialog } from '../projects/manage/new-project-dialog.tsx';
import { ProjectTable } from '../projects/manage/project-table.tsx';
import { type ListedProject, projectListQuery } from '../projects/project-queries.ts';
import { RemoveSample, SampleOffer } from '../projects/sample-project.tsx';
import { Actor } from '../ui/actor.tsx';
import { Empty, Failed, Skeleton } from '../ui/blank-state.tsx';
import { Button, buttonClass } from '../ui/button.tsx';
import { ErrorLine } from '../ui/form/form-error.tsx';
import { type Step, Steps } from '../ui/instruments/steps.tsx';
import { showToast } from '../ui/overlays/toasts.tsx';
import { Page, Section } from '../ui/page.tsx';
import { formatAgo, formatExact } from '../ui/time.ts';
import { CHOOSE_PLACE, WHERE_DATABASE, WHY_DATABASE } from '../vault-state/database-place.ts';
import { useVault, type VaultStatus } from '../vault-state/vault.ts';
import { HealthCard } from './health-card.tsx';
import { NeedsCard } from './needs-card.tsx';
import { WhatRuns } from './what-runs.tsx';

/** Home: health, what needs attention, recent projects and activity. */
export function HomePage() {
  const mayReadVault = useMay('vault:read');
  const mayWriteVault = useMay('vault:write');
  const mayReadProjects = useMaySomewhere('projects:read');
  const mayReadApps = useMaySomewhere('deployments:read');
  const mayWriteProjects = useMay('projects:write');
  const mayReadAudit = useMay('audit:read');
  const vault = useVault();
  const projects = useQuery({ ...projectListQuery, enabled: mayReadProjects });
  const [isMaking, setMaking] = useState(false);
  const isFirst = projects.data?.length === 0;
  // One blue button: while something is missing, that of the health card.
  const hasMain =
    mayReadVault && mayWriteVault && vault.data !== undefined && vault.data.health.level !== 'ok';
  return (
    <Page
      title="Home"
      actions={
        mayWriteProjects &&
        projects.data &&
        !isFirst && (
          <Button kind={hasMain ? 'normal' : 'main'} icon={Plus} onClick={() => setMaking(true)}>
            New project
          </Button>
        )
      }
    >
      <OldComputerQuestion />
      {mayReadVault && <Health vault={vault} isFirst={isFirst && mayWriteProjects} />}
      <div className={mayReadVault ? 'home-cols' : ''}>
        <div className="grid min-w-0 grid-cols-1 content-start gap-6">
          {mayReadApps && <WhatRuns />}
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

/** At the very start the steps below have the button. */
function Health({ vault, isFirst }: { vault: ReturnType<typeof useVault>; isFirst: boolean }) {
  const { data } = vault;
  if (data)
    return (
      <HealthCard
        vault={data}
        hasButtons={!isFirst || data.state === 'locked' || data.proof.verified_at !== null}
      />
    );
  return (
    <div className="card mb-6">
      {vault.isError ? (
        <Failed
          title="The key status did not load"
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

/** Asked once, in the desktop window: whether Temps starts at login. It can be changed later in the settings. */
function LoginQuestion() {
  const item = useLoginItem();
  const answer = useSetLoginItem((isEnabled) =>
    showToast({
      icon: Power,
      title: isEnabled ? 'Temps starts when you sign in' : 'Temps starts when you open it',
      text: 'You can change this in Settings.',
    }),
  );
  if (!item || item.wasAsked) return null;
  return (
    <section className="card card-pad grid gap-2" aria-label="Start with the computer">
      <b>Start Temps when you sign in to this computer?</b>
      <p className="text-text-2">
        It starts in the background, without its window. While it is not running, programs cannot get secrets
        from it.
      </p>
      <ErrorLine said={answer.message} />
      <div className="flex flex-wrap gap-2">
        <Button isSmall isBusy={answer.isPending} onClick={() => answer.mutate(true)}>
          Start at sign-in
        </Button>
        <Button kind="plain" isSmall disabled={answer.isPending} onClick={() => answer.mutate(false)}>
          No
        </Button>
      </div>
    </section>
  );
}

/** Before the first project: what is worth doing, in order. */
function FirstStart({ vault, onNew }: { vault: VaultStatus | undefined; onNew: () => void }) {
  const mayCopy = useMay('vault:write');
  const mayBackUp = useMay('backups:write');
  const hasCopy = vault !== undefined && vault.proof.verified_at !== null;
  const asksPlace = hasCopy && vault.health.recovery?.has_destinations === false;
  const steps: Step[] = [
    {
      title: 'Your first project',
      said: 'One application with its environments and variables. Name it, then paste its .env.',
      body: (
        <>
          <Button kind="main" icon={Plus} className="mt-3" onClick={onNew}>
            New project
          </Button>
          <SampleOffer />
        </>
      ),
    },
    {
      title: hasCopy ? 'A copy of the key: verified' : 'A copy of the key',
      isDone: hasCopy,
      said: hasCopy
        ? 'It can decrypt the secrets you add from now on.'
        : 'Without a copy of the key elsewhere, your secrets are lost with this computer. It takes a minute.',
    },
    ...(asksPlace ? [{ title: WHERE_DATABASE, said: WHY_DATABASE }] : []),
  ];
  return (
    <section className="card first-start" aria-label="Get started">
      <h2 className="t16">Get started</h2>
      <Steps steps={steps} current={0} />
      {mayCopy && !hasCopy && (
        <Link to="/key/copy" className={`${buttonClass()} ml-9 justify-self-start`}>
          <FileKey className="icon" aria-hidden="true" />
          Make a copy now
        </Link>
      )}
      {mayBackUp && asksPlace && (
        <Link to="/first-run/database" className={`${buttonClass()} ml-9 justify-self-start`}>
          <Archive className="icon" aria-hidden="true" />
          {CHOOSE_PLACE}
        </Link>
      )}
    </section>
  );
}

const SHOWN_PROJECTS = 6;

/** The most recently changed projects. */
function ProjectsSection({ query }: { query: UseQueryResult<readonly ListedProject[]> }) {
  const projects = query.data ?? [];
  const newest = projects.toSorted((a, b) => b.updated_at - a.updated_at).slice(0, SHOWN_PROJECTS);
  return (
    <Section
      title="Projects"
      said={query.data?.length.toLocaleString()}
      actions={
        projects.length > SHOWN_PROJECTS && (
          <Link to="/projects" className={buttonClass('plain', true)}>
            All projects
          </Link>
        )
      }
    >
      <ProjectTable query={query} projects={newest} isNarrow />
      <RemoveSample projects={projects} />
    </Section>
  );
}

/** For callers who may not create the first one. */
function NoProjects() {
  return (
    <div className="card">
      <Empty
        icon={SquareStack}
        title="No projects yet"
        text="A project is one application with its environments and variables. An administrator can create one."
      />
    </div>
  );
}

const SHOWN_LINES = 5;

const newestQuery = {
  queryKey: ['audit', 'newest'],
  queryFn: () => ask(client.GET('/audit/logs', { params: { query: { limit: SHOWN_LINES } } })),
};

/** The newest log lines, for callers who may read them. */
function NewestActivity() {
  const lines = useQuery(newestQuery);
  return (
    <Section
      title="Recent activity"
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
          <Skeleton rows={SHOWN_LINES} columns={2} />
        ) : (
          <ol className="newest">
            {lines.data.map(({ id, operation_type, sentence, by, audit_date }) => (
              <li key={id}>
                <span className="truncate text-text" title={operation_type}>
                  <Done sentence={sentence} />
                </span>
                <span className="newest-who truncate">
                  <Actor actor={by} />
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
