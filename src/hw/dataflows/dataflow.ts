/**
 * @file What an expert's dataflow is: a rule that gives a legal mapping of any layer.
 */
import type { Accelerator } from '../accelerator.ts';
import type { Mapping } from '../mapping.ts';
import type { ConvShape, OperandBits } from '../workload.ts';

/** One layer at given widths on one accelerator. */
export interface DataflowProblem {
  readonly shape: ConvShape;
  readonly bits: OperandBits;
  readonly accelerator: Accelerator;
  /** What the rule's free choices make small; default 'edp'. */
  readonly minimize?: 'edp' | 'energy' | 'latency';
}

export interface Dataflow {
  /** As commands take it. */
  readonly name: string;
  readonly title: string;
  /** What is stationary, and whose rule it is. */
  readonly source: string;
  /** Whether the rule makes sense on these levels; `mapping` must only be asked where it does. */
  suits(accelerator: Accelerator): boolean;
  mapping(problem: DataflowProblem): Mapping;
}
