import type { ReactNode } from 'react';
import type { Deployment } from '../app-queries.ts';

type Failure = NonNullable<Deployment['failure']>;

/** Why a release did not work, as facts, with what the app printed last. */
export function FailureCard({ failure }: { failure: Failure }) {
  const { port, last_answer, listens_on, exit, last_lines } = failure;
  return (
    <section className="card failure" aria-label="Why it failed">
      <dl className="kv">
        <Fact name="Port tried">{port ?? 'none: nobody says which'}</Fact>
        <Fact name="Last answer">{last_answer ?? 'none'}</Fact>
        <Fact name="It listens on">
          {listens_on === null
            ? exit
              ? 'nothing: it has ended'
              : 'this cannot be seen here'
            : listens_on.length === 0
              ? 'no port'
              : listens_on.map(sayPlace).join(', ')}
        </Fact>
        <Fact name="Process">{sayExit(exit)}</Fact>
      </dl>
      <div className="min-w-0">
        <h2>Its last lines</h2>
        {last_lines.length === 0 ? (
          <p className="text-text-2">It printed nothing.</p>
        ) : (
          // biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls, so the keyboard must reach it
          <section className="last-lines" tabIndex={0} aria-label="Its last lines">
            {last_lines.join('\n')}
          </section>
        )}
      </div>
    </section>
  );
}

function Fact({ name, children }: { name: string; children: ReactNode }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}

const sayPlace = ({ address, port }: { address: string; port: number }) =>
  `${address.includes(':') ? `[${address}]` : address}:${port}`;

function sayExit(exit: Failure['exit']): string {
  if (exit === null) return 'running';
  return exit.out_of_memory
    ? 'ended: it used more memory than it may'
    : `ended with exit code ${exit.code.toLocaleString()}`;
}
