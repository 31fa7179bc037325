import { useQuery } from '@tanstack/react-query';
import { useParams } from '@tanstack/react-router';
import { ClipboardPaste, Download, Plus } from 'lucide-react';
import { useCallback, useEffect, useMemo } from 'react';
import { ProjectFrame } from '../projects/project-frame.tsx';
import { type Environment, projectQuery, variablesQuery } from '../projects/project-queries.ts';
import { choiceOf, useAddress } from '../ui/address.ts';
import { Button } from '../ui/button.tsx';
import { Dialogs, useDialogs } from './dialogs.tsx';
import { DropTarget } from './files/drop-target.tsx';
import type { EnvSource } from './files/env-source.ts';
import { RawView } from './files/raw-view.tsx';
import { useRights } from './rights.ts';
import { VariableList } from './table/variable-list.tsx';
import { VariableToolbar, variablesViews } from './table/variable-toolbar.tsx';
import { projectScope } from './variable-scope.ts';
import { WithEnvironments } from './with-environments.tsx';

/** The variables of a project in all its environments. */
export function VariablesPage() {
  const { project } = useParams({ from: '/shell/projects/$project' });
  return (
    <WithEnvironments project={project}>
      {/* Another project starts with fresh state: nothing typed or selected in this one belongs there. */}
      {(environments) => <Variables key={project} project={project} environments={environments} />}
    </WithEnvironments>
  );
}

/** `open` is what a link asks for: its dialog is opened once, and not again after a reload. */
const kept = ['environment', 'search', 'view', 'open'] as const;

function Variables({ project, environments }: { project: string; environments: readonly Environment[] }) {
  const scope = useMemo(() => projectScope(project), [project]);
  const rights = useRights(project);
  const name = useQuery(projectQuery(project)).data?.name ?? project;
  const list = useQuery(variablesQuery(project)).data;
  const { opened, open, close } = useDialogs();
  const [{ environment, search, view: chosenView, open: wanted }, change] = useAddress(kept);
  const setSearch = useCallback((next: string) => change({ search: next }), [change]);
  const view = rights.mayReveal ? choiceOf(variablesViews, chosenView) : 'table';
  const shown = environments.find(({ name }) => name === environment) ?? null;
  const target = shown ?? environments[0];
  const takeSource = useCallback(
    (source: EnvSource) => {
      if (target) open({ kind: 'import', source, environmentId: target.id });
    },
    [open, target],
  );
  const mayPaste = rights.mayWrite && target !== undefined;
  useEffect(() => {
    if (wanted === '') return;
    if (wanted === 'paste' && mayPaste) open({ kind: 'paste' });
    change({ open: '' });
  }, [wanted, mayPaste, open, change]);
  const isEmpty = list?.length === 0;
  // Not while they load: a button that goes again is missed by who clicks it then.
  const hasVariables = (list?.length ?? 0) > 0;
  const toolbar = (
    <VariableToolbar
      environments={environments}
      environmentId={view === 'raw' ? (target?.id ?? null) : (shown?.id ?? null)}
      onEnvironment={(id) => change({ environment: environments.find((each) => each.id === id)?.name ?? '' })}
      search={search}
      onSearch={setSearch}
      view={view}
      onView={rights.mayReveal && target ? (next) => change({ view: next === 'table' ? '' : next }) : null}
      onHistory={() => open({ kind: 'environment-history' })}
    />
  );
  const pasteButton = (kind: 'main' | 'normal') => (
    <Button kind={kind} icon={ClipboardPaste} onClick={() => open({ kind: 'paste' })}>
      Paste .env
    </Button>
  );
  return (
    <ProjectFrame
      project={project}
      actions={
        <>
          {rights.mayReveal && hasVariables && target && (
            <Button icon={Download} onClick={() => open({ kind: 'export' })}>
              Export
            </Button>
          )}
          {rights.mayWrite && hasVariables && target && pasteButton('normal')}
          {rights.mayWrite && (
            <Button
              kind={isEmpty || view === 'raw' ? 'normal' : 'main'}
              icon={Plus}
              onClick={() => open({ kind: 'add' })}
            >
              Add variable
            </Button>
          )}
        </>
      }
    >
      {view === 'raw' && target ? (
        <>
          <div className="list-bar">{toolbar}</div>
          <RawView key={target.id} project={project} environment={target} rights={rights} open={open} />
        </>
      ) : (
        <VariableList
          scope={scope}
          environments={environments}
          environmentId={shown?.id ?? null}
          search={search}
          onSearch={setSearch}
          rights={rights}
          open={open}
          toolbar={toolbar}
          empty={
            rights.mayWrite
              ? {
                  text: 'Values your apps read when they start. Drop a .env anywhere on this page, or paste it.',
                  action: pasteButton('main'),
                }
              : { text: 'Values the apps of this project read when they start.', action: null }
          }
        />
      )}
      {target && (
        <>
          <DropTarget
            environment={target.name}
            isOn={rights.mayWrite && opened === null}
            onSource={takeSource}
          />
          <Dialogs
            opened={opened}
            open={open}
            onClose={close}
            scope={scope}
            from={name}
            rights={rights}
            place={{
              project,
              environments,
              environmentId: shown?.id ?? null,
              target,
              variables: list ?? [],
            }}
          />
        </>
      )}
    </ProjectFrame>
  );
}
