// Devices whose runtime does not survive a fork: CUDA above all. Data only.

import { each, parameter, resources } from '../resource.ts';
import type { LibraryRow } from '../row.ts';

const torchSource = 'PyTorch, docs/source/notes/multiprocessing.md: the CUDA runtime does not support fork';
const cuda = { parameter: parameter(0, 'device'), is: 'text', pattern: '^cuda' } as const;
const onDevice = { parameter: parameter(-1, 'device'), is: 'text', pattern: '^cuda' } as const;
const cudaFate =
  'CUDA does not survive a fork, and a worker that uses it fails with "Cannot re-initialize CUDA in forked subprocess"';

export const acceleratorRows: readonly LibraryRow[] = [
  ...resources(
    {
      resource: 'accelerator',
      noun: 'CUDA device',
      opens: 'used',
      keeper: 'library',
      single: true,
      fate: cudaFate,
      methods: {},
      remedy: 'Load models onto the device in each worker, from {hook}, or load the app in each worker',
    },
    [
      {
        name: 'torch.cuda',
        methods: each(
          'opens',
          ...['init', 'current_device', 'set_device', 'synchronize', 'empty_cache', 'get_device_properties'],
          ...[
            'get_device_capability',
            'mem_get_info',
            'memory_allocated',
            'Stream',
            'Event',
            'current_stream',
            'FloatTensor',
          ],
        ),
        source: torchSource,
      },
      {
        name: 'cupy',
        methods: each(
          'opens',
          'array',
          'asarray',
          'zeros',
          'ones',
          'empty',
          'arange',
          'full',
          'random.rand',
          'cuda.Device',
        ),
        fate: 'the CUDA context does not survive a fork, and what a worker does with it fails',
        source:
          'CUDA, "CUDA C++ Programming Guide": contexts belong to a process; CuPy, cupy/cuda/device.pyx',
      },
      {
        name: 'numba.cuda',
        methods: each(
          'opens',
          'to_device',
          'device_array',
          'select_device',
          'get_current_device',
          'current_context',
          'synchronize',
        ),
        fate: 'the CUDA context does not survive a fork, and what a worker does with it fails',
        source:
          'Numba, numba/cuda/cudadrv/driver.py: raises CudaDriverError "CUDA initialized before forking"',
      },
      {
        name: 'jax',
        noun: 'JAX backend',
        methods: each(
          'opens',
          ...[
            'devices',
            'local_devices',
            'device_put',
            'device_count',
            'local_device_count',
            'default_backend',
          ],
          ...[
            'numpy.array',
            'numpy.zeros',
            'numpy.ones',
            'numpy.asarray',
            'numpy.arange',
            'random.PRNGKey',
            'random.key',
          ],
        ),
        fate: 'JAX is multithreaded and does not survive a fork: a worker that uses it is likely to hang',
        remedy: 'Use JAX in the workers alone, or load the app in each worker',
        source:
          'JAX, jax/_src/xla_bridge.py, _at_fork: "os.fork() is incompatible with multithreaded code, and JAX is multithreaded"',
      },
    ],
  ),
  ...resources(
    {
      resource: 'accelerator',
      noun: 'CUDA device',
      opens: 'imported',
      keeper: 'library',
      single: true,
      methods: {},
      fate: 'the CUDA context that the import makes does not survive a fork, and what a worker does with it fails',
      remedy: 'Import it in the workers alone',
    },
    [{ name: 'pycuda.autoinit', source: 'PyCUDA, pycuda/autoinit.py: makes a context when it is imported' }],
  ),
  ...resources(
    {
      resource: 'accelerator',
      noun: 'CUDA device',
      opens: 'used',
      keeper: 'library',
      fate: cudaFate,
      methods: {},
      remedy: 'Load it onto the device in each worker, from {hook}, or load the app in each worker',
    },
    [
      { name: '*.to', when: cuda, source: torchSource },
      { name: '*.cuda', opens: 'made', certainty: 'likely', source: torchSource },
      {
        name: 'torch.zeros',
        aliases: ['torch.ones', 'torch.empty', 'torch.tensor', 'torch.full', 'torch.arange'],
        when: onDevice,
        source: torchSource,
      },
      {
        name: 'torch.load',
        aliases: ['torch.jit.load'],
        when: { parameter: parameter(1, 'map_location'), is: 'text', pattern: '^cuda' },
        source: torchSource,
      },
      {
        name: 'transformers.pipeline',
        when: onDevice,
        source: `${torchSource}; transformers, pipelines/base.py: moves the model`,
      },
      {
        name: 'sentence_transformers.SentenceTransformer',
        aliases: ['sentence_transformers.CrossEncoder'],
        when: onDevice,
        source: `${torchSource}; sentence-transformers, SentenceTransformer.py: moves the model`,
      },
      {
        name: 'whisper.load_model',
        when: cuda,
        source: `${torchSource}; whisper, whisper/__init__.py: model.to(device)`,
      },
      {
        name: 'vllm.LLM',
        opens: 'made',
        noun: 'vLLM engine',
        fate: 'its CUDA context and its worker processes belong to the process that made it',
        source:
          'vLLM, docs/design/multiprocessing.md: fork is not compatible with CUDA that was initialised before',
      },
      {
        name: 'pycuda.driver.init',
        opens: 'made',
        source: 'CUDA, "CUDA C++ Programming Guide": contexts belong to a process',
      },
      {
        name: 'pynvml.nvmlInit',
        noun: 'NVML session',
        opens: 'made',
        certainty: 'possible',
        fate: 'the session of NVML belongs to the process that made it',
        remedy: 'Call it in each worker, from {hook}',
        source: 'fork(2): the driver’s descriptors are shared',
      },
    ],
  ),
];
