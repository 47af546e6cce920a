// SQLAlchemy, Flask-SQLAlchemy, peewee and Django: tools that connect when they are used first. Data only.

import { closing, each, type MethodEffect, parameter, resources } from '../resource.ts';
import type { LibraryRow } from '../row.ts';

const pooled =
  'a connection stays in its pool, and all workers inherit that one, so that answers get mixed up, and a SQLite database can be damaged';

/** A query is built by methods that give it again, and run by those that open a connection. */
const queries: Readonly<Record<string, MethodEffect>> = {
  ...each(
    'same',
    'query',
    'filter',
    'filter_by',
    'order_by',
    'options',
    'join',
    'outerjoin',
    'limit',
    'offset',
  ),
  ...each('same', 'group_by', 'distinct', 'with_entities', 'where'),
  ...each(
    'opens',
    'all',
    'first',
    'one',
    'one_or_none',
    'count',
    'scalar',
    'scalars',
    'get',
    'execute',
    'commit',
  ),
  ...each('opens', 'flush', 'refresh', 'merge', 'connection', 'bulk_save_objects', 'bulk_insert_mappings'),
  ...each('nothing', 'close', 'remove', 'add', 'add_all', 'rollback', '__exit__', '__enter__'),
};

/** With NullPool no connection is kept, and a database in memory has none to share. */
const keepsNone = [
  { parameter: parameter(-1, 'poolclass'), is: 'text', pattern: '(^|\\.)(NullPool|StaticPool)$' },
  { parameter: parameter(0, 'url'), is: 'text', pattern: '^sqlite(\\+\\w+)?://(/:memory:.*)?$' },
] as const;

const sessions = ['sqlalchemy.orm.scoped_session', 'sqlalchemy.orm.Session', 'sqlmodel.Session'];

const djangoQueries = [
  ...[
    'get',
    'create',
    'get_or_create',
    'update_or_create',
    'bulk_create',
    'count',
    'exists',
    'first',
    'last',
  ],
  ...['aggregate', 'in_bulk', 'earliest', 'latest', 'update', 'delete', 'get_current', 'clear_cache'],
];
const djangoChains = [
  'all',
  'filter',
  'exclude',
  'order_by',
  'select_related',
  'prefetch_related',
  'using',
  'annotate',
];

