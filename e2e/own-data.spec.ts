import { plainPng, pngFile, zipOf } from '../src/testing/image-files.ts';
import { TID } from '../src/ui/testids.ts';
import { expectAccessible } from './accessible.ts';
import { expect, test } from './lab-test.ts';

/** A train part of `count` images for each of three classes, a test part of a quarter; wide ones. */
function photos(count: number): Buffer {
  const colors = { red: [220, 40, 30], green: [30, 200, 60], blue: [40, 60, 220] } as const;
  const files = new Map<string, Uint8Array>([['photos/__MACOSX/red/._1.png', Uint8Array.of(1)]]);
  for (const [name, [r, g, b]] of Object.entries(colors))
    for (let i = 0; i < count * 1.25; i++) {
      const part = i < count ? 'train' : 'test';
      const shade = i % 30;
      files.set(
        `photos/${part}/${name}/${i}.png`,
        pngFile(60, 40, (x, y) => [r - shade, g - shade, (b - shade + (x ^ y)) & 255]),
      );
    }
  files.set('photos/train/red/broken.png', new TextEncoder().encode('no image at all, but a name'));
  return Buffer.from(zipOf(files));
}

test('a zip of class folders is read, trained on and mapped', async ({ lab, page }) => {
  test.slow(); // on two shared cores reading, training and mapping took all of four minutes
  await lab.open();
  await lab.useSmoke();
  await page.getByText('How images are taken in').click();
  await lab.tid(TID.dataSide).fill('24');
  await lab.tid(TID.dataSide).press('Enter');
  await lab.tid(TID.dataFiles).setInputFiles({
    name: 'bad.zip',
    mimeType: 'application/zip',
    buffer: photos(8).subarray(0, 500),
  });
  await expect(lab.tid(TID.dataAlert)).toContainText('bad.zip: expected a whole zip archive');
  expect(await lab.stored('datasets')).toHaveLength(2); // those that the page drew itself

  await lab.tid(TID.dataFiles).setInputFiles({
    name: 'photos.zip',
    mimeType: 'application/zip',
    buffer: photos(24),
  });
  await expect(lab.tid(TID.dataName)).toHaveText('photos', { timeout: 90_000 });
  await expect(lab.tid(TID.dataCounts)).toContainText('24 × 24 × 3');
  await expect(lab.tid(TID.dataCounts)).toContainText('72');
  await expect(lab.tid(TID.bench('data'))).toContainText('1 image could not be read');
  await expect(lab.tid(TID.dataPreview).locator('tbody th')).toHaveText(['blue', 'green', 'red']);

  await lab.train();
  await lab.goTo('map');
  await lab.tid(TID.mapStart).click();
  await lab.mapped();
  const [run] = (await lab.stored('runs')) as { model: { input: unknown; classes: number } }[];
  expect(run?.model).toMatchObject({ input: { height: 24, width: 24, channels: 3 }, classes: 3 });
  await lab.goTo('trade');
  await expect(lab.tid(TID.predictions)).toContainText('red');
});

test('two classes are collected in the page and become a dataset', async ({ lab, page }) => {
  await lab.open();
  await lab.tid(TID.collectOpen).click();
  await expect(lab.tid(TID.collectMake)).toBeDisabled();
  await lab.tid(TID.collectName(0)).fill('strokes');
  await lab.tid(TID.collectName(0)).press('Tab');
  for (const keys of [['Space'], ['Shift+ArrowRight', 'Shift+ArrowRight']]) {
    await lab.tid(TID.collectPad).focus();
    for (const key of keys) await page.keyboard.press(key);
    await lab.tid(TID.collectDrawn).click();
    await expect(lab.tid(TID.collectSaid)).toHaveText('1 image added to strokes.');
    await expect(lab.tid(TID.collectDrawn)).toBeDisabled();
  }
  await lab.tid(TID.collectPick(1)).click();
  await lab.tid(TID.collectFiles).setInputFiles(
    [10, 60, 110, 160].map((red) => ({
      name: `${red}.png`,
      mimeType: 'image/png',
      buffer: Buffer.from(plainPng(20, [red, 90, 200])),
    })),
  );
  await expect(lab.tid(TID.collectImages(1)).getByRole('listitem')).toHaveCount(4);
  await lab.tid(TID.collectImages(1)).getByRole('button').first().click();
  await expect(lab.tid(TID.collectImages(1)).getByRole('listitem')).toHaveCount(3);

  // all of it is there after a reload
  await page.reload();
  await lab.hasImages();
  await lab.tid(TID.collectOpen).click();
  await expect(lab.tid(TID.collectImages(0)).getByRole('listitem')).toHaveCount(2);
  await expect(lab.tid(TID.collectImages(1)).getByRole('listitem')).toHaveCount(3);
  await lab.tid(TID.collectTitle).fill('My strokes');
  await lab.tid(TID.collectMake).click();
  await expect(lab.tid(TID.dataName)).toHaveText('My strokes');
  await expect(lab.tid(TID.dataPreview).locator('tbody th')).toHaveText(['strokes', 'Class 2']);
  await expect(lab.tid(TID.dataCounts)).toContainText('32 × 32 × 3');

  for (const [colorScheme, width] of [
    ['light', 1280],
    ['dark', 360],
  ] as const) {
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
    await page.setViewportSize({ width, height: 800 });
    await lab.goTo('data');
    await expectAccessible(page, colorScheme, `[data-testid="${TID.bench('data')}"]`);
    const wider = await lab
      .tid(TID.bench('data'))
      .evaluate((bench) => bench.scrollWidth - bench.clientWidth);
    expect(wider, `at ${width} px`).toBeLessThanOrEqual(0);
  }
});
