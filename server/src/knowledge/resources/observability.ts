// Metrics, traces, errors, analytics and feature flags: clients that send and poll from threads of their own. Data only.

import { closing, each, parameter, resources } from '../resource.ts';
import type { LibraryRow } from '../row.ts';

const lost = 'the thread that sends stays behind, so that what a worker records is never sent';
const polled =
  'the threads that keep it up to date stay behind, so that the workers go on with what they knew at the fork';
const perWorker = 'Make it in each worker, from {hook}';

export const observabilityRows: readonly LibraryRow[] = [
  ...resources(
    {
      resource: 'thread',
      opens: 'made',
      keeper: 'library',
      methods: closing('shutdown', 'close'),
      fate: lost,
      remedy: perWorker,
    },
    [
      {
        name: 'sentry_sdk.init',
        noun: 'Sentry client',
        methods: {},
        repair: { by: 'pid' },
        source:
          'sentry-python, sentry_sdk/worker.py, sessions.py, monitor.py: threads start anew where the process id differs',
      },
      {
        name: 'opentelemetry.sdk.trace.export.BatchSpanProcessor',
        aliases: ['opentelemetry.sdk.trace.export.BatchExportSpanProcessor'],
        noun: 'span processor',
        repair: { by: 'pid', since: '1.7.1', distribution: 'opentelemetry-sdk' },
        source:
          'opentelemetry-python, opentelemetry-sdk/src/opentelemetry/sdk/_shared_internal/__init__.py: at-fork hook and process id',
      },
      {
        name: 'opentelemetry.sdk._logs.export.BatchLogRecordProcessor',
        noun: 'log processor',
        repair: { by: 'pid', since: '1.7.1', distribution: 'opentelemetry-sdk' },
        source:
          'opentelemetry-python, opentelemetry-sdk/src/opentelemetry/sdk/_shared_internal/__init__.py: at-fork hook and process id',
      },
      {
        name: 'opentelemetry.sdk.metrics.export.PeriodicExportingMetricReader',
        noun: 'metric reader',
        repair: { by: 'at-fork' },
        fate: 'its thread stays behind, so that no worker exports a metric',
        remedy: 'OpenTelemetry asks to set it up after the fork: make it in {hook}',
        source:
          'opentelemetry-python, opentelemetry-sdk/src/opentelemetry/sdk/metrics/_internal/export/__init__.py: os.register_at_fork alone',
      },
      {
        name: 'prometheus_client.start_http_server',
        aliases: [
          'prometheus_client.start_wsgi_server',
          'prometheus_client.exposition.start_http_server',
          'prometheus_client.exposition.start_wsgi_server',
        ],
        noun: 'metrics server',
        methods: {},
        fate: 'its thread stays behind, and it answers with the numbers of the process that started it, which serves no request',
        remedy:
          'prometheus_client has a multiprocess mode for this: set `PROMETHEUS_MULTIPROC_DIR` and use `MultiProcessCollector`',
        source:
          'prometheus_client, docs/content/multiprocess/_index.md; prometheus_client/exposition.py; test/servers/forked-libraries.test.ts',
      },
      {
        name: 'newrelic.agent.register_application',
        noun: 'New Relic agent',
        methods: {},
        fate: 'it notices the fork and reports nothing for the workers',
        remedy: 'Register the application in each worker, from {hook}, or leave it to the first request',
        source: 'newrelic-python-agent, newrelic/core/application.py, validate_process()',
      },
      {
        name: 'elasticapm.Client',
        aliases: ['elasticapm.base.Client'],
        noun: 'Elastic APM client',
        repair: { by: 'pid' },
        source: 'apm-agent-python, elasticapm/utils/threading.py, ThreadManager: compares the process id',
      },
      {
        name: 'datadog.initialize',
        noun: 'Datadog client',
        methods: {},
        when: { parameter: parameter(-1, 'statsd_disable_buffering'), is: 'false' },
        opens: 'used',
        repair: { by: 'both-sides', since: '0.48.0', distribution: 'datadog' },
        source: 'datadogpy, datadog/dogstatsd/base.py, pre_fork and post_fork; CHANGELOG 0.48.0',
      },
      {
        name: 'datadog.DogStatsd',
        aliases: ['datadog.dogstatsd.DogStatsd', 'datadog.dogstatsd.base.DogStatsd'],
        noun: 'DogStatsD client',
        when: { parameter: parameter(-1, 'disable_buffering'), is: 'false' },
        opens: 'used',
        methods: {
          ...each('closes', 'stop', 'disable_background_sender'),
          ...each('opens', 'enable_background_sender'),
        },
        repair: { by: 'both-sides', since: '0.48.0', distribution: 'datadog' },
        source: 'datadogpy, datadog/dogstatsd/base.py; CHANGELOG 0.48.0',
      },
      {
        name: 'ddtrace.profiling.Profiler',
        noun: 'Datadog profiler',
        opens: 'used',
        methods: { ...closing('stop'), ...each('opens', 'start') },
        repair: { by: 'at-fork' },
        fate: 'its threads stay behind, so that no worker is profiled',
        remedy: 'Under uWSGI Datadog supports `lazy-apps` alone: load the app in each worker',
        source: 'dd-trace-py, docs/advanced_usage.rst, "uWSGI"; ddtrace/internal/uwsgi.py',
      },
      {
        name: 'pyroscope.configure',
        noun: 'Pyroscope profiler',
        methods: {},
        certainty: 'likely',
        fate: 'its native threads stay behind, so that no worker is profiled',
        remedy: 'Call it in each worker, from {hook}',
        source: 'pyroscope-io: the agent is native, with threads of its own; fork(2)',
      },
      {
        name: 'posthog.Posthog',
        aliases: ['posthog.Client', 'posthog.client.Client'],
        noun: 'PostHog client',
        opens: 'used',
        when: { parameter: parameter(-1, 'sync_mode'), is: 'not-true' },
        methods: closing('shutdown', 'join'),
        repair: { by: 'at-fork', since: '7.15.0', distribution: 'posthog' },
        source:
          'posthog-python, posthog/client.py: consumers start in __init__; CHANGELOG 7.15.0; test/servers/forked-libraries.test.ts',
      },
      {
        name: 'segment.analytics.Client',
        aliases: ['segment.analytics.client.Client', 'analytics.Client', 'analytics.client.Client'],
        noun: 'Segment client',
        opens: 'used',
        when: { parameter: parameter(-1, 'sync_mode'), is: 'not-true' },
        unless: { parameter: parameter(-1, 'send'), is: 'false' },
        methods: closing('shutdown', 'join'),
        remedy: 'Make it in each worker, from {hook}, or with `sync_mode=True`',
        source:
          'analytics-python, segment/analytics/client.py: consumers start in __init__; no handling of forks',
      },
      {
        name: 'ldclient.LDClient',
        aliases: ['ldclient.client.LDClient'],
        noun: 'LaunchDarkly client',
        methods: closing('close', 'postfork'),
        fate: polled,
        remedy: 'Call its `postfork()` in each worker, from {hook}',
        source: 'launchdarkly-python-server-sdk, ldclient/client.py, postfork() since 9.11.0',
      },
      {
        name: 'UnleashClient.UnleashClient',
        noun: 'Unleash client',
        opens: 'used',
        methods: { ...closing('destroy'), ...each('opens', 'initialize_client', '__enter__') },
        fate: polled,
        remedy: 'Initialise it in each worker, from {hook}, as its documentation asks',
        source:
          'unleash-client-python, docs/wsgi.rst: lazy-apps or a client for each process; UnleashClient/_scheduler.py: a BackgroundScheduler',
      },
      {
        name: 'configcatclient.get',
        aliases: ['configcatclient.create_client'],
        noun: 'ConfigCat client',
        methods: closing('close'),
        fate: polled,
        source: 'configcat python-sdk, configcatclient/configservice.py: polls in a thread',
      },
      {
        name: 'splitio.get_factory',
        noun: 'Split factory',
        methods: closing('destroy'),
        certainty: 'likely',
        fate: polled,
        remedy:
          'Split has `preforkedInitialization` and `resume()` for this: call the latter in each worker, from {hook}',
        source: 'splitio python-client, splitio/client/factory.py, resume()',
      },
      {
        name: 'optimizely.optimizely.Optimizely',
        noun: 'Optimizely client',
        when: { parameter: parameter(-1, 'sdk_key'), is: 'given' },
        opens: 'used',
        methods: each('closes', 'close'),
        fate: polled,
        source: 'optimizely python-sdk, optimizely/config_manager.py, PollingConfigManager: a thread',
      },
      {
        name: 'statsig.statsig.initialize',
        noun: 'Statsig client',
        methods: {},
        fate: polled,
        source: 'statsig python-sdk, statsig/spec_updater.py: threads that poll',
      },
      {
        name: 'flagsmith.Flagsmith',
        noun: 'Flagsmith client',
        opens: 'used',
        when: { parameter: parameter(-1, 'enable_local_evaluation'), is: 'true' },
        methods: {},
        fate: polled,
        source: 'flagsmith-python-client, flagsmith/polling_manager.py: a thread with local evaluation',
      },
      {
        name: 'logging_loki.LokiQueueHandler',
        noun: 'log handler',
        methods: each('closes', 'listener.stop'),
        fate: 'its listener thread stays behind, so that what a worker logs is never sent',
        source: 'python-logging-loki, logging_loki/handlers.py: a QueueListener started in __init__',
      },
      {
        name: 'google.cloud.logging.handlers.CloudLoggingHandler',
        noun: 'log handler',
        methods: {},
        fate: 'its thread stays behind, so that what a worker logs is never sent',
        source: 'python-logging, google/cloud/logging_v2/handlers/transports/background_thread.py',
      },
      {
        name: 'google.cloud.logging.Client',
        noun: 'Cloud Logging client',
        opens: 'used',
        methods: { ...closing('close'), ...each('opens', 'setup_logging') },
        fate: 'the thread of its log handler stays behind, so that what a worker logs is never sent',
        remedy: 'Call `setup_logging()` in each worker, from {hook}',
        source: 'python-logging, google/cloud/logging_v2/handlers/transports/background_thread.py',
      },
    ],
  ),
  ...resources(
    {
      resource: 'thread',
      opens: 'used',
      keeper: 'library',
      single: true,
      methods: {},
      fate: lost,
      remedy: 'Leave the first call to a worker',
    },
    [
      {
        name: 'posthog',
        noun: 'PostHog client',
        methods: {
          ...each(
            'opens',
            'capture',
            'identify',
            'set',
            'alias',
            'feature_enabled',
            'get_feature_flag',
            'get_all_flags',
          ),
          ...each('closes', 'shutdown', 'join'),
        },
        repair: { by: 'at-fork', since: '7.15.0', distribution: 'posthog' },
        source: 'posthog-python, posthog/__init__.py: the first call makes the client; CHANGELOG 7.15.0',
      },
      {
        name: 'segment.analytics',
        aliases: ['analytics'],
        noun: 'Segment client',
        methods: {
          ...each('opens', 'track', 'identify', 'group', 'alias', 'page', 'screen'),
          ...each('closes', 'shutdown', 'join'),
        },
        source: 'analytics-python, segment/analytics/__init__.py: the first call makes the client',
      },
      {
        name: 'ldclient',
        noun: 'LaunchDarkly client',
        methods: {
          ...each('lends', 'get'),
          ...each('nothing', 'set_config', 'Config', 'Context'),
          ...each('closes', 'postfork', 'close'),
        },
        fate: polled,
        remedy: 'Call `ldclient.get().postfork()` in each worker, from {hook}',
        source: 'launchdarkly-python-server-sdk, ldclient/__init__.py and client.py, postfork() since 9.11.0',
      },
    ],
  ),
  ...resources(
    {
      resource: 'thread',
      noun: 'Datadog tracer',
      opens: 'imported',
      keeper: 'library',
      single: true,
      methods: {},
      repair: { by: 'at-fork' },
      fate: lost,
      remedy: 'Under uWSGI Datadog supports `lazy-apps` alone, with `import = ddtrace.auto`',
    },
    [{ name: 'ddtrace.auto', source: 'dd-trace-py, docs/advanced_usage.rst, "uWSGI"' }],
  ),
  ...resources(
    {
      resource: 'connection',
      opens: 'used',
      keeper: 'object',
      methods: {
        ...closing('close'),
        ...each('opens', 'connect', 'incr', 'decr', 'gauge', 'timing', 'set', 'pipeline'),
      },
      fate: 'all workers write into the one stream, and what they send is mixed up',
      remedy: perWorker,
    },
    [
      {
        name: 'statsd.TCPStatsClient',
        aliases: [
          'statsd.UnixSocketStatsClient',
          'statsd.client.TCPStatsClient',
          'statsd.client.UnixSocketStatsClient',
        ],
        noun: 'StatsD client',
        source: 'pystatsd, statsd/client/stream.py: one stream socket, connected by the first metric',
      },
    ],
  ),
];
