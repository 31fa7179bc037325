// Who may import whom: the rules of ARCHITECTURE.md, enforced. The rooms of the instance, their order and the arrows
// between capabilities are data, in test/architecture/rooms.json: a test reads the same table.
const { readdirSync } = require('node:fs');
const rooms = require('./test/architecture/rooms.json');

/** Every other folder of the instance is a capability, above all of them. */
const capabilities = readdirSync('electron/instance', { withFileTypes: true })
  .filter((entry) => entry.isDirectory() && !rooms.order.includes(entry.name))
  .map(({ name }) => name);
const order = [...rooms.order.map((name) => [name]), capabilities];
const { arrows } = rooms;

const room = (names) => `^electron/instance/(${names.join('|')})/`;
/** What answers requests may take from http/, wherever it lies; the two types of the kernel name what is above them. */
const aboveByRole = '-(routes|shapes|body)\\.ts$|/(capability|route-deps)\\.ts$';
const typesFromAbove = '^electron/instance/kernel/(context|capability)\\.ts$';

/** Each room may import those before it, and its own files. */
const orderRules = order.flatMap((names, at) => {
  const above = order.slice(at + 1).flat();
  if (above.length === 0) return [];
  const aboveButHttp = above.filter((name) => name !== 'http');
  return [
    {
      name: `${names.join('-')}-imports-down`,
      severity: 'error',
      from: { path: room(names), pathNot: [typesFromAbove, aboveByRole, '/schema\\.ts$'] },
      to: { path: room(above) },
    },
    ...(aboveButHttp.length > 0
      ? [
          {
            name: `${names.join('-')}-routes-import-down`,
            severity: 'error',
            from: { path: room(names), pathNot: [typesFromAbove, '/schema\\.ts$'] },
            to: { path: room(aboveButHttp) },
          },
        ]
      : []),
  ];
});

/** A capability enters another where the table has an arrow, and by its nouns alone. */
const arrowRules = capabilities.flatMap((name) => {
  const others = capabilities.filter((other) => other !== name);
  const known = arrows[name] ?? [];
  const forbidden = others.filter((other) => !known.includes(other));
  return [
    {
      name: `${name}-keeps-to-itself`,
      severity: 'error',
      from: { path: room([name]), pathNot: '/schema\\.ts$' },
      to: { path: room(forbidden) },
    },
    ...(known.length > 0
      ? [
          {
            name: `${name}-enters-by-nouns`,
            severity: 'error',
            from: { path: room([name]), pathNot: '/schema\\.ts$' },
            to: { path: `${room(known)}.*-(routes|shapes|jobs|keeper)\\.ts$` },
          },
        ]
      : []),
  ];
});

/**
 * The instance's doors: by these alone the command line and the desktop enter it. instance.ts exports what it takes
 * and gives; the others are there for what must not wait until all of it is loaded.
 */
const doors = [
  'instance',
  // Works on a data directory in which no instance runs.
  'backups/restore/restore-directory',
  'doors/socket-path',
  'kernel/app-error',
  'kernel/app-version',
  'kernel/core-files',
  'kernel/debug-doors',
  'kernel/log',
  'kernel/process-hosts',
  // The same, for what `run` reads.
  'run-alone',
  'store/data-directory',
];
const toPattern = (names) => `^electron/instance/(${names.join('|')})\\.ts$`;

