// mod_wsgi in Apache's files, as a table of cases: the apps, the processes they run in, and where their modules are.
// biome-ignore-all lint/suspicious/noTemplateCurlyInString: these are Apache's own

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { shop, type Tree, table } from './homes-lib.ts';
import { only, problems, read } from './lib.ts';

const host = (lines: string): Tree => ({
  'deploy/shop.conf': `<VirtualHost *:80>\n  ServerName example.org\n${lines}\n</VirtualHost>\n`,
});

describe('mod_wsgi', () => {
  table({
    'a daemon of several processes': [
      host(
        '  WSGIDaemonProcess shop processes=3 threads=15 \\\n    python-path=/srv/site:/srv/env/lib home=/srv/site\n  WSGIProcessGroup shop\n  WSGIApplicationGroup %{GLOBAL}\n  WSGIScriptAlias / /srv/site/shop/wsgi.py\n  <Directory /srv/site/shop>\n    <Files wsgi.py>\n      Require all granted\n    </Files>\n  </Directory>',
      ),
      'mod_wsgi /w/shop/wsgi.py:application lazy 3 <WSGIScriptAlias / /srv/site/shop/wsgi.py>',
    ],
    'a daemon of one process': [
      host('WSGIDaemonProcess shop\nWSGIProcessGroup shop\nWSGIScriptAlias / /srv/shop/wsgi.py'),
      'mod_wsgi /w/shop/wsgi.py:application lazy 1 in shop <WSGIScriptAlias / /srv/shop/wsgi.py>',
    ],
    "Apache's own processes": [
      { 'httpd.conf': 'WSGIPythonPath /srv/site\nWSGIScriptAlias / "/srv/site/shop/wsgi.py"\n' },
      'mod_wsgi /w/shop/wsgi.py:application lazy ? in shop <WSGIScriptAlias / "/srv/site/shop/wsgi.py">',
    ],
    'a group in the alias, and a callable of another name': [
      {
        'httpd.conf':
          'Define SITE /srv/site\nwsgidaemonprocess a processes=2\nWSGIDaemonProcess b processes=4\nWSGICallableObject app\nWSGIProcessGroup a\nWSGIScriptAlias /x ${SITE}/shop/wsgi.py process-group=b application-group=%{GLOBAL}\n',
      },
      'mod_wsgi /w/shop/wsgi.py:app lazy 4 in shop <WSGIScriptAlias /x ${SITE}/shop/wsgi.py process-group=b application-group=%{GLOBAL}>',
    ],
    'a group of another file': [
      host('WSGIProcessGroup shop\nWSGIScriptAlias / /srv/shop/wsgi.py'),
      'mod_wsgi /w/shop/wsgi.py:application lazy ? in shop <WSGIScriptAlias / /srv/shop/wsgi.py>',
    ],
    'two hosts': [
      {
        'a.wsgi': '',
        'b.wsgi': '',
        'sites.conf':
          'WSGIDaemonProcess a processes=2\nWSGIDaemonProcess b processes=5\n<VirtualHost *:80>\nWSGIProcessGroup a\nWSGIScriptAlias / /srv/a.wsgi\n</VirtualHost>\n<VirtualHost *:81>\nWSGIProcessGroup b\nWSGIScriptAlias / /srv/b.wsgi\n</VirtualHost>\n',
      },
      'mod_wsgi /w/a.wsgi:application lazy 2 <WSGIScriptAlias / /srv/a.wsgi>',
      'mod_wsgi /w/b.wsgi:application lazy 5 <WSGIScriptAlias / /srv/b.wsgi>',
    ],
    'a template': [
      {
        'site.conf.j2':
          'WSGIDaemonProcess {{ name }} processes={{ count }}\nWSGIProcessGroup {{ name }}\nWSGIScriptAlias / {{ home }}/shop/wsgi.py\n',
      },
      'mod_wsgi ?/w/shop/wsgi.py:application lazy ? in shop <WSGIScriptAlias / {{ home }}/shop/wsgi.py>',
    ],
    'a folder of scripts': [
      host('WSGIScriptAlias /apps/ /srv/shop/'),
      'mod_wsgi ? lazy ? <WSGIScriptAlias /apps/ /srv/shop/>',
    ],
    'other files': [
      {
        'a.conf': '# WSGIScriptAlias / /srv/shop/wsgi.py\nWSGIRestrictEmbedded On\n',
        'docs/b.conf': 'WSGIScriptAlias / /srv/shop/wsgi.py\n',
        'nginx.conf': 'server { listen 80; }\n',
      },
    ],
  });

  test('where its modules are', () => {
    const tree = {
      ...shop,
      ...host(
        'WSGIDaemonProcess s python-path=/srv/site:/srv/site/lib:/opt/env/lib\nWSGIProcessGroup s\nWSGIScriptAlias / /srv/site/shop/wsgi.py',
      ),
      'lib/more.py': '',
    };
    assert.deepEqual(only(tree).roots, ['/w', '/w/lib', '/w/shop']);
  });

  test('what is imported when a process starts', () => {
    const tree = {
      ...shop,
      'warm.py': '',
      'cold.py': '',
      ...host(
        'WSGIDaemonProcess s\nWSGIProcessGroup s\nWSGIImportScript /srv/warm.py process-group=s application-group=%{GLOBAL}\nWSGIImportScript /srv/cold.py process-group=t application-group=%{GLOBAL}\nWSGIScriptAlias / /srv/shop/wsgi.py',
      ),
    };
    assert.deepEqual(
      only(tree).imports.map(({ path }) => path),
      ['/w/warm.py'],
    );
  });

  test('an alias without a file', () =>
    assert.deepEqual(problems({ ...shop, 'a.conf': 'Listen 80\nWSGIScriptAlias /\n' }), [
      '/w/a.conf:2: Apache stops here: WSGIScriptAlias needs a URL path and the file of the app.',
    ]));

  test('a count that is none', () => {
    const { deployments } = read({
      ...shop,
      ...host('WSGIDaemonProcess s processes=many\nWSGIProcessGroup s\nWSGIScriptAlias / /srv/shop/wsgi.py'),
    });
    assert.equal(deployments[0]?.processes.known, false);
  });
});
