import { useQuery } from '@tanstack/react-query';
import { ask, client } from '../api/client.ts';
import { useIsOwner } from '../app/session.ts';
import { desktop } from '../desktop.ts';
import { Banner } from '../ui/banner.tsx';
import { Failed } from '../ui/blank-state.tsx';
import { Section } from '../ui/page.tsx';

const doorsQuery = { queryKey: ['doors'], queryFn: () => ask(client.GET('/doors')) };

/** Addresses of this instance. Ports and fingerprint are shown to the owner, who can compare them. */
export function DoorsSection() {
  const isOwner = useIsOwner();
  const doors = useQuery({ ...doorsQuery, enabled: isOwner });
  return (
    <Section title="Addresses">
      <div className="card card-pad grid grid-cols-1 gap-3">
        {/* The desktop window has no address that others could use. */}
        {!desktop && (
          <Fact term="This page">
            <span className="font-mono text-12 [overflow-wrap:anywhere]">{location.origin}</span>
          </Fact>
        )}
        {doors.data && (
          <>
            <Fact term="HTTPS">
              <span className="font-mono text-12 [overflow-wrap:anywhere]">
                {doors.data.https_url ?? 'closed'}
              </span>
            </Fact>
            <Fact term="HTTP">
              {doors.data.http_port === null ? 'closed' : `port ${doors.data.http_port}, redirects to HTTPS`}
            </Fact>
            {doors.data.certificate && (
              <Fact term="Certificate fingerprint">
                {/* Eight pairs per line. */}
                <span className="block w-[24ch] font-mono text-12 break-all">
                  {doors.data.certificate.sha256}
                </span>
              </Fact>
            )}
            {doors.data.certificate?.is_temporary && (
              <Banner tone="attention">
                This certificate is temporary because the vault was locked at startup. Browsers that trust the
                local authority show a warning until it is unlocked.
              </Banner>
            )}
          </>
        )}
        {doors.isError && (
          <Failed
            title="The addresses did not load"
            error={doors.error}
            onRetry={() => void doors.refetch()}
          />
        )}
        {!isOwner && (
          <p className="text-12 text-text-3">
            Ports and the certificate’s fingerprint are shown to the owner of the machine.
          </p>
        )}
      </div>
    </Section>
  );
}

export function Fact({ term, children }: { term: string; children: React.ReactNode }) {
  return (
    <dl className="grid gap-x-4 phone:grid-cols-[128px_minmax(0,1fr)]">
      <dt className="text-text-3">{term}</dt>
      <dd className="min-w-0">{children}</dd>
    </dl>
  );
}
