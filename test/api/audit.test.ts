import { expect, it } from 'vitest';
import { addPerson } from '../people.ts';
import { ADMIN, describeOverDoors } from './harness.ts';

interface Line {
  operation_type: string;
  actor: string;
  data: { name?: string } | null;
}

describeOverDoors('the audit log', (door) => {
  const send = (method: string, path: string, body?: unknown) => door().owner(method, path, body);
  const list = async (query = '') => (await send('GET', `/audit/logs${query}`)).body as Line[];

  it('is searched in operations, actors and data, and filtered by who did it', async () => {
    await send('POST', '/projects', { name: 'Needle 100%_done' });
    await send('POST', '/projects', { name: 'hay' });
    const admin = await door().signIn(ADMIN.email, ADMIN.password);
    await door().request('POST', '/projects', { name: 'by Ada' }, admin);
    const names = async (query: string) => (await list(query)).map(({ data }) => data?.name);
    expect(await names('?search=needle')).toEqual(['Needle 100%_done']);
    expect(await names('?search=0%25_d')).toEqual(['Needle 100%_done']);
    expect(await names('?search=0%25d')).toEqual([]);
    expect(await names(`?search=${ADMIN.email.toUpperCase()}`)).toEqual(['by Ada']);
    expect(await names(`?actor=${ADMIN.email}`)).toEqual(['by Ada']);
    expect(await names('?actor=ada')).toEqual([]);
    expect(await names('?search=project_cre&actor=owner')).toEqual(['hay', 'Needle 100%_done']);
    const [line] = await list(`?actor=${ADMIN.email}`);
    expect(line).toMatchObject({ actor_kind: 'user', user: { email: ADMIN.email } });
  });

  it('says how many lines match, whatever page is asked for', async () => {
    const page = await send('GET', '/audit/logs?operation_type=PROJECT_CREATED&limit=1&offset=1');
    expect(page.body).toHaveLength(1);
    expect(page.headers['x-total-count']).toBe('3');
    expect((await send('GET', '/audit/logs?search=nowhere')).headers['x-total-count']).toBe('0');
  });

  it('names the operations that occur', async () => {
    const { operations } = (await send('GET', '/audit/operations')).body;
    expect(operations).toEqual(
      [...new Set((await list('?limit=1000')).map((line) => line.operation_type))].sort(),
    );
    expect(operations).toContain('PROJECT_CREATED');
  });

  it('is exported whole, one line of JSON each, and notes that it was', async () => {
    // Each variable that goes has a line of its own: more than are read at once.
    const file = Array.from({ length: 600 }, (_, at) => `TOKEN_${at}=canary${at}\n`).join('');
    for (const [content, mode] of [
      [file, 'merge'],
      ['', 'replace'],
    ]) {
      const content_base64 = Buffer.from(content as string).toString('base64');
      await send('POST', '/projects/hay/variables/import', { content_base64, mode, allow_empty: true });
    }
    const admin = await door().signIn(ADMIN.email, ADMIN.password);
    const exported = await door().request('GET', '/audit/export', undefined, admin);
    expect(exported.headers['content-type']).toContain('text/plain');
    expect(exported.headers['content-disposition']).toMatch(/attachment; filename="audit-[\d-]{10}\.jsonl"/);
    const lines = exported.text
      .trimEnd()
      .split('\n')
      .map((text) => JSON.parse(text) as Line);
    expect(lines.length).toBeGreaterThan(600);
    expect(lines).toEqual(await list('?limit=1000'));
    expect(exported.text).not.toContain('canary');
    const some = await send('GET', '/audit/export?operation_type=PROJECT_CREATED&search=hay');
    expect(some.text.trimEnd().split('\n')).toHaveLength(1);
    expect((await send('GET', '/audit/export?search=nowhere')).text).toBe('');
    expect((await list('?operation_type=AUDIT_EXPORTED')).length).toBe(3);
  });

  it('is read by those who may', async () => {
    await addPerson(send, { email: 'u@example.org', password: 'a long enough password' });
    const user = await door().signIn('u@example.org', 'a long enough password');
    for (const path of ['/audit/logs', '/audit/logs/1', '/audit/operations', '/audit/export']) {
      expect((await door().request('GET', path, undefined, user)).status, path).toBe(403);
      expect((await door().request('GET', path, undefined, door().wrongSession)).status, path).toBe(401);
    }
  });
});
