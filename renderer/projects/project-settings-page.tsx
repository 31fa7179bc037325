import { useQuery } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { Trash2 } from 'lucide-react';
import { useState } from 'react';
import { askConfirmed, client } from '../api/client.ts';
import { useApiMutation } from '../api/mutation.ts';
import { useMay, useMayIn } from '../app/session.ts';
import { showDeleted } from '../trash/deleted-toast.tsx';
import { StillHeld } from '../trash/still-held.tsx';
import { typedFor } from '../trash/typed-for.tsx';
import { Failed, Skeleton } from '../ui/blank-state.tsx';
import { Button } from '../ui/button.tsx';
import { ConfirmDialog } from '../ui/overlays/confirm-dialog.tsx';
import { Section } from '../ui/page.tsx';
import { shorten } from '../ui/text.ts';
import { formatCount } from '../ui/time.ts';
import { NameList } from './manage/name-list.tsx';
import { ProjectResourcesForm } from './manage/project-resources-form.tsx';
import { ProjectSettingsForm } from './manage/project-settings-form.tsx';
import { MembersSection } from './members/members-section.tsx';
import { ProjectFrame } from './project-frame.tsx';
import {
  environmentsQuery,
  type Project,
  projectQuery,
  tokensQuery,
  useProjectParam,
  variablesQuery,
} from './project-queries.ts';

export function ProjectSettingsPage() {
  const segment = useProjectParam();
  const project = useQuery(projectQuery(segment));
  const [isDeleting, setDeleting] = useState(false);
  const mayDelete = useMay('projects:delete');
  const mayReadMembers = useMayIn(segment, 'members:read');
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
            <ProjectResourcesForm key={`resources ${project.data.id}`} project={project.data} />
            {mayReadMembers && <MembersSection project={project.data} />}
            {mayDelete && (
              <Section title="Delete this project">
                <div className="card card-pad flex flex-wrap items-center gap-3">
                  <p className="min-w-0 flex-1 basis-60 text-text-2">
                    This also deletes its environments, variables and their history, which can be restored for
                    30 days, and its tokens and members’ roles, which cannot. You see how many before you
                    confirm.
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

/** What is deleted with a project, by count and name; its name must be typed. */
function DeleteProjectDialog({ project, onClose }: { project: Project; onClose: () => void }) {
  const navigate = useNavigate();
  const variables = useQuery(variablesQuery(project.slug));
  const environments = useQuery(environmentsQuery(project.slug));
  const tokens = useQuery({ ...tokensQuery(project.slug), enabled: useMayIn(project.slug, 'tokens:read') });
  const isCounted = variables.isSuccess && environments.isSuccess && (tokens.isSuccess || !tokens.isEnabled);
  const remove = useApiMutation(
    () =>
      askConfirmed(() =>
        client.DELETE('/projects/{project}', { params: { path: { project: String(project.id) } } }),
      ),
    {
      changes: ['projects', 'trash'],
      onDone: () => {
        void showDeleted(`${project.name} was deleted`, { project_id: project.id });
        return navigate({ to: '/projects', replace: true });
      },
    },
  );
  const list = variables.data ?? [];
  const secrets = list.filter((each) => each.is_secret).length;
  return (
    <ConfirmDialog
      title={`Delete ${shorten(project.name)}?`}
      action={list.length === 0 ? 'Delete project' : `Delete it and ${formatCount(list.length, 'variable')}`}
      keep="Keep it"
      mutation={remove}
      isReady={isCounted}
      {...typedFor(project.name)}
      onClose={onClose}
    >
      {isCounted ? (
        <>
          <p>
            This also deletes <b>{formatCount(list.length, 'variable')}</b>
            {secrets > 0 && ` (${secrets.toLocaleString()} secret)`}, all their earlier values,{' '}
            <b>{formatCount(environments.data?.length ?? 0, 'environment')}</b>
            {tokens.data && (
              <>
                {' '}
                and <b>{formatCount(tokens.data.tokens.length, 'deployment token')}</b>
              </>
            )}
            .
          </p>
          {list.length > 0 && <NameList names={[...new Set(list.map(({ key }) => key))]} />}
          <p>
            It can be restored from the trash for 30 days, but for its deployment tokens and the roles of its
            members: these end now and do not come back.
          </p>
          <StillHeld since={project.created_at} />
        </>
      ) : variables.isError || environments.isError || tokens.isError ? (
        <p>Its content could not be counted, so it was not deleted. Close this and try again.</p>
      ) : (
        <p>Counting its content…</p>
      )}
    </ConfirmDialog>
  );
}
