/** @file The one suite that every backend's kernels pass, for vitest. */
import { ready, setBackend } from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, test } from 'vitest';
import { kernelCases } from './kernel-cases.ts';
import { checkKernelCase } from './kernel-check.ts';
import type { Tolerance } from './tolerances.ts';

/**
 * Define the suite for a backend whose kernels are registered by then.
 * @param prepare called first, e.g. to register the backend
 * @param except  names of cases left out: faults of a backend that is not ours
 */
export function runKernelSuite(
  backendName: string,
  tolerance: Tolerance,
  prepare: () => void | Promise<void> = () => undefined,
  except: readonly string[] = [],
): void {
  describe(`kernels on ${backendName}`, () => {
    beforeAll(async () => {
      await prepare();
      expect(await setBackend(backendName)).toBe(true);
      await ready();
    });

    const cases = kernelCases().filter(({ name }) => !except.includes(name));
    test.each(cases.map((kernelCase) => [kernelCase.name, kernelCase] as const))(
      '%s',
      async (_name, kernelCase) => {
        expect(await checkKernelCase(kernelCase, tolerance)).toEqual([]);
      },
    );
  });
}