module.exports = {
  forbidden: [
    ...orderRules,
    ...arrowRules,
    {
      name: 'kernel-names-types-from-above',
      severity: 'error',
      from: { path: typesFromAbove },
      to: { path: '^electron/instance/(?!kernel/)', dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'composition-is-at-the-top',
      severity: 'error',
      from: { path: '^electron/instance/.+/' },
      to: { path: '^electron/instance/(capabilities|opened|opened-data|instance|run-alone)\\.ts$' },
    },
    {
      name: 'instance-names-no-capability',
      severity: 'error',
      from: { path: '^electron/instance/(opened|instance)\\.ts$' },
      to: { path: room([...capabilities, 'settings', 'certificates']) },
    },
    {
      name: 'no-circular',
      severity: 'error',
      from: {},
      to: { circular: true },
    },
    {
      name: 'sealing-is-pure',
      comment: 'vault/sealing: node:crypto, noble for what Electron lacks, and its own files, nothing else',
      severity: 'error',
      from: { path: '^electron/instance/vault/sealing/' },
      to: {
        pathNot: ['^electron/instance/vault/sealing/', '^(node:)?crypto$', 'node_modules/@noble/ciphers/'],
      },
    },
    {
      name: 'keytar-in-one-file',
      severity: 'error',
      from: { path: '^electron/', pathNot: '^electron/instance/vault/custody/keytar-call\\.ts$' },
      to: { path: 'node_modules/keytar' },
    },
    {
      name: 'better-sqlite3-in-store',
      severity: 'error',
      from: { path: '^electron/', pathNot: '^electron/instance/store/' },
      to: { path: 'node_modules/better-sqlite3' },
    },
    {
      name: 'instance-knows-no-shell',
      severity: 'error',
      from: { path: '^electron/instance/' },
      to: { path: ['^electron/(?!instance/)', '^renderer/', 'node_modules/electron/', '^electron$'] },
    },
    {
      name: 'cli-enters-by-the-doors',
      severity: 'error',
      from: { path: '^electron/(headless\\.ts|cli/)' },
      to: { path: '^electron/instance/', pathNot: toPattern(doors) },
    },
    {
      name: 'desktop-enters-by-the-doors',
      severity: 'error',
      from: { path: '^electron/(main\\.ts|preload\\.ts|desktop/)' },
      to: { path: '^electron/instance/', pathNot: toPattern(doors) },
    },
    {
      name: 'desktop-hands-over-to-the-cli',
      comment: 'the same program is the command line: its words and its entry',
      severity: 'error',
      from: { path: '^electron/(main\\.ts|preload\\.ts|desktop/)' },
      to: { path: '^electron/cli/', pathNot: '^electron/cli/(command-line|registry)\\.ts$' },
    },
    {
      name: 'cli-is-no-desktop',
      severity: 'error',
      from: { path: '^electron/(headless\\.ts|cli/)' },
      to: { path: ['^electron$', 'node_modules/electron/', '^electron/desktop/'] },
    },
    {
      name: 'commands-load-when-asked-for',
      comment: 'a command over the socket loads no instance, and no other command',
      severity: 'error',
      from: { path: '^electron/(headless\\.ts|cli/)' },
      to: {
        path: ['^electron/instance/instance\\.ts$', '^electron/cli/(commands/|key/key-commands\\.ts$)'],
        dynamic: false,
        dependencyTypesNot: ['type-only'],
      },
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
      comment:
        'renderer: browser libraries and its own files; the API is known by its generated types. The one file it runs ' +
        'judges passphrases: console and instance must come to the same verdict',
      severity: 'error',
      from: { path: '^renderer/' },
      to: {
        path: '^electron/',
        pathNot: '^electron/instance/vault/custody/passphrase-strength\\.ts$',
        dependencyTypesNot: ['type-only'],
      },
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
      comment: 'renderer/ui: no data access, no pages; of api/ the words of a problem',
      severity: 'error',
      from: { path: '^renderer/ui/' },
      to: { path: '^renderer/(?!ui/|desktop\\.ts|api/(problem|mutation)\\.ts)' },
    },
    {
      name: 'ui-is-given-mutations',
      comment: 'renderer/ui: forms and dialogs take a mutation and make none',
      severity: 'error',
      from: { path: '^renderer/ui/' },
      to: { path: '^renderer/api/mutation\\.ts', dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'shell-names-no-area',
      comment: 'renderer/app: computed from areas.ts; of areas it knows what every page may show',
      severity: 'error',
      from: { path: '^renderer/app/' },
      to: { path: '^renderer/(?!(app|api|ui|vault-state|sign-in)/|areas\\.ts$|desktop\\.ts$)' },
    },
    {
      name: 'areas-are-listed-for-the-shell',
      comment: 'renderer/areas.ts: an area that asks for the others takes them from areas-context.ts',
      severity: 'error',
      from: { pathNot: ['^renderer/app/', '^test/unit/renderer/'] },
      to: { path: '^renderer/areas\\.ts$' },
    },
    {
      name: 'shell-is-entered-by-its-doors',
      comment: 'renderer/app: what pages and declarations of areas take of it',
      severity: 'error',
      from: { path: '^renderer/', pathNot: '^renderer/(app/|main\\.tsx$)' },
      to: {
        path: '^renderer/app/',
        pathNot: '/(area|areas-context|found|login-item|not-found|page-tabs|session|theme)\\.tsx?$',
      },
    },
    {
      name: 'declarations-are-small',
      comment: 'area.tsx is loaded first, with the shell: a page behind it is loaded when it is gone to',
      severity: 'error',
      from: { path: '^renderer/[^/]+/area\\.tsx$' },
      to: { path: '^renderer/[^/]+/.*page\\.tsx$', dependencyTypesNot: ['dynamic-import'] },
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
          '/(leaving|lifecycle|login-item|notifications|start-instance|updates|user-data|utility-processes|bridge|clipboard|tray|guards|window)\\.ts$',
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
