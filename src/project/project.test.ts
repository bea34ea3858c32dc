import fc from 'fast-check';
import { zipSync } from 'fflate';
import { describe, expect, it } from 'vitest';
import { hostileProject, zipOf } from '../testing/hostile-projects.ts';
import { projectDataset, projectRun } from '../testing/project-run.ts';
import { SpecError } from '../util/errors.ts';
import type { Project } from './contents.ts';
import { readJson, writeJson } from './json.ts';
import { MAX_FILE_BYTES } from './limits.ts';
import { isSameRun, packProject, readProject } from './project.ts';
import { runEntries } from './run-parts.ts';

const one: Project = { runs: [projectRun('a')], datasets: [] };

async function refusal(bytes: Uint8Array): Promise<string> {
  try {
    await readProject(bytes, 'my.instantnet');
  } catch (error) {
    if (error instanceof SpecError) return error.message;
    throw error;
  }
  return 'it was taken';
}

/** A whole file in which one part of the run is changed, vouched for by its manifest. */
function withPart(part: string, change: (bytes: Uint8Array) => Uint8Array): Promise<Uint8Array> {
  const entries = runEntries(projectRun('a'), 'runs/0/');
  return zipOf(
    entries.map((entry) =>
      entry.path.endsWith(`/${part}`) ? { ...entry, bytes: change(entry.bytes) } : entry,
    ),
  );
}

const withJson = (part: string, change: (value: Record<string, unknown>) => unknown) =>
  withPart(part, (bytes) => writeJson(change(readJson(bytes, part) as Record<string, unknown>)));

describe('a project file', () => {
  it('gives back what was put in, without the velocities of a run that has ended', async () => {
    const project = {
      runs: [projectRun('a', 1), projectRun('b', 2)],
      datasets: [projectDataset()],
    };
    const { runs, datasets } = await readProject(await packProject(project), 'x');
    expect(datasets).toEqual(project.datasets);
    expect(runs.map(({ record, log, mapping }) => ({ record, log, mapping }))).toEqual(
      project.runs.map(({ record, log, mapping }) => ({ record, log, mapping })),
    );
    const names = runs[0]?.checkpoint?.tensors.map(({ name }) => name) ?? [];
    expect(names).toContain('block0.conv/weight');
    expect(names.some((name) => name.startsWith('velocity:'))).toBe(false);
    const before = projectRun('a').checkpoint?.tensors.filter(({ name }) => names.includes(name));
    expect(runs[0]?.checkpoint?.tensors).toEqual(before);
  });

  it('keeps the velocities of a run that may go on', async () => {
    const { record, ...rest } = projectRun('a');
    const paused = { ...rest, record: { ...record, status: 'paused' as const } };
    const { runs } = await readProject(await packProject({ runs: [paused], datasets: [] }), 'x');
    expect(runs[0]?.checkpoint).toEqual(paused.checkpoint);
  });

  it('has the same bytes after a round trip, and in whatever order runs come', async () => {
    const [a, b] = [projectRun('a', 1), projectRun('b', 1)];
    const bytes = await packProject({ runs: [a, b], datasets: [] });
    expect(await packProject({ runs: [b, a], datasets: [] })).toEqual(bytes);
    const again = await packProject(await readProject(bytes, 'x'));
    expect(again).toEqual(bytes);
  });

  it('does not say that a run is an example, and tells it from another', async () => {
    const { record, ...rest } = projectRun('a');
    const example = { ...rest, record: { ...record, example: true } };
    expect(await packProject({ runs: [example], datasets: [] })).toEqual(await packProject(one));
    expect(isSameRun(example, projectRun('a'))).toBe(true);
    expect(isSameRun(example, projectRun('a', 7))).toBe(false);
  });
});

