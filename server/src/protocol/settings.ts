// The settings a user can make, as one typed table: the manifest's `contributes.configuration` equals it (a test
// holds them together), the client and the server read it. Constants and types only.

export type SeverityName = 'error' | 'warning' | 'information' | 'hint';

export interface Settings {
  /** Per rule: off, or the severity to report it at. */
  readonly rules: Readonly<Record<string, 'off' | SeverityName>>;
  /** Glob patterns of paths about which nothing is reported. */
  readonly exclude: readonly string[];
  /** Which deployments count; checked by the engine, which says what it cannot use. */
  readonly deployments: readonly unknown[];
  readonly ignoreDeployments: readonly unknown[];
  /** Version of the interpreter that is selected in the editor, which tells it; no setting of the user's. */
  readonly interpreter?: string;
  /** Show how the application is served above its entrypoint. */
  readonly codeLens: boolean;
  /** Show what the running application costs in the status bar. */
  readonly statusBar: boolean;
}

export const section = 'forksight';

export const defaultSettings: Settings = {
  rules: {},
  exclude: [],
  deployments: [],
  ignoreDeployments: [],
  codeLens: true,
  statusBar: true,
};

/** A property of the manifest's configuration, as VS Code reads it. */
export interface ManifestProperty {
  readonly type: string;
  readonly default: unknown;
  readonly markdownDescription: string;
  readonly scope: 'window' | 'resource';
  readonly items?: { readonly type: string | readonly string[] };
  readonly additionalProperties?: { readonly enum: readonly string[] };
  readonly enum?: readonly string[];
}

export const manifestProperties: Readonly<Record<string, ManifestProperty>> = {
  'forksight.rules': {
    type: 'object',
    default: defaultSettings.rules,
    additionalProperties: { enum: ['off', 'error', 'warning', 'information', 'hint'] },
    markdownDescription:
      'Rules that are off or report at another severity, for example `{ "missing-gc-freeze": "off" }`. What is set here wins over `[tool.forksight.rules]` in `pyproject.toml`.',
    scope: 'resource',
  },
  'forksight.exclude': {
    type: 'array',
    default: defaultSettings.exclude,
    items: { type: 'string' },
    markdownDescription:
      'Paths about which nothing is reported, as patterns relative to the workspace folder, for example `legacy/**`. Added to `exclude` of `[tool.forksight]` in `pyproject.toml`.',
    scope: 'resource',
  },
  'forksight.deployments': {
    type: 'array',
    default: defaultSettings.deployments,
    items: { type: ['string', 'object'] },
    markdownDescription:
      'Which deployments Forksight looks at, where that is not all it finds: ids or files of `forksight deployments`, or tables such as `{ "use": "Procfile", "load": "preload" }` and `{ "server": "gunicorn", "app": "shop:app", "processes": 4 }`. Where there are any, they replace `deployments` of `[tool.forksight]` in `pyproject.toml`.',
    scope: 'resource',
  },
  'forksight.ignoreDeployments': {
    type: 'array',
    default: defaultSettings.ignoreDeployments,
    items: { type: 'string' },
    markdownDescription:
      'Deployments that are left out: ids, or patterns of the files that say them, for example `docker-compose.test.yml`. Added to `ignore-deployments` of `[tool.forksight]` in `pyproject.toml`.',
    scope: 'resource',
  },
  'forksight.codeLens': {
    type: 'boolean',
    default: defaultSettings.codeLens,
    markdownDescription:
      'Show above the entrypoint how the application is served: server, load mode, workers and where that is configured.',
    scope: 'resource',
  },
  'forksight.statusBar': {
    type: 'boolean',
    default: defaultSettings.statusBar,
    markdownDescription: 'Show what the running application costs (sum of PSS) in the status bar.',
    scope: 'window',
  },
  'forksight.trace.server': {
    type: 'string',
    default: 'off',
    enum: ['off', 'messages', 'verbose'],
    markdownDescription: 'Write the messages between VS Code and the language server to the output channel.',
    scope: 'window',
  },
};

/** What a client sent, as settings; whatever is not of the right form counts as not set. */
export function readSettings(value: unknown): Settings {
  const given: Record<string, unknown> = isRecord(value) ? value : {};
  return {
    rules: readRules(given.rules),
    exclude: Array.isArray(given.exclude) ? given.exclude.filter((entry) => typeof entry === 'string') : [],
    deployments: Array.isArray(given.deployments) ? given.deployments : [],
    ignoreDeployments: Array.isArray(given.ignoreDeployments) ? given.ignoreDeployments : [],
    ...(typeof given.interpreter === 'string' && /^\d+\.\d+/.test(given.interpreter)
      ? { interpreter: given.interpreter }
      : {}),
    codeLens: typeof given.codeLens === 'boolean' ? given.codeLens : defaultSettings.codeLens,
    statusBar: typeof given.statusBar === 'boolean' ? given.statusBar : defaultSettings.statusBar,
  };
}

function readRules(value: unknown): Settings['rules'] {
  if (!isRecord(value)) return {};
  return Object.fromEntries(
    Object.entries(value).flatMap(([rule, level]) => (isLevel(level) ? [[rule, level] as const] : [])),
  );
}

export function isLevel(value: unknown): value is 'off' | SeverityName {
  return (
    value === 'off' || value === 'error' || value === 'warning' || value === 'information' || value === 'hint'
  );
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
