import type { ApiMutation } from '../../api/mutation.ts';
import { Segmented } from '../../ui/form/choices.tsx';
import { TextField } from '../../ui/form/field.tsx';
import type { App } from '../app-queries.ts';

/** A probe as it is typed. */
export interface ProbeTexts {
  kind: 'http' | 'tcp';
  path: string;
  /** A status below this is a good answer. */
  below: number;
  withinS: string;
}

const USUAL: ProbeTexts = { kind: 'http', path: '/', below: 500, withinS: '60' };

export const toProbeFields = (app: Pick<App, 'probe'> | null): ProbeTexts =>
  app === null
    ? USUAL
    : {
        kind: app.probe.kind,
        path: app.probe.path,
        below: app.probe.below,
        withinS: String(app.probe.within_s),
      };

/** Null where nothing is typed: what the image says. */
export function readPort(text: string): { port: number | null; error?: string } {
  const typed = text.trim();
  if (typed === '') return { port: null };
  const port = /^\d{1,5}$/.test(typed) ? Number(typed) : 0;
  return port >= 1 && port <= 65_535 ? { port } : { port: null, error: 'A number from 1 to 65535' };
}

interface ProbeFieldsProps {
  probe: ProbeTexts;
  onChange: (probe: ProbeTexts) => void;
  mutation: Pick<ApiMutation, 'fieldError'>;
}

/** How it is found out whether the new release works; seldom changed. */
export function ProbeFields({ probe, onChange, mutation }: ProbeFieldsProps) {
  const error = { path: mutation.fieldError('probe.path'), withinS: mutation.fieldError('probe.within_s') };
  const isUsual = probe.kind === USUAL.kind && probe.path === USUAL.path && probe.withinS === USUAL.withinS;
  const isWrong = error.path !== undefined || error.withinS !== undefined;
  return (
    <details className="min-w-0" open={isWrong || !isUsual || undefined}>
      <summary className="w-fit cursor-pointer py-1 font-medium">More</summary>
      <div className="mt-3 grid gap-4">
        <div className="grid gap-2">
          <span className="font-medium">The new release works with</span>
          <span className="flex">
            <Segmented
              label="The new release works with"
              value={probe.kind}
              onChange={(kind) => onChange({ ...probe, kind })}
              options={[
                { value: 'http', label: 'an HTTP response' },
                { value: 'tcp', label: 'a TCP connection' },
              ]}
            />
          </span>
        </div>
        {probe.kind === 'http' && (
          <TextField
            label="Path"
            isMono
            value={probe.path}
            onChange={(event) => onChange({ ...probe, path: event.target.value })}
            error={error.path}
            maxLength={500}
            placeholder="/"
            hint={`Any status below ${probe.below} is a good answer.`}
          />
        )}
        <TextField
          label="Within seconds"
          inputMode="numeric"
          value={probe.withinS}
          onChange={(event) => onChange({ ...probe, withinS: event.target.value })}
          error={error.withinS}
          maxLength={3}
          hint="From 1 to 600. After that the deployment has failed, and what ran before still serves."
        />
      </div>
    </details>
  );
}
