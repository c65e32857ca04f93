/** Documents that an older firmware wrote, as they are written today. */

/**
 * Changes a document that was kept, in place. When boxes did not record, `record` was true or false; nobody's
 * acknowledgement was kept then, so that neither is recorded now.
 */
export function migrated(document: unknown): unknown {
  const conferences = (document as { conferences?: unknown } | null)?.conferences;
  if (Array.isArray(conferences))
    for (const one of conferences as ({ record?: unknown } | null)[])
      if (typeof one?.record === 'boolean') one.record = 'off';
  return document;
}
