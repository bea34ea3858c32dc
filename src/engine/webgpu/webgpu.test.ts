/** The WGSL kernels in Dawn, in a process of its own, which finds its driver when it starts. */
import { spawn } from 'node:child_process';
import { beforeAll, describe, expect, test } from 'vitest';
import { vulkanEnvironment } from '../../testing/dawn.ts';
import { kernelCases } from '../../testing/kernel-cases.ts';
import { webGpuChecks } from '../../testing/webgpu-checks.ts';
import type { WebGpuReport } from '../../testing/webgpu-process.ts';

const SCRIPT = new URL('../../testing/webgpu-process.ts', import.meta.url).pathname;
const TIMEOUT_MS = 240_000;

function runProcess(): Promise<WebGpuReport> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, ['--import', 'tsx', SCRIPT], {
      env: vulkanEnvironment(),
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let out = '';
    let errors = '';
    child.stdout.on('data', (chunk: Buffer) => (out += chunk.toString()));
    child.stderr.on('data', (chunk: Buffer) => (errors += chunk.toString()));
    child.on('error', reject);
    child.on('close', (code) => {
      if (code === 0) resolve(JSON.parse(out.slice(out.indexOf('{"adapter"'))) as WebGpuReport);
      else reject(new Error(`the WebGPU process ended with ${code}: ${errors.slice(-2000)}`));
    });
  });
}

describe('kernels on webgpu', () => {
  let report: WebGpuReport;

  beforeAll(async () => {
    report = await runProcess();
  }, TIMEOUT_MS);

  const names = [...kernelCases().map(({ name }) => name), ...Object.keys(webGpuChecks)];
  for (const name of names) {
    test(name, (context) => {
      const { adapter, faults } = report;
      if (!adapter.available) context.skip(`no WebGPU in Node here: ${adapter.reason}`);
      expect(faults[name]).toEqual([]);
    });
  }
});
