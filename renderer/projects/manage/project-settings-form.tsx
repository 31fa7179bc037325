import { useNavigate } from '@tanstack/react-router';
import { useEffect, useState } from 'react';
import { ask, client } from '../../api/client.ts';
import { useApiMutation } from '../../api/mutation.ts';
import { queryClient } from '../../api/queries.ts';
import { useMay, useMayIn } from '../../app/session.ts';
import { Button } from '../../ui/button.tsx';
import { TextField } from '../../ui/form/field.tsx';
import { Form } from '../../ui/form/form.tsx';
import { FormError } from '../../ui/form/form-error.tsx';
import { Section } from '../../ui/page.tsx';
import { useShortcut } from '../../ui/shortcuts.ts';
import { type Project, projectQuery } from '../project-queries.ts';
import { showChanged } from '../undo-toast.tsx';

const FIELDS = ['name', 'slug', 'main_branch', 'directory', 'preset', 'repo_owner', 'repo_name'] as const;
type Fields = Record<(typeof FIELDS)[number], string>;

const toFields = (project: Project): Fields => ({
  name: project.name,
  slug: project.slug,
  main_branch: project.main_branch,
  directory: project.directory,
  preset: project.preset ?? '',
  repo_owner: project.repo_owner ?? '',
  repo_name: project.repo_name ?? '',
});

/** Sends only changed fields, so that someone else's changes to other fields are kept. */
function changesOf(fields: Fields, project: Project) {
  const old = toFields(project);
  const changed = FIELDS.filter((name) => fields[name].trim() !== old[name]);
  return Object.fromEntries(
    changed.map((name) => [name, fields[name].trim() || (isNullable(name) ? null : '')]),
  );
}
const isNullable = (name: keyof Fields) => ['preset', 'repo_owner', 'repo_name'].includes(name);

/** The same fields as they were before. */
const formerOf = (project: Project, changes: object) =>
  Object.fromEntries(
    FIELDS.filter((name) => Object.hasOwn(changes, name)).map((name) => [
      name,
      toFields(project)[name] || (isNullable(name) ? null : ''),
    ]),
  );

const change = (project: Project, body: ReturnType<typeof changesOf>) =>
  ask(
    client.POST('/projects/{project}/settings', { params: { path: { project: String(project.id) } }, body }),
  );

/** The instance's rule for an address. */
const SLUG = /^[a-z0-9]+(-[a-z0-9]+)*$/;

export function ProjectSettingsForm({ project }: { project: Project }) {
  const navigate = useNavigate();
  const mayWrite = useMayIn(project.slug, 'projects:write');
  // Names are of the whole instance: a role in the project is not enough.
  const mayRename = useMay('projects:write');
  const [fields, setFields] = useState(() => toFields(project));
  const [isTouched, setTouched] = useState(false);
  // Until someone types here, the form follows changes by others.
  useEffect(() => {
    if (!isTouched) setFields(toFields(project));
  }, [project, isTouched]);
  const changes = changesOf(fields, project);
  const slugError =
    fields.slug === project.slug || (SLUG.test(fields.slug) && fields.slug.length <= 60)
      ? undefined
      : 'Lower-case letters, digits and single dashes, at most 60.';
  const isReady =
    Object.keys(changes).length > 0 &&
    fields.name.trim() !== '' &&
    !slugError &&
    fields.directory.trim() !== '' &&
    fields.main_branch.trim() !== '';
  const save = useApiMutation(
    async () => ({ was: project, changed: changes, saved: await change(project, changes) }),
    {
      changes: ['projects'],
      onDone: async ({ was, changed, saved }) => {
        setTouched(false);
        showChanged('Settings saved', {
          // Only what was changed here: what someone else changed since stays.
          undo: async () => follow(await change(was, formerOf(was, changed)), saved.slug),
          changes: ['projects'],
          failed: 'The settings were not changed back',
        });
        await follow(saved, was.slug);
      },
    },
  );
  async function follow(saved: Project, formerSlug: string): Promise<void> {
    queryClient.setQueryData(projectQuery(saved.slug).queryKey, saved);
    // Only from the page of the address that is gone.
    if (saved.slug === formerSlug || !location.pathname.startsWith(`/projects/${formerSlug}/`)) return;
    await navigate({ to: '/projects/$project/settings', params: { project: saved.slug }, replace: true });
  }
  const submit = () => {
    if (isReady) save.mutate();
  };
  useShortcut('save', mayWrite ? submit : null);
  const field = (name: keyof Fields) => ({
    value: fields[name],
    readOnly: !(name === 'name' || name === 'slug' ? mayRename : mayWrite),
    onChange: (event: React.ChangeEvent<HTMLInputElement>) => {
      setTouched(true);
      setFields({ ...fields, [name]: event.target.value });
    },
    error: save.fieldError(name),
  });
  return (
    <Form
      className="grid grid-cols-1 gap-6"
      mutation={save}
      onSubmit={() => {
        submit();
      }}
    >
      <Section title="Name">
        <div className="card card-pad grid grid-cols-1 gap-4">
          <TextField label="Name" maxLength={500} {...field('name')} dir="auto" />
          <TextField
            label="Address"
            maxLength={60}
            isMono
            hint={
              fields.slug === project.slug
                ? `/projects/${fields.slug}, here and in the API`
                : 'Links and scripts that use the old address will stop working.'
            }
            {...field('slug')}
            error={slugError ?? save.fieldError('slug', 'Another project already uses this address.')}
          />
        </div>
      </Section>
      <Section title="Source">
        <div className="card card-pad grid grid-cols-1 gap-4">
          <p className="text-text-2">
            For programs that read it over the API. This version does not deploy anything itself.
          </p>
          <div className="grid items-start gap-4 tablet:grid-cols-2">
            <TextField label="Repository owner" maxLength={500} {...field('repo_owner')} />
            <TextField label="Repository name" maxLength={500} {...field('repo_name')} />
            <TextField label="Main branch" maxLength={255} isMono {...field('main_branch')} />
            <TextField label="Preset" maxLength={500} hint="nextjs, vite, docker, …" {...field('preset')} />
          </div>
          <TextField
            label="Directory"
            maxLength={500}
            isMono
            hint="The application’s directory in the repository; . for the root."
            {...field('directory')}
          />
        </div>
      </Section>
      <FormError mutation={save} fields={FIELDS} />
      {mayWrite && (
        <div className="flex justify-end">
          <Button kind="main" type="submit" isBusy={save.isPending} disabled={!isReady}>
            Save
          </Button>
        </div>
      )}
    </Form>
  );
}
