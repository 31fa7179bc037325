import { useQuery } from '@tanstack/react-query';
import { Download } from 'lucide-react';
import { type ReactNode, useState } from 'react';
import { Banner } from '../ui/banner.tsx';
import { buttonClass } from '../ui/button.tsx';
import { Segmented } from '../ui/form/choices.tsx';
import { Section } from '../ui/page.tsx';
import { formatDay } from '../ui/time.ts';
import { authoritiesQuery } from './settings-query.ts';

const FILE = 'temps-authority.pem';
const NEXT_FILE = 'temps-authority-next.pem';
type System = 'linux' | 'macos' | 'windows' | 'firefox' | 'phone';

const Command = ({ children }: { children: string }) => (
  <code className="mt-1 block rounded-2 border border-line bg-inset px-3 py-2 font-mono text-12 text-text select-all [overflow-wrap:anywhere]">
    {children}
  </code>
);

/** Short instructions for trusting an authority, per system. */
const systems: readonly { value: System; label: string; steps: ReactNode }[] = [
  {
    value: 'linux',
    label: 'Linux',
    steps: (
      <>
        <p>
          Debian, Ubuntu:
          <Command>{`sudo cp ${FILE} /usr/local/share/ca-certificates/temps.crt && sudo update-ca-certificates`}</Command>
        </p>
        <p>
          Fedora, Arch:
          <Command>{`sudo trust anchor ${FILE}`}</Command>
        </p>
        <p>
          Chromium and Chrome keep their own list:
          <Command>{`certutil -d sql:$HOME/.pki/nssdb -A -t C,, -n Temps -i ${FILE}`}</Command>
        </p>
      </>
    ),
  },
  {
    value: 'macos',
    label: 'macOS',
    steps: (
      <p>
        In a terminal:
        <Command>
          {`sudo security add-trusted-cert -d -r trustRoot -k /Library/Keychains/System.keychain ${FILE}`}
        </Command>
      </p>
    ),
  },
  {
    value: 'windows',
    label: 'Windows',
    steps: (
      <p>
        In a terminal as administrator:
        <Command>{`certutil -addstore -f Root ${FILE}`}</Command>
      </p>
    ),
  },
  {
    value: 'firefox',
    label: 'Firefox',
    steps: (
      <p>
        Settings, Privacy and Security, View Certificates, Authorities, Import: choose the file and let it
        identify websites.
      </p>
    ),
  },
  {
    value: 'phone',
    label: 'Phone',
    steps: (
      <>
        <p>
          iOS: open the file, install the profile, then Settings, General, About, Certificate Trust Settings:
          turn it on.
        </p>
        <p>Android: Settings, Security, Encryption and credentials, Install a certificate, CA certificate.</p>
      </>
    ),
  },
];

function guessSystem(): System {
  const platform = navigator.platform.toLowerCase();
  if (/iphone|ipad|android/.test(navigator.userAgent.toLowerCase())) return 'phone';
  return platform.startsWith('mac') ? 'macos' : platform.startsWith('win') ? 'windows' : 'linux';
}

/** The certificate authority of this instance, and how to trust it. */
export function TrustSection() {
  const [system, setSystem] = useState(guessSystem);
  const { current, next } = useQuery(authoritiesQuery).data ?? {};
  return (
    <Section
      title="Trust the certificate"
      actions={
        <a href="/api/ca.pem" download={FILE} className={buttonClass('normal', true)}>
          <Download className="icon" aria-hidden="true" />
          Authority
        </a>
      }
    >
      <div className="card card-pad grid grid-cols-1 gap-3">
        <p className="text-text-2">
          The certificate is signed by this instance’s own certificate authority. Machines that trust the
          authority show no warning. The authority’s private key is encrypted like every secret.
        </p>
        {current && (
          <p className="text-text-2">
            {current.permitted
              ? 'It can vouch for local names and private addresses only, whoever gets hold of its key.'
              : 'It was created by the first release and can vouch for every name on the internet.'}{' '}
            It is good until {formatDay(current.not_after)}.
          </p>
        )}
        {next && (
          <Banner
            tone="attention"
            action={
              <a href="/api/ca-next.pem" download={NEXT_FILE} className={buttonClass('normal', true)}>
                <Download className="icon" aria-hidden="true" />
                New authority
              </a>
            }
          >
            A new authority takes over on {formatDay(next.takes_over_at)}. Trust it on every device before
            that day, then remove the old one.
          </Banner>
        )}
        <div className="min-w-0 overflow-x-auto">
          <Segmented label="System" value={system} onChange={setSystem} options={systems} />
        </div>
        <div className="grid grid-cols-1 gap-3 text-text-2">
          {systems.find(({ value }) => value === system)?.steps}
        </div>
      </div>
    </Section>
  );
}
