import { Link, Navigate, useNavigate } from '@tanstack/react-router';
import { Archive } from 'lucide-react';
import { type ComponentProps, Suspense, useState } from 'react';
import { ask, client } from '../api/client.ts';
import { useApiMutation } from '../api/mutation.ts';
import { type Session, useSessionQuery } from '../app/session.ts';
import { useCopyWizard } from '../key/copy/use-copy-wizard.ts';
import { toBase64 } from '../key/copy-input/handed-copy.ts';
import { countToLose } from '../secrets/secret-words.ts';
import { useAddress } from '../ui/address.ts';
import { Banner } from '../ui/banner.tsx';
import { Failed } from '../ui/blank-state.tsx';
import { Button } from '../ui/button.tsx';
import { TextAreaField, TextField } from '../ui/form/field.tsx';
import { Form } from '../ui/form/form.tsx';
import { showToast } from '../ui/overlays/toasts.tsx';
import { sayWhatCopyOpens, WITHOUT_BACKUP } from '../vault-state/copy-promise.ts';
import { inCustody, nameCustody } from '../vault-state/custody-words.ts';
import { useVault, type VaultStatus } from '../vault-state/vault.ts';
import { describeFirstBackup, FirstBackup } from './first-backup.tsx';
import { FirstCopy } from './first-copy.tsx';
import { FirstRunFrame } from './first-run-frame.tsx';
import { LaterText } from './later.tsx';
import { useFirstBackup } from './use-first-backup.ts';

/** Steps 3 and 4, right after set-up or later: a verified copy of the key, a place for the database, then a first project. */
export function FirstCopyPage() {
  const session = useSessionQuery();
  if (session.isPending) return <div aria-busy="true" />;
  const mayCopy = session.data?.permissions.includes('vault:write') ?? false;
  if (!session.data || !mayCopy) return <Navigate to="/" replace />;
  return (
    <Suspense fallback={<div aria-busy="true" />}>
      <WithVault session={session.data} />
    </Suspense>
  );
}

function WithVault({ session }: { session: Session }) {
  const vault = useVault();
  if (vault.isError)
    return (
      <main className="grid h-full place-items-center">
        <Failed
          title="The key status did not load"
          error={vault.error}
          onRetry={() => void vault.refetch()}
        />
      </main>
    );
  if (!vault.data) return <div aria-busy="true" />;
  if (vault.data.state === 'locked') return <Navigate to="/key" replace />;
  return <LastStep session={session} vault={vault.data} />;
}

/** In the address, for what no fact says after a reload: the database was left for later. */
const kept = ['step'] as const;
const PROJECT = 'project';

function LastStep({ session, vault }: { session: Session; vault: VaultStatus }) {
  const wizard = useCopyWizard('active');
  // What is there already when the page is opened is not asked for again: it was reloaded, or opened once more.
  const [{ proof, health }] = useState(vault);
  const copyPlace = wizard.verified?.place ?? (proof.verified_at === null ? null : proof.place);
  const hasCopy = wizard.stage === 'done' || proof.verified_at !== null;
  const [{ step }, change] = useAddress(kept);
  const frame = {
    facts: {
      key: `Stored ${inCustody(vault.custody)}.`,
      you: session.user?.email ?? 'Owner of this machine',
    },
    fingerprint: vault.fingerprint,
  };
  const mayBackUp = session.permissions.includes('backups:write');
  const hasBackup = (health.recovery?.backup_at ?? null) !== null;
  const [database, setDatabase] = useState<DatabaseOutcome | null>(
    hasBackup ? 'backed up' : step === PROJECT || !mayBackUp ? 'left' : null,
  );
  if (!hasCopy)
    return (
      <FirstRunFrame
        {...frame}
        current={2}
        title="Keep a second copy of your key"
        lead={`If this computer or ${nameCustody(vault.custody)} is lost, only a copy can decrypt your secrets. A copy counts once it is verified.`}
      >
        <FirstCopy wizard={wizard} vault={vault} />
      </FirstRunFrame>
    );
  const onDatabase = (outcome: DatabaseOutcome) => {
    setDatabase(outcome);
    change({ step: PROJECT });
  };
  if (database === null) return <DatabaseStep frame={frame} onOver={onDatabase} />;
  const isLeft = database === 'left';
  return (
    <FirstRunFrame
      {...frame}
      current={isLeft ? 3 : 4}
      isLeftOut={isLeft}
      title={isLeft ? 'Your first project' : 'All set'}
      lead={sayWhatIsLeft(vault, copyPlace === null ? 'Your copy' : `Your copy “${copyPlace}”`)}
    >
      <FirstProject />
    </FirstRunFrame>
  );
}

type DatabaseOutcome = 'backed up' | 'left';

interface DatabaseStepProps {
  frame: Pick<ComponentProps<typeof FirstRunFrame>, 'facts' | 'fingerprint'>;
  onOver: (outcome: DatabaseOutcome) => void;
}

function DatabaseStep({ frame, onOver }: DatabaseStepProps) {
  const backup = useFirstBackup((said) => {
    showToast({ icon: Archive, ...said });
    onOver('backed up');
  });
  return (
    <FirstRunFrame {...frame} {...describeFirstBackup(backup)} current={3}>
      <FirstBackup
        backup={backup}
        later={
          <p className="setup-later">
            <Button kind="plain" onClick={() => onOver('left')}>
              Later
            </Button>
            <LaterText />
          </p>
        }
      />
    </FirstRunFrame>
  );
}

/** What a loss of this computer would mean: of both halves once there is a place for backups, else of the copy alone. */
function sayWhatIsLeft({ health: { recovery }, secrets }: VaultStatus, copy: string): string {
  if (recovery?.has_destinations) return recovery.sentence;
  return `${sayWhatCopyOpens(copy, countToLose(secrets))} ${WITHOUT_BACKUP}`;
}

/** A first project from a pasted .env. Both are optional. */
function FirstProject() {
  const navigate = useNavigate();
  const [env, setEnv] = useState('');
  const [made, setMade] = useState<string | null>(null);
  const create = useApiMutation(
    async (name: string) => {
      const slug = made ?? (await ask(client.POST('/projects', { body: { name } }))).slug;
      // If the file is refused and sent again, the project already exists.
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
    <Form
      className="grid grid-cols-1 gap-4"
      mutation={create}
      onSubmit={(form) => {
        create.mutate(String(new FormData(form).get('name')).trim());
      }}
    >
      <TextAreaField
        label="Paste your .env"
        hint={
          count === 0
            ? 'Values that look like secrets are encrypted immediately. You can change that later.'
            : `${count} ${count === 1 ? 'line' : 'lines'} with a value.`
        }
        rows={6}
        autoCapitalize="none"
        placeholder="DATABASE_URL=postgres://…"
        value={env}
        onChange={(event) => setEnv(event.target.value)}
      />
      <TextField
        label="Project name"
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
          {made !== null && ' The project was created. Fix the text, or clear it and continue.'}
        </Banner>
      )}
      <div className="setup-end">
        <Button kind="main" type="submit" isBusy={create.isPending}>
          {count > 0
            ? `Create project with ${count} ${count === 1 ? 'variable' : 'variables'}`
            : 'Create project'}
        </Button>
        <p className="setup-later">
          <Link to="/">Not now</Link>
          <span>You can create projects later on the Projects page.</span>
        </p>
      </div>
    </Form>
  );
}

/** Estimates how many variables a .env text holds; the instance counts exactly. */
function countLines(text: string): number {
  return text.split('\n').filter((line) => /^\s*(?:export\s+)?[A-Za-z_][\w.-]*\s*=/.test(line)).length;
}
