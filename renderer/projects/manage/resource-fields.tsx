import { Button } from '../../ui/button.tsx';
import { Select } from '../../ui/form/choices.tsx';
import { Field, TextField } from '../../ui/form/field.tsx';
import {
  type DeploymentConfig,
  findTextError,
  type Resource,
  type ResourceText,
  resources,
} from './resource-config.ts';

interface ResourceFieldsProps {
  text: ResourceText;
  onChange: (text: ResourceText) => void;
  /** Of the instance, by a field's name. */
  fieldError: (resource: Resource) => string | undefined;
  readOnly?: boolean;
  /** Has a value at all times: on or off. */
  alwaysSet?: Resource['name'];
}

/** How it is to be run, each cleared by an empty field. */
export function ResourceFields(props: ResourceFieldsProps) {
  const { text, onChange, fieldError, readOnly = false, alwaysSet } = props;
  return (
    <div className="grid items-start gap-4 phone:grid-cols-2">
      {resources.map((resource) => {
        const { name, label, kind, unit } = resource;
        const error = findTextError(resource, text) ?? fieldError(resource);
        const set = (value: string) => onChange({ ...text, [name]: value });
        return kind === 'number' ? (
          <TextField
            key={name}
            label={label}
            inputMode="numeric"
            maxLength={15}
            placeholder="not set"
            readOnly={readOnly}
            trailing={unit && <span className="quiet">{unit}</span>}
            value={text[name]}
            onChange={(event) => set(event.target.value)}
            error={error}
          />
        ) : (
          <Field key={name} label={label} error={error}>
            {({ id }) => (
              <Select
                id={id}
                value={text[name]}
                disabled={readOnly}
                onChange={set}
                options={[
                  ...(name === alwaysSet ? [] : [{ value: '', label: 'Not set' }]),
                  { value: 'true', label: 'On' },
                  { value: 'false', label: 'Off' },
                ]}
              />
            )}
          </Field>
        );
      })}
    </div>
  );
}

interface SecurityFactProps {
  security: DeploymentConfig['security'];
  /** Whether it goes when this is saved. */
  isCleared: boolean;
  /** Undefined for who may not. */
  onClear: ((isCleared: boolean) => void) | undefined;
}

/** Set by programs, in many parts: shown as it is stored, and cleared as a whole. */
export function SecurityFact({ security, isCleared, onClear }: SecurityFactProps) {
  if (security == null) return null;
  return (
    <div className="field">
      <span className="label">Security, set over the API</span>
      {isCleared ? (
        <span className="text-text-2">It is cleared when you save.</span>
      ) : (
        <pre className="max-h-40 overflow-auto rounded-2 font-mono text-12 whitespace-pre-wrap [overflow-wrap:anywhere]">
          {JSON.stringify(security, null, 2)}
        </pre>
      )}
      {onClear && (
        <Button isSmall className="justify-self-start" onClick={() => onClear(!isCleared)}>
          {isCleared ? 'Keep it' : 'Clear it'}
        </Button>
      )}
    </div>
  );
}

/** Which of these fields are stored and do nothing, as the instance says. */
export function NotApplied({ names }: { names: readonly string[] }) {
  const labels = [
    ...resources.flatMap(({ name, label }) => (names.includes(name) ? [label] : [])),
    ...(names.includes('security') ? ['Security'] : []),
  ];
  if (labels.length === 0) return null;
  return (
    <p className="text-text-2" role="note">
      Not applied yet: {labels.join(', ')}.
    </p>
  );
}
