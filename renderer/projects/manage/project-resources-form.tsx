import { useEffect, useState } from 'react';
import { ask, client } from '../../api/client.ts';
import { useApiMutation } from '../../api/mutation.ts';
import { queryClient } from '../../api/queries.ts';
import { useMayIn } from '../../app/session.ts';
import { Button } from '../../ui/button.tsx';
import { Form } from '../../ui/form/form.tsx';
import { FormError } from '../../ui/form/form-error.tsx';
import { Section } from '../../ui/page.tsx';
import { type Project, projectQuery } from '../project-queries.ts';
import { showChanged } from '../undo-toast.tsx';
import { isTextGood, type Resource, resources, toChange, toText, undoChange } from './resource-config.ts';
import { NotApplied, ResourceFields, SecurityFact } from './resource-fields.tsx';

const change = (project: Project, body: ReturnType<typeof toChange>) =>
  ask(
    client.PATCH('/projects/{project}/deployment-config', {
      params: { path: { project: String(project.id) } },
      body,
    }),
  );

/** What is stored of how a project is to be run, for all of its environments. */
export function ProjectResourcesForm({ project }: { project: Project }) {
  const { deployment_config: config } = project;
  const mayWrite = useMayIn(project.slug, 'projects:write');
  const [text, setText] = useState(() => toText(config));
  const [isCleared, setCleared] = useState(false);
  const [isTouched, setTouched] = useState(false);
  // Until someone types here, the form follows changes by others.
  useEffect(() => {
    if (!isTouched) setText(toText(config));
  }, [config, isTouched]);
  const body = toChange(text, config, isCleared);
  const isReady = Object.keys(body).length > 0 && isTextGood(text);
  const save = useApiMutation(
    async () => ({ former: undoChange(body, config), saved: await change(project, body) }),
    {
      changes: ['projects'],
      onDone: ({ former, saved }) => {
        queryClient.setQueryData(projectQuery(saved.slug).queryKey, saved);
        setTouched(false);
        setCleared(false);
        showChanged('Resources saved', {
          undo: () => change(project, former),
          changes: ['projects'],
          failed: 'The resources were not changed back',
        });
      },
    },
  );
  const fieldError = ({ name, field }: Resource) => save.fieldError(name) ?? save.fieldError(field);
  return (
    <Section title="Resources">
      <Form
        className="card card-pad grid grid-cols-1 gap-4"
        mutation={save}
        onSubmit={() => {
          if (isReady) save.mutate();
        }}
      >
        <NotApplied names={project.not_applied} />
        <ResourceFields
          text={text}
          onChange={(typed) => {
            setTouched(true);
            setText(typed);
          }}
          fieldError={fieldError}
          readOnly={!mayWrite}
          alwaysSet="automaticDeploy"
        />
        <SecurityFact
          security={config.security}
          isCleared={isCleared}
          onClear={mayWrite ? setCleared : undefined}
        />
        <FormError mutation={save} fields={resources.flatMap(({ name, field }) => [name, field])} />
        {mayWrite && (
          <div className="flex justify-end">
            <Button kind="main" type="submit" isBusy={save.isPending} disabled={!isReady}>
              Save resources
            </Button>
          </div>
        )}
      </Form>
    </Section>
  );
}
