/** Resolves after a while, or at once when it is aborted. */
export function until(signal: AbortSignal, ms: number): Promise<void> {
  if (signal.aborted) return Promise.resolve();
  return new Promise((over) => {
    const timer = setTimeout(end, ms);
    function end(): void {
      clearTimeout(timer);
      signal.removeEventListener('abort', end);
      over();
    }
    signal.addEventListener('abort', end, { once: true });
  });
}
