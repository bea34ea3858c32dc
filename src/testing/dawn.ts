/**
 * @file WebGPU in Node, by Dawn, for tests and benchmarks that need no browser.
 *
 * The Vulkan loader and driver are found when the process starts, so whoever uses this runs it in a
 * process of its own, with `vulkanEnvironment()`.
 */
import { existsSync } from 'node:fs';

/** Where a Chromium brings its Vulkan loader and its software driver, SwiftShader. */
const CHROMIUM_FOLDERS = ['/usr/lib/chromium', '/opt/google/chrome'];

/** Environment with which Dawn finds a driver: the caller's own, else Chromium's software one. */
export function vulkanEnvironment(): Record<string, string | undefined> {
  const folder = CHROMIUM_FOLDERS.find((path) => existsSync(`${path}/vk_swiftshader_icd.json`));
  if (process.env['VK_ICD_FILENAMES'] !== undefined || folder === undefined) return process.env;
  return {
    ...process.env,
    LD_LIBRARY_PATH: [folder, process.env['LD_LIBRARY_PATH']].filter(Boolean).join(':'),
    VK_ICD_FILENAMES: `${folder}/vk_swiftshader_icd.json`,
  };
}

/**
 * Put `navigator.gpu` and its globals in place; must be called before tfjs is imported.
 * @returns whether Dawn could be loaded; it may still find no adapter
 */
export async function startDawn(): Promise<boolean> {
  try {
    const { create, globals } = await import('webgpu');
    Object.assign(globalThis, globals);
    const options = process.platform === 'linux' ? ['backend=vulkan'] : [];
    Object.defineProperty(globalThis, 'navigator', {
      value: { gpu: create(options) },
      configurable: true,
    });
    return true;
  } catch {
    return false;
  }
}
