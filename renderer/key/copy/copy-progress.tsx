import { useQuery } from '@tanstack/react-query';
import { LoaderCircle } from 'lucide-react';
import { type ReactNode, useState } from 'react';
import type { components } from '../../api/schema.ts';
import { Ticks } from '../../ui/instruments/ticks.tsx';
import { copyProgressQuery } from '../key-queries.ts';

/** A name for the requests of one component, by which their progress is found. */
export function useProgressId(): string {
  const [id] = useState(() => crypto.randomUUID());
  return id;
}

const stageWords: Record<components['schemas']['KeyCopyStage'], string> = {
  creating: 'Encrypting the copy with your passphrase',
  reading: 'Decrypting the copy with your passphrase',
};

/** A bar while the instance says how far a request has come; nothing, or what is `otherwise`, where it does not. */
export function CopyProgress({ id, otherwise }: { id: string; otherwise?: ReactNode }) {
  const { data } = useQuery(copyProgressQuery);
  const found = data?.under_way.find((each) => each.id === id);
  if (!found) return otherwise;
  const words = stageWords[found.stage];
  return (
    <div className="mt-2 grid gap-2 text-text-2">
      <p className="flex items-center gap-2">
        <LoaderCircle className="icon turning" aria-hidden="true" />
        <span className="min-w-0 flex-1" role="status">
          {words}
        </span>
        <span className="text-text-3">{found.percent} %</span>
      </p>
      <Ticks value={found.percent} label={words} />
    </div>
  );
}

/** The step that waits for a copy. */
export function Making({ id }: { id: string }) {
  return (
    <CopyProgress
      id={id}
      otherwise={
        <p className="mt-2 flex items-center gap-2 text-text-2" role="status">
          <LoaderCircle className="icon turning" aria-hidden="true" />
          Creating the copy
        </p>
      }
    />
  );
}
