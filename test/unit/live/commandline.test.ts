// What processes say about themselves, by title and by arguments.

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { argumentFacts, recognise } from '../../../server/src/live/commandline.ts';

const words = (line: string): string[] => line.split(' ');

describe('which server a process runs, by its own words', () => {
  const servers: readonly [string, string][] = [
    ['/venv/bin/python3 /venv/bin/gunicorn -w 2 shop:app', 'gunicorn'],
    ['/venv/bin/python3.12 -X dev -W error /venv/bin/gunicorn shop:app', 'gunicorn'],
    ['python -m gunicorn shop:app', 'gunicorn'],
    ['python3 -u -m gunicorn.app.wsgiapp shop:app', 'gunicorn'],
    ['/usr/bin/uwsgi --ini uwsgi.ini', 'uwsgi'],
    ['/usr/bin/uwsgi-core --ini uwsgi.ini', 'uwsgi'],
    ['/usr/bin/uwsgi_python3 --ini uwsgi.ini', 'uwsgi'],
    ['/venv/bin/python3 /venv/bin/pyuwsgi --ini uwsgi.ini', 'uwsgi'],
  ];
  for (const [line, server] of servers) {
    it(`${line} is ${server}`, () => assert.equal(recognise(words(line))?.server, server));
  }

  const others = [
    'uv run gunicorn shop:app',
    '/bin/sh -c gunicorn',
    'vim gunicorn.conf.py',
    'python -c gunicorn',
    'python gunicornc',
    '/venv/bin/gunicornc -c show',
    'tail -f /var/log/uwsgi',
    'python',
    'python -m',
    '/usr/bin/uwsgi --emperor /etc/uwsgi',
    '/usr/bin/uwsgi --emperor=/etc/uwsgi',
  ];
  for (const line of others) {
    it(`${line} is none`, () => assert.equal(recognise(words(line)), undefined));
  }

  it('no arguments at all are none', () => assert.equal(recognise([]), undefined));

  it('reads gunicorn titles', () => {
    const master = recognise(['gunicorn: master [shop.wsgi:app]']);
    assert.equal(master?.role, 'master');
    assert.equal(master?.titleName, 'shop.wsgi:app');
    assert.equal(recognise(['gunicorn: worker [shop.wsgi:app]'])?.role, 'worker');
    assert.equal(recognise(['gunicorn: dirty-arbiter'])?.role, 'helper');
    assert.equal(recognise(['gunicorn: dirty-worker [shop]'])?.role, 'helper');
  });

  it('reads uWSGI titles with and without a prefix', () => {
    assert.equal(recognise(['uWSGI master'])?.role, 'master');
    assert.equal(recognise(['orders uWSGI worker 3'])?.ordinal, 3);
    assert.equal(recognise(['uWSGI http 1'])?.role, 'helper');
    assert.equal(recognise(['uWSGI mule 1'])?.role, 'helper');
  });
});

describe('what the arguments tell', () => {
  it('gunicorn: the entrypoint is what is no option and no value of one', () => {
    const facts = argumentFacts(
      'gunicorn',
      words('-w 3 --bind 127.0.0.1:80 --preload -c conf.py --chdir=src shop:app'),
    );
    assert.deepEqual(facts, { configs: ['conf.py'], entrypoint: 'shop:app', load: 'preload', chdir: 'src' });
  });

  it('gunicorn: without --preload the mode is the configuration file’s to say', () => {
    assert.equal(argumentFacts('gunicorn', words('--reload shop:app')).load, undefined);
    assert.equal(argumentFacts('gunicorn', words('--reload shop:app')).entrypoint, 'shop:app');
  });

  it('gunicorn: short options with their value attached', () => {
    assert.deepEqual(argumentFacts('gunicorn', words('-w3 -cconf.py shop:app')), {
      configs: ['conf.py'],
      entrypoint: 'shop:app',
    });
  });

  it('uWSGI: module, callable, statistics and configuration', () => {
    const facts = argumentFacts(
      'uwsgi',
      words('--master --module shop.wsgi --callable app --stats 127.0.0.1:9191'),
    );
    assert.deepEqual(facts, {
      configs: [],
      entrypoint: 'shop.wsgi:app',
      load: 'preload',
      stats: '127.0.0.1:9191',
    });
    assert.deepEqual(argumentFacts('uwsgi', ['uwsgi.ini']), { configs: ['uwsgi.ini'] });
    assert.deepEqual(argumentFacts('uwsgi', words('--lazy-apps --ini=a.ini')), {
      configs: ['a.ini'],
      load: 'lazy',
    });
    assert.equal(argumentFacts('uwsgi', words('--wsgi-file app/wsgi.py')).entrypoint, 'app/wsgi.py');
    assert.equal(argumentFacts('uwsgi', words('--mount /api=shop:app')).entrypoint, 'shop:app');
  });
});

describe('other servers', () => {
  const cases: readonly [string, readonly string[], string | undefined, object][] = [
    [
      'celery',
      ['/v/bin/python', '/v/bin/celery', '-A', 'shop', 'worker'],
      'celery',
      { load: 'preload', entrypoint: 'shop' },
    ],
    [
      'celery with another pool',
      ['celery', '--app=shop', 'worker', '-P', 'solo'],
      'celery',
      { entrypoint: 'shop' },
    ],
    [
      'celery as a module',
      ['python3', '-m', 'celery', '-A', 'shop.tasks', 'worker'],
      'celery',
      { load: 'preload', entrypoint: 'shop.tasks' },
    ],
    ['celery beat', ['celery', '-A', 'shop', 'beat'], undefined, {}],
    [
      'uvicorn',
      ['python3', '/v/bin/uvicorn', '--workers', '2', 'shop.web:app'],
      'uvicorn',
      { entrypoint: 'shop.web:app' },
    ],
    [
      'granian',
      ['/v/bin/granian', '--interface', 'wsgi', 'shop:create_app()'],
      'granian',
      { entrypoint: 'shop:create_app()' },
    ],
    ['a script of that name', ['python3', '-c', 'import uvicorn'], undefined, {}],
  ];
  for (const [name, argv, server, expected] of cases) {
    it(name, () => {
      const recognised = recognise(argv);
      assert.equal(recognised?.server, server);
      if (recognised === undefined) return;
      const { configs: _, ...facts } = argumentFacts(recognised.server, recognised.arguments);
      assert.deepEqual(facts, expected);
    });
  }

  it('Celery by its titles', () => {
    const role = (title: string) => recognise([title])?.role;
    assert.equal(role('[celeryd: celery@box:MainProcess] -active- (worker -A shop)'), 'master');
    assert.equal(recognise(['[celeryd: celery@box:ForkPoolWorker-12]'])?.ordinal, 12);
  });

  it('a fresh interpreter of multiprocessing is nobody’s master', () => {
    const argv = ['python3', '-c', 'from multiprocessing.spawn import spawn_main', '--multiprocessing-fork'];
    assert.deepEqual([recognise(argv)?.role, recognise(argv)?.spawned], ['worker', true]);
  });
});
