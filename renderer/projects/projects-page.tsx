import { type UseQueryResult, useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { Plus, SearchX, SquareStack } from 'lucide-react';
import { type ReactNode, useState } from 'react';
import { useMay, useMaySomewhere } from '../app/session.ts';
import { useSearch } from '../ui/address.ts';
import { Empty } from '../ui/blank-state.tsx';
import { Button, buttonClass } from '../ui/button.tsx';
import { SearchField } from '../ui/form/search-field.tsx';
import { Page } from '../ui/page.tsx';
import { hasWords } from '../ui/text.ts';
import { NewProjectDialog } from './manage/new-project-dialog.tsx';
import { ProjectTable } from './manage/project-table.tsx';
import { type ListedProject, projectListQuery } from './project-queries.ts';

/** Rows shown at once; the search finds the rest. */
const SHOWN = 200;

export function ProjectsPage() {
  const projects = useQuery(projectListQuery);
  const [isMaking, setMaking] = useState(false);
  const mayWrite = useMay('projects:write');
  const maySeeShared = useMay('environments:read');
  const mayRead = useMaySomewhere('environments:read');
  const isEmpty = projects.data?.length === 0;
  return (
    <Page
      title="Projects"
      actions={
        <>
          {maySeeShared && (
            <Link to="/shared" className={buttonClass()}>
              Shared variables
            </Link>
          )}
          {mayRead && (
            <Link to="/trash" className={buttonClass()}>
              Trash
            </Link>
          )}
          {mayWrite && (
            <Button kind={isEmpty ? 'normal' : 'main'} icon={Plus} onClick={() => setMaking(true)}>
              New project
            </Button>
          )}
        </>
      }
    >
      <ProjectList
        query={projects}
        none={
          <Empty
            icon={SquareStack}
            title="No projects yet"
            text={
              mayWrite
                ? 'A project is one application with its environments, variables and tokens. Name it, then paste its .env.'
                : 'A project is one application with its environments and variables. An administrator can create one.'
            }
            action={
              mayWrite && (
                <Button kind="main" icon={Plus} onClick={() => setMaking(true)}>
                  Create a project
                </Button>
              )
            }
          />
        }
      />
      {isMaking && (
        <NewProjectDialog
          taken={new Set(projects.data?.map(({ slug }) => slug))}
          onClose={() => setMaking(false)}
        />
      )}
    </Page>
  );
}

interface ProjectListProps {
  query: UseQueryResult<readonly ListedProject[]>;
  /** Shown instead of an empty list. */
  none: ReactNode;
}

function ProjectList({ query, none }: ProjectListProps) {
  const projects = query.data ?? [];
  const [search, setSearch] = useSearch();
  const found = projects.filter(({ name, slug, environment_names }) =>
    hasWords([name, slug, ...environment_names].join(' '), search),
  );
  return (
    <>
      {projects.length > 0 && (
        <div className="toolbar">
          <SearchField label="Search projects" value={search} onChange={setSearch} />
          <span className="quiet ml-auto empty:hidden" role="status">
            {found.length > SHOWN
              ? `${SHOWN} of ${found.length.toLocaleString()}. Use the search to find the rest.`
              : search.trim() !== ''
                ? `${found.length} of ${projects.length}`
                : ''}
          </span>
        </div>
      )}
      <ProjectTable
        query={query}
        projects={found.slice(0, SHOWN)}
        empty={
          projects.length === 0 ? (
            none
          ) : (
            <Empty
              icon={SearchX}
              title="No projects found"
              text="The search covers names, addresses and environments."
              action={<Button onClick={() => setSearch('')}>Show all</Button>}
            />
          )
        }
      />
    </>
  );
}
