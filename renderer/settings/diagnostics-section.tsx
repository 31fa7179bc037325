import { Download, Eye } from 'lucide-react';
import { useState } from 'react';
import { askConfirmed, client } from '../api/client.ts';
import { useMay } from '../app/session.ts';
import { Button } from '../ui/button.tsx';
import { SubmitError, useSubmit } from '../ui/form/submit.tsx';
import { Dialog } from '../ui/overlays/dialog.tsx';
import { Section } from '../ui/page.tsx';
import { saveFile } from '../ui/save-file.ts';

/** What helps someone else find a fault: seen before it is taken. */
export function DiagnosticsSection() {
  const [bundle, setBundle] = useState<string | null>(null);
  const mayReadAudit = useMay('audit:read');
  const mayReadVault = useMay('vault:read');
  const look = useSubmit(async () => {
    setBundle(JSON.stringify(await askConfirmed(() => client.GET('/diagnostics')), null, 2));
  });
  if (!mayReadAudit || !mayReadVault) return null;
  return (
    <Section title="Diagnostics">
      <div className="card card-pad grid gap-3">
        <div className="flex flex-wrap items-center gap-3">
          <p className="min-w-0 flex-1 basis-60 text-text-2">
            Versions, counts and states for a report of a fault. No value, no key, no address.
          </p>
          <Button icon={Eye} isBusy={look.isBusy} onClick={() => void look.run()}>
            Look at it
          </Button>
        </div>
        <SubmitError submit={look} />
      </div>
      <Dialog
        isOpen={bundle !== null}
        onClose={() => setBundle(null)}
        title="Diagnostics"
        text="This and nothing else is in the file."
        width={640}
        foot={
          <>
            <span className="grow" />
            <Button onClick={() => setBundle(null)}>Close</Button>
            <Button
              kind="main"
              icon={Download}
              onClick={() => {
                if (bundle !== null) saveFile('temps-diagnostics.json', bundle, 'application/json');
                setBundle(null);
              }}
            >
              Download
            </Button>
          </>
        }
      >
        <pre
          // biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls, so the keyboard must reach it
          tabIndex={0}
          className="max-h-[50vh] overflow-auto rounded-2 border border-line bg-inset p-3 font-mono text-12"
        >
          {bundle}
        </pre>
      </Dialog>
    </Section>
  );
}
