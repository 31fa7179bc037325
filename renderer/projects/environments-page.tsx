import { useQuery } from '@tanstack/react-query';
import { Plus } from 'lucide-react';
import { useState } from 'react';
import { useMay } from '../app/session.ts';
import { Button } from '../ui/button.tsx';
import { DeleteEnvironmentDialog } from './manage/delete-environment-dialog.tsx';
import { EnvironmentSettingsDialog } from './manage/environment-settings-dialog.tsx';
import { EnvironmentTable } from './manage/environment-table.tsx';
import { NewEnvironmentDialog } from './manage/new-environment-dialog.tsx';
import { useProjectParam } from './manage/project-param.ts';
import { ProjectFrame } from './project-frame.tsx';
import { type Environment, environmentsQuery, variablesQuery } from './project-queries.ts';

type Open = { what: 'new' } | { what: 'settings' | 'delete'; environment: Environment } | null;

/** The environments of a project: where its variables differ. */
export function EnvironmentsPage() {
  const project = useProjectParam();
  const environments = useQuery(environmentsQuery(project));
  const variables = useQuery(variablesQuery(project)).data;
  const [open, setOpen] = useState<Open>(null);
  const mayWrite = useMay('environments:write');
  const mayDelete = useMay('environments:delete');
  const close = () => setOpen(null);
  return (
    <ProjectFrame
      project={project}
      actions={
        mayWrite && (
          <Button kind="main" icon={Plus} onClick={() => setOpen({ what: 'new' })}>
            Add environment
          </Button>
        )
      }
    >
      <EnvironmentTable
        query={environments}
        environments={environments.data ?? []}
        variables={variables}
        onSettings={mayWrite ? (environment) => setOpen({ what: 'settings', environment }) : undefined}
        onDelete={mayDelete ? (environment) => setOpen({ what: 'delete', environment }) : undefined}
      />
      {open?.what === 'new' && <NewEnvironmentDialog project={project} onClose={close} />}
      {open?.what === 'settings' && (
        <EnvironmentSettingsDialog project={project} environment={open.environment} onClose={close} />
      )}
      {open?.what === 'delete' && (
        <DeleteEnvironmentDialog project={project} environment={open.environment} onClose={close} />
      )}
    </ProjectFrame>
  );
}
