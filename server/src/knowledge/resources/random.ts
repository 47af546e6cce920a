// Generators of random numbers whose state is copied by a fork. Those of `random` itself are set anew by Python and by
// both servers, and `secrets` and `os.urandom` have none. Data only.

import { closing, each, resources } from '../resource.ts';
import type { LibraryRow } from '../row.ts';

const numpyDraws = [
  ...[
    'rand',
    'randn',
    'randint',
    'random',
    'random_sample',
    'ranf',
    'sample',
    'choice',
    'shuffle',
    'permutation',
  ],
  ...[
    'normal',
    'uniform',
    'standard_normal',
    'exponential',
    'poisson',
    'binomial',
    'beta',
    'gamma',
    'bytes',
    'lognormal',
  ],
  ...[
    'random_integers',
    'laplace',
    'multinomial',
    'multivariate_normal',
    'dirichlet',
    'geometric',
    'pareto',
    'zipf',
  ],
];

export const randomRows: readonly LibraryRow[] = [
  ...resources(
    {
      resource: 'random-state',
      opens: 'made',
      keeper: 'object',
      noun: 'random generator',
      methods: { '*': 'uses', ...each('closes', 'seed', 'manual_seed', 'setstate', 'set_state') },
      remedy: 'Make it in each worker, from {hook}, without a seed',
    },
    [
      {
        name: 'random.Random',
        remedy: 'Use the functions of `random`, which are seeded anew in each worker, or make it in {hook}',
        source:
          'Lib/random.py: only the hidden instance is seeded after a fork; test/servers/forked-libraries.test.ts',
      },
      {
        name: 'numpy.random.default_rng',
        aliases: ['numpy.random.Generator'],
        noun: 'NumPy generator',
        source: 'NumPy registers nothing to run after a fork; test/servers/forked-libraries.test.ts',
      },
      {
        name: 'numpy.random.RandomState',
        aliases: ['numpy.random.mtrand.RandomState'],
        noun: 'NumPy generator',
        methods: { '*': 'uses', ...each('closes', 'seed', 'set_state') },
        source: 'NumPy registers nothing to run after a fork; test/servers/forked-libraries.test.ts',
      },
      {
        name: 'numpy.random.SeedSequence',
        noun: 'NumPy seed sequence',
        methods: each('uses', 'spawn'),
        source: 'NumPy, numpy/random/bit_generator.pyx: spawn() counts in the object',
      },
      {
        name: 'torch.Generator',
        noun: 'PyTorch generator',
        methods: each('closes', 'manual_seed', 'seed', 'set_state'),
        source: 'PyTorch: the state of a generator is memory, and nothing runs after a fork',
      },
      {
        name: 'faker.Faker',
        aliases: ['faker.Factory.create', 'faker.factory.Factory.create'],
        noun: 'Faker generator',
        methods: {
          '*': 'uses',
          ...closing(),
          ...each('closes', 'seed_instance'),
          ...each('nothing', 'add_provider'),
        },
        certainty: 'likely',
        remedy: 'Call `Faker.seed()` with fresh entropy in each worker, from {hook}',
        source:
          'faker, faker/generator.py: a module-wide random.Random(); test/servers/forked-libraries.test.ts',
      },
    ],
  ),
  ...resources(
    {
      resource: 'random-state',
      opens: 'imported',
      keeper: 'library',
      single: true,
      methods: {},
      remedy: 'Seed it with fresh entropy in each worker, from {hook}',
    },
    [
      {
        name: 'numpy.random',
        noun: 'global generator of NumPy',
        methods: { ...each('uses', ...numpyDraws), ...each('closes', 'seed', 'set_state') },
        remedy:
          'Call `numpy.random.seed()` without an argument in each worker, from {hook}, or make a generator there',
        source:
          'NumPy registers nothing to run after a fork, and from 2.0 on seeds when numpy.random is used first; test/servers/forked-libraries.test.ts',
      },
      {
        name: 'torch',
        noun: 'global generator of PyTorch',
        imports: ['torch'],
        methods: {
          ...each(
            'uses',
            'rand',
            'randn',
            'randint',
            'randperm',
            'normal',
            'bernoulli',
            'multinomial',
            'rand_like',
            'randn_like',
          ),
          ...each('closes', 'manual_seed', 'seed', 'set_rng_state', 'random.manual_seed', 'random.seed'),
        },
        remedy: 'Call `torch.seed()` in each worker, from {hook}',
        source: 'PyTorch: the default generator is memory, and nothing runs after a fork',
      },
    ],
  ),
];
