// Drivers and tools of databases: connections that are open when the server forks. Data only.

import { closing, each, parameter, resources } from '../resource.ts';
import type { LibraryRow } from '../row.ts';

const perWorker = 'Connect in each worker, from {hook}, or where the connection is first needed';
const cursors = each('part', 'cursor');
const dbapi = { ...closing('close'), ...cursors };
/** Whose `with` block ends a transaction and leaves the connection open. */
const transactional = { ...each('closes', 'close'), ...cursors };

export const databaseRows: readonly LibraryRow[] = [
  ...resources(
    { resource: 'connection', opens: 'made', keeper: 'object', methods: dbapi, remedy: perWorker },
    [
      {
        name: 'psycopg2.connect',
        aliases: ['psycopg2.extensions.connection'],
        noun: 'PostgreSQL connection',
        methods: transactional,
        remedy:
          'psycopg2 asks for a connection of their own in forked processes: connect in each worker, from {hook}',
        source: 'psycopg2, doc/src/usage.rst, "Thread and process safety"',
      },
      {
        name: 'psycopg2.pool.ThreadedConnectionPool',
        aliases: ['psycopg2.pool.SimpleConnectionPool', 'psycopg2.pool.PersistentConnectionPool'],
        noun: 'PostgreSQL connection pool',
        when: { parameter: parameter(0, 'minconn'), is: 'given' },
        methods: each('closes', 'closeall'),
        remedy: 'Make the pool in each worker, from {hook}',
        source: 'psycopg2, lib/pool.py: connects minconn times in __init__',
      },
      {
        name: 'psycopg.connect',
        aliases: ['psycopg.Connection.connect', 'psycopg.AsyncConnection.connect'],
        noun: 'PostgreSQL connection',
        remedy: 'psycopg asks for connections to be made after the fork: connect in each worker, from {hook}',
        source: 'psycopg, docs/advanced/async.rst: connections are not process-safe',
      },
      {
        name: 'psycopg_pool.ConnectionPool',
        aliases: ['psycopg_pool.NullConnectionPool', 'psycopg_pool.pool.ConnectionPool'],
        noun: 'PostgreSQL connection pool',
        opens: 'used',
        when: { parameter: parameter(-1, 'open'), is: 'not-false' },
        methods: { ...closing('close'), ...each('opens', 'open', 'wait', '__enter__') },
        fate: 'the threads that look after it stay behind, and the connections it holds are shared by all workers',
        remedy: 'Make it with `open=False`, and call `open()` in each worker, from {hook}',
        source: 'psycopg, docs/api/pool.rst; psycopg_pool/pool.py, _start_workers',
      },
      {
        name: 'asyncpg.connect',
        noun: 'PostgreSQL connection',
        methods: closing('close', 'terminate'),
        source: 'asyncpg, asyncpg/connection.py: one socket, bound to its event loop',
      },
      {
        name: 'pymysql.connect',
        aliases: ['pymysql.Connection', 'pymysql.Connect', 'pymysql.connections.Connection'],
        noun: 'MySQL connection',
        opens: 'used',
        when: { parameter: parameter(-1, 'defer_connect'), is: 'not-true' },
        methods: { ...dbapi, ...each('opens', 'connect', 'ping') },
        source:
          'PyMySQL, pymysql/connections.py: connects in __init__ unless defer_connect; knows no process ids',
      },
      {
        name: 'MySQLdb.connect',
        aliases: ['MySQLdb.Connection', 'MySQLdb.Connect', 'MySQLdb.connections.Connection'],
        noun: 'MySQL connection',
        source: 'mysqlclient, src/MySQLdb/connections.py: connects in __init__',
      },
      {
        name: 'mysql.connector.connect',
        aliases: ['mysql.connector.connection.MySQLConnection', 'mysql.connector.MySQLConnection'],
        noun: 'MySQL connection',
        source: 'mysql-connector-python, mysql/connector/pooling.py and connection.py: no handling of forks',
      },
      {
        name: 'mysql.connector.pooling.MySQLConnectionPool',
        noun: 'MySQL connection pool',
        methods: {},
        source: 'mysql-connector-python, mysql/connector/pooling.py: __init__ adds pool_size connections',
      },
      {
        name: 'oracledb.connect',
        aliases: ['cx_Oracle.connect'],
        noun: 'Oracle connection',
        source:
          'fork(2): a socket of the driver is shared; python-oracledb, documentation "Connection Handling"',
      },
      {
        name: 'oracledb.create_pool',
        aliases: ['cx_Oracle.SessionPool', 'oracledb.SessionPool'],
        noun: 'Oracle connection pool',
        source: 'python-oracledb, src/oracledb/impl/thin/pool.pyx: a background thread and min connections',
      },
      {
        name: 'pyodbc.connect',
        noun: 'ODBC connection',
        methods: transactional,
        source:
          'fork(2): the driver’s socket is shared; pyodbc, wiki "Connection": `with` commits and leaves it open',
      },
      {
        name: 'pymssql.connect',
        noun: 'SQL Server connection',
        source: 'fork(2): the socket of FreeTDS is shared',
      },
      {
        name: 'sqlite3.connect',
        aliases: ['sqlite3.dbapi2.connect', 'apsw.Connection'],
        noun: 'SQLite connection',
        methods: transactional,
        unless: { parameter: parameter(0, 'database'), is: 'text', pattern: '^(:memory:)?$' },
        fate: 'its locks do not hold between the workers that inherit it, and the database can be damaged',
        remedy: 'SQLite forbids to carry a connection across a fork: connect in each worker, from {hook}',
        source:
          'https://www.sqlite.org/howtocorrupt.html, 2.7 "Carrying an open database connection across a fork()"',
      },
      {
        name: 'duckdb.connect',
        noun: 'DuckDB connection',
        unless: { parameter: parameter(0, 'database'), is: 'text', pattern: '^(:memory:)?$' },
        certainty: 'likely',
        fate: 'its native threads stay behind, and the workers have one database file open in what DuckDB takes for one process',
        source: 'DuckDB, documentation "Concurrency": one process may write',
      },
      {
        name: 'snowflake.connector.connect',
        noun: 'Snowflake connection',
        source:
          'fork(2): the HTTPS session is shared; snowflake-connector-python, src/snowflake/connector/connection.py',
      },
      {
        name: 'databricks.sql.connect',
        noun: 'Databricks connection',
        source: 'fork(2): the HTTPS session is shared',
      },
      {
        name: 'clickhouse_connect.get_client',
        aliases: ['clickhouse_connect.create_client'],
        noun: 'ClickHouse client',
        methods: closing('close'),
        source:
          'clickhouse-connect, clickhouse_connect/driver/httpclient.py: asks for the server’s settings in __init__',
      },
      {
        name: 'pymilvus.connections.connect',
        aliases: ['pymilvus.MilvusClient'],
        noun: 'Milvus connection',
        keeper: 'library',
        methods: {},
        certainty: 'likely',
        remedy: 'Connect in each worker, from {hook}: it is a gRPC channel',
        source: 'pymilvus, pymilvus/client/grpc_handler.py; grpc, doc/fork_support.md',
      },
      {
        name: 'weaviate.connect_to_local',
        aliases: [
          'weaviate.connect_to_custom',
          'weaviate.connect_to_weaviate_cloud',
          'weaviate.connect_to_wcs',
        ],
        noun: 'Weaviate client',
        methods: closing('close'),
        source: 'weaviate-python-client, weaviate/connect/helpers.py: calls connect()',
      },
    ],
  ),
  ...resources(
    { resource: 'connection', opens: 'used', keeper: 'object', methods: closing('close'), remedy: perWorker },
    [
      {
        name: 'pymongo.MongoClient',
        aliases: ['pymongo.mongo_client.MongoClient'],
        noun: 'MongoDB client',
        when: { parameter: parameter(4, 'connect'), is: 'not-false' },
        methods: {
          '*': 'opens',
          ...closing('close'),
          ...each('same', 'get_database', 'get_default_database', '[]'),
          ...each('nothing', 'with_options', 'get_collection', '[].get_collection', '[].[]'),
        },
        certainty: 'likely',
        fate: 'its monitor threads stay behind and locks may have been copied in a locked state, so that PyMongo warns of deadlocks in the workers',
        remedy:
          'PyMongo asks for a client of its own in each process: make it with `connect=False` and use it only in workers, or make it in {hook}',
        source:
          'PyMongo, documentation "Is PyMongo fork-safe?"; pymongo/synchronous/topology.py; changelog 4.3: locks are reset after a fork',
      },
      {
        name: 'mongoengine.connect',
        noun: 'MongoDB client',
        keeper: 'library',
        methods: {},
        when: { parameter: parameter(-1, 'connect'), is: 'not-false' },
        certainty: 'likely',
        fate: 'its monitor threads stay behind and locks may have been copied in a locked state, so that PyMongo warns of deadlocks in the workers',
        remedy: 'Call it in each worker, from {hook}, or pass `connect=False`',
        source: 'MongoEngine, mongoengine/connection.py: makes a pymongo.MongoClient',
      },
      {
        name: 'cassandra.cluster.Cluster',
        noun: 'Cassandra cluster',
        methods: { ...closing('shutdown'), ...each('lends', 'connect') },
        fate: 'its event loop thread stays behind, and the sessions it made never answer in a worker',
        remedy: 'The driver asks for a session made after the fork: connect in each worker, from {hook}',
        source:
          'cassandra-driver, docs/faq.rst: "Why do connections or IO operations timeout in my WSGI application?"',
      },
      {
        name: 'neo4j.GraphDatabase.driver',
        noun: 'Neo4j driver',
        methods: {
          ...closing('close'),
          ...each('opens', 'verify_connectivity', 'execute_query'),
          session: 'part',
        },
        remedy: 'Make the driver in each worker, from {hook}',
        source:
          'neo4j-python-driver, src/neo4j/_sync/io/_pool.py: a pool of sockets that knows no process ids',
      },
      {
        name: 'clickhouse_driver.Client',
        aliases: ['clickhouse_driver.Client.from_url', 'clickhouse_driver.client.Client'],
        noun: 'ClickHouse client',
        methods: {
          ...closing('disconnect'),
          ...each(
            'opens',
            'execute',
            'execute_iter',
            'execute_with_progress',
            'query_dataframe',
            'insert_dataframe',
          ),
        },
        source: 'clickhouse-driver, clickhouse_driver/client.py: one socket, connected by the first query',
      },
      {
        name: 'influxdb.InfluxDBClient',
        noun: 'InfluxDB client',
        methods: { ...closing('close'), '*': 'opens', ...each('nothing', 'switch_database', 'switch_user') },
        source: 'influxdb-python, influxdb/client.py: a requests.Session',
      },
      {
        name: 'influxdb_client.InfluxDBClient',
        aliases: ['influxdb_client.InfluxDBClient.from_env_properties'],
        noun: 'InfluxDB client',
        methods: { ...closing('close', '__del__'), ...each('opens', 'ping', 'health', 'ready', 'version') },
        source: 'influxdb-client-python, influxdb_client/client/influxdb_client.py: a urllib3 pool',
      },
      {
        name: 'elasticsearch.Elasticsearch',
        aliases: ['opensearchpy.OpenSearch', 'elasticsearch7.Elasticsearch', 'elasticsearch8.Elasticsearch'],
        noun: 'search client',
        methods: { ...closing('close'), '*': 'opens', ...each('same', 'options') },
        source: 'elastic-transport and opensearch-py: a urllib3 pool, which knows no process ids',
      },
      {
        name: 'qdrant_client.QdrantClient',
        noun: 'Qdrant client',
        methods: { ...closing('close'), '*': 'opens' },
        source: 'qdrant-client, qdrant_client/http/api_client.py: an httpx.Client',
      },
      {
        name: 'chromadb.HttpClient',
        noun: 'Chroma client',
        opens: 'made',
        methods: {},
        certainty: 'likely',
        source: 'chroma, chromadb/api/fastapi.py: an httpx.Client; the tenant is looked up in __init__',
      },
      {
        name: 'chromadb.PersistentClient',
        noun: 'Chroma client',
        opens: 'made',
        methods: {},
        certainty: 'likely',
        fate: 'its SQLite connection is inherited by all workers, and the database can be damaged',
        source: 'chroma, chromadb/db/impl/sqlite.py; https://www.sqlite.org/howtocorrupt.html, 2.7',
      },
    ],
  ),
];
