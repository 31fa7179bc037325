import { Link } from '@tanstack/react-router';
import { FileKey, Plus } from 'lucide-react';
import { useMay } from '../app/session.ts';
import { Button, buttonClass } from '../ui/button.tsx';
import { type Step, Steps } from '../ui/instruments/steps.tsx';
import type { VaultStatus } from '../vault-state/vault.ts';

/** Before the first project: the two things worth doing, in their order. */
export function FirstStart({ vault, onNew }: { vault: VaultStatus | undefined; onNew: () => void }) {
  const mayCopy = useMay('vault:write');
  const hasCopy = vault !== undefined && vault.proof.verified_at !== null;
  const steps: Step[] = [
    {
      title: 'Your first project',
      said: 'One application: its environments and variables. Give it a name, then paste its .env.',
      body: (
        <Button kind="main" icon={Plus} className="mt-3" onClick={onNew}>
          New project
        </Button>
      ),
    },
    {
      title: hasCopy ? 'A copy of the key: proven' : 'A copy of the key',
      said: hasCopy
        ? 'What you seal from now on survives this computer.'
        : 'What is sealed is lost with this computer unless a copy of the key is elsewhere. It takes a minute.',
    },
  ];
  return (
    <section className="card first-start" aria-label="Begin">
      <h2 className="t16">Begin here</h2>
      <Steps steps={steps} current={0} />
      {mayCopy && !hasCopy && (
        <Link to="/key/copy" className={`${buttonClass()} ml-9 justify-self-start`}>
          <FileKey className="icon" aria-hidden="true" />
          Make a copy now
        </Link>
      )}
    </section>
  );
}
