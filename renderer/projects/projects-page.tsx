import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { Plus, SearchX, SquareStack } from 'lucide-react';
import { useState } from 'react';
import { useMay } from '../app/session.ts';
import { Button, buttonClass } from '../ui/button.tsx';
import { SearchField } from '../ui/form/search-field.tsx';
import { Empty, Failed, Skeleton } from '../ui/nothing.tsx';
import { Page } from '../ui/page.tsx';
import { NewProjectDialog } from './manage/new-project-dialog.tsx';
import { ProjectTable } from './manage/project-table.tsx';
import { type ListedProject, projectListQuery } from './manage/projects-query.ts';

/** Rows drawn at once: nobody reads more, and the search finds the rest. */
const SHOWN = 200;

export function ProjectsPage() {
  const projects = useQuery(projectListQuery);
  const [isMaking, setMaking] = useState(false);
  const mayWrite = useMay('projects:write');
  const isEmpty = projects.data?.length === 0;
  return (
    <Page
      title="Projects"
      actions={
        <>
          <Link to="/shared" className={buttonClass()}>
            Shared variables
          </Link>
          {mayWrite && (
            <Button kind={isEmpty ? 'normal' : 'main'} icon={Plus} onClick={() => setMaking(true)}>
              New project
            </Button>
          )}
        </>
      }
    >
      {projects.isPending ? (
        <div className="table-wrap">
          <Skeleton rows={6} columns={4} />
        </div>
      ) : projects.isError && !projects.data ? (
        <Failed
          title="The projects did not load"
          error={projects.error}
          onRetry={() => void projects.refetch()}
        />
      ) : isEmpty ? (
        <div className="card">
          <Empty
            icon={SquareStack}
            title="No project yet"
            text={
              mayWrite
                ? 'A project is one application: its environments, its variables, its tokens. Begin with a name, then paste its .env.'
                : 'A project is one application with its environments and variables. An administrator can make one.'
            }
            action={
              mayWrite && (
                <Button kind="main" icon={Plus} onClick={() => setMaking(true)}>
                  Make a project
                </Button>
              )
            }
          />
        </div>
      ) : (
        <ProjectList projects={projects.data ?? []} />
      )}
      {isMaking && (
        <NewProjectDialog
          taken={new Set(projects.data?.map(({ slug }) => slug))}
          onClose={() => setMaking(false)}
        />
      )}
    </Page>
  );
}

function ProjectList({ projects }: { projects: readonly ListedProject[] }) {
  const [search, setSearch] = useState('');
  const words = search.toLowerCase().split(/\s+/).filter(Boolean);
  const found = projects.filter(({ name, slug, environment_names }) => {
    const text = [name, slug, ...environment_names].join(' ').toLowerCase();
    return words.every((word) => text.includes(word));
  });
  return (
    <>
      <div className="toolbar">
        <SearchField label="Search projects" value={search} onChange={setSearch} />
        <span className="quiet ml-auto empty:hidden" role="status">
          {found.length > SHOWN
            ? `${SHOWN} of ${found.length.toLocaleString()}. Search finds the rest.`
            : words.length > 0
              ? `${found.length} of ${projects.length}`
              : ''}
        </span>
      </div>
      {found.length > 0 ? (
        <ProjectTable projects={found.slice(0, SHOWN)} />
      ) : (
        <div className="card">
          <Empty
            icon={SearchX}
            title="No project by that name"
            text="The search looks at names, addresses and environments."
            action={<Button onClick={() => setSearch('')}>Show all</Button>}
          />
        </div>
      )}
    </>
  );
}
