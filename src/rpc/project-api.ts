import type { Project, ProjectRun } from '../project/contents.ts';

/** Contract of the project worker: packs and reads files of runs. It touches no store. */
export interface ProjectApi {
  /**
   * Read a project file, all of it or none. Rejects with SpecError.
   *
   * @param name of the file, for sentences
   * @param sha256 64 hexadecimal digits that the file must have; left out: any
   */
  read(bytes: Uint8Array, name: string, sha256?: string): Promise<Project>;
  /** @returns the same bytes for the same runs. Rejects with SpecError when they would be too many */
  pack(project: Project): Promise<Uint8Array<ArrayBuffer>>;
  /** Weights of a run as TensorFlow.js files in a zip. Rejects with SpecError where there are none. */
  packWeights(run: ProjectRun): Promise<Uint8Array<ArrayBuffer>>;
  /** Whether two runs would be written to the same bytes. */
  isSameRun(a: ProjectRun, b: ProjectRun): Promise<boolean>;
}
