// Facts about frameworks and the collector that rules rest on, asked of the real thing.

import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, test } from 'node:test';
import { promisify } from 'node:util';
import { oraclePython } from './cpython.ts';

const scratch = mkdtempSync(join(tmpdir(), 'forksight-facts-'));
after(() => rmSync(scratch, { recursive: true, force: true }));

/** What the program prints, one JSON value. */
async function ask(program: string, files: Readonly<Record<string, string>> = {}): Promise<unknown> {
  const root = mkdtempSync(join(scratch, 'project-'));
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
  }
  const options = { cwd: root, env: { ...process.env, PYTHONPATH: root }, timeout: 60_000 };
  const { stdout } = await promisify(execFile)(await oraclePython(), ['-c', program], options);
  return JSON.parse(stdout);
}

test('Django imports the URLconf and the views at the first request', async () => {
  const files = {
    'shop/__init__.py': '',
    'shop/settings.py':
      'SECRET_KEY = "x"\nALLOWED_HOSTS = ["*"]\nINSTALLED_APPS = ["shop"]\nMIDDLEWARE = []\nROOT_URLCONF = "shop.urls"\n',
    'shop/models.py': '',
    'shop/urls.py':
      'from django.urls import path\nfrom shop import views\nurlpatterns = [path("", views.index)]\n',
    'shop/views.py':
      'from django.http import HttpResponse\ndef index(request):\n    return HttpResponse("ok")\n',
  };
  const program = `
import json, os, sys
os.environ["DJANGO_SETTINGS_MODULE"] = "shop.settings"
from django.core.wsgi import get_wsgi_application
from wsgiref.util import setup_testing_defaults
application = get_wsgi_application()
loaded = lambda: sorted(name for name in sys.modules if name.startswith("shop."))
before = loaded()
environ = {}
setup_testing_defaults(environ)
body = b"".join(application(environ, lambda status, headers: None))
print(json.dumps({"before": before, "after": loaded(), "body": body.decode()}))
`;
  assert.deepEqual(await ask(program, files), {
    before: ['shop.models', 'shop.settings'],
    after: ['shop.models', 'shop.settings', 'shop.urls', 'shop.views'],
    body: 'ok',
  });
});

test('the collector runs while a framework is imported, unless it is switched off before', async () => {
  const program = (first: string) => `
import gc, json
${first}
before = sum(each["collections"] for each in gc.get_stats())
import django.forms, django.db.models, django.contrib.admin.options
print(json.dumps(sum(each["collections"] for each in gc.get_stats()) - before))
`;
  const settings = 'from django.conf import settings\nsettings.configure()\nimport django\ndjango.setup()\n';
  assert.ok(Number(await ask(program(settings))) > 0);
  assert.equal(await ask(program(`${settings}gc.disable()`)), 0);
});

test('Starlette makes its middleware when the server starts the application, not when it is added', async () => {
  const program = `
import asyncio, json
from starlette.applications import Starlette
made = []

class Audit:
    def __init__(self, app):
        made.append("middleware")
        self.app = app

    async def __call__(self, scope, receive, send):
        await self.app(scope, receive, send)

app = Starlette()
app.add_middleware(Audit)
before = list(made)
messages = [{"type": "lifespan.startup"}, {"type": "lifespan.shutdown"}]

async def receive():
    return messages.pop(0)

async def send(message):
    pass

asyncio.run(app({"type": "lifespan", "asgi": {"version": "3.0"}, "state": {}}, receive, send))
print(json.dumps([before, made]))
`;
  assert.deepEqual(await ask(program), [[], ['middleware']]);
});
