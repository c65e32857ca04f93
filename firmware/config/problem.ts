/** What is wrong in a document, for the administrator. */

export type Problem = {
  /** JSON pointer into the document: `/extensions/0/number`. */
  path: string;
  /** What stands there, as JSON; `***` for a secret. */
  value: string;
  /** What would be right, in words. */
  expected: string;
};

/** Something that only one may have: a number, a name. `owner`: who has it, in words. */
export type Claim = { path: string; value: string; owner: string };

/** A problem for each claim of what another one has already, which is named. */
export function clashes(claims: Claim[]): Problem[] {
  const owners = new Map<string, string>();
  return claims.flatMap(({ path, value, owner }) => {
    const other = owners.get(value);
    if (other === undefined) owners.set(value, owner);
    return other === undefined
      ? []
      : [{ path, value: quoted(value), expected: `one that ${other} does not have` }];
  });
}

export function quoted(text: string): string {
  return JSON.stringify(text);
}

/** Whether a path, of JSON pointers or of names with dots, ends at a secret. */
export function isSecret(path: string): boolean {
  return /(^|[/.])(pin|password|passwordHash|tokenHash|secret)$/.test(path);
}
