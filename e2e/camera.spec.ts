import { browserFlags } from '../scripts/browser.js';
import { TID } from '../src/ui/testids.ts';
import { expect, test as base } from './lab-test.ts';

declare global {
  interface Window {
    /** Every picture source that the page was given. */
    cameraTracks: MediaStreamTrack[];
  }
}

/** Chromium's own camera, a picture that moves, which is allowed without a question. */
const test = base.extend<{ cameraWatch: undefined }>({
  cameraWatch: [
    async ({ context }, use) => {
      await context.addInitScript(() => {
        window.cameraTracks = [];
        const devices = navigator.mediaDevices as MediaDevices | undefined;
        if (devices === undefined) return; // about:blank has none
        const ask = devices.getUserMedia.bind(devices);
        devices.getUserMedia = async (wanted) => {
          const stream = await ask(wanted);
          window.cameraTracks.push(...stream.getTracks());
          return stream;
        };
      });
      await use(undefined);
    },
    { auto: true },
  ],
});

test.use({
  launchOptions: {
    executablePath: process.env['CHROME_PATH'] ?? '',
    args: [
      ...browserFlags(),
      '--use-fake-device-for-media-stream',
      '--use-fake-ui-for-media-stream',
    ],
  },
});

test('pictures of the camera become images of a class, one after another while it is held', async ({
  lab,
  page,
}) => {
  await lab.open();
  await lab.tid(TID.collectOpen).click();
  await lab.tid(TID.collectCamera).click();
  const shot = lab.tid(`${TID.collectCamera}-shot`);
  const video = page.locator('video');
  await expect
    .poll(() => video.evaluate((seen) => (seen as HTMLVideoElement).videoWidth))
    .toBeGreaterThan(0);
  const images = lab.tid(TID.collectImages(0)).getByRole('listitem');
  await shot.focus();
  await page.keyboard.press('Enter');
  await expect(images).toHaveCount(1);
  await shot.hover();
  await page.mouse.down();
  await expect.poll(() => images.count()).toBeGreaterThanOrEqual(3);
  await page.mouse.up();
  // what was taken is a picture, not an empty frame
  const colors = await images
    .first()
    .locator('canvas')
    .evaluate((canvas: HTMLCanvasElement) => {
      const drawn = canvas.getContext('2d')?.getImageData(0, 0, canvas.width, canvas.height);
      return drawn ? new Set(new Uint32Array(drawn.data.buffer)).size : 0;
    });
  expect(colors).toBeGreaterThan(10);
  await page.getByRole('button', { name: 'Camera off' }).click();
  await expect(lab.tid(TID.collectCamera)).toBeVisible();
  expect(await page.evaluate(() => window.cameraTracks.map((track) => track.readyState))).toEqual([
    'ended',
  ]);
});

test.describe('with the run of a first visit', () => {
  test.use({ isFirstVisit: true });

  test('a picture of the camera is answered at every bit-width, and the camera goes off with it', async ({
    lab,
    page,
  }) => {
    await lab.open();
    await lab.goTo('trade');
    await lab.tid(TID.scope).scrollIntoViewIfNeeded();
    await lab.tid(TID.scopeTab('own')).click();
    await lab.tid(TID.scopeCamera).click();
    await expect
      .poll(() => page.locator('video').evaluate((seen) => (seen as HTMLVideoElement).videoWidth))
      .toBeGreaterThan(0);
    await lab.tid(`${TID.scopeCamera}-shot`).click();
    await expect(lab.tid(TID.scopeBeliefs).locator('tbody tr')).toHaveCount(4, {
      timeout: 120_000, // the backend starts
    });
    await expect(page.getByLabel('Your image as the network sees it')).toBeVisible();
    await lab.tid(TID.scopeTab('network')).click();
    await expect
      .poll(() => page.evaluate(() => window.cameraTracks.map((track) => track.readyState)))
      .toEqual(['ended']);
  });
});
