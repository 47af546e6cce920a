// Clients of clouds and services, and gRPC below many of them. Data only.

import { closing, each, resources } from '../resource.ts';
import type { LibraryRow } from '../row.ts';

const grpcSource =
  'https://github.com/grpc/grpc/blob/master/doc/fork_support.md: create gRPC objects after the fork';
const pooled =
  'a connection stays open in its pool, and all workers inherit that one socket, so that one may read what another asked for';

/** Parts of boto3 that ask nothing of the service. */
const boto = {
  '*': 'opens',
  ...closing('close'),
  ...each('same', 'Table', 'Bucket', 'Object', 'Queue', 'Topic', 'get_paginator', 'get_waiter'),
  ...each(
    'nothing',
    'generate_presigned_url',
    'generate_presigned_post',
    'can_paginate',
    'exceptions.ClientError',
  ),
  ...each(
    'nothing',
    'meta.events.register',
    'meta.client.meta.events.register',
    'get_available_subresources',
  ),
} as const;

export const cloudRows: readonly LibraryRow[] = [
  ...resources(
    {
      resource: 'connection',
      opens: 'made',
      keeper: 'object',
      methods: closing('close', 'transport.close'),
      certainty: 'likely',
      fate: 'the native threads of gRPC stay behind, and calls in a worker may wait for ever',
      remedy: 'gRPC asks for channels made after the fork: make it in each worker, from {hook}',
    },
    [
      {
        name: 'grpc.insecure_channel',
        aliases: ['grpc.secure_channel', 'grpc.aio.insecure_channel', 'grpc.aio.secure_channel'],
        noun: 'gRPC channel',
        source: grpcSource,
      },
      {
        name: 'google.cloud.pubsub_v1.PublisherClient',
        aliases: [
          'google.cloud.pubsub.PublisherClient',
          'google.cloud.pubsub_v1.SubscriberClient',
          'google.cloud.pubsub.SubscriberClient',
        ],
        noun: 'Pub/Sub client',
        remedy:
          'Its documentation asks for a client made after the fork: make it in each worker, from {hook}',
        source: 'python-pubsub, docs/multiprocessing.rst: create client instances after os.fork()',
      },
      ...(
        [
          [
            'google.cloud.firestore.Client',
            'Firestore client',
            ['google.cloud.firestore_v1.Client', 'firebase_admin.firestore.client'],
          ],
          ['google.cloud.spanner.Client', 'Spanner client', ['google.cloud.spanner_v1.Client']],
          ['google.cloud.bigtable.Client', 'Bigtable client', []],
          ['google.cloud.tasks_v2.CloudTasksClient', 'Cloud Tasks client', []],
          [
            'google.cloud.secretmanager.SecretManagerServiceClient',
            'Secret Manager client',
            ['google.cloud.secretmanager_v1.SecretManagerServiceClient'],
          ],
          [
            'google.cloud.kms.KeyManagementServiceClient',
            'Cloud KMS client',
            ['google.cloud.kms_v1.KeyManagementServiceClient'],
          ],
          ['google.cloud.vision.ImageAnnotatorClient', 'Vision client', []],
          ['google.cloud.speech.SpeechClient', 'Speech client', []],
          ['google.cloud.texttospeech.TextToSpeechClient', 'Text-to-Speech client', []],
          [
            'google.cloud.language.LanguageServiceClient',
            'Language client',
            ['google.cloud.language_v1.LanguageServiceClient'],
          ],
          ['google.cloud.monitoring_v3.MetricServiceClient', 'Monitoring client', []],
        ] as const
      ).map(([name, noun, aliases]) => ({
        name,
        noun,
        aliases,
        source: `${grpcSource}; google-cloud-python: a client over gRPC`,
      })),
    ],
  ),
  ...resources(
    {
      resource: 'thread',
      opens: 'used',
      keeper: 'library',
      noun: 'gRPC server',
      methods: { ...closing('stop'), ...each('opens', 'start') },
      fate: 'its threads stay behind, and gRPC does not support servers across a fork',
      remedy: 'Start it in a process of its own',
    },
    [{ name: 'grpc.server', source: grpcSource }],
  ),
  ...resources(
    {
      resource: 'connection',
      opens: 'used',
      keeper: 'object',
      fate: pooled,
      methods: { ...closing('close'), '*': 'opens' },
      remedy: 'Make the client in each worker, from {hook}, or leave the first request to a worker',
    },
    [
      {
        name: 'boto3.client',
        aliases: [
          'boto3.Session.client',
          'boto3.session.Session.client',
          'botocore.session.get_session().create_client',
        ],
        noun: 'AWS client',
        methods: boto,
        remedy:
          'boto3 asks for clients that no two processes share: make it in each worker, from {hook}, or leave the first call to a worker',
        source: 'boto3, docs/source/guide/clients.rst, "Multithreading or multiprocessing with clients"',
      },
      {
        name: 'boto3.resource',
        aliases: ['boto3.Session.resource', 'boto3.session.Session.resource'],
        noun: 'AWS resource',
        methods: boto,
        remedy:
          'boto3 asks for resources that no two processes share: make it in each worker, from {hook}, or leave the first call to a worker',
        source: 'boto3, docs/source/guide/resources.rst, "Multithreading or multiprocessing with resources"',
      },
      {
        name: 'google.cloud.storage.Client',
        noun: 'Cloud Storage client',
        methods: {
          ...closing('close'),
          ...each(
            'opens',
            'get_bucket',
            'list_buckets',
            'list_blobs',
            'create_bucket',
            'lookup_bucket',
            'download_blob_to_file',
          ),
          ...each(
            'opens',
            'exists',
            'download_as_text',
            'download_as_bytes',
            'download_as_string',
            'upload_from_string',
            'upload_from_filename',
            'download_to_filename',
          ),
          ...each('same', 'bucket', 'blob', 'get_blob'),
        },
        source: 'python-storage, google/cloud/storage/client.py: a requests session',
      },
      {
        name: 'google.cloud.bigquery.Client',
        noun: 'BigQuery client',
        methods: {
          ...closing('close'),
          ...each(
            'opens',
            'query',
            'query_and_wait',
            'get_table',
            'get_dataset',
            'list_datasets',
            'list_tables',
            'insert_rows_json',
            'create_table',
          ),
        },
        source: 'python-bigquery, google/cloud/bigquery/client.py: a requests session',
      },
      {
        name: 'azure.storage.blob.BlobServiceClient',
        aliases: [
          'azure.storage.blob.BlobServiceClient.from_connection_string',
          'azure.storage.blob.ContainerClient',
          'azure.storage.blob.ContainerClient.from_connection_string',
        ],
        noun: 'Azure storage client',
        methods: {
          ...closing('close'),
          '*': 'opens',
          ...each('same', 'get_container_client', 'get_blob_client'),
        },
        source: 'azure-core, azure/core/pipeline/transport/_requests_basic.py: a requests session',
      },
      {
        name: 'azure.keyvault.secrets.SecretClient',
        noun: 'Key Vault client',
        source: 'azure-core, azure/core/pipeline/transport/_requests_basic.py: a requests session',
      },
      {
        name: 'minio.Minio',
        noun: 'MinIO client',
        methods: {
          '*': 'opens',
          ...each('nothing', 'trace_on', 'trace_off', 'set_app_info', 'presigned_get_object'),
        },
        source: 'minio-py, minio/api.py, Minio: a urllib3 pool, not to be shared between processes',
      },
      {
        name: 'docker.from_env',
        aliases: ['docker.DockerClient', 'docker.client.DockerClient', 'docker.APIClient'],
        noun: 'Docker client',
        source: 'docker-py, docker/api/client.py: a requests.Session',
      },
      {
        name: 'kubernetes.client.CoreV1Api',
        aliases: [
          'kubernetes.client.AppsV1Api',
          'kubernetes.client.BatchV1Api',
          'kubernetes.client.CustomObjectsApi',
          'kubernetes.client.NetworkingV1Api',
        ],
        noun: 'Kubernetes client',
        methods: {
          '*': 'opens',
          ...each('closes', 'api_client.close', 'api_client.rest_client.pool_manager.clear'),
        },
        source: 'kubernetes-client, kubernetes/client/rest.py: a urllib3 pool',
      },
      {
        name: 'openai.OpenAI',
        aliases: ['openai.AzureOpenAI', 'openai.AsyncOpenAI', 'openai.AsyncAzureOpenAI', 'openai.Client'],
        noun: 'OpenAI client',
        methods: { ...closing('close'), '*': 'opens', ...each('same', 'with_options', 'copy') },
        source: 'openai-python, src/openai/_base_client.py: an httpx client',
      },
      {
        name: 'anthropic.Anthropic',
        aliases: ['anthropic.AsyncAnthropic', 'anthropic.Client'],
        noun: 'Anthropic client',
        methods: { ...closing('close'), '*': 'opens', ...each('same', 'with_options', 'copy') },
        source: 'anthropic-sdk-python, src/anthropic/_base_client.py: an httpx client',
      },
      {
        name: 'twilio.rest.Client',
        noun: 'Twilio client',
        certainty: 'likely',
        source: 'twilio-python, twilio/http/http_client.py: a pooled requests.Session',
      },
      {
        name: 'pinecone.Pinecone',
        noun: 'Pinecone client',
        methods: { '*': 'opens', Index: 'part' },
        certainty: 'likely',
        source: 'pinecone-python-client: a urllib3 pool; parallel calls through a thread pool',
      },
    ],
  ),
  ...resources(
    {
      resource: 'thread',
      opens: 'made',
      keeper: 'library',
      methods: {},
      fate: 'the thread that listens stays behind, so that no worker is told of changes',
      remedy: 'Listen in each worker, from {hook}',
    },
    [
      {
        name: '*.on_snapshot',
        noun: 'Firestore listener',
        certainty: 'likely',
        source: 'python-firestore, google/cloud/firestore_v1/watch.py: a background consumer thread',
      },
      {
        name: 'firebase_admin.db.reference().listen',
        noun: 'Firebase listener',
        source: 'firebase-admin-python, firebase_admin/db.py, Reference.listen: starts a thread',
      },
      {
        name: 'zeroconf.Zeroconf',
        noun: 'Zeroconf service',
        methods: closing('close'),
        fate: 'its threads stay behind, so that no worker learns of services',
        remedy: 'Make it in a process of its own',
        source: 'python-zeroconf, src/zeroconf/_core.py: an event loop in a thread',
      },
    ],
  ),
];
