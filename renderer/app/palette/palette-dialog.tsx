import { Search } from 'lucide-react';
import { Dialog } from 'radix-ui';
import { Fragment, useEffect, useId, useRef, useState } from 'react';
import { Kbd } from '../../ui/chip.tsx';
import { sayKeys } from '../../ui/shortcuts.ts';
import { type PaletteRow, usePaletteRows } from './commands.ts';
import { closePalette } from './palette-state.ts';

/** What the palette shows. */
export function PaletteDialog() {
  return (
    <Dialog.Root open onOpenChange={(next) => !next && closePalette()}>
      <Dialog.Portal>
        <Dialog.Overlay className="scrim scrim-top">
          <Dialog.Content className="palette" aria-describedby={undefined}>
            <Dialog.Title className="sr">Search names, pages and commands</Dialog.Title>
            <PaletteList />
          </Dialog.Content>
        </Dialog.Overlay>
      </Dialog.Portal>
    </Dialog.Root>
  );
}

function PaletteList() {
  const [typed, setTyped] = useState('');
  const ordered = usePaletteRows(typed);
  const [at, setAt] = useState(0);
  const id = useId();
  const list = useRef<HTMLDivElement>(null);
  const chosen = ordered[Math.min(at, ordered.length - 1)];
  const run = (command: PaletteRow | undefined) => {
    if (!command) return;
    closePalette();
    command.run();
  };
  const onKeyDown = (event: React.KeyboardEvent) => {
    const step = event.key === 'ArrowDown' ? 1 : event.key === 'ArrowUp' ? -1 : 0;
    if (step !== 0 && ordered.length > 0) {
      event.preventDefault();
      setAt((Math.min(at, ordered.length - 1) + step + ordered.length) % ordered.length);
    }
    if (event.key === 'Enter' && !event.nativeEvent.isComposing) {
      event.preventDefault();
      run(chosen);
    }
  };
  // biome-ignore lint/correctness/useExhaustiveDependencies: follows the chosen row
  useEffect(() => {
    list.current?.querySelector('[aria-selected="true"]')?.scrollIntoView({ block: 'nearest' });
  }, [at]);
  return (
    <>
      <div className="palette-input">
        <Search className="icon" aria-hidden="true" />
        <input
          value={typed}
          onChange={(event) => {
            setTyped(event.target.value);
            setAt(0);
          }}
          onKeyDown={onKeyDown}
          placeholder="Search names, pages and commands…"
          role="combobox"
          aria-label="Search names, pages and commands"
          aria-expanded="true"
          aria-controls={id}
          aria-activedescendant={chosen ? `${id}-${ordered.indexOf(chosen)}` : undefined}
          spellCheck={false}
          autoComplete="off"
        />
      </div>
      <div id={id} role="listbox" aria-label="Results" ref={list} className="palette-list">
        {ordered.map((command, index) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: two may have one label and one project
          <Fragment key={index}>
            {command.group !== ordered[index - 1]?.group && (
              <div role="presentation" className="group">
                {command.group}
              </div>
            )}
            {/* biome-ignore lint/a11y/useKeyWithClickEvents: the input above has the keys */}
            <div
              id={`${id}-${index}`}
              role="option"
              tabIndex={-1}
              aria-selected={command === chosen}
              className={`palette-row ${command === chosen ? 'is-hover' : ''}`}
              onPointerMove={() => setAt(index)}
              onClick={() => run(command)}
            >
              <command.icon className="icon" aria-hidden="true" />
              <bdi className="min-w-0 grow truncate">{command.label}</bdi>
              <bdi className="max-w-1/2 truncate text-text-3">{command.aside}</bdi>
              {command === chosen && <Kbd>Enter</Kbd>}
            </div>
          </Fragment>
        ))}
        {ordered.length === 0 && (
          <div role="presentation" className="palette-row text-text-3">
            No results.
          </div>
        )}
      </div>
      <div className="palette-foot" aria-hidden="true">
        <span>Arrows to move</span>
        <span>Enter to run</span>
        <span>Esc to close</span>
        <span>{sayKeys('help')} on a page lists all keys</span>
      </div>
    </>
  );
}
