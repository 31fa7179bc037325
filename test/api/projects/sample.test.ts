import { expect, it } from 'vitest';
import { describeOverDoors, type Who } from '../harness.ts';

describeOverDoors('the sample project', (door) => {
  const send = (method: string, path: string, body?: unknown) => door().owner(method, path, body);
  const sample = () => send('POST', '/projects/sample');
  const listed = async () => (await send('GET', '/projects')).body.projects;
  const values = async (environment: string) => {
    const { variables } = (
      await send('GET', `/projects/sample-project/variables/resolved?environment=${environment}`)
    ).body;
    return Object.fromEntries(variables.map(({ key, value }: Record<string, string>) => [key, value]));
  };

  it('is never there by itself, and shows environments, secrets, a reference and notes', async () => {
    expect(await listed()).toEqual([]);
    const { status, body } = await sample();
    expect([status, body.name, body.slug]).toEqual([200, 'Sample project', 'sample-project']);
    expect(await listed()).toMatchObject([
      { is_sample: true, environment_names: ['production', 'staging'], variable_count: 6, secret_count: 2 },
    ]);
    const production = await values('production');
    const staging = await values('staging');
    expect(production).toMatchObject({ HEALTH_URL: 'https://www.example.com/health', LOG_LEVEL: 'info' });
    expect(staging).toMatchObject({ HEALTH_URL: 'https://staging.example.com/health', LOG_LEVEL: 'info' });
    expect(production.DATABASE_PASSWORD).toMatch(/^[A-Za-z0-9]{32}$/);
    expect(staging.DATABASE_PASSWORD).not.toBe(production.DATABASE_PASSWORD);
    const variables = (await send('GET', '/projects/sample-project/env-vars')).body;
    for (const { key, note } of variables) expect(note, key).toMatch(/^.{20,}\.$/);
    // Nothing of it is a secret that was left plain.
    expect((await send('GET', '/plain-secrets')).body.variables).toEqual([]);
  });

  it('is one line of the audit log, and its secrets are to be lost as any others', async () => {
    const lines = (await send('GET', '/audit/logs?limit=20')).body;
    const created = lines.filter(({ operation_type: type }: { operation_type: string }) =>
      /^(PROJECT|ENVIRONMENT|ENV_VAR)_/.test(type),
    );
    expect(created).toMatchObject([{ operation_type: 'PROJECT_CREATED' }]);
    const { health, secrets } = (await send('GET', '/vault/status')).body;
    expect(secrets.at_stake.env_var).toBe(2);
    expect(health.level).not.toBe('ok');
  });

  it('is there once, and is a project like any other: renamed, it is no sample any more', async () => {
    expect((await sample()).body.error_code).toBe('name_taken');
    await send('PUT', '/projects/sample-project', { name: 'Mine' });
    expect(await listed()).toMatchObject([{ name: 'Mine', is_sample: false }]);
    expect((await send('DELETE', '/projects/mine')).status).toBe(404);
    expect((await send('DELETE', '/projects/sample-project')).status).toBe(204);
    // Its name is free again.
    expect((await sample()).status).toBe(200);
    await send('DELETE', '/projects/sample-project');
  });

  it('is created by those who may create projects and variables, and whole or not at all', async () => {
    const keyOf = async (role: string, permissions?: string[]): Promise<Who> => {
      const body = {
        name: `${role} ${permissions}`,
        role_type: role,
        ...(permissions ? { permissions } : {}),
      };
      return { token: (await send('POST', '/api-keys', body)).body.api_key };
    };
    const refused = [
      await keyOf('reader'),
      await keyOf('custom', ['projects:read', 'projects:write']),
      await keyOf('custom', ['environments:write']),
    ];
    for (const who of refused) {
      expect(who.token).toBeTruthy();
      const { status, body } = await door().request('POST', '/projects/sample', undefined, who);
      expect([status, body.error_code]).toEqual([403, 'forbidden']);
    }
    const nobody = await door().request('POST', '/projects/sample', undefined, door().wrongSession);
    expect(nobody.status).toBe(401);
    // Without the key its secrets cannot be encrypted.
    await send('POST', '/vault/lock');
    expect((await sample()).body.error_code).toBe('vault_locked');
    expect(await listed()).toEqual([]);
  });
});
