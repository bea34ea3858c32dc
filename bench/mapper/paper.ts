/**
 * @file What others print, to stand beside what is measured here. Nothing is tuned to any of it.
 */

/** InstantNet (DAC 2021), §IV-D and figure 5. */
export const INSTANTNET = {
  /** EDP below Eyeriss's row-stationary, by its own simulator. */
  edpReductionPercent: { alexnet: 65.76, vgg16: 85.74 },
  /** Energy below MAGNet's set of loop orders. */
  energyReductionVsMagnetPercent: 9.3,
  mappingsLog10: 27,
} as const;

/** TRIPS, table 3: ZC706, 16-bit fixed point, 200 MHz. */
export const TRIPS = {
  alexnet: { gops: 272, dsp: 704 },
  vgg16: { gops: 291, dsp: 723 },
} as const;

/**
 * Eyeriss, the chip: rate and power without DRAM on the convolutions.
 *
 * @source Chen et al., IEEE JSSC 52(1), 2017, abstract
 */
export const EYERISS_CHIP = {
  alexnet: { batch: 4, framesPerSecond: 35, powerMw: 278 },
  vgg16: { batch: 3, framesPerSecond: 0.7, powerMw: 236 },
} as const;

/**
 * Valid mappings a second of Timeloop's own mapper, the fastest of each kind of run: v3.0.3 built
 * with -O3, one thread of a 2.5 GHz Xeon, one layer of AlexNet or VGG16.
 */
export const TIMELOOP = [
  { accelerator: '16×16 array', algorithm: 'Timeloop, unconstrained', validPerSecond: 733 },
  { accelerator: 'eyeriss', algorithm: 'Timeloop, row-stationary', validPerSecond: 61.5 },
  { accelerator: 'eyeriss', algorithm: 'Timeloop, bypass alone fixed', validPerSecond: 11.5 },
] as const;
