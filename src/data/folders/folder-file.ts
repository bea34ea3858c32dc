/** @file A file among many, read only when its turn comes: an entry of a zip, or one of a folder. */

export interface FolderFile {
  /** With `/` between its parts; from a stranger, never used as a path. */
  readonly path: string;
  /** As its archive or folder says; reading finds out. */
  readonly sizeBytes: number;
  /** @throws SpecError when it is damaged or not as its archive says */
  read(): Promise<Uint8Array>;
}

/** Opaque pixels of a picture, shape [height, width, 4]. */
export interface DecodedImage {
  readonly width: number;
  readonly height: number;
  readonly rgba: Uint8ClampedArray;
}

/** Rejects for what is no picture. In the product the browser's own decoder. */
export type DecodeImage = (bytes: Uint8Array) => Promise<DecodedImage>;
