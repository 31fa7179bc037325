import { Link } from '@tanstack/react-router';
import type { components } from '../../api/schema.ts';
import { buttonClass } from '../../ui/button.tsx';
import { Verdict, type VerdictName } from '../../ui/instruments/verdict.tsx';
import { sayWhatCopyOpens } from '../../vault-state/copy-promise.ts';
import type { VaultStatus } from '../../vault-state/vault.ts';

type Verification = components['schemas']['KeyCopyVerification'];

interface Words {
  sign: VerdictName;
  level: string;
  title: string;
}

const words: Record<Verification['verdict'], Words> = {
  opens_this_instance: { sign: 'ok', level: 'level-ok', title: 'It opens this instance' },
  older_epoch: { sign: 'due', level: 'level-due', title: 'It is of an older key' },
  other_instance: { sign: 'risk', level: 'level-risk', title: 'It is of another instance' },
  unknown_key: { sign: 'risk', level: 'level-risk', title: 'It is a key, but not one of this instance' },
  words_invalid: { sign: 'broken', level: 'level-broken', title: 'These are not the words of a key' },
  damaged: { sign: 'broken', level: 'level-broken', title: 'It is damaged' },
  passphrase_required: { sign: 'locked', level: 'level-none', title: 'It is protected' },
  passphrase_wrong: { sign: 'locked', level: 'level-none', title: 'The passphrase does not open it' },
};

interface VerdictCardProps {
  said: Verification;
  vault: VaultStatus;
}

/** What a copy is good for: the outcome first, then the facts. */
export function VerdictCard({ said, vault }: VerdictCardProps) {
  const { sign, level, title } = words[said.verdict];
  const isOpening = said.verdict === 'opens_this_instance';
  return (
    <section className="card card-pad grid gap-2" role="status" aria-label="Verdict">
      <h2 className={`level level-big ${level}`}>
        <Verdict name={sign} size={20} />
        {title}
      </h2>
      {!(isOpening && said.epoch !== null) && <p className="text-text-2">{said.detail}</p>}
      {isOpening && (
        <p className="text-text-2">
          {vault.secrets.total === 0
            ? 'It counts as proven from now on.'
            : `${sayWhatCopyOpens('It', vault.secrets.total)} It counts as verified from now on.`}
        </p>
      )}
      {said.problems.length > 0 && (
        <ul className="grid gap-1 text-text-2">
          {said.problems.map(({ position, nearest }) => (
            <li key={position}>
              Word {position} is {nearest.length === 0 ? 'missing or one too many' : 'not on the list'}
              {nearest.length > 0 && (
                <>
                  . Nearest: <span className="mono">{nearest.join(', ')}</span>
                </>
              )}
            </li>
          ))}
        </ul>
      )}
      {!isOpening && vault.state === 'running' && (
        <p>
          <Link to="/key/copy" className={buttonClass('normal', true)}>
            Make a copy of the key in use
          </Link>
        </p>
      )}
    </section>
  );
}
