// The rule urlconf-not-preloaded: Django is preloaded, but its URLconf and the views wait for the first request.
// One finding a deployment, where the entrypoint makes the application.

/**
 * # urlconf-not-preloaded
 *
 * ## What it does
 * Reports, once for each deployment that preloads a Django project, that the module of `ROOT_URLCONF` is not imported
 * before the fork.
 *
 * ## Why it matters
 * `get_wsgi_application()` imports the settings, the installed applications, their models and the middleware. The
 * URLconf is imported when the first request is resolved, and with it the views, forms, serializers and whatever
 * they import: often most of the project and of its libraries. That happens after the fork, so each worker loads a
 * copy of its own, and preloading shares the smaller part.
 *
 * ## Example
 * `gunicorn.conf.py`
 * ```python
 * preload_app = True
 * wsgi_app = "shop.wsgi:application"
 * ```
 * `shop/wsgi.py`
 * ```python
 * import os
 *
 * from django.core.wsgi import get_wsgi_application
 *
 * os.environ.setdefault("DJANGO_SETTINGS_MODULE", "shop.settings")
 *
 * application = get_wsgi_application()  # information: [urlconf-not-preloaded] "shop.urls"
 * ```
 * `shop/settings.py`
 * ```python
 * ROOT_URLCONF = "shop.urls"
 * ```
 * `shop/urls.py`
 * ```python
 * from django.urls import path
 *
 * from shop.views import index
 *
 * urlpatterns = [path("", index)]
 * ```
 * `shop/views.py`
 * ```python
 * def index(request):
 *     pass
 * ```
 *
 * ## Fix
 * Import the URLconf when the application is made.
 *
 * `gunicorn.conf.py`
 * ```python
 * preload_app = True
 * wsgi_app = "shop.wsgi:application"
 * ```
 * `shop/wsgi.py`
 * ```python
 * import os
 *
 * from django.core.wsgi import get_wsgi_application
 *
 * os.environ.setdefault("DJANGO_SETTINGS_MODULE", "shop.settings")
 *
 * # quiet: [urlconf-not-preloaded] because "the URLconf is imported below, in the master"
 * application = get_wsgi_application()
 *
 * import shop.urls
 * ```
 * `shop/settings.py`
 * ```python
 * ROOT_URLCONF = "shop.urls"
 * ```
 * `shop/urls.py`
 * ```python
 * from django.urls import path
 *
 * from shop.views import index
 *
 * urlpatterns = [path("", index)]
 * ```
 * `shop/views.py`
 * ```python
 * def index(request):
 *     pass
 * ```
 *
 * ## When to ignore
 * Where the views are few. It is not reported where the app is not preloaded, nor where something that the URLconf
 * imports starts a thread or does anything else that would break before the fork: then it is well that it waits.
 *
 * ## Sources
 * - Django, `django/urls/resolvers.py`: `URLResolver.urlconf_module` is a cached property, read when a request is
 *   resolved; `django/core/wsgi.py`: `setup()`, then `WSGIHandler()`.
 */

import { serverName } from '../deploy/model.ts';
import { loadBeforeFork, offered } from '../fixes/index.ts';
import type { Case, Report, Rule } from './finding.ts';
import { company, lateImports } from './hazards.ts';
import { doubts, grade } from './severity.ts';

export const urlconfNotPreloaded: Rule = {
  id: 'urlconf-not-preloaded',
  title: 'Django is preloaded, its URLconf and views are loaded in each worker',
  severity: 'information',
  check,
  fix: (_at, cases, context) => {
    const [late] = cases.flatMap((each) => lateImports(each, 'urlconf'));
    return late === undefined ? [] : offered(loadBeforeFork(late.at, cases, context));
  },
};

function check(input: Case): readonly Report[] {
  const { deployment, simulation } = input;
  if (!deployment.forks || (deployment.load !== 'preload' && deployment.load !== 'unknown')) return [];
  const app = simulation.events.find((event) => event.kind === 'app-created');
  if (app === undefined || app.phase !== 'master-import') return [];
  return lateImports(input, 'urlconf')
    .slice(0, 1)
    .map((late) => ({
      severity: grade(urlconfNotPreloaded.severity, deployment, app.certainty),
      message:
        `${serverName(deployment.server)} preloads the project, but Django imports its URLconf, \`${late.module}\`` +
        `${company(late) || ','} at the first request: each worker loads a copy of its own. Import \`${late.module}\` when ` +
        `the application is made, and the workers share it.${doubts(deployment, app.certainty)}`,
      at: app.at,
      firstLineOnly: true,
      trace: app.trace,
      related: [{ at: late.at, text: `the first request in each worker imports ${late.module}` }],
    }));
}
