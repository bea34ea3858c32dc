/** @file What a project file is called and may be, for those who do not read it themselves. */

export const EXTENSION = '.instantnet';
/** A project file, and all that is in it. */
export const MAX_FILE_BYTES = 2 ** 28;
