import { expect, it } from 'vitest';
import { describeOverDoors } from '../harness.ts';

interface Change {
  key: string;
  former_key: string | null;
  change: string;
  version: number | null;
  changed_by_actor: { name: string };
}

describeOverDoors('the history of an environment', (door) => {
  const send = (method: string, path: string, body?: unknown) => {
    door().clock.advance(1000);
    return door().owner(method, path, body);
  };
  const tell = async (environment: string) =>
    ((await send('GET', `/projects/moves/environments/${environment}/history`)).body.changes as Change[])
      .filter(({ key }) => key !== 'STAYS')
      .map(({ key, change, version }) => `${key} ${change}${version === null ? '' : ` ${version}`}`)
      .toReversed();

  it('tells what came, went and was renamed, with the values it got while it was there', async () => {
    await send('POST', '/projects', { name: 'moves' });
    const staging = (await send('POST', '/projects/moves/environments', { name: 'staging' })).body.id;
    const [production] = (await send('GET', '/projects/moves/environments')).body;
    const path = '/projects/moves/env-vars';
    const { id } = (await send('POST', path, { key: 'A', value: '1', environment_ids: [production.id] }))
      .body;
    await send('PUT', `${path}/${id}`, { environment_ids: [production.id, staging] });
    await send('PUT', `${path}/${id}`, { value: '2' });
    await send('PUT', `${path}/${id}`, { environment_ids: [staging] });
    await send('PUT', `${path}/${id}`, { value: '3' });
    await send('PUT', `${path}/${id}`, { key: 'B' });
    expect(await tell('production')).toEqual(['A created 1', 'A updated 2', 'A left'].map(rename));
    expect(await tell('staging')).toEqual(['A joined', 'B updated 2', 'B updated 3', 'B renamed']);
    const renamed = (await send('GET', '/projects/moves/environments/staging/history')).body.changes[0];
    expect(renamed).toMatchObject({
      former_key: 'A',
      changed_by_actor: { name: 'Owner of this machine' },
    });

    // Many at once.
    await send('POST', `${path}/bulk`, {
      action: 'set_environments',
      ids: [id],
      environment_ids: [production.id],
    });
    expect((await tell('production')).at(-1)).toBe('B joined');
    expect((await tell('staging')).at(-1)).toBe('B left');
    // Where nothing moves, nothing is told.
    const before = await tell('production');
    await send('PUT', `${path}/${id}`, { environment_ids: [production.id] });
    expect(await tell('production')).toEqual(before);
    await send('DELETE', `${path}/${id}`);
    expect((await tell('production')).at(-1)).toBe('B deleted');
  });

  it('tells what an import took from one environment alone, and what undoing it brought back', async () => {
    const environments = (await send('GET', '/projects/moves/environments')).body as { id: number }[];
    const environment_ids = environments.map(({ id }) => id);
    await send('POST', '/projects/moves/env-vars', { key: 'BOTH', value: '1', environment_ids });
    const only = { key: 'ONLY', value: '1', environment_ids: environment_ids.slice(0, 1) };
    await send('POST', '/projects/moves/env-vars', only);
    const imported = await send('POST', '/projects/moves/variables/import', {
      content_base64: '',
      mode: 'replace',
      allow_empty: true,
    });
    expect(imported.status).toBe(200);
    const last = async () => (await tell('production')).slice(-2).sort();
    expect(await last()).toEqual(['BOTH left', 'ONLY deleted']);
    expect((await tell('staging')).at(-1)).toBe('BOTH created 1');
    await send('POST', '/projects/moves/variables/import/undo', {});
    expect(await last()).toEqual(['BOTH joined', 'ONLY restored']);
  });

  it('tells what came back from the trash, and when it was in an environment that was deleted meanwhile', async () => {
    const restoreNewest = async (body: object = {}) => {
      const [{ id }] = (await send('GET', '/trash')).body;
      expect((await send('POST', `/trash/${id}/restore`, body)).status).toBe(200);
    };
    const path = '/projects/moves/env-vars';
    const { id: qa } = (await send('POST', '/projects/moves/environments', { name: 'qa' })).body;
    const [production] = (await send('GET', '/projects/moves/environments')).body;
    const environment_ids = [production.id, qa];
    const { id } = (await send('POST', path, { key: 'KEPT', value: '1', environment_ids })).body;
    await send('DELETE', `${path}/${id}`);
    await restoreNewest({ name: 'KEPT_2' });
    const here = ['KEPT_2 created 1', 'KEPT deleted', 'KEPT_2 restored'];
    expect(await tell('qa')).toEqual(here);
    expect((await tell('production')).slice(-2)).toEqual(here.slice(-2));

    // What it gets while the environment is in the trash is told where it is, and not there.
    await send('DELETE', `/projects/moves/environments/${qa}`);
    await send('PUT', `${path}/${id}`, { value: '2' });
    await restoreNewest();
    expect(await tell('qa')).toEqual([...here, 'KEPT_2 left', 'KEPT_2 joined']);
    expect((await tell('production')).at(-1)).toBe('KEPT_2 updated 2');

    // Both are deleted, and the variable comes back first.
    await send('DELETE', `${path}/${id}`);
    const [{ id: entry }] = (await send('GET', '/trash')).body;
    await send('DELETE', `/projects/moves/environments/${qa}`);
    expect((await send('POST', `/trash/${entry}/restore`, {})).status).toBe(200);
    await restoreNewest();
    expect((await tell('qa')).slice(-3)).toEqual(['KEPT_2 deleted', 'KEPT_2 left', 'KEPT_2 joined']);
    expect((await tell('qa'))[0]).toBe('KEPT_2 created 1');
    const [newest] = (await send('GET', '/audit/logs?limit=1')).body;
    expect(newest.by.name).toBe('Owner of this machine');
  });

  it('is read page by page without a loss', async () => {
    const path = '/projects/moves/environments/production/history';
    const all = (await send('GET', path)).body.changes;
    const paged = [];
    let before = '';
    do {
      const { changes, next } = (await send('GET', `${path}?limit=2${before}`)).body;
      paged.push(...changes);
      before = next === null ? '' : `&before=${next}`;
    } while (before !== '');
    expect(paged).toEqual(all);
    expect(all.length).toBeGreaterThan(8);
  });
});

/** A version is told by the name that the variable has now. */
const rename = (line: string): string => line.replace(/^A (created|updated)/, 'B $1');
