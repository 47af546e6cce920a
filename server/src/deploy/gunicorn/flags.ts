// gunicorn's settings and command line flags as gunicorn 27.0.1 has them: which flag sets what, and takes what.
// A plain table; what a setting means to a deployment is `lower.ts`'s business.

export type Arity = 'one' | 'list' | 'flag' | 'optional';

export interface Flag {
  readonly setting: string;
  readonly arity: Arity;
}

/** By flag as written: `-w`, `--workers`. */
export function flagNamed(flag: string): Flag | undefined {
  return flags.get(flag);
}

export function longFlags(): readonly string[] {
  return [...flags.keys()].filter((flag) => flag.startsWith('--'));
}

/** Names a configuration file can set; gunicorn ignores all others without a word. */
export function isSetting(name: string): boolean {
  return settings.has(name);
}

export function allSettings(): Iterable<string> {
  return settings;
}

/** `name`, with flags behind a colon where they are more than `--name`; a short one alone is beside `--name`. */
const table: Readonly<Record<Arity, string>> = {
  one: `
  config:-c backlog workers:-w worker_class:-k threads worker_connections max_requests max_requests_jitter
  timeout:-t graceful_timeout keepalive:--keep-alive limit_request_line limit_request_fields
  limit_request_field_size:--limit-request-field_size reload_engine chdir pidfile:-p,--pid worker_tmp_dir
  user:-u group:-g umask:-m forwarded_allow_ips accesslog:--access-logfile
  access_log_format:--access-logformat errorlog:--error-logfile,--log-file loglevel:--log-level logger_class
  logconfig:--log-config logconfig_json:--log-config-json syslog_addr:--log-syslog-to
  syslog_prefix:--log-syslog-prefix syslog_facility:--log-syslog-facility statsd_host dogstatsd_tags
  statsd_prefix proc_name:-n,--name pythonpath paste:--paste,--paster proxy_allow_ips:--proxy-allow-from
  protocol uwsgi_allow_ips:--uwsgi-allow-from keyfile certfile ssl_version cert_reqs ca_certs ciphers
  http_protocols http2_cleartext http2_max_concurrent_streams http2_initial_window_size http2_max_frame_size
  http2_max_header_list_size forwarder_headers header_map asgi_loop asgi_lifespan
  asgi_disconnect_grace_period websocket_max_message_size http_parser root_path dirty_workers dirty_timeout
  dirty_threads dirty_graceful_timeout control_socket control_socket_mode
`,
  list: `
  bind:-b reload_extra_files:--reload-extra-file raw_env:-e,--env raw_paste_global_conf:--paste-global
  dirty_apps:--dirty-app
`,
  flag: `
  reload spew check_config print_config preload_app:--preload sendfile:--no-sendfile reuse_port daemon:-D
  initgroups disable_redirect_access_to_syslog capture_output syslog:--log-syslog
  enable_stdio_inheritance:-R enable_backlog_metric suppress_ragged_eofs do_handshake_on_connect
  permit_obsolete_folding strip_header_spaces permit_unconventional_http_method
  permit_unconventional_http_version casefold_http_method control_socket_disable:--no-control-socket
`,
  optional: `
  proxy_protocol
`,
};

const fileOnly = `
  wsgi_app tmp_upload_dir secure_scheme_headers logconfig_dict default_proc_name on_starting on_reload
  when_ready pre_fork post_fork post_worker_init worker_int worker_abort pre_exec pre_request post_request
  child_exit worker_exit nworkers_changed on_exit ssl_context on_dirty_starting dirty_post_fork
  dirty_worker_init dirty_worker_exit
`;

const settings = new Set(words(fileOnly));
const flags = new Map<string, Flag>([
  ['-h', { setting: 'help', arity: 'flag' }],
  ['--help', { setting: 'help', arity: 'flag' }],
  ['-v', { setting: 'version', arity: 'flag' }],
  ['--version', { setting: 'version', arity: 'flag' }],
]);

for (const arity of ['one', 'list', 'flag', 'optional'] as const)
  for (const entry of words(table[arity])) {
    const [setting = '', listed = ''] = entry.split(':');
    settings.add(setting);
    const own = listed === '' ? [] : listed.split(',');
    const all = own.some((flag) => flag.startsWith('--'))
      ? own
      : [...own, `--${setting.replaceAll('_', '-')}`];
    for (const flag of all) flags.set(flag, { setting, arity });
  }

function words(text: string): string[] {
  return text.trim().split(/\s+/);
}
