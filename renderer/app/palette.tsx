import { Search } from 'lucide-react';
import { Dialog } from 'radix-ui';
import { Fragment, useEffect, useId, useRef, useState } from 'react';
import { Kbd } from '../ui/chip.tsx';
import { isPageCovered } from '../ui/cover.ts';
import { type PaletteRow, useCommands } from './commands.ts';
import { closePalette, openPalette, usePaletteOpen } from './palette-state.ts';

const SHOWN = 12;

/** Command palette (Ctrl or Cmd K). */
export function Palette() {
  const isOpen = usePaletteOpen();
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if (event.key.toLowerCase() !== 'k' || !(event.ctrlKey || event.metaKey) || event.altKey) return;
      if (isPageCovered()) return;
      event.preventDefault();
      openPalette();
    };
    window.addEventListener('keydown', onKey);
    return () => window.removeEventListener('keydown', onKey);
  }, []);
  return (
    <Dialog.Root open={isOpen} onOpenChange={(next) => (next ? openPalette() : closePalette())}>
      <Dialog.Portal>
        <Dialog.Overlay className="scrim scrim-top">
          <Dialog.Content className="palette" aria-describedby={undefined}>
            <Dialog.Title className="sr">Search pages and commands</Dialog.Title>
            <PaletteList />
          </Dialog.Content>
        </Dialog.Overlay>
      </Dialog.Portal>
    </Dialog.Root>
  );
}

/** Commands whose label contains every typed word; those that start with the text come first. */
function find(commands: readonly PaletteRow[], typed: string): PaletteRow[] {
  const words = typed.toLowerCase().split(/\s+/).filter(Boolean);
  const start = words[0] ?? '';
  return commands
    .filter(({ label }) => words.every((word) => label.toLowerCase().includes(word)))
    .sort(
      (a, b) =>
        Number(b.label.toLowerCase().startsWith(start)) - Number(a.label.toLowerCase().startsWith(start)),
    )
    .slice(0, SHOWN);
}

function PaletteList() {
  const commands = useCommands();
  const [typed, setTyped] = useState('');
  const [at, setAt] = useState(0);
  const id = useId();
  const list = useRef<HTMLDivElement>(null);
  const groups = [...new Set(commands.map(({ group }) => group))];
  const found = find(commands, typed);
  const ordered = groups.flatMap((group) => found.filter((command) => command.group === group));
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
          placeholder="Search pages and commands…"
          role="combobox"
          aria-label="Search pages and commands"
          aria-expanded="true"
          aria-controls={id}
          aria-activedescendant={chosen ? `${id}-${ordered.indexOf(chosen)}` : undefined}
          spellCheck={false}
          autoComplete="off"
        />
      </div>
      <div id={id} role="listbox" aria-label="Results" ref={list} className="palette-list">
        {ordered.map((command, index) => (
          <Fragment key={`${command.group} ${command.label}`}>
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
              <span className="grow">{command.label}</span>
              {command === chosen ? <Kbd>Enter</Kbd> : <span className="text-text-3">{command.aside}</span>}
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
      </div>
    </>
  );
}
