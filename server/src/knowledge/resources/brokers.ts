// Clients of message brokers and task queues. Data only.

import { closing, each, resources } from '../resource.ts';
import type { LibraryRow } from '../row.ts';

const perWorker = 'Make it in each worker, from {hook}';

export const brokerRows: readonly LibraryRow[] = [
  ...resources(
    { resource: 'connection', opens: 'made', keeper: 'object', methods: closing('close'), remedy: perWorker },
    [
      {
        name: 'kafka.KafkaProducer',
        aliases: ['kafka.producer.KafkaProducer', 'kafka.producer.kafka.KafkaProducer'],
        noun: 'Kafka producer',
        fate: 'the thread that sends stays behind, so that what a worker sends never leaves it, and its sockets are shared',
        source:
          'https://github.com/dpkp/kafka-python/issues/1732; kafka-python, kafka/producer/kafka.py: the sender starts in __init__',
      },
      {
        name: 'kafka.KafkaConsumer',
        aliases: ['kafka.consumer.KafkaConsumer', 'kafka.consumer.group.KafkaConsumer'],
        noun: 'Kafka consumer',
        source: 'kafka-python, kafka/consumer/group.py: the version of the brokers is asked for in __init__',
      },
      {
        name: 'kafka.KafkaAdminClient',
        aliases: ['kafka.admin.KafkaAdminClient'],
        noun: 'Kafka client',
        source: 'kafka-python, kafka/admin/client.py: asks the cluster in __init__',
      },
      {
        name: 'confluent_kafka.Producer',
        aliases: ['confluent_kafka.SerializingProducer', 'confluent_kafka.cimpl.Producer'],
        noun: 'Kafka producer',
        methods: {},
        fate: 'the native threads that send stay behind, so that what a worker produces is never sent',
        remedy: 'Its authors ask for one made in the process that uses it: make it in {hook}',
        source:
          'https://github.com/confluentinc/confluent-kafka-python/issues/1122; librdkafka, src/rdkafka.c; test/servers/forked-libraries.test.ts',
      },
      {
        name: 'confluent_kafka.Consumer',
        aliases: ['confluent_kafka.DeserializingConsumer', 'confluent_kafka.cimpl.Consumer'],
        noun: 'Kafka consumer',
        fate: 'its native threads stay behind, so that a worker that polls it gets nothing',
        remedy: 'Its authors ask for one made in the process that uses it: make it in {hook}',
        source:
          'https://github.com/confluentinc/confluent-kafka-python/issues/417; librdkafka, src/rdkafka.c',
      },
      {
        name: 'confluent_kafka.admin.AdminClient',
        noun: 'Kafka client',
        methods: {},
        fate: 'its native threads stay behind, so that no request of a worker is answered',
        source: 'librdkafka, src/rdkafka.c: threads start with the handle',
      },
      {
        name: 'pika.BlockingConnection',
        aliases: ['pika.adapters.blocking_connection.BlockingConnection', 'pika.adapters.BlockingConnection'],
        noun: 'RabbitMQ connection',
        methods: { ...closing('close'), ...each('part', 'channel') },
        fate: 'all workers write their frames into the one socket, which the broker closes as soon as two of them mix',
        remedy: 'Connect in each worker, from {hook}',
        source: 'pika, pika/adapters/blocking_connection.py: connects in __init__; no handling of forks',
      },
      {
        name: 'nats.connect',
        noun: 'NATS connection',
        methods: closing('close', 'drain'),
        remedy: 'Connect where the application starts up in the worker, for instance in its lifespan',
        source: 'nats.py, nats/aio/client.py: one socket, bound to its event loop',
      },
      {
        name: 'pulsar.Client',
        noun: 'Pulsar client',
        certainty: 'likely',
        fate: 'its native threads stay behind, so that nothing that a worker sends is acknowledged',
        source: 'pulsar-client-cpp, lib/ExecutorService.cc: threads belong to the client',
      },
    ],
  ),
  ...resources(
    { resource: 'connection', opens: 'used', keeper: 'object', methods: closing('close'), remedy: perWorker },
    [
      {
        name: 'kombu.Connection',
        aliases: ['kombu.connection.Connection', 'kombu.BrokerConnection'],
        noun: 'broker connection',
        methods: {
          ...closing('close', 'release'),
          ...each('opens', 'connect', 'ensure_connection'),
          ...each('lends', 'channel', 'Producer', 'Consumer', 'SimpleQueue', 'SimpleBuffer'),
        },
        source: 'kombu, docs/userguide/connections.rst; kombu/connection.py',
      },
      {
        name: 'celery.Celery',
        aliases: ['celery.app.base.Celery', 'celery.app.Celery'],
        noun: 'Celery application',
        methods: {
          ...each(
            'opens',
            'send_task',
            'control.inspect().ping',
            'control.broadcast',
            'control.ping',
            'control.purge',
          ),
          ...each('closes', 'pool.force_close_all', 'close'),
          ...each('part', 'connection', 'connection_for_write', 'connection_for_read'),
        },
        repair: { by: 'multiprocessing' },
        certainty: 'likely',
        fate: 'the broker connection in its pool is inherited by all workers, unless the broker is Redis',
        remedy: 'Publish from workers alone, or call `app.pool.force_close_all()` before the fork',
        source:
          'celery, celery/app/base.py, on_after_fork; kombu/utils/compat.py: registered with billiard alone',
      },
      {
        name: 'dramatiq.brokers.rabbitmq.RabbitmqBroker',
        noun: 'dramatiq broker',
        methods: {
          ...closing('close'),
          ...each('opens', 'enqueue', 'flush', 'flush_all', 'join', 'declare_queue'),
        },
        remedy: 'dramatiq asks for apps that are not preloaded: send the first message in a worker',
        source: 'dramatiq, docs/source/troubleshooting.rst: brokers are not process-safe',
      },
      {
        name: 'stomp.Connection',
        aliases: [
          'stomp.Connection11',
          'stomp.Connection12',
          'stomp.Connection10',
          'stomp.StompConnection11',
        ],
        noun: 'STOMP connection',
        methods: { ...closing('disconnect'), ...each('opens', 'connect', 'start') },
        fate: 'its receiving thread stays behind, and all workers share its socket',
        source: 'stomp.py, stomp/transport.py: the receiver loop is a thread',
      },
      {
        name: 'paho.mqtt.client.Client',
        noun: 'MQTT client',
        methods: {
          ...closing('disconnect'),
          ...each('opens', 'connect', 'connect_async', 'reconnect', 'loop_start'),
        },
        fate: 'its network thread stays behind, and all workers share its socket: what they publish is not sent, or sent mixed up',
        source: 'paho.mqtt.python, src/paho/mqtt/client.py, loop_start(); no handling of forks',
      },
      {
        name: 'zmq.Context',
        aliases: ['zmq.sugar.context.Context'],
        noun: 'ZeroMQ context',
        methods: { ...closing('term', 'destroy'), ...each('lends', 'socket') },
        fate: 'its I/O threads stay behind, so that nothing that a worker sends through its sockets leaves the process',
        remedy:
          'Make the context in each worker, from {hook}; `zmq.Context.instance()` gives a new one there',
        source:
          'pyzmq, zmq/sugar/context.py, instance(): gives another context after a fork; test/servers/forked-libraries.test.ts',
      },
    ],
  ),
  ...resources(
    {
      resource: 'connection',
      noun: 'broker connection of Celery',
      opens: 'used',
      keeper: 'library',
      single: true,
      methods: each('opens', 'delay', 'apply_async'),
      repair: { by: 'multiprocessing' },
      certainty: 'likely',
      fate: 'it stays in the pool of the app, and all workers inherit that one socket, unless the broker is Redis',
      remedy: 'Publish from workers alone, or call `app.pool.force_close_all()` before the fork',
    },
    [
      {
        name: 'celery.Celery.task()',
        aliases: ['celery.shared_task()'],
        source:
          'celery, celery/app/base.py, on_after_fork; kombu/utils/compat.py: registered with billiard alone',
      },
    ],
  ),
];
