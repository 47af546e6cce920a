// Sockets and clients of HTTP, mail, directories and remote shells. Data only.

import { closing, each, parameter, resources } from '../resource.ts';
import type { LibraryRow } from '../row.ts';

const shared =
  'a connection stays open in its pool, and all workers inherit that one socket, so that one may read what another asked for';
const lazily = 'Make it in each worker, from {hook}, or leave the first request to a worker';
const verbs = ['get', 'post', 'put', 'patch', 'delete', 'head', 'options', 'request', 'send'];

export const httpRows: readonly LibraryRow[] = [
  ...resources(
    {
      resource: 'connection',
      opens: 'used',
      keeper: 'object',
      fate: shared,
      methods: { ...closing('close'), ...each('opens', ...verbs) },
      remedy: lazily,
    },
    [
      {
        name: 'requests.Session',
        aliases: [
          'requests.session',
          'requests.sessions.Session',
          'requests_cache.CachedSession',
          'requests_futures.sessions.FuturesSession',
        ],
        noun: 'HTTP session',
        source:
          'requests and urllib3: keep-alive connections, no process ids; test/servers/forked-libraries.test.ts',
      },
      {
        name: 'urllib3.PoolManager',
        aliases: ['urllib3.ProxyManager', 'urllib3.poolmanager.PoolManager'],
        noun: 'HTTP connection pool',
        methods: {
          ...closing('clear'),
          ...each('opens', 'request', 'urlopen', 'request_encode_url', 'request_encode_body'),
        },
        source: 'urllib3, src/urllib3/poolmanager.py: no process ids',
      },
      {
        name: 'urllib3.HTTPSConnectionPool',
        aliases: [
          'urllib3.HTTPConnectionPool',
          'urllib3.connectionpool.HTTPSConnectionPool',
          'urllib3.connection_from_url',
        ],
        noun: 'HTTP connection pool',
        methods: { ...closing('close'), ...each('opens', 'request', 'urlopen') },
        source: 'urllib3, src/urllib3/connectionpool.py: no process ids',
      },
      {
        name: 'httpx.Client',
        aliases: ['httpx.AsyncClient'],
        noun: 'HTTP client',
        methods: { ...closing('close', 'aclose'), ...each('opens', ...verbs, 'stream') },
        source: 'httpx and httpcore: keep-alive connections, no process ids',
      },
      {
        name: 'aiohttp.ClientSession',
        noun: 'HTTP session',
        methods: { ...closing('close'), ...each('opens', ...verbs, 'ws_connect') },
        remedy: 'Make it where the application starts up in the worker, for instance in its lifespan',
        source: 'aiohttp, aiohttp/client.py: bound to the loop it is made in',
      },
      {
        name: 'http.client.HTTPSConnection',
        aliases: ['http.client.HTTPConnection'],
        noun: 'HTTP connection',
        fate: 'all workers inherit the one socket, so that one may read what another asked for',
        methods: { ...closing('close'), ...each('opens', 'request', 'connect', 'endheaders') },
        source: 'Lib/http/client.py: connects with the first request and keeps the socket',
      },
      {
        name: 'xmlrpc.client.ServerProxy',
        aliases: ['xmlrpc.client.Server'],
        noun: 'XML-RPC proxy',
        methods: { ...closing(), '()': 'nothing', '*': 'opens' },
        source: 'Lib/xmlrpc/client.py, Transport: keeps a connection alive',
      },
      {
        name: 'github.Github',
        noun: 'GitHub client',
        methods: {
          ...closing('close'),
          ...each(
            'opens',
            'get_user',
            'get_repo',
            'get_organization',
            'get_rate_limit',
            'search_repositories',
          ),
        },
        source: 'PyGithub, github/Requester.py: a requests session',
      },
      {
        name: 'jira.JIRA',
        noun: 'Jira client',
        opens: 'made',
        when: { parameter: parameter(-1, 'get_server_info'), is: 'not-false' },
        methods: { ...closing('close'), '*': 'opens' },
        source: 'jira, jira/client.py: asks for the server’s version in __init__, through a requests session',
      },
      {
        name: 'zeep.Client',
        aliases: ['zeep.CachingClient', 'zeep.client.Client'],
        noun: 'SOAP client',
        opens: 'made',
        methods: each('part', 'create_service', 'bind'),
        when: { parameter: parameter(0, 'wsdl'), is: 'text', pattern: '^https?:' },
        source: 'zeep, src/zeep/client.py: loads the WSDL through a requests session that it keeps',
      },
    ],
  ),
  ...resources(
    {
      resource: 'connection',
      opens: 'made',
      keeper: 'object',
      fate: 'all workers inherit the one socket, so that one may read what another asked for',
      methods: closing('close', 'quit'),
      remedy: 'Connect in each worker, from {hook}, or where the connection is needed',
    },
    [
      {
        name: 'socket.create_connection',
        noun: 'socket',
        methods: closing('close', 'detach'),
        source:
          'fork(2): the child inherits the open file description; test/servers/forked-libraries.test.ts',
      },
      {
        name: 'socket.socket',
        noun: 'socket',
        opens: 'used',
        unless: { parameter: parameter(1, 'type'), is: 'text', pattern: '(^|\\.)SOCK_(DGRAM|RAW)$' },
        methods: { ...closing('close', 'detach'), ...each('opens', 'connect', 'connect_ex') },
        source:
          'fork(2): the child inherits the open file description; one that listens is meant to be shared',
      },
      {
        name: 'smtplib.SMTP',
        aliases: ['smtplib.SMTP_SSL', 'smtplib.LMTP'],
        noun: 'SMTP connection',
        opens: 'used',
        when: { parameter: parameter(0, 'host'), is: 'given' },
        methods: { ...closing('close', 'quit'), ...each('opens', 'connect') },
        source: 'Lib/smtplib.py: connects in __init__ when there is a host',
      },
      {
        name: 'ftplib.FTP',
        aliases: ['ftplib.FTP_TLS'],
        noun: 'FTP connection',
        opens: 'used',
        when: { parameter: parameter(0, 'host'), is: 'given' },
        methods: { ...closing('close', 'quit'), ...each('opens', 'connect') },
        source: 'Lib/ftplib.py: connects in __init__ when there is a host',
      },
      {
        name: 'imaplib.IMAP4_SSL',
        aliases: ['imaplib.IMAP4'],
        noun: 'IMAP connection',
        methods: closing('logout', 'shutdown'),
        source: 'Lib/imaplib.py: connects in __init__',
      },
      {
        name: 'poplib.POP3_SSL',
        aliases: ['poplib.POP3'],
        noun: 'POP connection',
        source: 'Lib/poplib.py: connects in __init__',
      },
      {
        name: 'telnetlib.Telnet',
        noun: 'Telnet connection',
        opens: 'used',
        when: { parameter: parameter(0, 'host'), is: 'given' },
        methods: { ...closing('close'), ...each('opens', 'open') },
        source: 'Lib/telnetlib.py (until 3.12): connects in __init__ when there is a host',
      },
      {
        name: 'websocket.create_connection',
        noun: 'WebSocket connection',
        source: 'websocket-client, websocket/_core.py: connects at once',
      },
      {
        name: 'websockets.sync.client.connect',
        noun: 'WebSocket connection',
        fate: 'its receiving thread stays behind, and all workers inherit the one socket',
        source: 'websockets, src/websockets/sync/connection.py: recv_events runs in a thread',
      },
      {
        name: 'socketio.Client',
        aliases: ['socketio.SimpleClient'],
        noun: 'Socket.IO client',
        opens: 'used',
        methods: { ...closing('disconnect', 'shutdown'), ...each('opens', 'connect') },
        fate: 'its reading threads stay behind, and all workers inherit the one socket',
        source: 'python-engineio, src/engineio/client.py: start_background_task for reading and writing',
      },
      {
        name: 'paramiko.SSHClient',
        aliases: ['paramiko.client.SSHClient'],
        noun: 'SSH connection',
        opens: 'used',
        methods: { ...closing('close'), ...each('opens', 'connect') },
        fate: 'the thread of its transport stays behind, and commands in a worker wait for ever',
        source: 'paramiko, paramiko/transport.py: a Transport is a thread; atfork()',
      },
      {
        name: 'paramiko.Transport',
        aliases: ['paramiko.transport.Transport'],
        noun: 'SSH transport',
        opens: 'used',
        methods: {
          ...closing('close', 'atfork'),
          ...each('opens', 'connect', 'start_client', 'start_server'),
        },
        fate: 'its thread stays behind, and all workers inherit its socket',
        remedy: 'Connect in each worker, from {hook}; `atfork()` lets go of the inherited one',
        source: 'paramiko, paramiko/transport.py, atfork()',
      },
      {
        name: 'fabric.Connection',
        noun: 'SSH connection',
        opens: 'used',
        methods: { ...closing('close'), ...each('opens', 'open', 'run', 'sudo', 'put', 'get', 'sftp') },
        fate: 'the thread of its transport stays behind, and commands in a worker wait for ever',
        source: 'fabric, fabric/connection.py: a paramiko.SSHClient',
      },
      {
        name: 'pysftp.Connection',
        noun: 'SFTP connection',
        fate: 'the thread of its transport stays behind, and commands in a worker wait for ever',
        source: 'pysftp, pysftp/__init__.py: a paramiko.Transport',
      },
      {
        name: 'ldap.initialize',
        noun: 'LDAP connection',
        opens: 'used',
        methods: {
          ...closing('unbind', 'unbind_s', 'unbind_ext'),
          ...each(
            'opens',
            'simple_bind_s',
            'simple_bind',
            'bind_s',
            'bind',
            'search_s',
            'start_tls_s',
            'whoami_s',
            'sasl_interactive_bind_s',
          ),
        },
        remedy: 'Bind in each worker, from {hook}',
        source: 'python-ldap, Doc/reference/ldap.rst: initialize() connects with the first operation',
      },
      {
        name: 'ldap3.Connection',
        noun: 'LDAP connection',
        opens: 'used',
        when: { parameter: parameter(-1, 'auto_bind'), is: 'given' },
        methods: { ...closing('unbind'), ...each('opens', 'bind', 'open', 'rebind') },
        remedy: 'Bind in each worker, from {hook}',
        source: 'ldap3, ldap3/core/connection.py: auto_bind opens and binds in __init__',
      },
      {
        name: 'serial.Serial',
        noun: 'serial port',
        opens: 'used',
        when: { parameter: parameter(0, 'port'), is: 'given' },
        methods: { ...closing('close'), ...each('opens', 'open') },
        fate: 'all workers read from the one port, and each byte reaches one of them',
        source: 'pyserial, serial/serialutil.py: opened in __init__ when a port is given',
      },
    ],
  ),
];
