/** @file Which code this is: package version and a hash of the sources, put in by the build. */
declare const __CODE_VERSION__: string;

export const CODE_VERSION = __CODE_VERSION__;
