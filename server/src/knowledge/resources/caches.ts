// Clients of caches and coordination services. redis-py looks after its pool by itself; what it does not is here. Data only.

import { closing, each, parameter, resources } from '../resource.ts';
import type { LibraryRow } from '../row.ts';

const perWorker = 'Make the client in each worker, from {hook}';

/** What both C and Python clients of memcached do with their sockets. */
const memcached = {
  ...closing('disconnect_all'),
  ...each(
    'opens',
    'get',
    'set',
    'add',
    'delete',
    'incr',
    'decr',
    'get_multi',
    'set_multi',
    'get_stats',
    'flush_all',
  ),
};

export const cacheRows: readonly LibraryRow[] = [
  ...resources(
    { resource: 'connection', opens: 'used', keeper: 'object', methods: closing('close'), remedy: perWorker },
    [
      {
        name: 'redis.Redis',
        aliases: ['redis.StrictRedis', 'redis.client.Redis', 'redis.Redis.from_url', 'redis.from_url'],
        noun: 'Redis client',
        when: { parameter: parameter(-1, 'single_connection_client'), is: 'true' },
        fate: 'with `single_connection_client` it holds one connection, which all workers inherit',
        remedy: 'Leave `single_connection_client` out: the pool of redis-py notices the fork by itself',
        source:
          'redis-py, redis/client.py, __init__; redis/connection.py, _checkpid; test/servers/forked-libraries.test.ts',
      },
      {
        name: '*.pubsub',
        noun: 'Redis subscription',
        methods: { ...closing('close', 'reset'), ...each('opens', 'subscribe', 'psubscribe', 'ssubscribe') },
        fate: 'it holds one connection, which all workers inherit',
        remedy: 'Subscribe in each worker, from {hook}',
        source: 'redis-py, redis/client.py, PubSub: takes a connection from the pool and keeps it',
      },
      {
        name: 'pymemcache.client.base.Client',
        aliases: [
          'pymemcache.Client',
          'pymemcache.client.Client',
          'pymemcache.client.base.PooledClient',
          'pymemcache.PooledClient',
        ],
        noun: 'memcached client',
        methods: { ...closing('close', 'quit', 'disconnect_all'), '*': 'opens' },
        source:
          'pymemcache, pymemcache/client/base.py: connects with the first command; knows no process ids',
      },
      {
        name: 'pymemcache.client.hash.HashClient',
        aliases: ['pymemcache.HashClient'],
        noun: 'memcached client',
        methods: {
          ...closing('close', 'quit', 'disconnect_all'),
          '*': 'opens',
          ...each('nothing', 'add_server'),
        },
        source: 'pymemcache, pymemcache/client/hash.py: holds a Client for each server',
      },
      {
        name: 'memcache.Client',
        noun: 'memcached client',
        methods: memcached,
        source: 'python-memcached, memcache.py, _Host: one socket a server, kept open',
      },
      {
        name: 'pylibmc.Client',
        noun: 'memcached client',
        methods: memcached,
        certainty: 'likely',
        source: 'libmemcached: sockets are kept open by the client; fork(2)',
      },
      {
        name: 'diskcache.Cache',
        aliases: ['diskcache.FanoutCache', 'diskcache.core.Cache'],
        noun: 'disk cache',
        opens: 'made',
        repair: { by: 'pid' },
        source: 'diskcache, diskcache/core.py, _con: reconnects where the process id differs',
      },
      {
        name: 'consul.Consul',
        noun: 'Consul client',
        methods: { '*': 'opens' },
        source: 'python-consul, consul/std.py: a requests.Session',
      },
      {
        name: 'hvac.Client',
        noun: 'Vault client',
        methods: { '*': 'opens', ...each('nothing', 'logout') },
        source: 'hvac, hvac/adapters.py: a requests.Session',
      },
      {
        name: 'etcd3.client',
        aliases: ['etcd3.Etcd3Client'],
        noun: 'etcd client',
        opens: 'made',
        certainty: 'likely',
        remedy: 'Make the client in each worker, from {hook}: it is a gRPC channel',
        source: 'python-etcd3, etcd3/client.py: a grpc channel; grpc, doc/fork_support.md',
      },
    ],
  ),
  ...resources(
    {
      resource: 'thread',
      opens: 'made',
      keeper: 'library',
      methods: closing('stop', 'close'),
      remedy: 'Start it in each worker, from {hook}',
    },
    [
      {
        name: '*.run_in_thread',
        noun: 'Redis subscription',
        fate: 'its thread stays behind, so that no worker is told of any message',
        source: 'redis-py, redis/client.py, PubSubWorkerThread: started by run_in_thread()',
      },
      {
        name: 'kazoo.client.KazooClient',
        aliases: ['kazoo.client.Client'],
        noun: 'ZooKeeper client',
        opens: 'used',
        methods: { ...closing('stop', 'close'), ...each('opens', 'start', 'start_async') },
        fate: 'its connection thread stays behind, and calls in a worker wait for ever',
        source: 'kazoo, kazoo/protocol/connection.py: a thread for each client; no handling of forks',
      },
      {
        name: 'sqlitedict.SqliteDict',
        aliases: ['sqlitedict.open'],
        noun: 'SQLite dictionary',
        fate: 'the thread that does its work stays behind, and reading in a worker waits for ever',
        remedy: 'Open it in each worker, from {hook}',
        source: 'sqlitedict, sqlitedict.py, SqliteMultithread: a thread started in __init__',
      },
    ],
  ),
];
