import { useNavigate } from '@tanstack/react-router';
import { Rocket } from 'lucide-react';
import { useState } from 'react';
import { askConfirmed, client } from '../../api/client.ts';
import { useApiMutation } from '../../api/mutation.ts';
import { hasCode } from '../../api/problem.ts';
import { Checkbox, Select } from '../../ui/form/choices.tsx';
import { Field, TextField } from '../../ui/form/field.tsx';
import { FormError } from '../../ui/form/form-error.tsx';
import { FormDialog } from '../../ui/overlays/form-dialog.tsx';
import { shorten } from '../../ui/text.ts';
import { CannotEncrypt } from '../../vault-state/can-encrypt.tsx';
import type { App, Engine } from '../app-queries.ts';
import { EngineNotice, EngineProblem } from '../engine-notice.tsx';
import { ProbeFields, readPort, toProbeFields } from './probe-fields.tsx';

interface Place {
  id: number;
  name: string;
}

interface DeployDialogProps {
  /** Path segment. */
  project: string;
  /** The environment; null where it is chosen from `places`. */
  place: Place | null;
  places: readonly Place[];
  /** What runs there already. */
  apps: readonly App[];
  engine: Engine | undefined;
  /** Instead of the image that runs. */
  image?: string;
  onClose: () => void;
}

const FIELDS = ['image', 'port', 'probe.path', 'probe.within_s'];

/** Asks which image runs, and goes to its deployment. */
export function DeployDialog(props: DeployDialogProps) {
  const { project, places, apps, engine, onClose } = props;
  const navigate = useNavigate();
  const [chosen, setChosen] = useState<number | null>(null);
  const place = props.place ?? places.find(({ id }) => id === chosen) ?? places[0] ?? null;
  const known = apps.find(({ environment }) => environment.id === place?.id) ?? null;
  const [image, setImage] = useState(props.image ?? known?.image ?? '');
  const [port, setPort] = useState(known?.port?.toString() ?? '');
  const [isPulled, setPulled] = useState(false);
  const [probe, setProbe] = useState(() => toProbeFields(known));
  const wanted = readPort(port);
  const deploy = useApiMutation(
    () =>
      // Whoever says which image runs can read what it is given.
      askConfirmed(() =>
        client.POST('/projects/{project}/environments/{environment}/app/deploy', {
          params: { path: { project, environment: String(place?.id ?? 'production') } },
          body: {
            image: image.trim(),
            port: wanted.port,
            probe: {
              kind: probe.kind,
              path: probe.path.trim() === '' ? '/' : probe.path.trim(),
              below: probe.below,
              within_s: Number(probe.withinS),
            },
            pull: isPulled,
          },
        }),
      ),
    {
      changes: ['projects', 'apps'],
      onDone: ({ id }) => {
        onClose();
        void navigate({
          to: '/projects/$project/deployments/$deployment',
          params: { project, deployment: String(id) },
        });
      },
    },
  );
  const isWithin = /^[1-9]\d{0,2}$/.test(probe.withinS.trim());
  return (
    <FormDialog
      title={place ? `Deploy to ${shorten(place.name)}` : 'Deploy'}
      text="It gets the variables of the environment. What runs there now keeps serving until the new one responds."
      action="Deploy"
      icon={Rocket}
      mutation={deploy}
      failure={<DeployFailure mutation={deploy} />}
      isReady={image.trim() !== '' && wanted.error === undefined && isWithin}
      width={640}
      onClose={onClose}
    >
      {engine && engine.state !== 'ready' && !hasCode(deploy.error, 'engine_unavailable') && (
        <EngineNotice engine={engine} />
      )}
      {props.place === null && places.length > 1 && (
        <Field label="Environment">
          {(ids) => (
            <Select
              {...ids}
              value={String(place?.id)}
              onChange={(id) => setChosen(Number(id))}
              options={places.map(({ id, name }) => ({ value: String(id), label: name }))}
            />
          )}
        </Field>
      )}
      <TextField
        label="Image"
        isMono
        value={image}
        onChange={(event) => setImage(event.target.value)}
        error={deploy.fieldError('image')}
        maxLength={500}
        placeholder="ghcr.io/owner/app:1.2"
        autoFocus
        hint="As for docker pull: with a tag or a digest. An image that is on this machine is found too."
      />
      <TextField
        label="Port"
        inputMode="numeric"
        value={port}
        onChange={(event) => setPort(event.target.value)}
        error={wanted.error ?? deploy.fieldError('port')}
        placeholder="What the image says"
        hint="Where the app listens for HTTP. Without one: the port of the image, or the only one it listens on."
      />
      <Checkbox checked={isPulled} onChange={setPulled}>
        Ask the registry for a newer one
      </Checkbox>
      <ProbeFields probe={probe} onChange={setProbe} mutation={deploy} />
    </FormDialog>
  );
}

type DeployMutation = ReturnType<typeof useApiMutation>;

/** A refusal, with what helps. */
export function DeployFailure({ mutation }: { mutation: DeployMutation }) {
  const { error } = mutation;
  if (hasCode(error, 'engine_unavailable')) return <EngineProblem problem={error} />;
  if (hasCode(error, 'vault_locked'))
    return <CannotEncrypt what="An app gets its variables when it is started: unlock the vault to deploy." />;
  return <FormError mutation={mutation} fields={FIELDS} />;
}
