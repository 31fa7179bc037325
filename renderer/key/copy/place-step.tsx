import { Download, FolderOpen, HardDrive, type LucideIcon, Network, PencilLine, Usb } from 'lucide-react';
import { useEffect, useRef, useState } from 'react';
import { useApiMutation } from '../../api/mutation.ts';
import { useIsOwner } from '../../app/session.ts';
import { desktop, here } from '../../desktop.ts';
import { Failed } from '../../ui/blank-state.tsx';
import { Button } from '../../ui/button.tsx';
import { Chip } from '../../ui/chip.tsx';
import { TextField } from '../../ui/form/field.tsx';
import { ConfirmDialog } from '../../ui/overlays/confirm-dialog.tsx';
import { formatBytes } from '../../ui/time.ts';
import { BecomeOwner } from '../../vault-state/become-owner.tsx';
import type { CopyFormat } from './copy-formats.ts';
import type { CopyTarget } from './make-copy.ts';
import { checkPath, type Place, type RefusedPath, usePlaces } from './places.ts';

/** Places shown before the list is collapsed. */
const SHOWN_REFUSED = 2;

interface PlaceStepProps {
  /** Whether it may be downloaded in the browser. */
  mayDownload: boolean;
  /** What would be written there, and whose key. */
  format: CopyFormat;
  of: 'active' | 'rotation';
  /** Error of a path that was refused when writing. */
  refused?: RefusedPath | null;
  /** Shows refused places only on request. */
  isBrief?: boolean;
  onChoose: (target: CopyTarget) => void;
}

/** Where the file goes: a separate drive, a typed path, or this browser's downloads. */
export function PlaceStep(props: PlaceStepProps) {
  const { mayDownload, format, of, refused = null, isBrief = false, onChoose } = props;
  const isOwner = useIsOwner();
  const places = usePlaces(isOwner);
  const [anyway, setAnyway] = useState<{ target: CopyTarget & { kind: 'path' }; message: string } | null>(
    null,
  );
  const [isTyping, setTyping] = useState(refused !== null);
  const [folder, setFolder] = useState<string | null>(null);
  const list = places.data?.places ?? [];
  const offered = list.filter((place) => place.separate && place.writable);
  const others = list.filter((place) => !offered.includes(place));
  const [showsAll, setShowsAll] = useState(false);
  const chooseFolder = async () => {
    const path = await desktop?.chooseFolder();
    if (!path) return;
    setFolder(path);
    setTyping(true);
  };
  const shown = showsAll ? others : others.slice(0, isBrief ? 0 : SHOWN_REFUSED);
  return (
    <div className="mt-2 grid grid-cols-1 gap-2">
      {isOwner && places.isError && (
        <Failed
          title="The drives could not be listed"
          error={places.error}
          onRetry={() => void places.refetch()}
        />
      )}
      {isOwner && !places.isError && (
        <div className="grid gap-2" aria-live="polite">
          {offered.map((place) => (
            <PlaceButton key={place.path} place={place} onChoose={() => onChoose(toTarget(place, false))} />
          ))}
          {offered.length === 0 && !places.isPending && (
            <div className="choice is-refused items-center">
              <Usb className="icon text-icon" aria-hidden="true" />
              <span>
                No other drive is plugged into the machine. Plug in a USB stick: it appears here
                automatically.
              </span>
            </div>
          )}
          {shown.map((place) => (
            <RefusedPlace
              key={place.path}
              place={place}
              onAnyway={() => setAnyway({ target: toTarget(place, true), message: place.message })}
            />
          ))}
        </div>
      )}
      {isTyping && isOwner && (
        <TypedPath
          key={folder}
          start={folder}
          format={format}
          of={of}
          refused={refused}
          onUse={(path) => onChoose(typedTarget(path, false))}
          onAnyway={(path, message) => setAnyway({ target: typedTarget(path, true), message })}
        />
      )}
      <div className="flex flex-wrap gap-2">
        {shown.length < others.length && (
          <Button kind="plain" isSmall icon={HardDrive} onClick={() => setShowsAll(true)}>
            {isBrief ? 'Places on this computer…' : `${others.length - shown.length} more places…`}
          </Button>
        )}
        {isOwner && desktop && (
          <Button kind="plain" isSmall icon={FolderOpen} onClick={() => void chooseFolder()}>
            Choose a folder…
          </Button>
        )}
        {/* Once the list is here: it would move under the pointer. */}
        {isOwner && !isTyping && !places.isPending && (
          <Button kind="plain" isSmall icon={PencilLine} onClick={() => setTyping(true)}>
            Type a path…
          </Button>
        )}
        {mayDownload && (
          <Button
            kind={isOwner ? 'plain' : 'normal'}
            isSmall={isOwner}
            icon={Download}
            onClick={() => onChoose({ kind: 'download' })}
          >
            Download it in {here}…
          </Button>
        )}
      </div>
      {!isOwner && (
        <>
          <p className="text-text-2">
            {mayDownload &&
              'A file that you download here counts once you have moved it to another device or drive, verified it from there, and said where it lies. '}
            Only the owner can use the machine’s drives and folders.
          </p>
          <BecomeOwner />
        </>
      )}
      {anyway && (
        <KeepAnywayDialog
          message={anyway.message}
          onClose={() => setAnyway(null)}
          onKeep={() => onChoose(anyway.target)}
        />
      )}
    </div>
  );
}

interface KeepAnywayDialogProps {
  /** Why the place is refused. */
  message: string;
  onClose: () => void;
  onKeep: () => void;
}

