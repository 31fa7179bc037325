import { useState } from 'react';
import { here } from '../../desktop.ts';
import { Banner } from '../../ui/banner.tsx';
import { Button } from '../../ui/button.tsx';
import { Form } from '../../ui/form/form.tsx';
import { type Step, Steps } from '../../ui/instruments/steps.tsx';
import { formatClock } from '../../ui/time.ts';
import { sayWhatCopyOpens } from '../../vault-state/copy-promise.ts';
import { HandedStep, VerifyStep } from '../verify/verify-step.tsx';
import { formats, type KeepWay } from './copy-formats.ts';
import { Making } from './copy-progress.tsx';
import { FormatStep } from './format-step.tsx';
import { PassphrasePair } from './passphrase-pair.tsx';
import { PlaceStep } from './place-step.tsx';
import type { CopyWizard, Stage } from './use-copy-wizard.ts';

/** The steps of making a copy, one below another. */
export function CopySteps({ wizard, offered }: { wizard: CopyWizard; offered: readonly KeepWay[] }) {
  const { chosen } = wizard;
  const stages = stagesOf(wizard);
  const at =
    wizard.stage === 'done' ? stages.length : stages.findIndex((each) => each.stages.includes(wizard.stage));
  return (
    <div className="grid grid-cols-1 gap-4">
      <Steps
        current={at}
        steps={stages.map(({ stages: own, next, done, said, body }): Step => {
          const isNow = own.includes(wizard.stage);
          const isDone = stages.findIndex((each) => each.stages === own) < at;
          return {
            title: isDone ? done : next,
            said: isDone ? said : undefined,
            body: isNow && (
              <>
                {body}
                {wizard.making.message && wizard.stage !== 'passphrase' && (
                  <div className="mt-2">
                    <Banner tone="danger">{wizard.making.message}</Banner>
                  </div>
                )}
              </>
            ),
          };
        })}
      />
      {chosen && ['place', 'passphrase'].includes(wizard.stage) && (
        <Button kind="plain" isSmall className="justify-self-start" onClick={() => wizard.goTo('format')}>
          Choose another format
        </Button>
      )}
    </div>
  );

  function stagesOf({ stage, made, madeAt, refused, making, progressId }: CopyWizard): Stages[] {
    const format = chosen && formats[chosen.format];
    const target = chosen?.target;
    const first: Stages = {
      stages: ['format'],
      next: 'Format',
      done: `Format: ${format?.name.toLowerCase() ?? ''}`,
      said: format?.fact,
      body: <FormatStep offered={offered} onChoose={wizard.chooseFormat} />,
    };
    if (!chosen || !format) return [first, stub('Place'), stub('Written'), stub('Verify')];
    const verify: Stages = {
      stages: ['verify'],
      next: 'Verify',
      done: 'Verified: the fingerprints match',
      said: made && sayWhatCopyOpens(`Your copy “${made.copy.place}”`, null),
      body: <VerifyStep wizard={wizard} />,
    };
    if (!format.isFile || target?.kind === 'download') {
      const takes = handedWords[chosen.format] ?? ['Download', 'Downloaded'];
      return [
        first,
        ...(format.isFile ? fileStages() : []),
        {
          stages: format.isFile ? ['handed', 'making'] : ['making', 'handed'],
          next: takes[0],
          done: takes[1],
          body: stage === 'making' ? <Making id={progressId} /> : <HandedStep wizard={wizard} />,
        },
        verify,
      ];
    }
    return [
      first,
      ...fileStages(),
      {
        stages: ['making'],
        next: 'Written',
        done: madeAt === null ? 'Written' : `Written at ${formatClock(madeAt)}`,
        said: made && <span className="mono [overflow-wrap:anywhere]">{made.written_to}</span>,
        body: <Making id={progressId} />,
      },
      verify,
    ];

    function fileStages(): Stages[] {
      const place: Stages = {
        stages: ['place'],
        next: 'Place',
        done: target?.kind === 'path' ? `Place: ${target.label}` : `Place: where ${here} saves files`,
        said: made?.not_separate ?? undefined,
        body: (
          <PlaceStep
            mayDownload={chosen !== null && chosen.format !== 'plain'}
            format={chosen?.format ?? 'age'}
            of={wizard.of}
            refused={refused}
            onChoose={wizard.chooseTarget}
          />
        ),
      };
      if (!format?.hasPassphrase) return [place];
      return [
        place,
        {
          stages: ['passphrase'],
          next: 'Passphrase',
          done: 'Passphrase: typed twice',
          said: 'We do not keep it.',
          body: <PassphraseStep said={making.message} onGive={wizard.givePassphrase} />,
        },
      ];
    }
  }
}

interface Stages {
  stages: readonly Stage[];
  next: string;
  done: string;
  said?: React.ReactNode;
  body?: React.ReactNode;
}

const stub = (next: string): Stages => ({ stages: [], next, done: next });

const handedWords: Partial<Record<string, readonly [string, string]>> = {
  pdf: ['Print it', 'Printed'],
  words: ['Write the words down', 'Written down'],
  text: ['Save it in your password manager', 'Saved in your password manager'],
};

interface PassphraseStepProps {
  said: string | undefined;
  onGive: (passphrase: string) => void;
}

function PassphraseStep({ said, onGive }: PassphraseStepProps) {
  const [ready, setReady] = useState<string | null>(null);
  return (
    <Form
      className="mt-2 grid grid-cols-1 gap-4"
      onSubmit={() => {
        if (ready !== null) onGive(ready);
      }}
    >
      <PassphrasePair
        hint="Protects the file if someone finds it."
        onReady={setReady}
        error={said}
        autoFocus
      />
      <Button kind="main" type="submit" className="justify-self-start" disabled={ready === null}>
        Write and verify
      </Button>
    </Form>
  );
}
