/** Where somebody who came over HTTP is led: to the same page over HTTPS. */

export type Asked = {
  /** By the name or address that the browser knows the box by; IPv6 in brackets. */
  hostname: string;
  path: string;
  /** With its `?`. */
  search: string;
};

/** The address over HTTPS; undefined if the browser said no host. */
export function httpsAddress({ hostname, path, search }: Asked, port: number): string | undefined {
  if (!/^([\w.-]{1,253}|\[[\da-f:.]{2,45}\])$/i.test(hostname)) return undefined;
  return `https://${hostname}:${port}${path}${search}`;
}