export const ormRows: readonly LibraryRow[] = [
  ...resources(
    {
      resource: 'connection',
      opens: 'used',
      keeper: 'object',
      fate: pooled,
      methods: {
        ...each('lends', 'connect', 'begin', 'raw_connection'),
        ...each('opens', 'execute', 'scalar', 'table_names', 'has_table'),
        ...each('closes', 'dispose'),
        ...each('closes', 'sync_engine.dispose'),
      },
      remedy:
        'SQLAlchemy asks for `engine.dispose(close=False)` in each worker, from {hook}, or `engine.dispose()` before the fork',
    },
    [
      {
        name: 'sqlalchemy.create_engine',
        aliases: [
          'sqlalchemy.engine.create_engine',
          'sqlalchemy.engine_from_config',
          'sqlmodel.create_engine',
          'sqlalchemy.future.create_engine',
        ],
        noun: 'SQLAlchemy engine',
        unless: keepsNone,
        source:
          'SQLAlchemy, doc/build/core/pooling.rst, "Using Connection Pools with Multiprocessing or os.fork()"',
      },
      {
        name: 'sqlalchemy.ext.asyncio.create_async_engine',
        aliases: ['sqlmodel.ext.asyncio.create_async_engine'],
        noun: 'SQLAlchemy engine',
        unless: keepsNone,
        source:
          'SQLAlchemy, doc/build/orm/extensions/asyncio.rst, "Using multiple asyncio event loops"; pooling.rst',
      },
      {
        name: 'flask_sqlalchemy.SQLAlchemy',
        aliases: ['flask_sqlalchemy.extension.SQLAlchemy', 'flask_sqlalchemy_lite.SQLAlchemy'],
        noun: 'SQLAlchemy extension',
        methods: {
          ...queries,
          ...each('nothing', 'get', 'first', 'close'),
          ...each(
            'opens',
            'create_all',
            'drop_all',
            'reflect',
            'engine.connect',
            'engine.begin',
            'engine.execute',
          ),
          ...Object.fromEntries(Object.entries(queries).map(([name, does]) => [`session.${name}`, does])),
          ...each('closes', 'engine.dispose'),
        },
        remedy:
          'Leave the database to commands and workers, or call `db.engine.dispose(close=False)` in each worker, from {hook}',
        source:
          'Flask-SQLAlchemy, src/flask_sqlalchemy/extension.py: an engine of SQLAlchemy; test/servers/forked-libraries.test.ts',
      },
      {
        name: 'peewee.PostgresqlDatabase',
        aliases: [
          'peewee.MySQLDatabase',
          'playhouse.pool.PooledPostgresqlDatabase',
          'playhouse.pool.PooledMySQLDatabase',
          'playhouse.postgres_ext.PostgresqlExtDatabase',
          'playhouse.postgres_ext.PooledPostgresqlExtDatabase',
        ],
        noun: 'peewee database',
        fate: 'all workers inherit the one socket, so that one may read what another asked for',
        methods: {
          ...closing('close', 'close_all', 'close_idle'),
          ...each(
            'opens',
            'connect',
            'create_tables',
            'drop_tables',
            'execute_sql',
            'get_tables',
            'table_exists',
          ),
          ...each('opens', 'connection', 'cursor'),
        },
        remedy:
          'Close it before the fork, and connect when a request begins, as the documentation of peewee shows',
        source:
          'peewee, docs/peewee/database.rst, "Connection Management"; peewee.py: the state of a connection is a thread’s',
      },
      {
        name: 'peewee.SqliteDatabase',
        aliases: ['playhouse.sqlite_ext.SqliteExtDatabase', 'playhouse.pool.PooledSqliteDatabase'],
        noun: 'peewee database',
        fate: 'its locks do not hold between the workers that inherit it, and the database can be damaged',
        unless: [{ parameter: parameter(0, 'database'), is: 'text', pattern: '^:memory:$' }],
        methods: {
          ...closing('close', 'close_all', 'close_idle'),
          ...each(
            'opens',
            'connect',
            'create_tables',
            'drop_tables',
            'execute_sql',
            'get_tables',
            'table_exists',
          ),
        },
        remedy:
          'Close it before the fork, and connect when a request begins, as the documentation of peewee shows',
        source: 'peewee, docs/peewee/database.rst; https://www.sqlite.org/howtocorrupt.html, 2.7',
      },
    ],
  ),
  {
    name: 'sqlalchemy.orm.sessionmaker',
    aliases: ['sqlalchemy.ext.asyncio.async_sessionmaker'],
    effect: {
      kind: 'delegate',
      to: parameter(0, 'bind'),
      methods: { ...queries, ...each('same', '()', 'begin') },
    },
    source:
      'SQLAlchemy, doc/build/orm/session_basics.rst: sessions connect through the engine they are bound to',
  },
  ...sessions.map(
    (name): LibraryRow => ({
      name,
      effect: {
        kind: 'delegate',
        to: parameter(0, name.endsWith('scoped_session') ? 'session_factory' : 'bind'),
        methods: { ...queries, ...each('same', '()', 'begin') },
      },
      source:
        'SQLAlchemy, doc/build/orm/session_basics.rst: sessions connect through the engine they are bound to',
    }),
  ),
  ...['create_all', 'drop_all'].map(
    (name): LibraryRow => ({
      name: `*.${name}`,
      effect: { kind: 'opens-argument', argument: parameter(0, 'bind') },
      source: 'SQLAlchemy, lib/sqlalchemy/sql/schema.py, MetaData',
    }),
  ),
  {
    name: '*.reflect',
    effect: { kind: 'opens-argument', argument: parameter(0, 'bind') },
    source: 'SQLAlchemy, lib/sqlalchemy/sql/schema.py, MetaData.reflect',
  },
  {
    name: '*.prepare',
    effect: { kind: 'opens-argument', argument: parameter(-1, 'autoload_with') },
    source: 'SQLAlchemy, lib/sqlalchemy/ext/automap.py, AutomapBase.prepare',
  },
  {
    name: 'sqlalchemy.inspect',
    effect: { kind: 'opens-argument', argument: parameter(0, 'subject') },
    source: 'SQLAlchemy, lib/sqlalchemy/engine/reflection.py: an inspector of an engine connects',
  },
  {
    name: 'sqlalchemy.Table',
    aliases: ['sqlalchemy.schema.Table'],
    effect: { kind: 'opens-argument', argument: parameter(-1, 'autoload_with') },
    source: 'SQLAlchemy, doc/build/core/reflection.rst',
  },
  ...['read_sql', 'read_sql_query', 'read_sql_table'].map(
    (name): LibraryRow => ({
      name: `pandas.${name}`,
      effect: { kind: 'opens-argument', argument: parameter(1, 'con') },
      source: 'pandas, pandas/io/sql.py: connects through the engine it is given',
    }),
  ),
  {
    name: '*.to_sql',
    effect: { kind: 'opens-argument', argument: parameter(1, 'con') },
    source: 'pandas, pandas/io/sql.py: connects through the engine it is given',
  },
  ...resources(
    {
      resource: 'connection',
      noun: 'connection of Django',
      opens: 'used',
      keeper: 'library',
      single: true,
      certainty: 'possible',
      fate: 'the workers inherit the connection that Django keeps for the main thread; without `CONN_MAX_AGE` their first request closes it, with it they share it',
      methods: {},
      remedy:
        'Ask the database in the workers alone, or call `django.db.connections.close_all()` before the fork',
    },
    [
      {
        name: 'django.db.connection',
        aliases: ['django.db.connections'],
        methods: {
          ...each('opens', 'cursor', 'ensure_connection', 'connect', 'introspection.table_names'),
          ...each('closes', 'close', 'close_all'),
          ...each('same', '[]', 'all'),
        },
        source:
          'Django, django/db/backends/base/base.py, close_if_unusable_or_obsolete(); django/db/__init__.py',
      },
      {
        name: 'django.db.models.Model',
        methods: {
          ...each('opens', 'save', 'delete', 'refresh_from_db'),
          ...each('opens', ...djangoQueries.map((name) => `objects.${name}`)),
          ...each('same', ...djangoChains.map((name) => `objects.${name}`)),
          ...each('opens', ...djangoQueries),
          ...each('same', ...djangoChains),
        },
        source: 'Django, django/db/models/query.py: a query set is evaluated when its result is needed',
      },
      {
        name: 'django.db.models.Manager',
        aliases: ['django.db.models.QuerySet', 'django.contrib.sites.models.Site'],
        methods: {
          ...each('opens', ...djangoQueries, ...djangoQueries.map((name) => `objects.${name}`)),
          ...each('same', ...djangoChains, ...djangoChains.map((name) => `objects.${name}`)),
        },
        source: 'Django, django/db/models/manager.py',
      },
    ],
  ),
];
