import { CircleX, FileInput } from 'lucide-react';
import { useEffect, useState } from 'react';
import { showToast } from '../../ui/overlays/toasts.tsx';
import { isField } from '../../ui/shortcuts.ts';
import { type EnvSource, looksLikeEnv, MAX_SOURCE_BYTES, readFile, toSource } from './env-source.ts';

interface DropTargetProps {
  /** "production". */
  environment: string;
  /** Off while a dialog is open. */
  isOn: boolean;
  onSource: (source: EnvSource) => void;
}

/** Accepts a `.env` that is pasted or dropped anywhere on the page, outside of fields. */
export function DropTarget({ environment, isOn, onSource }: DropTargetProps) {
  const [isOver, setOver] = useState(false);
  useEffect(() => {
    if (!isOn) return;
    const take = async (files: FileList | undefined) => {
      const [file] = files ?? [];
      if (!file) return;
      if ((files?.length ?? 0) > 1) return refuse('One file at a time.');
      if (file.size > MAX_SOURCE_BYTES) return refuse(`${file.name} is over 1 MiB.`);
      onSource(await readFile(file));
    };
    const paste = (event: ClipboardEvent) => {
      if (isField(event.target)) return;
      const text = event.clipboardData?.getData('text/plain') ?? '';
      if (text === '') return void take(event.clipboardData?.files);
      event.preventDefault();
      if (!looksLikeEnv(text)) return refuse('It has no line of the form NAME=value.');
      const source = toSource(text, 'clipboard');
      if (source.bytes.length > MAX_SOURCE_BYTES) return refuse('The text is over 1 MiB.');
      onSource(source);
    };
    const over = (event: DragEvent) => {
      if (!event.dataTransfer?.types.includes('Files')) return;
      event.preventDefault();
      setOver(true);
    };
    const leave = (event: DragEvent) => {
      if (event.relatedTarget === null) setOver(false);
    };
    const drop = (event: DragEvent) => {
      setOver(false);
      if (!event.dataTransfer?.types.includes('Files')) return;
      event.preventDefault();
      void take(event.dataTransfer.files);
    };
    window.addEventListener('paste', paste);
    window.addEventListener('dragover', over);
    window.addEventListener('dragleave', leave);
    window.addEventListener('drop', drop);
    return () => {
      window.removeEventListener('paste', paste);
      window.removeEventListener('dragover', over);
      window.removeEventListener('dragleave', leave);
      window.removeEventListener('drop', drop);
    };
  }, [isOn, onSource]);
  if (!isOver || !isOn) return null;
  return (
    <div className="drop-target">
      <FileInput className="icon icon-20" aria-hidden="true" />
      <b>Drop to compare with {environment}</b>
      <span>Nothing is saved until you confirm.</span>
    </div>
  );
}

function refuse(text: string): void {
  showToast({ icon: CircleX, title: 'Nothing was imported', text });
}
