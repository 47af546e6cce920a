// Results of experiments in the lab, shared with whoever shows them: types only.

/** How the application is loaded: by each worker, by the master, by the master and frozen before the fork. */
export type LoadExperiment = 'lazy' | 'preload' | 'freeze';

export const loadExperiments: readonly LoadExperiment[] = ['lazy', 'preload', 'freeze'];

/** Bytes, as in `smaps_rollup`. */
export interface MeasuredMemory {
  readonly rss: number;
  readonly pss: number;
  readonly uss: number;
}

export interface Measurement {
  readonly how: LoadExperiment;
  readonly parent: MeasuredMemory;
  readonly children: readonly MeasuredMemory[];
  /** Version of the interpreter that ran it. */
  readonly python: string;
}
