// Which format a uWSGI configuration has, and the reader of each.

import type { ConfigFile, ConfigFormat, ConfigText } from './file.ts';
import { readIni } from './ini.ts';
import { readJson } from './json.ts';
import { readXml } from './xml.ts';
import { readYaml } from './yaml.ts';

/** By the ending of its name. */
export function formatOf(name: string): ConfigFormat | undefined {
  if (name.endsWith('.ini')) return 'ini';
  if (name.endsWith('.xml')) return 'xml';
  if (/\.ya?ml$/.test(name)) return 'yaml';
  return /\.js(on)?$/.test(name) ? 'json' : undefined;
}

/** Options that read a configuration of a format, whatever its name. */
export function formatOption(key: string): ConfigFormat | undefined {
  switch (key) {
    case 'ini':
    case 'ini-paste':
    case 'ini-paste-logged':
      return 'ini';
    case 'xml':
    case 'xmlconfig':
      return 'xml';
    case 'yaml':
    case 'yml':
      return 'yaml';
    case 'json':
    case 'js':
      return 'json';
    default:
      return undefined;
  }
}

/** The sections that uWSGI reads when it is asked for this one; empty for none in particular. */
export function readConfig(format: ConfigFormat, text: ConfigText, asked: string): ConfigFile {
  switch (format) {
    case 'ini':
      return readIni(text, asked);
    case 'xml':
      return readXml(text, asked);
    case 'yaml':
      return readYaml(text, asked);
    case 'json':
      return readJson(text, asked);
  }
}
