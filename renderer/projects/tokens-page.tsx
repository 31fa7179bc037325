import { useQuery } from '@tanstack/react-query';
import { KeySquare, Plus } from 'lucide-react';
import { useState } from 'react';
import { useMay } from '../app/session.ts';
import { Button } from '../ui/button.tsx';
import { Empty } from '../ui/nothing.tsx';
import { ShownOnce } from '../ui/overlays/shown-once.tsx';
import { CannotSeal, useCanSeal } from '../vault-state/sealing.tsx';
import { DeleteTokenDialog } from './manage/delete-token-dialog.tsx';
import { type MadeToken, NewTokenDialog } from './manage/new-token-dialog.tsx';
import { useProjectParam } from './manage/project-param.ts';
import { TokenTable } from './manage/token-table.tsx';
import { ProjectFrame } from './project-frame.tsx';
import { type Token, tokensQuery } from './project-queries.ts';

/** What a deployment, a pipeline or a script of one project comes in with. */
export function TokensPage() {
  const project = useProjectParam();
  const [isMaking, setMaking] = useState(false);
  const [made, setMade] = useState<MadeToken | null>(null);
  const [leaving, setLeaving] = useState<Token | null>(null);
  const canSeal = useCanSeal();
  const mayWrite = useMay('tokens:write');
  const tokens = useTokens(project);
  const isEmpty = tokens.data?.tokens.length === 0;
  const add = (
    <Button kind="main" icon={Plus} disabled={!canSeal} onClick={() => setMaking(true)}>
      New token
    </Button>
  );
  return (
    <ProjectFrame project={project} actions={mayWrite && !isEmpty && add}>
      {mayWrite && !canSeal && (
        <div className="mb-4">
          <CannotSeal what="A new token could not be sealed. Those there are cannot be checked either, so they do not work now." />
        </div>
      )}
      <TokenList
        tokens={tokens}
        empty={mayWrite ? add : undefined}
        onDelete={mayWrite ? setLeaving : undefined}
      />
      {isMaking && <NewTokenDialog project={project} onClose={() => setMaking(false)} onMade={setMade} />}
      {made && (
        <ShownOnce name={`Token ${made.name}`} values={made.values} onStored={() => setMade(null)}>
          It reads {made.projectName} and nothing else. Lost, it is deleted and a new one made.
        </ShownOnce>
      )}
      {leaving && <DeleteTokenDialog project={project} token={leaving} onClose={() => setLeaving(null)} />}
    </ProjectFrame>
  );
}

const useTokens = (project: string) => useQuery(tokensQuery(project));

interface TokenListProps {
  tokens: ReturnType<typeof useTokens>;
  empty: React.ReactNode;
  onDelete: ((token: Token) => void) | undefined;
}

function TokenList({ tokens, empty, onDelete }: TokenListProps) {
  return (
    <TokenTable
      query={tokens}
      tokens={tokens.data?.tokens ?? []}
      onDelete={onDelete}
      empty={
        <Empty
          icon={KeySquare}
          title="No token yet"
          text="A deployment token lets a pipeline or a container read this project’s variables, and nothing else of this instance."
          action={empty}
        />
      }
    />
  );
}
