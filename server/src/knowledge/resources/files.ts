// Files that are kept open and read or written by position: a fork shares the offset. Data only.

import { closing, each, parameter, resources } from '../resource.ts';
import type { LibraryRow } from '../row.ts';

const positional = each(
  'uses',
  'read',
  'read1',
  'readline',
  'readlines',
  'readinto',
  'seek',
  'tell',
  'truncate',
  '__iter__',
  '__next__',
);
const perUse = 'Open it where it is read, or in each worker, from {hook}';

export const fileRows: readonly LibraryRow[] = [
  ...resources(
    {
      resource: 'file',
      noun: 'file',
      opens: 'made',
      keeper: 'object',
      methods: { ...closing('close', 'detach'), ...positional },
      remedy: perUse,
    },
    [
      {
        name: 'builtins.open',
        aliases: ['io.open', 'codecs.open', 'pathlib.Path.open', 'os.fdopen', 'io.FileIO'],
        source:
          'fork(2): open file descriptions, with their offset, are shared; test/servers/forked-libraries.test.ts',
      },
      {
        name: 'gzip.open',
        aliases: ['bz2.open', 'lzma.open', 'gzip.GzipFile', 'bz2.BZ2File', 'lzma.LZMAFile'],
        noun: 'compressed file',
        source: 'Lib/gzip.py, bz2.py, lzma.py: read through a file of their own; fork(2)',
      },
      {
        name: 'tempfile.TemporaryFile',
        aliases: ['tempfile.NamedTemporaryFile', 'tempfile.SpooledTemporaryFile'],
        noun: 'temporary file',
        source: 'Lib/tempfile.py; fork(2): open file descriptions, with their offset, are shared',
      },
      {
        name: 'zipfile.ZipFile',
        noun: 'archive',
        methods: {
          ...closing('close'),
          ...each('uses', 'read', 'open', 'extract', 'extractall', 'testzip', 'writestr', 'write'),
        },
        fate: 'all workers seek and read through the one offset, so that one reads from where another has just gone',
        source:
          'Lib/zipfile: _SharedFile seeks and reads under a lock of its own process; test/servers/forked-libraries.test.ts',
      },
      {
        name: 'tarfile.open',
        aliases: ['tarfile.TarFile', 'tarfile.TarFile.open'],
        noun: 'archive',
        methods: {
          ...closing('close'),
          ...each(
            'uses',
            'extractfile',
            'extract',
            'extractall',
            'next',
            'getmembers',
            'getmember',
            '__iter__',
          ),
        },
        fate: 'all workers seek and read through the one offset, so that one reads from where another has just gone',
        source: 'Lib/tarfile.py: _FileInFile seeks and reads; fork(2)',
      },
      {
        name: 'dbm.open',
        aliases: ['dbm.gnu.open', 'dbm.ndbm.open', 'dbm.dumb.open', 'shelve.open', 'shelve.DbfilenameShelf'],
        noun: 'database file',
        methods: {
          ...closing('close'),
          ...each('uses', 'get', 'keys', 'items', 'values', 'sync', 'setdefault', '[]'),
        },
        fate: 'all workers read and write it through the one offset and with caches of their own',
        source: 'Modules/_gdbmmodule.c, Lib/dbm/dumb.py; fork(2)',
      },
      {
        name: 'tinydb.TinyDB',
        noun: 'TinyDB database',
        methods: {
          ...closing('close'),
          ...each(
            'uses',
            'all',
            'search',
            'get',
            'insert',
            'insert_multiple',
            'update',
            'upsert',
            'remove',
            'count',
            'contains',
            'truncate',
            'table',
            '__iter__',
          ),
        },
        fate: 'all workers read and write it through the one offset, so that they lose each other’s changes and read half of them',
        source: 'tinydb, tinydb/storages.py, JSONStorage: seeks and reads through one handle',
      },
      {
        name: 'h5py.File',
        noun: 'HDF5 file',
        methods: { ...closing('close'), '*': 'uses', '[]': 'same' },
        fate: 'the HDF5 library seeks and caches as if it were alone, and the workers share its descriptor',
        source: 'fork(2): the HDF5 library keeps one descriptor and its own idea of the file',
      },
      {
        name: 'pandas.HDFStore',
        noun: 'HDF5 file',
        methods: { ...closing('close'), '*': 'uses' },
        fate: 'the HDF5 library seeks and caches as if it were alone, and the workers share its descriptor',
        source: 'fork(2): PyTables reads through HDF5, which keeps one descriptor',
      },
      {
        name: 'rasterio.open',
        noun: 'raster file',
        methods: {
          ...closing('close'),
          ...each('uses', 'read', 'sample', 'write', 'window', 'block_windows'),
        },
        fate: 'GDAL seeks through a descriptor that all workers share',
        source:
          'GDAL, documentation "Multi-threading": a dataset belongs to one thread of one process; rasterio, docs/topics/concurrency.rst',
      },
      {
        name: 'netCDF4.Dataset',
        noun: 'NetCDF file',
        methods: { ...closing('close'), '*': 'uses', '[]': 'same' },
        fate: 'the HDF5 library seeks and caches as if it were alone, and the workers share its descriptor',
        source: 'netCDF4 reads through HDF5; fork(2)',
      },
      {
        name: 'lmdb.open',
        aliases: ['lmdb.Environment'],
        noun: 'LMDB environment',
        methods: {
          ...closing('close'),
          ...each('uses', 'begin', 'open_db', 'stat', 'info', 'sync', 'readers'),
        },
        fate: 'LMDB forbids to use an environment in a process that was forked after it was opened',
        source: 'lmdb.h, "Caveats": use an MDB_env* in the process which opened it, not after fork()',
      },
    ],
  ),
  {
    name: 'csv.reader',
    aliases: ['csv.DictReader'],
    effect: {
      kind: 'delegate',
      to: parameter(0, 'f'),
      methods: each('uses', '__iter__', '__next__'),
    },
    source: 'Lib/csv.py: reads from the file it is given',
  },
];
