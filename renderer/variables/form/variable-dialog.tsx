import { useState } from 'react';
import { ApiProblem, hasCode } from '../../api/problem.ts';
import { queryClient } from '../../api/queries.ts';
import type { Environment } from '../../projects/project-queries.ts';
import { Banner } from '../../ui/banner.tsx';
import { Button } from '../../ui/button.tsx';
import { Dialog } from '../../ui/overlays/dialog.tsx';
import { showToast } from '../../ui/overlays/toasts.tsx';
import { useSaveKey } from '../../ui/use-save-key.ts';
import { ProblemBanner } from '../problem-banner.tsx';
import type { Variable, VariableScope } from '../variable-scope.ts';
import { LostRace } from './lost-race.tsx';
import { type FormFields, VariableForm } from './variable-form.tsx';

interface VariableDialogProps {
  scope: VariableScope;
  environments: readonly Environment[] | null;
  /** The one to change; null for a new one. */
  variable: Variable | null;
  /** What a new one is for, to begin with. */
  environmentIds: readonly number[];
  mayReveal: boolean;
  onClose: () => void;
}

const FORM_ID = 'variable-form';
/** What was typed is given up for nothing but the person's own word. */
type Trouble =
  | { kind: 'none' }
  | { kind: 'failed'; error: unknown }
  | { kind: 'unresolved'; error: ApiProblem; fields: FormFields }
  | { kind: 'lost-race'; theirs: Variable; fields: FormFields };

/** Adds a variable or changes one. */
export function VariableDialog(props: VariableDialogProps) {
  const { scope, environments, variable, environmentIds, mayReveal, onClose } = props;
  const [isBusy, setBusy] = useState(false);
  const [trouble, setTrouble] = useState<Trouble>({ kind: 'none' });
  // What it is compared with when it is saved; after a lost race, what was found then.
  const [expected, setExpected] = useState(variable?.updated_at ?? 0);

  const save = async (fields: FormFields, { allowUnresolved = false, over = expected } = {}) => {
    setBusy(true);
    setTrouble({ kind: 'none' });
    try {
      await send(scope, variable, fields, allowUnresolved, over);
      await queryClient.invalidateQueries({ queryKey: scope.queryKey });
      showToast({ title: `${fields.key} saved` });
      onClose();
    } catch (error) {
      setTrouble(describeTrouble(error, fields));
    } finally {
      setBusy(false);
    }
  };
  const isRace = trouble.kind === 'lost-race';
  useSaveKey(isRace || isBusy ? null : submitForm);
  const problem = trouble.kind === 'failed' && trouble.error instanceof ApiProblem ? trouble.error : null;
  return (
    <Dialog
      isOpen
      onClose={onClose}
      width={isRace ? 860 : 640}
      title={variable ? `Edit ${variable.key}` : 'Add a variable'}
      foot={
        isRace ? (
          <>
            <span className="grow" />
            <Button onClick={() => void keepTheirs(scope).then(onClose)}>Keep theirs</Button>
            <Button
              kind="main"
              isBusy={isBusy}
              onClick={() => {
                setExpected(trouble.theirs.updated_at);
                void save(trouble.fields, { over: trouble.theirs.updated_at });
              }}
            >
              Save mine over it
            </Button>
          </>
        ) : (
          <>
            <span className="grow" />
            <Button onClick={onClose}>Cancel</Button>
            <Button kind="main" type="submit" form={FORM_ID} isBusy={isBusy}>
              {variable ? 'Save' : 'Add variable'}
            </Button>
          </>
        )
      }
    >
      {isRace && variable && (
        <LostRace
          was={variable}
          mine={trouble.fields}
          theirs={trouble.theirs}
          environments={environments ?? []}
        />
      )}
      {/* Stays while both versions are looked at: what was typed is in its fields. */}
      <div hidden={isRace}>
        <VariableForm
          id={FORM_ID}
          scope={scope}
          environments={environments}
          variable={variable}
          environmentIds={environmentIds}
          mayReveal={mayReveal}
          problem={problem}
          onSubmit={(fields) => void save(fields)}
        />
        {trouble.kind === 'unresolved' && (
          <div className="mt-4">
            <Banner
              tone="attention"
              action={
                <Button onClick={() => void save(trouble.fields, { allowUnresolved: true })}>
                  Save anyway
                </Button>
              }
            >
              {trouble.error.message}
            </Banner>
          </div>
        )}
        {trouble.kind === 'failed' && !isBeside(problem) && <ProblemBanner error={trouble.error} />}
      </div>
    </Dialog>
  );
}

function submitForm(): void {
  const form = document.getElementById(FORM_ID);
  if (form instanceof HTMLFormElement) form.requestSubmit();
}

async function keepTheirs(scope: VariableScope): Promise<void> {
  await queryClient.invalidateQueries({ queryKey: scope.queryKey });
}

function describeTrouble(error: unknown, fields: FormFields): Trouble {
  if (hasCode(error, 'reference_missing', 'reference_cycle')) return { kind: 'unresolved', error, fields };
  if (hasCode(error, 'changed_meanwhile') && error.details.variable)
    return { kind: 'lost-race', theirs: error.details.variable as Variable, fields };
  return { kind: 'failed', error };
}

/** Whether the form says it, beside the field it is about. */
function isBeside(problem: ApiProblem | null): boolean {
  if (!problem) return false;
  const fields = Object.keys(problem.fields);
  return (
    hasCode(problem, 'secret_too_large', 'body_too_large') ||
    fields.some((field) => /^(key|value|is_secret|environment_ids)(\.|$)/.test(field))
  );
}

function send(
  scope: VariableScope,
  variable: Variable | null,
  fields: FormFields,
  allowUnresolved: boolean,
  expectedUpdatedAt: number,
): Promise<Variable> {
  const { value, is_secret, ...others } = fields;
  const rest = { ...others, ...(is_secret === null ? {} : { is_secret }) };
  if (!variable) return scope.create({ ...rest, value: value ?? '', allow_unresolved: allowUnresolved });
  return scope.update(variable.id, {
    ...rest,
    ...(value === null ? {} : { value }),
    allow_unresolved: allowUnresolved,
    expected_updated_at: expectedUpdatedAt,
  });
}
