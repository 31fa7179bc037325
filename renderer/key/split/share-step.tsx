import { Eye, EyeOff, FileDown, Printer } from 'lucide-react';
import { useState } from 'react';
import { useApiMutation } from '../../api/mutation.ts';
import { desktop } from '../../desktop.ts';
import { Button } from '../../ui/button.tsx';
import { TextField } from '../../ui/form/field.tsx';
import { Form } from '../../ui/form/form.tsx';
import { ErrorLine } from '../../ui/form/form-error.tsx';
import { Ticks } from '../../ui/instruments/ticks.tsx';
import { showToast } from '../../ui/overlays/toasts.tsx';
import { PageCode, PageSteps, PageWords } from '../copy/paper-kit.tsx';
import { usePrinting } from '../copy/use-printing.ts';
import { keepShare, type SharePage } from './split-requests.ts';

interface ShareStepProps {
  splitId: number;
  page: SharePage;
  onKept: () => void;
}

/** One share, to show, print and give to its keeper. Remount it for the next. */
export function ShareStep({ splitId, page, onKept }: ShareStepProps) {
  const { number, share_count: count } = page;
  const [place, setPlace] = useState('');
  const [wasShown, setWasShown] = useState(false);
  const { isShown, setShown, isRendered, wasPrinted, print, savePdf } = usePrinting();
  const keep = useApiMutation(() => keepShare(splitId, number, place.trim()), { onDone: onKept });
  const sayPdf = (path: string) =>
    showToast({
      icon: FileDown,
      title: 'Saved as PDF',
      text: `${path} holds share ${number}, not encrypted.`,
    });
  return (
    <section className="card now grid grid-cols-1 gap-4" aria-label={`Share ${number} of ${count}`}>
      <div className="grid gap-2">
        <span className="text-text-2">
          Share {number} of {count}. Write it down or print it, and keep it apart from the others.
        </span>
        <Ticks value={(number / count) * 100} />
      </div>
      <div className="flex flex-wrap items-center gap-2">
        <Button
          icon={isShown ? EyeOff : Eye}
          onClick={() => {
            setShown(!isShown);
            setWasShown(true);
          }}
        >
          {isShown ? 'Hide the share' : 'Show the share'}
        </Button>
        <Button icon={Printer} onClick={() => void print()}>
          {wasPrinted ? 'Print it again' : 'Print'}
        </Button>
        {desktop && (
          <Button icon={FileDown} onClick={() => void savePdf(`Temps share ${number} of ${count}`, sayPdf)}>
            Save as PDF…
          </Button>
        )}
      </div>
      <SharePaper page={page} isShown={isRendered} />
      <Form
        className="grid grid-cols-1 gap-3"
        mutation={keep}
        onSubmit={() => {
          keep.mutate();
        }}
      >
        <TextField
          label={`Where share ${number} will be kept`}
          hint="Shown in the list of shares. Optional."
          placeholder="Bank, Anna, desk drawer"
          dir="auto"
          maxLength={200}
          value={place}
          onChange={(event) => setPlace(event.target.value)}
        />
        <ErrorLine said={keep.message} />
        <Button
          kind="main"
          type="submit"
          className="justify-self-start"
          isBusy={keep.isPending}
          disabled={!wasShown && !wasPrinted}
        >
          {number === count ? 'I have it on paper' : 'I have it on paper, next share'}
        </Button>
      </Form>
      <p className="text-12 text-text-3">
        Hidden as soon as you switch to another window. Some printers store what they print.
      </p>
    </section>
  );
}

/** A share as a sheet of paper; with `isShown` false, without its words and QR code. */
function SharePaper({ page, isShown }: { page: SharePage; isShown: boolean }) {
  return (
    <article className="paper-kit" aria-label={`Page of share ${page.number}`}>
      <header>
        <h2>{page.title}</h2>
        <p>{page.warning}</p>
      </header>
      <div className="kit-top">
        <dl>
          <dt>Share</dt>
          <dd>
            {page.number} of {page.share_count}
          </dd>
          <dt>Scheme</dt>
          <dd>{page.scheme}</dd>
          <dt>Instance</dt>
          <dd dir="auto">{page.instance_name}</dd>
          <dt>Instance id</dt>
          <dd className="kit-code">{page.instance_id}</dd>
          <dt>Fingerprint</dt>
          <dd className="kit-code">{page.fingerprint}</dd>
          <dt>Key version</dt>
          <dd>{page.epoch}</dd>
          <dt>Split on</dt>
          <dd>{page.date}</dd>
        </dl>
        <PageCode text={page.qr_text} label={`QR code of share ${page.number}`} isShown={isShown} />
      </div>
      <h3>The share as {page.words.length} words (SLIP-39)</h3>
      <PageWords words={page.words} isShown={isShown} className="share-words" />
      <PageSteps steps={page.steps} />
      <div className="kit-foot">
        <p className="kit-where">Where this page is kept:</p>
      </div>
    </article>
  );
}
