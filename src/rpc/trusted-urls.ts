/**
 * @file Trusted Types: the only scripts that a page or worker of the lab may start are the lab's own.
 *
 * Imported for its effect by what starts workers. The default policy is asked wherever a text is
 * used as a script's address; there is none for HTML or code, so texts are refused as such.
 */
interface PolicyFactory {
  createPolicy(name: string, rules: { createScriptURL(url: string): string }): unknown;
}

const { trustedTypes } = globalThis as { readonly trustedTypes?: PolicyFactory };

trustedTypes?.createPolicy('default', {
  createScriptURL(url) {
    if (new URL(url, location.href).origin !== location.origin) {
      throw new TypeError(`trusted-urls: expected a script of ${location.origin}, got ${url}`);
    }
    return url;
  },
});
