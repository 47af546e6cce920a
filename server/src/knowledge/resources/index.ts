// All rows about things that a fork does not carry over, by area. A new file is one line here.

import type { LibraryRow } from '../row.ts';
import { acceleratorRows } from './accelerators.ts';
import { asyncioRows } from './asyncio.ts';
import { brokerRows } from './brokers.ts';
import { cacheRows } from './caches.ts';
import { cloudRows } from './cloud.ts';
import { databaseRows } from './databases.ts';
import { executorRows } from './executors.ts';
import { fileRows } from './files.ts';
import { httpRows } from './http.ts';
import { observabilityRows } from './observability.ts';
import { ormRows } from './orm.ts';
import { processRows } from './processes.ts';
import { randomRows } from './random.ts';
import { schedulerRows } from './schedulers.ts';

export const resourceRows: readonly LibraryRow[] = [
  ...executorRows,
  ...databaseRows,
  ...ormRows,
  ...cacheRows,
  ...brokerRows,
  ...httpRows,
  ...cloudRows,
  ...schedulerRows,
  ...observabilityRows,
  ...asyncioRows,
  ...randomRows,
  ...acceleratorRows,
  ...fileRows,
  ...processRows,
];
