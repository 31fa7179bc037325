import { useQuery } from '@tanstack/react-query';
import { Plus } from 'lucide-react';
import { useSearch } from '../ui/address.ts';
import { Button } from '../ui/button.tsx';
import { SearchField } from '../ui/form/search-field.tsx';
import { Page } from '../ui/page.tsx';
import { Dialogs, useDialogs } from './dialogs.tsx';
import { useRights } from './rights.ts';
import { VariableList } from './table/variable-list.tsx';
import { sharedScope } from './variable-scope.ts';

/** Variables every project can refer to. */
export function SharedPage() {
  const rights = useRights(null);
  const { opened, open, close } = useDialogs();
  const [search, setSearch] = useSearch();
  const { data: list = [] } = useQuery({ queryKey: sharedScope.queryKey, queryFn: sharedScope.list });
  const add = () => open({ kind: 'add' });
  return (
    <Page
      title="Shared variables"
      crumbs={[{ label: 'Projects', to: '/projects' }]}
      under={
        <>
          Every project can use their values by reference:{' '}
          <span className="font-mono text-12">{`\${{shared.NAME}}`}</span>
        </>
      }
      actions={
        rights.mayWrite &&
        list.length > 0 && (
          <Button kind="main" icon={Plus} onClick={add}>
            Add variable
          </Button>
        )
      }
    >
      <VariableList
        scope={sharedScope}
        environments={null}
        environmentId={null}
        search={search}
        onSearch={setSearch}
        rights={rights}
        open={open}
        toolbar={
          <div className="toolbar">
            <SearchField label="Search variables" className="search" value={search} onChange={setSearch} />
          </div>
        }
        empty={{
          text: 'Store values that several projects need here once, and change them in one place.',
          action: rights.mayWrite ? (
            <Button kind="main" icon={Plus} onClick={add}>
              Add variable
            </Button>
          ) : null,
        }}
      />
      <Dialogs
        opened={opened}
        open={open}
        onClose={close}
        scope={sharedScope}
        from="the shared variables"
        rights={rights}
        place={null}
      />
    </Page>
  );
}
