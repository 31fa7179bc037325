import { RefreshCw } from 'lucide-react';
import { type ReactNode, useRef, useState } from 'react';
import { ask, client } from '../api/client.ts';
import { useApiMutation } from '../api/mutation.ts';
import type { ApiProblem } from '../api/problem.ts';
import { useMay } from '../app/session.ts';
import { Button } from '../ui/button.tsx';
import { ErrorLine } from '../ui/form/form-error.tsx';
import { Verdict } from '../ui/instruments/verdict.tsx';
import type { Engine } from './app-queries.ts';
import { CopyButton } from './copy-button.tsx';

type Trouble = Exclude<Engine['state'], 'ready'>;

interface Help {
  title: string;
  steps: ReactNode;
}

const DOCS = (
  <a href="https://docs.docker.com/engine/install/" target="_blank" rel="noreferrer">
    docs.docker.com/engine/install
  </a>
);

/** What is wrong with Docker, and what to do about it. */
const help: Record<Trouble, Help> = {
  absent: {
    title: 'Docker is not installed',
    steps: (
      <>
        <p>Apps run as containers of Docker Engine on this machine. On Debian and Ubuntu:</p>
        <Command text="sudo apt install docker.io" />
        <p>Other systems, and Docker Desktop for macOS and Windows: {DOCS}.</p>
      </>
    ),
  },
  stopped: {
    title: 'Docker is not running',
    steps: (
      <>
        <p>Open Docker Desktop; or, on Linux, start it now and with every start of this machine:</p>
        <Command text="sudo systemctl enable --now docker" />
      </>
    ),
  },
  denied: {
    title: 'Temps may not use Docker',
    steps: (
      <>
        <p>The account that Temps runs as is not in the group docker. To add it:</p>
        <Command text="sudo usermod -aG docker $USER" />
        <p>
          Then sign out of this computer and in again, so that Temps starts with it.{' '}
          <b>Who is in this group can do everything on this machine, as root can.</b>
        </p>
      </>
    ),
  },
  misplaced: {
    title: 'DOCKER_HOST leads nowhere on this machine',
    steps: (
      <p>
        Start Temps without <code>DOCKER_HOST</code>, or set it to a socket of this machine, as{' '}
        <code>unix:///var/run/docker.sock</code>.
      </p>
    ),
  },
  old: {
    title: 'This version of Docker does not fit',
    steps: <p>How to install a current one: {DOCS}.</p>,
  },
  new: {
    title: 'This version of Temps is too old for this Docker',
    steps: <p>Update Temps. Until then, an earlier version of Docker works.</p>,
  },
  failing: {
    title: 'Docker does not respond as it should',
    steps: (
      <>
        <p>Restart Docker Desktop; or, on Linux:</p>
        <Command text="sudo systemctl restart docker" />
      </>
    ),
  },
};

/** A line for a terminal. */
function Command({ text }: { text: string }) {
  const line = useRef<HTMLElement>(null);
  return (
    <span className="command">
      <code ref={line}>{text}</code>
      <CopyButton text={text} what={text} shown={line} />
    </span>
  );
}

/** Why no container can be started, what to do, and a button that looks again. Nothing while Docker is ready. */
export function EngineNotice({ engine }: { engine: Pick<Engine, 'state' | 'detail'> }) {
  // Who sees one project alone asks for nothing of the machine.
  const mayLook = useMay('deployments:read');
  const [seen, setSeen] = useState<Pick<Engine, 'state' | 'detail'> | null>(null);
  const look = useApiMutation(() => ask(client.GET('/apps/engine')), {
    changes: ['apps', 'projects'],
    onDone: setSeen,
  });
  const known = seen ?? engine;
  if (known.state === 'ready')
    return engine.state === 'ready' ? null : (
      <p className="text-text-2" role="status">
        Docker is ready now.
      </p>
    );
  const { title, steps } = help[known.state];
  return (
    <section className="card engine-notice" aria-label={title}>
      <Verdict name="risk" className="text-attention-solid" />
      <div className="grid min-w-0 gap-2 [overflow-wrap:anywhere]">
        <b className="text-14">{title}</b>
        <p className="text-text-2">{known.detail}</p>
        <div className="engine-steps">{steps}</div>
        <p className="text-text-2">Everything else of Temps works without it.</p>
        {mayLook && (
          <div className="flex flex-wrap items-center gap-3">
            <Button icon={RefreshCw} isBusy={look.isPending} onClick={() => look.mutate()}>
              Look again
            </Button>
            <span className="text-text-2" role="status">
              {seen !== null && !look.isPending && 'Looked again: nothing changed.'}
            </span>
          </div>
        )}
        <ErrorLine said={look.message} />
      </div>
    </section>
  );
}

const isTrouble = (state: unknown): state is Trouble =>
  typeof state === 'string' && Object.hasOwn(help, state);

/** The same of a request that was refused with `engine_unavailable`. */
export function EngineProblem({ problem }: { problem: ApiProblem }) {
  const { state } = problem.details;
  return <EngineNotice engine={{ state: isTrouble(state) ? state : 'failing', detail: problem.message }} />;
}