/** Confirms a place that is not separate. */
function KeepAnywayDialog({ message, onClose, onKeep }: KeepAnywayDialogProps) {
  const keep = useApiMutation(async () => {
    onClose();
    onKeep();
  });
  return (
    <ConfirmDialog
      title="Keep the copy there anyway?"
      action="Keep it there anyway"
      keep="Choose another place"
      kind="normal"
      mutation={keep}
      onClose={onClose}
    >
      <p>{message}</p>
      <p>
        The copy is written and listed, but does not count as separate: the key stays at risk until there is a
        separate copy.
      </p>
    </ConfirmDialog>
  );
}

function toTarget(place: Place, keepAnyway: boolean): CopyTarget & { kind: 'path' } {
  return {
    kind: 'path',
    path: place.path,
    label: place.label,
    volumeId: place.volume_id,
    isRemovable: place.kind === 'removable',
    keepAnyway,
  };
}

function typedTarget(path: string, keepAnyway: boolean): CopyTarget & { kind: 'path' } {
  return { kind: 'path', path, label: path, volumeId: null, isRemovable: false, keepAnyway };
}

const icons: Partial<Record<Place['kind'], LucideIcon>> = { removable: Usb, network: Network };
const separateWords: Record<Place['kind'], string> = {
  removable: 'Separate drive',
  fixed: 'Another disk',
  network: 'On the network',
  memory: 'In memory',
};

function PlaceButton({ place, onChoose }: { place: Place; onChoose: () => void }) {
  const Icon = icons[place.kind] ?? HardDrive;
  return (
    <button type="button" className="choice place-choice" onClick={onChoose}>
      <Icon className="icon mt-0.5 text-icon" aria-hidden="true" />
      <span className="min-w-0 flex-1">
        <span className="flex flex-wrap items-center gap-2">
          <b className="truncate" dir="auto" title={place.label}>
            {place.label}
          </b>
          <Chip tone="ok" verdict="ok">
            {separateWords[place.kind]}
          </Chip>
        </span>
        <span className="block truncate text-text-2" title={place.path}>
          {place.path}, {formatBytes(place.free_bytes)} free
        </span>
      </span>
    </button>
  );
}

/** With a button to keep it there anyway, if the place is writable. */
function RefusedPlace({ place, onAnyway }: { place: Place; onAnyway: () => void }) {
  const Icon = icons[place.kind] ?? HardDrive;
  return (
    <div className="choice is-refused flex-wrap items-center">
      <Icon className="icon mt-0.5 self-start text-icon" aria-hidden="true" />
      <span className="min-w-0 flex-1 basis-60">
        <span className="flex flex-wrap items-center gap-2">
          <b className="truncate font-medium text-text" dir="auto" title={place.path}>
            {place.label}
          </b>
          <Chip tone="danger" verdict="broken">
            Refused
          </Chip>
        </span>
        <span className="block [overflow-wrap:anywhere]">{place.message}</span>
      </span>
      {place.writable && (
        <Button kind="plain" isSmall onClick={onAnyway}>
          Keep it there anyway…
        </Button>
      )}
    </div>
  );
}

interface TypedPathProps {
  /** A folder that was chosen with the system's dialog: used at once if it may be. */
  start: string | null;
  format: CopyFormat;
  of: 'active' | 'rotation';
  refused: RefusedPath | null;
  onUse: (path: string) => void;
  onAnyway: (path: string, message: string) => void;
}

/** A path is checked when its field is left, before anything else is asked. In no form of its own: it is within another one. */
function TypedPath({ start, format, of, refused: refusedBefore, onUse, onAnyway }: TypedPathProps) {
  const [path, setPath] = useState(start ?? refusedBefore?.path ?? '');
  const [refused, setRefused] = useState(refusedBefore);
  const wanted = path.trim();
  const check = useApiMutation(async () => {
    const found = await checkPath(wanted, format, of);
    if (found) setRefused(found);
    else onUse(wanted);
  });
  const isRefused = refused !== null && refused.path === wanted;
  const use = () => {
    if (wanted !== '' && !isRefused) check.mutate();
  };
  const look = async () => {
    const found = await checkPath(wanted, format, of).catch(() => null);
    if (found) setRefused(found);
  };
  const useStart = useRef(start === null ? null : use);
  useEffect(() => {
    useStart.current?.();
    useStart.current = null;
  }, []);
  return (
    <div className="grid gap-2">
      <TextField
        label="Path on the instance’s machine"
        hint="An existing folder, or a file that does not exist yet."
        placeholder="/mnt/nas/keys"
        isMono
        autoFocus
        value={path}
        onChange={(event) => {
          setPath(event.target.value);
          if (check.message !== undefined) check.reset();
        }}
        onBlur={() => {
          // Beside the button, which may have been pressed just now.
          if (wanted !== '' && !isRefused) void look();
        }}
        onKeyDown={(event) => {
          if (event.key !== 'Enter') return;
          event.preventDefault();
          use();
        }}
        error={isRefused ? refused.message : check.message}
      />
      <div className="flex flex-wrap gap-2">
        <Button disabled={wanted === '' || isRefused} isBusy={check.isPending} onClick={use}>
          Use this path
        </Button>
        {isRefused && refused.mayKeep && (
          <Button kind="plain" onClick={() => onAnyway(refused.path, refused.message)}>
            Keep it there anyway…
          </Button>
        )}
      </div>
    </div>
  );
}
