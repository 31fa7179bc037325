import { Eye, EyeOff, FileDown, Printer } from 'lucide-react';
import { desktop } from '../../desktop.ts';
import { Button } from '../../ui/button.tsx';
import { QrCode } from '../../ui/instruments/qr-code.tsx';
import { showToast } from '../../ui/overlays/toasts.tsx';
import type { MadeCopy } from './copy-formats.ts';
import { usePrinting } from './use-printing.ts';

type Kit = NonNullable<MadeCopy['kit']>;

interface PaperKitProps {
  kit: Kit;
  onPrinted: () => void;
}

/** The page to print. SECURITY: the key is in the document only while `usePrinting` says so. */
export function PaperKit({ kit, onPrinted }: PaperKitProps) {
  const { isShown, setShown, isRendered, wasPrinted, print, savePdf } = usePrinting();
  const sayPdf = (path: string) =>
    showToast({ icon: FileDown, title: 'Saved as PDF', text: `${path} holds the key, not encrypted.` });
  return (
    <div className="grid gap-3">
      <div className="flex flex-wrap items-center gap-2">
        <Button kind={wasPrinted ? 'normal' : 'main'} icon={Printer} onClick={() => void print()}>
          {wasPrinted ? 'Print it again' : 'Print'}
        </Button>
        {desktop && (
          <Button icon={FileDown} onClick={() => void savePdf('Temps paper kit', sayPdf)}>
            Save as PDF…
          </Button>
        )}
        <Button icon={isShown ? EyeOff : Eye} onClick={() => setShown(!isShown)}>
          {isShown ? 'Hide the key' : 'Show the key'}
        </Button>
        <span className="flex-1" />
        <Button kind={wasPrinted ? 'main' : 'normal'} onClick={onPrinted}>
          I have it on paper
        </Button>
      </div>
      <p className="text-12 text-text-3">
        {desktop ? 'Paper is safest:' : 'Print on paper, not to a file:'} a file of this page holds the key,
        not encrypted. Some printers store what they print.
      </p>
      <KitPage kit={kit} isShown={isRendered} />
      {kit.backups && <BackupPage kit={kit} page={kit.backups} isShown={isRendered} />}
    </div>
  );
}

/** The kit as a sheet of paper; with `isShown` false, without key, words and QR code. */
function KitPage({ kit, isShown }: { kit: Kit; isShown: boolean }) {
  return (
    <article className="paper-kit" aria-label="Paper kit">
      <header>
        <h2>{kit.title}</h2>
        <p>{kit.warning}</p>
      </header>
      <div className="kit-top">
        <dl>
          <InstanceFacts kit={kit} />
          <KitFact name="Key created" value={kit.key_made} />
          <KitFact name="Copied" value={kit.date} />
          <dt className="kit-digits">The key as 64 hex digits</dt>
          <dd className="kit-digits kit-code">
            {(isShown ? kit.key_text : '•'.repeat(64)).slice(0, 32)}
            <br />
            {(isShown ? kit.key_text : '•'.repeat(64)).slice(32)}
          </dd>
        </dl>
        <PageCode text={kit.qr_text} label="QR code of the key" isShown={isShown} />
      </div>
      <h3>The key as 24 words</h3>
      <PageWords words={kit.words} isShown={isShown} />
      <PageSteps steps={kit.steps} />
      <div className="kit-foot">
        {[...kit.opens, ...kit.not_contains].map((line) => (
          <p key={line}>{line}</p>
        ))}
        <p className="kit-where">Where this page is kept:</p>
      </div>
    </article>
  );
}

/** The second sheet: where backups are, and what opens them. With `isShown` false, without the identity. */
function BackupPage({
  kit,
  page,
  isShown,
}: {
  kit: Kit;
  page: NonNullable<Kit['backups']>;
  isShown: boolean;
}) {
  return (
    <article className="paper-kit kit-next" aria-label="Page of the backups">
      <header>
        <h2>{page.title}</h2>
        <p>{page.warning}</p>
      </header>
      <div className="kit-top">
        <dl>
          <InstanceFacts kit={kit} />
          <KitFact name="Copied" value={kit.date} />
          <dt className="kit-digits">The identity of the backups</dt>
          <dd className="kit-digits kit-code">{isShown ? page.identity : '•'.repeat(74)}</dd>
        </dl>
        <PageCode text={page.identity} label="QR code of the identity of the backups" isShown={isShown} />
      </div>
      <p>{page.opens}</p>
      <h3>{page.where}</h3>
      <ul>
        {page.places.map((place) => (
          <li key={place} dir="auto" className="[overflow-wrap:anywhere]">
            {place}
          </li>
        ))}
      </ul>
      <PageSteps steps={page.steps} />
      <p className="kit-where">Where this page is kept:</p>
    </article>
  );
}

/** Which instance, and which key of it: on every sheet, should they part. */
function InstanceFacts({ kit }: { kit: Kit }) {
  return (
    <>
      <KitFact name="Instance" value={kit.instance_name} />
      <KitFact name="Instance id" value={kit.instance_id} isCode />
      <KitFact name="Fingerprint" value={kit.fingerprint} isCode />
      <KitFact name="Key version" value={String(kit.epoch)} />
    </>
  );
}

function KitFact({ name, value, isCode = false }: { name: string; value: string; isCode?: boolean }) {
  return (
    <>
      <dt>{name}</dt>
      <dd className={isCode ? 'kit-code' : ''} dir="auto">
        {value}
      </dd>
    </>
  );
}

/** The QR code of a page for paper, or its place. */
export function PageCode({ text, label, isShown }: { text: string; label: string; isShown: boolean }) {
  if (!isShown) return <div className="qr-code kit-hidden">QR code</div>;
  return <QrCode text={text} label={label} className="qr-code" />;
}

interface PageWordsProps {
  words: readonly string[];
  isShown: boolean;
  className?: string;
}

/** The numbered words of a page for paper, or dots in their places. */
export function PageWords({ words, isShown, className = '' }: PageWordsProps) {
  return (
    <ol className={`kit-words ${className}`}>
      {words.map((word, at) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: a word is known by its place
        <li key={at}>
          <span>{at + 1}</span>
          <b>{isShown ? word : '••••••'}</b>
        </li>
      ))}
    </ol>
  );
}

/** What to do with a page for paper. */
export function PageSteps({ steps }: { steps: readonly string[] }) {
  return (
    <>
      <h3>To use it</h3>
      <ol className="kit-steps">
        {steps.map((step) => (
          <li key={step}>{step}</li>
        ))}
      </ol>
    </>
  );
}
