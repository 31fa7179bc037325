import { useState } from 'react';
import { askConfirmed, client } from '../../api/client.ts';
import { useApiMutation } from '../../api/mutation.ts';
import { useSession } from '../../app/session.ts';
import { Choices } from '../../ui/form/choices.tsx';
import { TextField } from '../../ui/form/field.tsx';
import { ConfirmDialog } from '../../ui/overlays/confirm-dialog.tsx';
import { FormDialog } from '../../ui/overlays/form-dialog.tsx';
import { showToast } from '../../ui/overlays/toasts.tsx';
import { shorten } from '../../ui/text.ts';
import type { Project } from '../project-queries.ts';
import { type Member, type ProjectRole, projectRoleLabel, projectRoles } from './project-roles.ts';

interface DialogProps {
  project: Project;
  onClose: () => void;
}

const CHANGES = ['projects', 'users', 'session'] as const;

/** What someone may do with it themselves may be less afterwards: the session is asked again. */
function useGiveRole({ project, onClose }: DialogProps, user: string, role: ProjectRole) {
  return useApiMutation(
    () =>
      askConfirmed(() =>
        client.PUT('/projects/{project}/members/{user}', {
          params: { path: { project: String(project.id), user } },
          body: { role },
        }),
      ),
    {
      changes: [...CHANGES],
      onDone: ({ name, email }) => {
        onClose();
        showToast({
          title: `${name || email} is ${projectRoleLabel(role).toLowerCase()} of ${project.name}`,
        });
      },
    },
  );
}

/** By address: managers see no list of the people of the instance. */
export function AddMemberDialog(props: DialogProps) {
  const [email, setEmail] = useState('');
  const [role, setRole] = useState<ProjectRole>('reader');
  const give = useGiveRole(props, email.trim(), role);
  return (
    <FormDialog
      title="Add member"
      text="Someone who has an account here. An administrator adds accounts."
      action="Add member"
      mutation={give}
      fields={['email']}
      isReady={email.includes('@')}
      onClose={props.onClose}
    >
      <TextField
        label="E-mail"
        type="email"
        value={email}
        onChange={(event) => setEmail(event.target.value)}
        error={give.fieldError('email')}
        maxLength={254}
        autoFocus
      />
      <Choices label="Role" value={role} onChange={setRole} options={projectRoles} />
    </FormDialog>
  );
}

export function ChangeRoleDialog({ member, ...props }: DialogProps & { member: Member }) {
  const [role, setRole] = useState(member.role);
  const give = useGiveRole(props, String(member.user_id), role);
  const you = useSession().user?.id;
  return (
    <FormDialog
      title={`Role of ${shorten(member.name || member.email)}`}
      action="Save"
      mutation={give}
      fields={[]}
      isReady={role !== member.role}
      onClose={props.onClose}
    >
      <Choices label="Role" value={role} onChange={setRole} options={projectRoles} />
      {member.role === 'manager' && role !== 'manager' && (
        <p className="text-text-2">
          Deployment tokens that {member.user_id === you ? 'you' : 'they'} made for this project end now, and
          do not come back with the role.
        </p>
      )}
    </FormDialog>
  );
}

export function RemoveMemberDialog({ project, member, onClose }: DialogProps & { member: Member }) {
  const name = member.name || member.email;
  const remove = useApiMutation(
    () =>
      askConfirmed(() =>
        client.DELETE('/projects/{project}/members/{user}', {
          params: { path: { project: String(project.id), user: String(member.user_id) } },
        }),
      ),
    {
      changes: [...CHANGES],
      onDone: () => {
        onClose();
        showToast({ title: `${name} is no member of ${project.name} any more` });
      },
    },
  );
  return (
    <ConfirmDialog
      title={`Remove ${shorten(name)}?`}
      action="Remove member"
      keep="Keep them"
      mutation={remove}
      onClose={onClose}
    >
      <p>
        {member.instance_role === 'member'
          ? 'They see nothing of this project any more, and neither do their API keys.'
          : 'They keep what their role in the instance allows.'}{' '}
        What they know by now they know: rotate secrets that they should not use.
      </p>
      {member.role === 'manager' && member.instance_role !== 'admin' && member.instance_role !== 'user' && (
        <p>Deployment tokens that they made for this project end now, and do not come back with the role.</p>
      )}
    </ConfirmDialog>
  );
}
