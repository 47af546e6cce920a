// Remembered listings are right after every change that was told, and asked for again only then.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Listings } from '../../../server/src/workspace/listings.ts';
import { memoryFiles } from '../../lib/memory-files.ts';

const names = (files: Listings, path: string) => files.list(path).map((entry) => entry.name);

test('a listing is read once, and again when a file comes or goes', () => {
  const files = memoryFiles({ 'a.ini': '', 'in/b.ini': '' });
  const listings = new Listings(files);
  assert.deepEqual(names(listings, '/w'), ['a.ini', 'in']);
  const asked = files.asked.length;
  assert.deepEqual(names(listings, '/w'), ['a.ini', 'in']);
  assert.equal(files.asked.length, asked);

  files.write('c.ini', '');
  listings.changed('/w/c.ini');
  assert.deepEqual(names(listings, '/w'), ['a.ini', 'c.ini', 'in']);
  files.write('a.ini', undefined);
  listings.changed('/w/a.ini');
  assert.deepEqual(names(listings, '/w'), ['c.ini', 'in']);
});

test('other content keeps the listing', () => {
  const files = memoryFiles({ 'a.ini': '' });
  const listings = new Listings(files);
  const first = listings.list('/w');
  files.write('a.ini', 'changed');
  listings.changed('/w/a.ini');
  assert.equal(listings.list('/w'), first);
});

test('a folder that goes takes its listings with it, and one that comes is found', () => {
  const files = memoryFiles({ 'in/b.ini': '', 'in/deep/c.ini': '' });
  const listings = new Listings(files);
  for (const folder of ['/w', '/w/in', '/w/in/deep']) listings.list(folder);
  files.write('in/b.ini', undefined);
  files.write('in/deep/c.ini', undefined);
  listings.changed('/w/in');
  assert.deepEqual([names(listings, '/w'), names(listings, '/w/in/deep')], [[], []]);
  files.write('in/deep/d.ini', '');
  listings.changed('/w/in');
  assert.deepEqual(names(listings, '/w'), ['in']);
  assert.deepEqual(names(listings, '/w/in/deep'), ['d.ini']);
});

test('a file in folders that are new themselves', () => {
  const files = memoryFiles({ 'a.ini': '' });
  const listings = new Listings(files);
  listings.list('/w');
  files.write('new/deep/b.ini', '');
  listings.changed('/w/new/deep/b.ini');
  assert.deepEqual(names(listings, '/w'), ['a.ini', 'new']);
  assert.deepEqual(names(listings, '/w/new'), ['deep']);
});
