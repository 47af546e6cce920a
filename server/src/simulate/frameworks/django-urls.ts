// Django's URLconf: left until the first request, unless something asks for it before. `include` imports at once.
// `django/urls/resolvers.py`: `urlconf_module` is a cached property of the resolver that `get_resolver` keeps.

import { handOver } from '../escape.ts';
import { importModule } from '../imports.ts';
import { first, type Known, textOf } from '../known.ts';
import type { Machine } from '../machine.ts';
import { getAttribute } from '../objects.ts';
import type { Span } from '../source.ts';
import { none, type SequenceValue, unknown, type Value } from '../value.ts';
import { settings } from './django-settings.ts';
import { because, placeOfText } from './places.ts';

/** A handler was made: what is left of its URLconf is imported by the first request. */
export function leaveUrlconf(m: Machine, at: Span): void {
  const { value, at: placeOf } = settings(m, at);
  const name = textOf(value('ROOT_URLCONF'));
  const place = placeOf('ROOT_URLCONF');
  if (name === undefined || place === undefined) return;
  const where = placeOfText(m, place, name);
  m.firstRequests.push(() => {
    if (m.modules.has(name) || m.options.resolver.find(name) === undefined) return;
    const frame = {
      at: where,
      text: `the first request imports ${name}`,
      kind: 'import',
      callee: name,
    } as const;
    because(m, frame, (span) => {
      const before = m.imported.length;
      m.loadingLate = true;
      let module: Value;
      try {
        module = importModule(m, name, span, undefined);
      } finally {
        m.loadingLate = false;
      }
      const brought = m.imported.slice(before).map(({ module: each }) => each);
      m.recorder.record(
        { kind: 'late-import', by: 'urlconf', module: name, brought },
        where,
        `imports ${name}`,
      );
      for (const handler of handlers)
        if (module.t === 'module') handOver(m, module.scope.names.get(handler) ?? unknown, span, 'Django');
    });
  });
}

const handlers = ['handler400', 'handler403', 'handler404', 'handler500'];

/** `get_resolver().url_patterns`, `reverse(…)`, `resolve(…)`, the system checks: they need the URLconf now. */
export function loadUrlconf(m: Machine, at: Span, urlconf?: Value): Value {
  const name = textOf(urlconf) ?? textOf(settings(m, at).value('ROOT_URLCONF'));
  if (name === undefined) return unknown;
  const before = m.loadingLate;
  m.loadingLate = true; // What a request loads this way is the URLconf's matter as a whole, not that of each import in it.
  let module: Value;
  try {
    module = importModule(m, name, at, m.activation);
  } finally {
    m.loadingLate = before;
  }
  return module.t === 'module' ? (module.scope.names.get('urlpatterns') ?? unknown) : unknown;
}

const needsUrlconf: Known = (m, _args, at) => {
  loadUrlconf(m, at);
  return unknown;
};

/** `call_command("check")`, and the commands that run the system checks first. */
const command: Known = (m, args, at) => {
  if (textOf(first(args)) === 'check') loadUrlconf(m, at);
  return unknown;
};

/** `include("shop.urls")`, `include((patterns, "shop"))`. */
const include: Known = (m, args, at) => {
  const given = first(args);
  const target = given.t === 'sequence' ? given.items[0] : given;
  const name = textOf(target);
  if (name === undefined) return target ?? unknown;
  const module = importModule(m, name, at, m.activation);
  return module.t === 'module' ? getAttribute(m, module, 'urlpatterns', at) : unknown;
};

/** `i18n_patterns(path(…), path(…))`. */
const patterns: Known = (m, args, at) => {
  const all: SequenceValue = { t: 'sequence', kind: 'list', items: [...args.positional], open: args.open };
  handOver(m, all, at, 'Django');
  return all;
};

export const urlFunctions: Readonly<Record<string, Known>> = {
  'django.urls.include': include,
  'django.conf.urls.include': include,
  'django.urls.reverse': needsUrlconf,
  'django.urls.resolve': needsUrlconf,
  'django.urls.base.reverse': needsUrlconf,
  'django.urls.is_valid_path': needsUrlconf,
  'django.core.checks.run_checks': needsUrlconf,
  'django.core.management.call_command': command,
  'django.conf.urls.i18n.i18n_patterns': patterns,
  'django.urls.set_urlconf': () => none,
};

/** What `get_resolver()` gives, and the attributes of it that need the URLconf. */
export const resolverOf = 'django.urls.get_resolver()';
const lazyParts = new Set([
  'url_patterns',
  'urlconf_module',
  'reverse_dict',
  'namespace_dict',
  'app_dict',
  '_populate',
]);

export function resolverAttribute(m: Machine, name: string, at: Span): Value | undefined {
  return lazyParts.has(name) ? loadUrlconf(m, at) : undefined;
}
