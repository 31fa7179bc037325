import { Link, useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { ask, client } from '../api/client.ts';
import { useApiMutation } from '../api/mutation.ts';
import { toBase64 } from '../key/copy-input/handed-copy.ts';
import { Banner } from '../ui/banner.tsx';
import { Button } from '../ui/button.tsx';
import { TextAreaField, TextField } from '../ui/form/field.tsx';

/** A first project, with what its .env holds. Both can wait. */
export function FirstProject() {
  const navigate = useNavigate();
  const [env, setEnv] = useState('');
  const [made, setMade] = useState<string | null>(null);
  const create = useApiMutation(
    async (name: string) => {
      const slug = made ?? (await ask(client.POST('/projects', { body: { name } }))).slug;
      // A file that is refused is put right and sent again: the project is there by then.
      setMade(slug);
      if (env.trim() !== '') {
        await ask(
          client.POST('/projects/{project}/variables/import', {
            params: { path: { project: slug } },
            body: { content_base64: toBase64(new TextEncoder().encode(env)) },
          }),
        );
      }
      return slug;
    },
    {
      changes: 'everything',
      onDone: (slug) => {
        setEnv('');
        return navigate({ to: '/projects/$project', params: { project: slug } });
      },
    },
  );
  const count = countLines(env);
  return (
    <form
      className="grid grid-cols-1 gap-4"
      onSubmit={(event) => {
        event.preventDefault();
        create.mutate(String(new FormData(event.currentTarget).get('name')).trim());
      }}
    >
      <TextAreaField
        label="Paste your .env"
        hint={
          count === 0
            ? 'What looks like a secret is sealed at once. You can change that afterwards.'
            : `${count} ${count === 1 ? 'line' : 'lines'} with a value.`
        }
        rows={6}
        autoCapitalize="none"
        placeholder="DATABASE_URL=postgres://…"
        value={env}
        onChange={(event) => setEnv(event.target.value)}
      />
      <TextField
        label="Name of the project"
        name="name"
        required
        maxLength={100}
        dir="auto"
        autoFocus
        readOnly={made !== null}
        error={create.fieldError('name')}
      />
      {create.message && !create.fieldError('name') && (
        <Banner tone="danger">
          {create.message}
          {made !== null && ' The project was made; mend the text, or empty it and go on.'}
        </Banner>
      )}
      <div className="setup-end">
        <Button kind="main" type="submit" isBusy={create.isPending}>
          {count > 0
            ? `Create it with ${count} ${count === 1 ? 'variable' : 'variables'}`
            : 'Create the project'}
        </Button>
        <p className="setup-later">
          <Link to="/">Not now</Link>
          <span>Projects wait on their page.</span>
        </p>
      </div>
    </form>
  );
}

/** About how many variables a .env file holds: what counts them for good is the instance. */
function countLines(text: string): number {
  return text.split('\n').filter((line) => /^\s*(?:export\s+)?[A-Za-z_][\w.-]*\s*=/.test(line)).length;
}
