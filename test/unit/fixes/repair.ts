// Repairs a project in memory as a person would: analyse, apply the preferred fix of a finding, analyse again.

import { type AnalysisResult, createAnalysis, type Finding } from '../../../server/src/analysis.ts';
import { applyEdits } from '../../../server/src/base/edit.ts';
import { silentLog } from '../../../server/src/base/ports.ts';
import { type MemoryFiles, memoryFiles } from '../../lib/memory-files.ts';
import { grammar } from '../../lib/python.ts';

export type Tree = Readonly<Record<string, string>>;

const root = '/w';

export interface Project {
  /** Texts by path relative to the root, as they are now. */
  readonly tree: Readonly<Record<string, string>>;
  analyse(): Promise<AnalysisResult>;
  /** Applies the preferred fix; throws where the finding has none. */
  apply(finding: Finding): void;
  dispose(): void;
}

export async function project(files: Tree): Promise<Project> {
  const tree: Record<string, string> = { ...files };
  const memory: MemoryFiles = memoryFiles(tree, root);
  const ports = { files: memory, clock: { now: () => 0 }, log: silentLog, grammar };
  const analysis = await createAnalysis(ports, root);
  return {
    tree,
    analyse: () => analysis.run(),
    apply(finding) {
      const fix = finding.fixes.find((each) => each.preferred) ?? finding.fixes[0];
      if (fix === undefined) throw new Error(`${finding.rule} has no fix: ${finding.message}`);
      const paths = [...new Set(fix.edits.map((edit) => edit.path))];
      for (const path of paths) {
        const name = path.slice(root.length + 1);
        tree[name] = applyEdits(
          tree[name] ?? '',
          fix.edits.filter((edit) => edit.path === path),
        );
        memory.write(path, tree[name]);
      }
      analysis.changed(paths);
    },
    dispose: () => analysis.dispose(),
  };
}

/** Applies the fixes of these rules one after the other, each to a fresh analysis. */
export async function repair(files: Tree, rules: readonly string[]): Promise<Record<string, string>> {
  const given = await project(files);
  try {
    for (const rule of rules) {
      const { findings } = await given.analyse();
      const finding = findings.find((each) => each.rule === rule);
      if (finding !== undefined && finding.fixes.length > 0) given.apply(finding);
    }
    return { ...given.tree };
  } finally {
    given.dispose();
  }
}
