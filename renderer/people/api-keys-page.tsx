import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { Bot, Plus } from 'lucide-react';
import { useState } from 'react';
import { useMay, useSession } from '../app/session.ts';
import { Empty } from '../ui/blank-state.tsx';
import { Button, buttonClass } from '../ui/button.tsx';
import { ShownOnce } from '../ui/overlays/shown-once.tsx';
import { CannotEncrypt, useCanEncrypt } from '../vault-state/can-encrypt.tsx';
import { AddressDialog } from './address-dialog.tsx';
import { DeleteApiKeyDialog, type MadeKey, NewApiKeyDialog, RotateApiKeyDialog } from './api-key-dialogs.tsx';
import { ApiKeyTable } from './api-key-table.tsx';
import { PeopleFrame } from './people-frame.tsx';
import { type ApiKey, apiKeysQuery, listMadeBy } from './people-queries.ts';

/** Credentials of programs. */
export function ApiKeysPage() {
  const mayWrite = useMay('api_keys:write');
  const mayManageAll = useMay('users:write');
  const you = useSession().user?.id;
  const canEncrypt = useCanEncrypt();
  const keys = useQuery(apiKeysQuery);
  const [isMaking, setMaking] = useState(false);
  const [made, setMade] = useState<MadeKey | null>(null);
  const [leaving, setLeaving] = useState<ApiKey | null>(null);
  const [rotating, setRotating] = useState<ApiKey | null>(null);
  const [limiting, setLimiting] = useState<ApiKey | null>(null);
  const signIn = (
    <Link to="/cli-login" className={buttonClass()}>
      Sign in a command line
    </Link>
  );
  const add = (
    <Button kind="main" icon={Plus} disabled={!canEncrypt} onClick={() => setMaking(true)}>
      New API key
    </Button>
  );
  return (
    <PeopleFrame
      actions={
        mayWrite && (
          <>
            {signIn}
            {(keys.data?.length ?? 0) > 0 && add}
          </>
        )
      }
    >
      {mayWrite && !canEncrypt && (
        <div className="mb-4">
          <CannotEncrypt what="New keys cannot be encrypted, and existing ones cannot be checked, so they do not work now." />
        </div>
      )}
      <ApiKeyTable
        query={keys}
        keys={keys.data ?? []}
        mayChange={({ user_id }) => mayManageAll || user_id === you}
        onDelete={mayWrite ? setLeaving : undefined}
        onRotate={setRotating}
        onLimit={setLimiting}
        empty={
          <Empty
            icon={Bot}
            title="No API keys yet"
            text="A key lets a program use this instance: the command line on another machine, a script, a pipeline."
            action={mayWrite && add}
          />
        }
      />
      {isMaking && <NewApiKeyDialog onClose={() => setMaking(false)} onMade={setMade} />}
      {made && (
        <ShownOnce
          name={`API key ${made.name}`}
          values={made.values}
          examples={made.examples}
          onStored={() => setMade(null)}
        >
          Give it to the program as <span className="font-mono">Authorization: Bearer</span>. If it is lost,
          create a new text for it.
        </ShownOnce>
      )}
      {rotating && (
        <RotateApiKeyDialog apiKey={rotating} onClose={() => setRotating(null)} onMade={setMade} />
      )}
      {limiting && <AddressDialog limited={limiting} onClose={() => setLimiting(null)} />}
      {leaving && (
        <DeleteApiKeyDialog
          apiKey={leaving}
          madeByIt={listMadeBy(leaving, keys.data ?? [])}
          onClose={() => setLeaving(null)}
        />
      )}
    </PeopleFrame>
  );
}
