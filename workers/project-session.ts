/** @file Project files beside the page, which would stand still while megabytes are packed. */
import { transfer } from 'comlink';
import type { Project, ProjectRun } from '../src/project/contents.ts';
import { isSameRun, packProject, readProject, sha256 } from '../src/project/project.ts';
import { tfjsZip } from '../src/project/tfjs-model.ts';
import type { ProjectApi } from '../src/rpc/project-api.ts';
import { SpecError } from '../src/util/errors.ts';

export class ProjectSession implements ProjectApi {
  async read(bytes: Uint8Array, name: string, expected?: string): Promise<Project> {
    if (expected !== undefined && (await sha256(bytes)) !== expected) {
      throw new SpecError(`${name}: expected the file that the lab comes with, got other bytes`);
    }
    return readProject(bytes, name);
  }

  async pack(project: Project): Promise<Uint8Array<ArrayBuffer>> {
    return whole(await packProject(project));
  }

  packWeights(run: ProjectRun): Promise<Uint8Array<ArrayBuffer>> {
    return Promise.resolve(whole(tfjsZip(run)));
  }

  isSameRun(a: ProjectRun, b: ProjectRun): Promise<boolean> {
    return Promise.resolve(isSameRun(a, b));
  }
}

const whole = (bytes: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> =>
  transfer(bytes, [bytes.buffer]);
