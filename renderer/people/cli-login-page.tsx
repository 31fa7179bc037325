import { Link } from '@tanstack/react-router';
import { CircleCheck, CircleX, type LucideIcon } from 'lucide-react';
import { useState } from 'react';
import { ask, askConfirmed, client } from '../api/client.ts';
import { useApiMutation } from '../api/mutation.ts';
import type { components } from '../api/schema.ts';
import { Banner } from '../ui/banner.tsx';
import { Empty } from '../ui/blank-state.tsx';
import { Button, buttonClass } from '../ui/button.tsx';
import { Select } from '../ui/form/choices.tsx';
import { type EndingLife, expiryOf, LifeField } from '../ui/form/expiry.tsx';
import { Field, TextField } from '../ui/form/field.tsx';
import { Form } from '../ui/form/form.tsx';
import { FormError } from '../ui/form/form-error.tsx';
import { Page } from '../ui/page.tsx';
import { formatTime } from '../ui/time.ts';
import { CannotEncrypt, useCanEncrypt } from '../vault-state/can-encrypt.tsx';
import { useGivableRoles } from './givable-roles.ts';
import { type Role, roleLabel, roles } from './role-choice.tsx';

type Pending = components['schemas']['PendingCliSignIn'];
type Step =
  | { at: 'code' }
  | { at: 'choice'; code: string; pending: Pending }
  | { at: 'done'; name: string; isApproved: boolean };

/**
 * Signs in a command line on another computer. SECURITY: the code is typed here and never comes with the address, so that no
 * link leads someone to approve what a stranger started.
 */
export function CliLoginPage() {
  const [step, setStep] = useState<Step>({ at: 'code' });
  const again = () => setStep({ at: 'code' });
  return (
    <Page title="Sign in a command line">
      <div className="card max-w-[560px]">
        {step.at === 'code' && (
          <CodeForm onFound={(code, pending) => setStep({ at: 'choice', code, pending })} />
        )}
        {step.at === 'choice' && (
          <ApprovalForm
            {...step}
            onBack={again}
            onDone={(isApproved) => setStep({ at: 'done', name: step.pending.client_name, isApproved })}
          />
        )}
        {step.at === 'done' && <Outcome {...step} onAgain={again} />}
      </div>
    </Page>
  );
}

function CodeForm({ onFound }: { onFound: (code: string, pending: Pending) => void }) {
  const [code, setCode] = useState('');
  const find = useApiMutation(
    () => ask(client.POST('/auth/cli/device/lookup', { body: { user_code: code } })),
    { onDone: (pending) => onFound(code, pending) },
  );
  return (
    <Form
      className="card-pad grid gap-4"
      mutation={find}
      onSubmit={() => {
        if (code.trim() !== '') find.mutate();
      }}
    >
      <p>
        Run <code className="mono">temps login</code> on the other computer. It shows a code of eight letters
        and waits.
      </p>
      <TextField
        label="Code"
        value={code}
        onChange={(event) => setCode(event.target.value)}
        hint="Type only a code that you see on your own screen. Whoever sent you one wants to act as you."
        error={find.message}
        autoCapitalize="characters"
        maxLength={40}
        isMono
        autoFocus
      />
      <div className="flex justify-end">
        <Button kind="main" type="submit" isBusy={find.isPending} disabled={code.trim() === ''}>
          Continue
        </Button>
      </div>
    </Form>
  );
}

interface ApprovalFormProps {
  code: string;
  pending: Pending;
  onBack: () => void;
  onDone: (isApproved: boolean) => void;
}

function ApprovalForm({ code, pending, onBack, onDone }: ApprovalFormProps) {
  const { givable, isKnown } = useGivableRoles();
  const canEncrypt = useCanEncrypt();
  const [chosenRole, setRole] = useState<Role>('user');
  const [life, setLife] = useState<EndingLife>('90');
  const role = givable.some((each) => each.name === chosenRole)
    ? chosenRole
    : (givable.at(-1)?.name ?? 'reader');
  const approve = useApiMutation(
    () =>
      askConfirmed(() =>
        client.POST('/auth/cli/device/approve', {
          body: { user_code: code, role_type: role, expires_at: expiryOf(life) },
        }),
      ),
    { changes: ['api-keys'], onDone: () => onDone(true) },
  );
  const deny = useApiMutation(
    () => ask(client.POST('/auth/cli/device/deny', { body: { user_code: code } })),
    { onDone: () => onDone(false) },
  );
  const isBusy = approve.isPending || deny.isPending;
  return (
    <Form
      className="card-pad grid gap-4"
      mutation={approve}
      onSubmit={() => {
        if (isKnown && canEncrypt) approve.mutate();
      }}
    >
      <dl className="grid gap-x-4 phone:grid-cols-[112px_minmax(0,1fr)] phone:gap-y-1">
        <dt className="quiet">Calls itself</dt>
        <dd className="mb-2 [overflow-wrap:anywhere] phone:mb-0" dir="auto">
          {pending.client_name}
        </dd>
        <dt className="quiet">Asked from</dt>
        <dd className="mb-2 [overflow-wrap:anywhere] phone:mb-0">
          {pending.requested_ip ?? 'this machine, without the network'}
        </dd>
        <dt className="quiet">Asked at</dt>
        <dd>{formatTime(Date.parse(pending.asked_at))}</dd>
      </dl>
      <Banner tone="attention">
        The name is only a label: any program can call itself that. Approve only if you started this sign-in
        yourself, just now.
      </Banner>
      {!canEncrypt && <CannotEncrypt what="Its key cannot be encrypted, so nothing can be approved now." />}
      <Field
        label="Role"
        hint={`${roles.find((each) => each.name === role)?.text} It may do that in your name.`}
        error={approve.fieldError('role_type')}
      >
        {({ id }) => (
          <Select
            id={id}
            value={role}
            onChange={setRole}
            options={givable.map((each) => ({ value: each.name, label: roleLabel(each.name) }))}
          />
        )}
      </Field>
      <LifeField
        value={life}
        onChange={(next) => next !== 'never' && setLife(next)}
        error={approve.fieldError('expires_at')}
        mustEnd
      />
      <FormError mutation={approve} fields={['role_type', 'expires_at']} />
      <FormError mutation={deny} />
      <div className="flex flex-wrap justify-end gap-2">
        <Button kind="plain" onClick={onBack} disabled={isBusy}>
          Another code
        </Button>
        <Button onClick={() => deny.mutate()} isBusy={deny.isPending} disabled={isBusy}>
          Deny
        </Button>
        <Button
          kind="main"
          type="submit"
          isBusy={approve.isPending}
          disabled={isBusy || !isKnown || !canEncrypt}
        >
          Approve
        </Button>
      </div>
    </Form>
  );
}

function Outcome({ name, isApproved, onAgain }: { name: string; isApproved: boolean; onAgain: () => void }) {
  const [icon, title, text]: [LucideIcon, string, string] = isApproved
    ? [CircleCheck, 'Approved', 'It collects its key within seconds. You can close this page.']
    : [CircleX, 'Denied', 'The program was told so, and has no key.'];
  return (
    <div role="status">
      <Empty
        icon={icon}
        title={title}
        text={
          <>
            <span className="[overflow-wrap:anywhere]" dir="auto">
              {name}
            </span>
            : {text}
          </>
        }
        action={
          isApproved ? (
            <Link to="/people/keys" className={buttonClass()}>
              Show API keys
            </Link>
          ) : (
            <Button onClick={onAgain}>Another code</Button>
          )
        }
      />
    </div>
  );
}
