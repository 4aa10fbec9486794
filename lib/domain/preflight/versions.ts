/** Major and minor of a tag like `3.148.5-stable`; null where it is of another form, like `latest`. */
export function versionOf(tag: string | null): { readonly major: number; readonly minor: number } | null {
  const found = /^v?(\d+)\.(\d+)(\.|-|$)/.exec(tag ?? '');
  return found ? { major: Number(found[1]), minor: Number(found[2]) } : null;
}
