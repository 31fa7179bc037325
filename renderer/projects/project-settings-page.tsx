import { useQuery } from '@tanstack/react-query';
import { Trash2 } from 'lucide-react';
import { useState } from 'react';
import { useMay } from '../app/session.ts';
import { Button } from '../ui/button.tsx';
import { Failed, Skeleton } from '../ui/nothing.tsx';
import { Section } from '../ui/page.tsx';
import { DeleteProjectDialog } from './manage/delete-project-dialog.tsx';
import { useProjectParam } from './manage/project-param.ts';
import { ProjectSettingsForm } from './manage/project-settings-form.tsx';
import { ProjectFrame } from './project-frame.tsx';
import { projectQuery } from './project-queries.ts';

export function ProjectSettingsPage() {
  const segment = useProjectParam();
  const project = useQuery(projectQuery(segment));
  const [isDeleting, setDeleting] = useState(false);
  const mayDelete = useMay('projects:delete');
  return (
    <ProjectFrame project={segment}>
      {project.isPending ? (
        <div className="card">
          <Skeleton rows={5} columns={2} />
        </div>
      ) : project.isError && !project.data ? (
        <Failed
          title="The settings did not load"
          error={project.error}
          onRetry={() => void project.refetch()}
        />
      ) : (
        project.data && (
          <div className="grid grid-cols-1 max-w-160 gap-6">
            <ProjectSettingsForm key={project.data.id} project={project.data} />
            {mayDelete && (
              <Section title="Delete this project">
                <div className="card card-pad flex flex-wrap items-center gap-3">
                  <p className="min-w-0 flex-1 basis-60 text-text-2">
                    Its environments, variables, their history and its tokens go with it. You are told how
                    many first.
                  </p>
                  <Button icon={Trash2} onClick={() => setDeleting(true)}>
                    Delete project…
                  </Button>
                </div>
              </Section>
            )}
          </div>
        )
      )}
      {isDeleting && project.data && (
        <DeleteProjectDialog project={project.data} onClose={() => setDeleting(false)} />
      )}
    </ProjectFrame>
  );
}
