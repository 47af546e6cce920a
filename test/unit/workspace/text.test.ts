// Decoding as CPython does it: BOM, declared encodings, what it refuses.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { decode, readText } from '../../../server/src/workspace/text.ts';

const bytes = (text: string, encoding: BufferEncoding = 'utf8'): Uint8Array => Buffer.from(text, encoding);

test('UTF-8 without a declaration', () => {
  assert.deepEqual(decode(bytes('x = "ü"\n')), { text: 'x = "ü"\n', encoding: 'utf-8', bom: false });
});

test('a byte order mark is not part of the text', () => {
  const { text, bom, problem } = decode(bytes('\ufeffx = 1\n'));
  assert.deepEqual({ text, bom, problem }, { text: 'x = 1\n', bom: true, problem: undefined });
});

test('a declaration on the first line decides', () => {
  const source = '# -*- coding: latin-1 -*-\nx = "ü"\n';
  assert.equal(decode(bytes(source, 'latin1')).text, source);
});

test('a declaration on the second line counts below a comment, not below code', () => {
  const below = '#!/usr/bin/env python\n# vim: set fileencoding=iso-8859-1 :\nx = "é"\n';
  assert.equal(decode(bytes(below, 'latin1')).text, below);
  const code = 'import os\n# coding: latin-1\n';
  assert.equal(decode(bytes(code)).encoding, 'utf-8');
});

test('code pages and east Asian encodings', () => {
  const cp1252 = new Uint8Array([...bytes('# coding: cp1252\n'), 0x80]);
  assert.equal(decode(cp1252).text, '# coding: cp1252\n€');
  const japanese = new Uint8Array([...bytes('# coding: euc_jp\n'), 0xc6, 0xfc]);
  assert.equal(decode(japanese).text, '# coding: euc_jp\n日');
});

test('what Python refuses is read all the same and said', () => {
  assert.match(decode(new Uint8Array([0x78, 0xff])).problem ?? '', /not valid UTF-8/);
  assert.match(decode(bytes('x = 1\0\n')).problem ?? '', /NUL/);
  assert.match(decode(bytes('# coding: klingon\n')).problem ?? '', /"klingon"/);
  assert.match(decode(bytes('# coding: ascii\nx = "ü"')).problem ?? '', /ASCII/);
  const utf16 = decode(new Uint8Array([0xff, 0xfe, ...bytes('x = 1', 'utf16le')]));
  assert.equal(utf16.text, 'x = 1');
  assert.match(utf16.problem ?? '', /UTF-16/);
});

test('configuration files have no encoding declaration', () => {
  assert.equal(decode(bytes('# coding: latin-1\n'), false).encoding, 'utf-8');
});

test('an open document is taken as the editor decoded it', () => {
  const files = {
    read: () => ({ ok: true as const, bytes: bytes('?'), text: '# coding: latin-1\nx = "ü"' }),
    list: () => [],
    kind: () => 'file' as const,
    real: (path: string) => path,
  };
  const read = readText(files, '/a.py');
  assert.ok(read.ok);
  assert.equal(read.text, '# coding: latin-1\nx = "ü"');
});
