import { Download, Eye } from 'lucide-react';
import { useState } from 'react';
import { askConfirmed, client } from '../api/client.ts';
import { useApiMutation } from '../api/mutation.ts';
import { useMay } from '../app/session.ts';
import { Button } from '../ui/button.tsx';
import { FormError } from '../ui/form/form-error.tsx';
import { Dialog } from '../ui/overlays/dialog.tsx';
import { Section } from '../ui/page.tsx';
import { saveFile } from '../ui/save-file.ts';

/** Diagnostics for a bug report, shown before they are downloaded. */
export function DiagnosticsSection() {
  const [bundle, setBundle] = useState<string | null>(null);
  const mayReadAudit = useMay('audit:read');
  const mayReadVault = useMay('vault:read');
  const look = useApiMutation(() => askConfirmed(() => client.GET('/diagnostics')), {
    onDone: (answer) => setBundle(JSON.stringify(answer, null, 2)),
  });
  if (!mayReadAudit || !mayReadVault) return null;
  return (
    <Section title="Diagnostics">
      <div className="card card-pad grid gap-3">
        <div className="flex flex-wrap items-center gap-3">
          <p className="min-w-0 flex-1 basis-60 text-text-2">
            Versions, counts and states for a bug report. No values, keys or addresses.
          </p>
          <Button icon={Eye} isBusy={look.isPending} onClick={() => look.mutate()}>
            Preview
          </Button>
        </div>
        <FormError mutation={look} />
      </div>
      {bundle !== null && <BundleDialog bundle={bundle} onClose={() => setBundle(null)} />}
    </Section>
  );
}

function BundleDialog({ bundle, onClose }: { bundle: string; onClose: () => void }) {
  return (
    <Dialog
      onClose={onClose}
      title="Diagnostics"
      text="This is everything the file contains."
      width={640}
      foot={
        <>
          <span className="grow" />
          <Button onClick={onClose}>Close</Button>
          <Button
            kind="main"
            icon={Download}
            onClick={() => {
              saveFile('temps-diagnostics.json', bundle, 'application/json');
              onClose();
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
  );
}
