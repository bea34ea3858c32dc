/** @file Project files as a stranger would send them: torn, swollen, lying, or good but for one field. */
import { strToU8, zipSync } from 'fflate';
import { readJson, writeJson } from '../project/json.ts';
import { packProject, sha256 } from '../project/project.ts';
import { runEntries } from '../project/run-parts.ts';
import { writeZip } from '../project/zip.ts';
import type { Entry } from '../project/zip.ts';
import { Rng } from '../util/rng.ts';
import { hostileJson } from './hostile-json.ts';
import { projectDataset, projectRun } from './project-run.ts';

const run = projectRun('a run');
let good: Promise<Uint8Array<ArrayBuffer>> | undefined;

/** A zip of these entries whose manifest is true to them. */
export async function zipOf(entries: readonly Entry[]): Promise<Uint8Array> {
  const listed = await Promise.all(
    entries.map(async ({ path, bytes }) => ({
      path,
      bytes: bytes.length,
      sha256: await sha256(bytes),
    })),
  );
  const manifest = { format: 'instantnet-project', version: 1, entries: listed };
  return writeZip([{ path: 'manifest.json', bytes: writeJson(manifest) }, ...entries]);
}

/** As JSON would carry it; what JSON cannot is left out. */
function jsonOf(value: unknown): Uint8Array {
  try {
    return strToU8(JSON.stringify(value) ?? 'null');
  } catch {
    return strToU8('{}');
  }
}

export async function hostileProject(seed: number): Promise<Uint8Array> {
  const rng = new Rng(seed);
  good ??= packProject({ runs: [run], datasets: [projectDataset()] });
  const bytes = (await good).slice();
  switch (rng.int(8)) {
    case 0: // torn
      return bytes.subarray(0, rng.int(bytes.length));
    case 1: {
      for (let i = 0; i <= rng.int(8); i++) bytes[rng.int(bytes.length)] = rng.int(256);
      return bytes;
    }
    case 2: // swollen: a megabyte of zeros in a kilobyte, in a place where a run has something small
      return zipSync({ 'manifest.json': new Uint8Array(2 ** (20 + rng.int(5))) });
    case 3: // paths that lead elsewhere
      return zipOf([{ path: PATHS[rng.int(PATHS.length)] ?? '', bytes: strToU8('x') }]);
    case 4: {
      const noise = new Uint8Array(rng.int(2000));
      for (let i = 0; i < noise.length; i++) noise[i] = rng.int(256);
      return noise;
    }
    default: {
      // good but for one part, which its manifest vouches for
      const entries = runEntries(run, 'runs/0/');
      const at = rng.int(entries.length);
      const entry = entries[at];
      if (entry === undefined) return bytes;
      const changed = entry.path.endsWith('.json')
        ? jsonOf(hostileJson(readJson(entry.bytes, 'good'), seed))
        : entry.bytes.slice(0, rng.int(entry.bytes.length));
      return zipOf(entries.map((e, i) => (i === at ? { ...e, bytes: changed } : e)));
    }
  }
}

const PATHS = [
  '../manifest.json',
  '/etc/passwd',
  'runs/../run.json',
  'runs/00/run.json',
  'runs/0/run.json/',
  'runs\\0\\run.json',
  'runs/0/__proto__',
  'constructor',
  'runs/0/evil.js',
  '',
];
