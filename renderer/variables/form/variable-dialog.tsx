import { useState } from 'react';
import { useApiMutation } from '../../api/mutation.ts';
import { ApiProblem, hasCode } from '../../api/problem.ts';
import type { Environment } from '../../projects/project-queries.ts';
import { Button } from '../../ui/button.tsx';
import { Dialog } from '../../ui/overlays/dialog.tsx';
import { showToast } from '../../ui/overlays/toasts.tsx';
import { useSaveKey } from '../../ui/use-save-key.ts';
import { ProblemBanner } from '../problem-banner.tsx';
import { showSaved, type Variable, type VariableScope } from '../variable-scope.ts';
import { LostRace } from './lost-race.tsx';
import { type FormFields, VariableForm } from './variable-form.tsx';

interface VariableDialogProps {
  scope: VariableScope;
  environments: readonly Environment[] | null;
  /** The variable to edit; null for a new one. */
  variable: Variable | null;
  /** Initially selected environments of a new one. */
  environmentIds: readonly number[];
  mayReveal: boolean;
  onClose: () => void;
}

const FORM_ID = 'variable-form';

/** Adds or edits a variable. */
export function VariableDialog(props: VariableDialogProps) {
  const { scope, environments, variable, environmentIds, mayReveal, onClose } = props;
  // The version it is compared with when saving; after a conflict, the version found then.
  const [expected, setExpected] = useState(variable?.updated_at ?? 0);
  // Refused changes that may be sent anyway if the user confirms.
  const [refused, setRefused] = useState<FormFields | null>(null);
  const save = useApiMutation(
    ({ fields, allowUnresolved = false, over = expected }: Sent) =>
      send(scope, variable, fields, allowUnresolved, over),
    {
      // What refers to a shared variable is in projects.
      changes: [scope.queryKey[0], 'projects'],
      onDone: (saved, { fields }) => {
        showSaved(scope, saved);
        onClose();
        showToast({ title: `${fields.key} saved` });
      },
      onFailed: (_, error, { fields }) => setRefused(mayInsist(error) ? fields : null),
    },
  );
  const theirs = findTheirs(save.error);
  const race = variable && refused && theirs ? { was: variable, mine: refused, theirs } : null;
  useSaveKey(race || save.isPending ? null : submitForm);
  const problem = save.error instanceof ApiProblem && !refused ? save.error : null;
  const attempt = {
    message: save.message,
    error: save.error,
    reset: () => {
      save.reset();
      setRefused(null);
    },
  };
  return (
    <Dialog
      onClose={onClose}
      isPending={save.isPending}
      width={race ? 860 : 640}
      title={variable ? `Edit ${variable.key}` : 'Add a variable'}
      foot={
        race ? (
          <>
            <span className="grow" />
            <Button onClick={onClose}>Keep theirs</Button>
            <Button
              kind="main"
              isBusy={save.isPending}
              onClick={() => {
                setExpected(race.theirs.updated_at);
                save.mutate({ fields: race.mine, over: race.theirs.updated_at });
              }}
            >
              Overwrite with mine
            </Button>
          </>
        ) : (
          <>
            <span className="grow" />
            <Button onClick={onClose}>Cancel</Button>
            <Button kind="main" type="submit" form={FORM_ID} isBusy={save.isPending}>
              {variable ? 'Save' : 'Add variable'}
            </Button>
          </>
        )
      }
    >
      {race && <LostRace {...race} environments={environments ?? []} />}
      {/* Stays mounted while both versions are shown: its fields hold what was typed. */}
      <div hidden={race !== null}>
        <VariableForm
          id={FORM_ID}
          scope={scope}
          environments={environments}
          variable={variable}
          environmentIds={environmentIds}
          mayReveal={mayReveal}
          problem={problem}
          attempt={attempt}
          onSubmit={(fields) => save.mutate({ fields })}
        />
        {!isBeside(problem) && (
          <div className="mt-4 empty:hidden">
            <ProblemBanner
              error={save.error}
              anyway={
                refused
                  ? {
                      label: 'Save anyway',
                      onClick: () => save.mutate({ fields: refused, allowUnresolved: true }),
                    }
                  : undefined
              }
            />
          </div>
        )}
      </div>
    </Dialog>
  );
}

function submitForm(): void {
  const form = document.getElementById(FORM_ID);
  if (form instanceof HTMLFormElement) form.requestSubmit();
}

interface Sent {
  fields: FormFields;
  allowUnresolved?: boolean;
  over?: number;
}

const mayInsist = (error: unknown) =>
  hasCode(error, 'reference_missing', 'reference_cycle', 'changed_meanwhile');

/** The version someone else saved meanwhile. */
function findTheirs(error: unknown): Variable | null {
  return hasCode(error, 'changed_meanwhile')
    ? ((error.details.variable as Variable | undefined) ?? null)
    : null;
}

/** Whether the form shows the error at its field. */
function isBeside(problem: ApiProblem | null): boolean {
  if (!problem) return false;
  const fields = Object.keys(problem.fields);
  return (
    hasCode(problem, 'secret_too_large', 'body_too_large') ||
    fields.some((field) => /^(key|value|is_secret|environment_ids|expires_at)(\.|$)/.test(field))
  );
}

function send(
  scope: VariableScope,
  variable: Variable | null,
  fields: FormFields,
  allowUnresolved: boolean,
  expectedUpdatedAt: number,
): Promise<Variable> {
  const { value, is_secret, expires_at, references, ...kept } = fields;
  const others = { ...kept, ...(expires_at === undefined ? {} : { expires_at }) };
  if (!variable)
    return scope.create({
      ...others,
      is_secret: is_secret ?? 'guess',
      value: value ?? '',
      allow_unresolved: allowUnresolved,
    });
  return scope.update(variable.id, {
    ...others,
    ...(is_secret === null ? {} : { is_secret }),
    ...(references === undefined ? {} : { references }),
    ...(value === null ? { keep_value: true } : { value, keep_value: false }),
    allow_unresolved: allowUnresolved,
    expected_updated_at: expectedUpdatedAt,
  });
}
