import { useRef, useState } from 'react';
import { useApiMutation } from '../../api/mutation.ts';
import { ApiProblem, hasCode } from '../../api/problem.ts';
import type { Environment } from '../../projects/project-queries.ts';
import { showChanged } from '../../projects/undo-toast.tsx';
import { Button } from '../../ui/button.tsx';
import { Dialog } from '../../ui/overlays/dialog.tsx';
import { useShortcut } from '../../ui/shortcuts.ts';
import { ProblemBanner } from '../problem-banner.tsx';
import { showSaved, type Variable, type VariableScope } from '../variable-scope.ts';
import { LostRace } from './lost-race.tsx';
import { undoOf } from './undo-save.ts';
import { type FormFields, VariableForm } from './variable-form.tsx';

interface VariableDialogProps {
  scope: VariableScope;
  environments: readonly Environment[] | null;
  /** The variable to edit; null for a new one. */
  variable: Variable | null;
  /** Initially selected environments of a new one. */
  environmentIds: readonly number[];
  mayReveal: boolean;
  mayDelete: boolean;
  onClose: () => void;
}

const FORM_ID = 'variable-form';

/** Adds or edits a variable. */
export function VariableDialog(props: VariableDialogProps) {
  const { scope, environments, variable, environmentIds, mayReveal, mayDelete, onClose } = props;
  // The version it is compared with when saving; after a conflict, the version found then.
  const [expected, setExpected] = useState(variable?.updated_at ?? 0);
  // Refused changes that may be sent anyway if the user confirms.
  const [refused, setRefused] = useState<Sent | null>(null);
  // Each one that is added begins with an empty form.
  const [round, setRound] = useState(0);
  const [picked, setPicked] = useState(environmentIds);
  const addsAnother = useRef(false);
  /** As it was before it is saved: after a conflict, as someone else left it. */
  const before = useRef(variable);
  const save = useApiMutation(
    ({ fields, allowUnresolved = false, over = expected }: Sent) =>
      send(scope, variable, fields, allowUnresolved, over),
    {
      // What refers to a shared variable is in projects.
      changes: [scope.queryKey[0], 'projects'],
      // The next one is typed while the table still comes.
      isFreeAtOnce: true,
      onDone: (saved, { fields, another }) => {
        showSaved(scope, saved);
        showChanged(`${fields.key} saved`, undoOf(scope, before.current, saved, fields, mayDelete));
        if (!another) return onClose();
        setPicked(fields.environment_ids);
        setRefused(null);
        setRound((known) => known + 1);
      },
      onFailed: (_, error, sent) => setRefused(mayInsist(error) ? sent : null),
    },
  );
  const theirs = findTheirs(save.error);
  const race = variable && refused && theirs ? { was: variable, mine: refused.fields, theirs } : null;
  const submit = (another: boolean) => {
    addsAnother.current = another;
    submitForm();
  };
  useShortcut('save', race || save.isPending ? null : () => submit(false));
  useShortcut('submit', race || save.isPending ? null : () => submit(false));
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
                before.current = race.theirs;
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
            {!variable && (
              <Button disabled={save.isPending} onClick={() => submit(true)}>
                <span className="max-phone:hidden">Save and add another</span>
                <span className="phone:hidden">Add another</span>
              </Button>
            )}
            <Button kind="main" type="submit" form={FORM_ID} isBusy={save.isPending}>
              {variable ? (
                'Save'
              ) : (
                <>
                  Add<span className="max-phone:hidden"> variable</span>
                </>
              )}
            </Button>
          </>
        )
      }
    >
      {race && <LostRace {...race} environments={environments ?? []} />}
      {/* Stays mounted while both versions are shown: its fields hold what was typed. */}
      <div hidden={race !== null}>
        <VariableForm
          key={round}
          id={FORM_ID}
          scope={scope}
          environments={environments}
          variable={variable}
          environmentIds={picked}
          mayReveal={mayReveal}
          problem={problem}
          attempt={attempt}
          onSubmit={(fields) => {
            save.mutate({ fields, another: addsAnother.current });
            addsAnother.current = false;
          }}
          onNotSent={() => {
            addsAnother.current = false;
          }}
        />
        {!isBeside(problem) && (
          <div className="mt-4 empty:hidden">
            <ProblemBanner
              error={save.error}
              anyway={
                refused
                  ? {
                      label: 'Save anyway',
                      onClick: () => save.mutate({ ...refused, allowUnresolved: true }),
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
  /** An empty form follows. */
  another?: boolean;
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
    fields.some((field) => /^(key|value|is_secret|environment_ids|expires_at|note)(\.|$)/.test(field))
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
