// What frameworks do that no line of the project says: one file a framework, looked up here by qualified name.

import { importString } from '../dotted.ts';
import { type Known, textOf } from '../known.ts';
import type { Machine } from '../machine.ts';
import type { Span } from '../source.ts';
import { constant, none, unknown, type Value } from '../value.ts';
import { asgiFunctions } from './asgi.ts';
import { celeryFunctions } from './celery.ts';
import { adminReady, application, autodiscover, handler, receiver, setup } from './django.ts';
import { configureSettings, hasSetting, settings } from './django-settings.ts';
import { resolverAttribute, resolverOf, urlFunctions } from './django-urls.ts';
import { flaskFunctions } from './flask.ts';
import { pyramidFunctions } from './pyramid.ts';
import { uwsgiFunctions } from './uwsgi.ts';

const functions: Readonly<Record<string, Known>> = {
  'django.setup': setup,
  'django.core.wsgi.get_wsgi_application': application('get_wsgi_application'),
  'django.core.asgi.get_asgi_application': application('get_asgi_application'),
  'django.core.handlers.wsgi.WSGIHandler': handler,
  'django.core.handlers.asgi.ASGIHandler': handler,
  'django.contrib.admin.apps.AdminConfig.ready': adminReady,
  'django.contrib.admin.autodiscover': adminReady,
  'django.utils.module_loading.autodiscover_modules': autodiscover,
  'django.utils.module_loading.import_string': (m, args, at) => {
    const path = textOf(args.positional[0]);
    return path === undefined ? unknown : importString(m, path, at);
  },
  'django.conf.settings.configure': (m, args, at) => {
    configureSettings(m, args, at);
    return none;
  },
  ...urlFunctions,
  'django.dispatch.receiver': receiver,
  ...asgiFunctions,
  ...flaskFunctions,
  ...pyramidFunctions,
  ...uwsgiFunctions,
  ...celeryFunctions,
};

/** The function or method of that qualified name, where calling it does more than a library's usual work. */
export function frameworkFunction(name: string): Known | undefined {
  return Object.hasOwn(functions, name) ? functions[name] : undefined;
}

/** An attribute of a library's object that has a value of the project, or whose reading does something. */
export function frameworkAttribute(m: Machine, of: string, name: string, at: Span): Value | undefined {
  if (of === resolverOf) return resolverAttribute(m, name, at);
  if (of !== settingsOf || !/^[A-Z][A-Z0-9_]*$/.test(name)) return undefined;
  return settings(m, at).value(name) ?? unknown;
}

const settingsOf = 'django.conf.settings';

/** `hasattr(settings, "AUDIT")`; undefined where it cannot be told. */
export function frameworkHas(m: Machine, of: string, name: string, at: Span): Value | undefined {
  if (of !== settingsOf) return undefined;
  const has = hasSetting(m, name, at);
  return has === undefined ? undefined : constant(has);
}