describe('a file from outside', () => {
  it('is refused when it is something else, with its name and what was expected', async () => {
    expect(await refusal(new Uint8Array(0))).toMatch(/^my\.instantnet: expected a project file/);
    expect(await refusal(new Uint8Array(500).fill(7))).toContain('expected a project file');
    expect(await refusal(zipSync({ 'a.txt': new Uint8Array(4) }))).toContain('manifest.json');
    expect(await refusal(zipSync({}))).toContain('expected a project file');
  });

  it('is refused when any one byte of what it holds has changed', async () => {
    const bytes = await packProject(one);
    await fc.assert(
      fc.asyncProperty(
        fc.nat(bytes.length - 1),
        fc.integer({ min: 1, max: 255 }),
        async (at, by) => {
          const torn = bytes.slice();
          torn[at] = (torn[at] ?? 0) ^ by;
          try {
            const project = await readProject(torn, 'x');
            // some bytes of a zip say nothing (times, the list at its end): then nothing has changed
            expect(await packProject(project)).toEqual(bytes);
          } catch (error) {
            expect(error).toBeInstanceOf(SpecError);
          }
        },
      ),
      { numRuns: 40 },
    );
  });

  it('is refused when it is cut off anywhere before its list of contents', async () => {
    const bytes = await packProject(one);
    const list = new TextDecoder('latin1').decode(bytes).indexOf('PK\u0001\u0002');
    await fc.assert(
      fc.asyncProperty(fc.nat(list - 1), async (length) => {
        expect(await refusal(bytes.subarray(0, length))).toContain('expected');
      }),
      { numRuns: 25 },
    );
  });

  it('is refused before it has swollen', async () => {
    const bomb = zipSync({ 'manifest.json': new Uint8Array(2 ** 26) });
    expect(bomb.length).toBeLessThan(2 ** 17);
    expect(await refusal(bomb)).toContain('bytes in manifest.json');
    const lying = bomb.slice();
    new DataView(lying.buffer).setUint32(22, 10, true); // its header says ten bytes
    expect(await refusal(lying)).toContain('more than');
    const large = await withPart('log.json', () => new Uint8Array(2 ** 20));
    expect(await refusal(large)).toContain('log.json: expected JSON');
    const path = 'runs/0/run.json';
    const entries = [{ path, bytes: MAX_FILE_BYTES + 1, sha256: '0'.repeat(64) }];
    const manifest = writeJson({ format: 'instantnet-project', version: 1, entries });
    expect(await refusal(zipSync({ 'manifest.json': manifest }))).toContain(
      'manifest.json.entries.0',
    );
  });

  it.each([
    '../run.json',
    '/etc/passwd',
    'runs/0/evil.js',
    'runs/00/run.json',
    'runs\\0\\run.json',
  ])('is refused for the path %s', async (path) => {
    expect(await refusal(await zipOf([{ path, bytes: new Uint8Array(1) }]))).toContain(
      'expected a path of a project file',
    );
  });

  it('is refused for an entry that its manifest does not name', async () => {
    const [manifest] = [writeJson({ format: 'instantnet-project', version: 1, entries: [] })];
    const named = { path: 'runs/0/run.json', bytes: 1, sha256: '0'.repeat(64) };
    const true1 = writeJson({ format: 'instantnet-project', version: 1, entries: [named] });
    expect(await refusal(zipSync({ 'manifest.json': manifest }))).toContain('entries');
    expect(
      await refusal(zipSync({ 'manifest.json': true1, 'runs/0/log.json': new Uint8Array(1) })),
    ).toContain('expected what its manifest names, got runs/0/log.json');
    expect(await refusal(zipSync({ 'manifest.json': true1 }))).toContain(
      'expected runs/0/run.json',
    );
  });

  it('is refused for fields that the lab does not know, and pollutes nothing', async () => {
    const odd = await withJson('run.json', (run) => ({ ...run, extra: 1 }));
    expect(await refusal(odd)).toContain('run.json: expected no field extra, got one');
    const deep = await withJson('mapping.json', (mapping) => {
      const [width] = mapping['byBits'] as { layers: object[] }[];
      return { ...mapping, byBits: [{ ...width, layers: [{ ...width?.layers[0], secret: 1 }] }] };
    });
    expect(await refusal(deep)).toContain('expected no field byBits.0.layers.0.secret');
    const proto = await withPart('run.json', (bytes) =>
      new TextEncoder().encode(
        new TextDecoder().decode(bytes).replace('{', '{"__proto__":{"polluted":1},'),
      ),
    );
    expect(await refusal(proto)).toContain('expected no field __proto__');
    expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
    const marked = await withJson('run.json', (run) => ({ ...run, example: true }));
    expect(await refusal(marked)).toContain('expected no field example');
  });

  it('is refused for arrays that are not those of the network', async () => {
    const list = (change: (tensors: { name: string; shape: number[] }[]) => unknown) =>
      withJson('checkpoint.json', (c) => ({
        ...c,
        tensors: change(c['tensors'] as { name: string; shape: number[] }[]),
      }));
    expect(await refusal(await list((tensors) => tensors.slice(1)))).toContain(
      'weights.bin: expected',
    );
    const renamed = await list(([first, ...rest]) => [{ ...first, name: 'other/weight' }, ...rest]);
    expect(await refusal(renamed)).toContain('got other/weight');
    const reshaped = await list(([first, ...rest]) => [
      { ...first, shape: [...(first?.shape ?? [])].reverse() },
      ...rest,
    ]);
    expect(await refusal(reshaped)).toContain('of shape');
    const notANumber = await withPart('weights.bin', (bytes) => {
      const copy = bytes.slice();
      return copy.fill(0xff);
    });
    expect(await refusal(notANumber)).toContain('expected finite numbers');
  });

  it('is read whole or refused in a sentence, whatever is in it', async () => {
    let refused = 0;
    for (let seed = 0; seed < 60; seed++) {
      const sentence = await refusal(await hostileProject(seed));
      if (sentence === 'it was taken') continue;
      refused++;
      expect(sentence).toMatch(/^my\.instantnet.*expected /s);
    }
    expect(refused).toBeGreaterThan(45);
  });
});
