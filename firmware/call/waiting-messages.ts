/** Extensions for which messages wait, as whatever keeps the messages says; phones on lines show it. */

export class WaitingMessages {
  /** Something is to be remembered over restarts. */
  onChanged: (urgent?: boolean) => void = () => {};
  /** It has changed for an extension. */
  onShown: (extension: string) => void = () => {};
  #extensions = new Set<string>();

  has(extension: string): boolean {
    return this.#extensions.has(extension);
  }

  set(extension: string, waiting: boolean): void {
    if (this.has(extension) === waiting) return;
    if (waiting) this.#extensions.add(extension);
    else this.#extensions.delete(extension);
    this.onChanged();
    this.onShown(extension);
  }

  clear(): void {
    this.#extensions.clear();
  }

  snapshot(): object {
    return { extensions: [...this.#extensions] };
  }

  /** Throws what it likes for what is no snapshot. */
  restore(document: unknown): void {
    const { extensions } = document as { extensions: unknown[] };
    this.#extensions = new Set(extensions.filter((one) => typeof one === 'string'));
  }
}
