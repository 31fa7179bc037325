import { Link } from '@tanstack/react-router';
import { useState } from 'react';
import { here } from '../desktop.ts';
import { type CopyFormat, formats, type KeepWay, ways } from '../key/copy/copy-formats.ts';
import { Making } from '../key/copy/copy-progress.tsx';
import { FormatChoice } from '../key/copy/format-step.tsx';
import type { CopyTarget } from '../key/copy/make-copy.ts';
import { PassphrasePair } from '../key/copy/passphrase-pair.tsx';
import { PlaceStep } from '../key/copy/place-step.tsx';
import { usePlaces } from '../key/copy/places.ts';
import type { CopyWizard } from '../key/copy/use-copy-wizard.ts';
import { CompareKeys } from '../key/verify/compare-keys.tsx';
import { HandedStep, VerifyStep } from '../key/verify/verify-step.tsx';
import { Button } from '../ui/button.tsx';
import { Choices } from '../ui/form/choices.tsx';
import { Form } from '../ui/form/form.tsx';
import { FormError } from '../ui/form/form-error.tsx';
import { inCustody } from '../vault-state/custody-words.ts';
import type { VaultStatus } from '../vault-state/vault.ts';

const OFFERED: readonly KeepWay[] = ['drive', 'manager', 'paper', 'file'];

/** Where the copy goes: four options, each with its inputs in its box; then the verification, in the same place. */
export function FirstCopy({ wizard, vault }: { wizard: CopyWizard; vault: VaultStatus }) {
  const { stage } = wizard;
  if (stage === 'handed' || stage === 'verify' || stage === 'making') {
    return (
      <div className="grid grid-cols-1 gap-4">
        <FormError mutation={wizard.making} />
        {stage === 'making' ? (
          <Making id={wizard.progressId} />
        ) : stage === 'handed' ? (
          <HandedStep wizard={wizard} />
        ) : (
          <VerifyStep wizard={wizard} />
        )}
        <div className="setup-end">
          {stage !== 'making' && (
            <Button kind="plain" onClick={wizard.restart}>
              Choose another way
            </Button>
          )}
          <Later />
        </div>
        {stage === 'verify' && (
          <CompareKeys
            kept={`The key ${inCustody(vault.custody)}`}
            fingerprint={vault.fingerprint}
            copied="The key in the copy"
            read={null}
            worthWords={null}
          />
        )}
      </div>
    );
  }
  return <ChooseWay wizard={wizard} />;
}

function ChooseWay({ wizard }: { wizard: CopyWizard }) {
  const places = usePlaces(true);
  const drive = places.data?.places.find(
    (place) => place.separate && place.writable && place.kind !== 'network',
  );
  const [way, setWay] = useState<KeepWay>(wizard.chosen?.way ?? 'drive');
  const [format, setFormat] = useState<CopyFormat>(wizard.chosen?.format ?? 'age');
  const [target, setTarget] = useState<CopyTarget | null>(
    wizard.refused ? null : (wizard.chosen?.target ?? null),
  );
  const [passphrase, setPassphrase] = useState<string | null>(null);
  const needs = formats[format];
  const chosenTarget: CopyTarget | null =
    target ??
    (way === 'drive' && drive
      ? {
          kind: 'path',
          path: drive.path,
          label: drive.label,
          volumeId: drive.volume_id,
          isRemovable: drive.kind === 'removable',
          keepAnyway: false,
        }
      : null);
  const isReady = (!needs.isFile || chosenTarget !== null) && (!needs.hasPassphrase || passphrase !== null);
  const choose = (next: KeepWay) => {
    setWay(next);
    setFormat(ways[next].formats[0] ?? 'age');
    setTarget(null);
    setPassphrase(null);
    wizard.making.reset();
  };
  const chooseFormat = (next: CopyFormat) => {
    setFormat(next);
    setPassphrase(null);
  };
  const start = () =>
    wizard.start(
      { way, format, target: needs.isFile ? chosenTarget : null, place: '', unprotectedConfirmed: false },
      needs.hasPassphrase ? passphrase : null,
    );
  return (
    <Form
      mutation={wizard.making}
      onSubmit={() => {
        if (isReady) start();
      }}
    >
      <Choices
        label="Where to keep the copy"
        value={way}
        onChange={choose}
        options={OFFERED.map((each) => ({
          value: each,
          title: each === 'drive' ? 'USB stick' : ways[each].title,
          text:
            each === 'drive'
              ? drive
                ? `${drive.label} is plugged in. It is a separate drive: good.`
                : 'Plug one in: it appears here automatically.'
              : ways[each].text,
          icon: ways[each].icon,
          aside: <span className="max-phone:hidden">{ways[each].time}</span>,
          more:
            each === way ? (
              <div className="grid grid-cols-1 gap-4">
                {ways[each].formats.length > 1 && (
                  <FormatChoice among={ways[each].formats} value={format} onChange={chooseFormat} />
                )}
                {needs.isFile && (
                  <Where
                    target={chosenTarget}
                    mayDownload={format === 'age'}
                    format={format}
                    wizard={wizard}
                    onChoose={setTarget}
                    onChange={() => setTarget(null)}
                    isFixed={target === null && chosenTarget !== null}
                  />
                )}
                {needs.hasPassphrase && (
                  <PassphrasePair
                    key={format}
                    hint="Protects the file if someone finds it."
                    onReady={setPassphrase}
                    error={wizard.making.message}
                  />
                )}
              </div>
            ) : undefined,
        }))}
      />
      {!needs.hasPassphrase && (
        <div className="mt-4 empty:hidden">
          <FormError mutation={wizard.making} />
        </div>
      )}
      <div className="setup-end">
        <Button kind="main" type="submit" disabled={!isReady}>
          {needs.isFile ? 'Write and verify' : 'Continue'}
        </Button>
        <Later />
      </div>
    </Form>
  );
}

interface WhereProps {
  target: CopyTarget | null;
  mayDownload: boolean;
  format: CopyFormat;
  wizard: CopyWizard;
  /** The only drive: nothing to choose. */
  isFixed: boolean;
  onChoose: (target: CopyTarget) => void;
  onChange: () => void;
}

function Where({ target, mayDownload, format, wizard, isFixed, onChoose, onChange }: WhereProps) {
  if (!target) {
    return (
      <PlaceStep
        isBrief
        mayDownload={mayDownload}
        format={format}
        of={wizard.of}
        refused={wizard.refused}
        onChoose={onChoose}
      />
    );
  }
  return (
    <div className="flex items-center gap-2">
      <span className="min-w-0 flex-1 truncate">
        Place:{' '}
        <b className="font-medium" dir="auto">
          {target.kind === 'path' ? target.label : `where ${here} saves files`}
        </b>
      </span>
      {!isFixed && (
        <Button kind="plain" isSmall onClick={onChange}>
          Change
        </Button>
      )}
    </div>
  );
}

function Later() {
  return (
    <p className="setup-later">
      <Link to="/">Later</Link>
      <span>We will remind you after your first secret, then once a day.</span>
    </p>
  );
}
