import { expect, it } from 'vitest';
import { describeOverDoors } from '../harness.ts';

/** What upstream's own command line sends, by the shapes of its API, and reads back. */
describeOverDoors("upstream's command line", (door) => {
  const send = (method: string, path: string, body?: unknown) => door().owner(method, path, body);
  const place = '/projects/resources/environments/production';

  it('sets the resources of an environment, each apart, and is told what is not applied', async () => {
    await send('POST', '/projects', { name: 'resources' });
    const empty = await send('GET', place);
    expect(empty.body).toMatchObject({ deployment_config: null, not_applied: [] });
    const first = await send('PUT', `${place}/settings`, {
      cpu_limit: 1000,
      cpu_request: 250,
      memory_limit: 512,
      memory_request: 128,
    });
    expect(first.status).toBe(200);
    const resources = { cpuLimit: 1000, cpuRequest: 250, memoryLimit: 512, memoryRequest: 128 };
    expect(first.body.deployment_config).toEqual(resources);
    const scaled = await send('PUT', `${place}/settings`, { replicas: 3 });
    expect(scaled.body.deployment_config).toEqual({ ...resources, replicas: 3 });
    expect(scaled.body.not_applied.sort()).toEqual(['cpuRequest', 'memoryRequest', 'replicas']);
    const others = {
      exposed_port: 8080,
      automatic_deploy: true,
      performance_metrics_enabled: false,
      session_recording_enabled: true,
      security: { enabled: true, rateLimiting: { maxRequestsPerMinute: 60, whitelistIps: ['10.0.0.0/8'] } },
      branch: 'main',
    };
    await send('PUT', `${place}/settings`, others);
    const read = await send('GET', place);
    expect(read.body).toMatchObject({ branch: 'main' });
    expect(read.body.deployment_config).toEqual({
      ...resources,
      replicas: 3,
      exposedPort: 8080,
      automaticDeploy: true,
      performanceMetricsEnabled: false,
      sessionRecordingEnabled: true,
      security: others.security,
    });
    const cleared = await send('PUT', `${place}/settings`, { cpu_limit: null, security: null });
    expect(cleared.body.deployment_config).not.toHaveProperty('cpuLimit');
    expect(cleared.body.deployment_config).not.toHaveProperty('security');
    expect(cleared.body.deployment_config.cpuRequest).toBe(250);
    expect((await send('GET', '/projects/resources/environments')).body[0].deployment_config).toEqual(
      cleared.body.deployment_config,
    );
  });

  it.each<[string, object, string]>([
    ['no cpu', { cpu_limit: 0 }, 'cpu_limit'],
    ['part of a unit', { cpu_request: 0.5 }, 'cpu_request'],
    ['a text', { memory_limit: '512Mi' }, 'memory_limit'],
    ['less memory than Docker starts with', { memory_limit: 5 }, 'memory_limit'],
    ['fewer than none', { replicas: -1 }, 'replicas'],
    ['more than anyone runs here', { replicas: 101 }, 'replicas'],
    ['no port', { exposed_port: 70_000 }, 'exposed_port'],
    ['more than the limit', { cpu_request: 2000, cpu_limit: 1000 }, 'cpu_request'],
    ['more than the limit that was set', { memory_request: 1024 }, 'memory_request'],
    ['an unknown field', { cpu_limits: 1000 }, 'cpu_limits'],
    ['one inside', { security: { headers: { preste: 'strict' } } }, 'security.headers.preste'],
  ])('is refused %s, by its name, and nothing is changed', async (_, body, field) => {
    await send('PUT', `${place}/settings`, { memory_limit: 512, memory_request: null, cpu_limit: null });
    const before = (await send('GET', place)).body;
    const refused = await send('PUT', `${place}/settings`, { branch: 'elsewhere', ...body });
    expect([refused.status, refused.body.error_code]).toEqual([400, 'invalid_request']);
    expect(Object.keys(refused.body.errors)).toEqual([field]);
    expect((await send('GET', place)).body).toEqual(before);
  });

  it('sets the configuration of a project, and its automatic deployment in either place', async () => {
    await send('POST', '/projects', { name: 'configured' });
    const path = '/projects/configured';
    await send('PATCH', `${path}/deployment-config`, { cpuLimit: 500, replicas: 2, automaticDeploy: true });
    const changed = await send('PATCH', `${path}/deployment-config`, { replicas: 4 });
    expect(changed.body).toMatchObject({
      automatic_deploy: true,
      deployment_config: { cpuLimit: 500, replicas: 4, automaticDeploy: true },
    });
    expect(changed.body.not_applied).toEqual(['replicas']);
    const { body } = await send('PUT', path, { automatic_deploy: false });
    expect(body.deployment_config).toEqual({ cpuLimit: 500, replicas: 4, automaticDeploy: false });
    const refused = await send('PATCH', `${path}/deployment-config`, { cpu_limit: 500 });
    expect(Object.keys(refused.body.errors)).toEqual(['cpu_limit']);
  });

  it('creates a project with all that it sends, and is refused what would be believed', async () => {
    const project = {
      name: 'From upstream',
      main_branch: 'main',
      directory: '.',
      preset: 'nextjs',
      storage_service_ids: [],
      build_command: null,
      install_command: 'npm ci',
      output_dir: null,
      exposed_port: 3000,
      git_provider_connection_id: null,
      is_on_demand: false,
      is_public_repo: true,
      is_web_app: true,
      performance_metrics_enabled: false,
      preset_config: null,
      project_type: null,
      use_default_wildcard: true,
      custom_domain: null,
      automatic_deploy: true,
      environment_variables: [['API_TOKEN', 'sk_live_plain_as_sent']],
    };
    expect((await send('POST', '/projects', project)).status).toBe(200);
    for (const asked of [{ storage_service_ids: [1] }, { custom_domain: 'shop.example' }]) {
      const refused = await send('POST', '/projects', { ...project, name: 'Another', ...asked });
      expect([refused.status, Object.keys(refused.body.errors)]).toEqual([400, Object.keys(asked)]);
    }
    const path = '/projects/from-upstream';
    expect((await send('POST', `${path}/settings`, { attack_mode: false })).status).toBe(200);
    const refused = await send('POST', `${path}/settings`, { attack_mode: true });
    expect([refused.status, Object.keys(refused.body.errors)]).toEqual([400, ['attack_mode']]);
  });

  it('gets back in plain what it posted without saying that it is secret', async () => {
    const path = '/projects/from-upstream/env-vars';
    const environment = (await send('GET', '/projects/from-upstream/environments')).body[0].id;
    const variable = { key: 'STRIPE_SECRET_KEY', value: 'sk_live_4eC39HqLyjWDarjtT1zdp7dc' };
    const created = await send('POST', path, { ...variable, environment_ids: [environment] });
    expect(created.body).toMatchObject({ ...variable, is_secret: false });
    const listed = (await send('GET', path)).body.map(({ key, value }: Record<string, string>) => [
      key,
      value,
    ]);
    expect(listed).toEqual([
      ['API_TOKEN', 'sk_live_plain_as_sent'],
      [variable.key, variable.value],
    ]);
    const guessed = await send('POST', path, { ...variable, key: 'GUESSED', is_secret: 'guess' });
    expect(guessed.body).toMatchObject({ value: null, is_secret: true });
  });

  it('changes one setting at a time, or sends back all that it read, and nothing else changes', async () => {
    const before = (await send('GET', '/settings')).body;
    expect(before).toMatchObject({ external_url: null, preview_domain: '', not_applied: [] });
    const url = await send('PUT', '/settings', { external_url: 'https://temps.example.com' });
    expect(url.body).toEqual({
      ...before,
      external_url: 'https://temps.example.com',
      not_applied: ['external_url'],
      message: 'Settings saved. Kept, and not applied here yet: external_url.',
    });
    // All of an answer, with one field changed.
    const whole = await send('PUT', '/settings', { ...url.body, preview_domain: '*.apps.example.com' });
    expect(whole.body).toMatchObject({ external_url: 'https://temps.example.com', session_days: 7 });
    await send('PUT', '/settings', { rate_limiting: { enabled: true, whitelist_ips: ['10.0.0.1'] } });
    await send('PUT', '/settings', { rate_limiting: { max_requests_per_minute: 5 }, instance_name: 'Loft' });
    const after = (await send('GET', '/settings')).body;
    expect(after).toEqual({
      ...before,
      instance_name: 'Loft',
      external_url: 'https://temps.example.com',
      preview_domain: '*.apps.example.com',
      rate_limiting: {
        ...before.rate_limiting,
        enabled: true,
        whitelist_ips: ['10.0.0.1'],
        max_requests_per_minute: 5,
      },
      not_applied: ['external_url', 'preview_domain', 'rate_limiting'],
    });
    const cleared = await send('PUT', '/settings', { external_url: null });
    expect(cleared.body).toMatchObject({ external_url: null, preview_domain: '*.apps.example.com' });
    expect(cleared.body.not_applied).toEqual(['preview_domain', 'rate_limiting']);
    // A null in place of a whole section clears all of it.
    const none = await send('PUT', '/settings', {
      rate_limiting: null,
      preview_domain: null,
      instance_name: 'Loft',
    });
    expect(none.body).toEqual({ ...before, instance_name: 'Loft', message: 'Settings saved.' });
    expect((await send('PUT', '/settings', { rate_limiting: null })).body.message).toBe(
      'Nothing was changed.',
    );
  });

  it('sends back all settings with a key, which may change the harmless ones', async () => {
    const { api_key } = (await send('POST', '/api-keys', { name: 'settings', role_type: 'admin' })).body;
    const who = { token: api_key };
    const read = (await door().request('GET', '/settings', undefined, who)).body;
    const put = (change: object) => door().request('PUT', '/settings', { ...read, ...change }, who);
    expect((await put({ letsencrypt: { email: 'ada@example.org' } })).status).toBe(200);
    for (const loosened of [{ https_names: ['evil.local'] }, { activity_days: 30 }])
      expect((await put(loosened)).body.error_code).toBe('confirmation_required');
  });

  it.each<[object, string]>([
    [{ external_url: 'javascript:alert(1)' }, 'external_url'],
    [{ preview_domain: 'not a domain' }, 'preview_domain'],
    [{ rate_limiting: { max_requests_per_minute: 0 } }, 'rate_limiting.max_requests_per_minute'],
    [{ rate_limiting: { unknown: 0 } }, 'rate_limiting.unknown'],
    [{ docker_registry: { password: 'hunter2-canary' } }, 'docker_registry.password'],
    [{ dns_provider: { cloudflare_api_key: 'hunter2-canary' } }, 'dns_provider.cloudflare_api_key'],
  ])('is refused %j', async (change, field) => {
    const before = (await send('GET', '/settings')).body;
    const refused = await send('PUT', '/settings', { instance_name: 'elsewhere', ...change });
    expect([refused.status, Object.keys(refused.body.errors)]).toEqual([400, [field]]);
    expect(refused.text).not.toContain('canary');
    expect((await send('GET', '/settings')).body).toEqual(before);
    const masked = { docker_registry: { password: '******' }, dns_provider: { cloudflare_api_key: null } };
    expect((await send('PUT', '/settings', masked)).body.message).toBe('Nothing was changed.');
  });
});
