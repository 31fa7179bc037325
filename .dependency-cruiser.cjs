// Who may import whom: the table of ARCHITECTURE.md, enforced.
const capabilities = 'identity|projects|audit|settings|diagnostics';
module.exports = {
  forbidden: [
    {
      name: 'no-circular',
      severity: 'error',
      from: {},
      to: { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } },
    },
    {
      name: 'sealing-is-pure',
      comment: 'vault/sealing: node:crypto and its own files, nothing else',
      severity: 'error',
      from: { path: '^electron/instance/vault/sealing/' },
      to: { pathNot: ['^electron/instance/vault/sealing/', '^(node:)?crypto$'] },
    },
    {
      name: 'vault-knows-no-capability',
      comment: 'vault: its own tables, the store, node:, keytar and the key-file libraries',
      severity: 'error',
      from: { path: '^electron/instance/vault/', pathNot: 'routes\\.ts$' },
      to: { path: `^electron/instance/(${capabilities}|http)/` },
    },
    {
      name: 'keytar-in-one-file',
      severity: 'error',
      from: { path: '^electron/', pathNot: '^electron/instance/vault/custody/keytar-call\\.ts$' },
      to: { path: 'node_modules/keytar' },
    },
    {
      name: 'store-is-below',
      comment: 'store: better-sqlite3, drizzle, and schema files for the index',
      severity: 'error',
      from: { path: '^electron/instance/store/' },
      to: { path: `^electron/instance/(${capabilities}|http|vault)/`, pathNot: '/schema\\.ts$' },
    },
    {
      name: 'better-sqlite3-in-store',
      severity: 'error',
      from: { path: '^electron/', pathNot: '^electron/instance/store/' },
      to: { path: 'node_modules/better-sqlite3' },
    },
    {
      name: 'http-takes-routes',
      comment: 'http: what capabilities offer it is routes.ts, and identity tells it who calls',
      severity: 'error',
      from: { path: '^electron/instance/http/' },
      to: {
        path: `^electron/instance/(${capabilities}|vault)/`,
        pathNot: ['/routes\\.ts$', '/schema\\.ts$', '^electron/instance/vault/(vault|secret-text)\\.ts$'],
      },
    },
    {
      name: 'projects-stand-alone',
      severity: 'error',
      from: { path: '^electron/instance/projects/' },
      to: { path: '^electron/instance/identity/' },
    },
    {
      name: 'instance-knows-no-shell',
      severity: 'error',
      from: { path: '^electron/instance/' },
      to: { path: ['^electron/(?!instance/)', '^renderer/', 'node_modules/electron/', '^electron$'] },
    },
    {
      name: 'cli-uses-the-instance',
      comment: 'headless.ts and cli/: instance.ts and leaf types, never electron',
      severity: 'error',
      from: { path: '^electron/(headless\\.ts|cli/)' },
      to: { path: ['^electron$', 'node_modules/electron/', '^electron/desktop/'] },
    },
    {
      name: 'product-needs-no-test',
      severity: 'error',
      from: { path: '^(electron|renderer)/' },
      to: { path: '^(test|scripts)/' },
    },
    {
      name: 'schema-is-for-the-generator',
      comment: 'drizzle takes a third of a second to load: at run time the statements are plain SQL',
      severity: 'error',
      from: { path: '^electron/', pathNot: '/(schema|instance-table)\\.ts$' },
      to: { path: ['/schema\\.ts$', 'node_modules/drizzle-orm'], dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'console-takes-types-only',
      comment: 'renderer: browser libraries and its own files; the API is known by its generated types',
      severity: 'error',
      from: { path: '^renderer/' },
      to: { path: '^electron/', dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'console-needs-no-node',
      severity: 'error',
      from: { path: '^renderer/' },
      to: { dependencyTypes: ['core'] },
    },
    {
      name: 'radix-in-ui',
      comment: 'renderer/ui wraps Radix once; the shell may use what it alone needs',
      severity: 'error',
      from: { path: '^renderer/(?!ui/|app/)' },
      to: { path: 'node_modules/radix-ui' },
    },
    {
      name: 'ui-knows-no-page',
      comment: 'renderer/ui: no data access, no pages',
      severity: 'error',
      from: { path: '^renderer/ui/' },
      to: { path: '^renderer/(?!ui/|desktop\\.ts|api/problem\\.ts)' },
    },
    { name: 'not-to-unresolvable', severity: 'error', from: {}, to: { couldNotResolve: true } },
    {
      name: 'product-takes-no-dev-dependency',
      severity: 'error',
      comment: 'schema files are what migrations are generated from; nothing loads them at run time',
      from: { path: '^electron/', pathNot: '/(schema|instance-table)\\.ts$' },
      to: {
        dependencyTypes: ['npm-dev'],
        dependencyTypesNot: ['type-only'],
        // What runs the desktop is no part of its package.
        pathNot: 'node_modules/electron/',
      },
    },
    {
      name: 'electron-in-desktop',
      comment: 'electron: main.ts, preload.ts and desktop/ alone',
      severity: 'error',
      from: { path: '^(electron|renderer)/', pathNot: '^electron/(main|preload)\\.ts$|^electron/desktop/' },
      to: { path: ['^electron$', 'node_modules/electron/'] },
    },
    {
      name: 'models-need-no-electron',
      comment: 'what decides is plain: electron is imported at the rim',
      severity: 'error',
      from: {
        path: '^electron/desktop/',
        pathNot:
          '/(keychain-process|leaving|lifecycle|login-item|notifications|start-instance|updates|user-data|bridge|clipboard|tray|guards|window)\\.ts$',
      },
      to: { path: ['^electron$', 'node_modules/electron/'] },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'node', 'default', 'types'],
    },
  },
};
