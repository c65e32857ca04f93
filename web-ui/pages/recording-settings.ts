/** Configuration of where recordings are kept, and how long. */
import type { Disk, Disks } from '../../firmware/recording/disks.js';
import { numberIn, trimmedIn } from './config-form.js';
import { sizeShown } from './recordings.js';
import type { SectionKind } from './section-pages.js';

/** What one chooses of: the folder, empty for the flash of the box, and the words for it. */
type Choice = [folder: string, words: string];

export function recordingsKind(disksNow: () => Promise<Disks>): SectionKind<'recordings'> {
  return {
    section: 'recordings',
    view: 'recording-settings',
    title: 'Keeping recordings',
    note: 'What was recorded before stays where it is, and is found again when that is chosen again.',
    choices: async ({ recordings }) => ({ folders: folderChoices(await disksNow(), recordings.folder) }),
    formOf: ({ folder = '', keepDays, maxMegabytes }) => ({
      folder,
      keepDays: String(keepDays),
      maxMegabytes: String(maxMegabytes),
    }),
    bodyOf: (form) => ({
      folder: trimmedIn(form.folder),
      keepDays: numberIn(form.keepDays),
      maxMegabytes: numberIn(form.maxMegabytes),
    }),
  };
}

/** What is configured stands among them also if its disk is not plugged in. */
export function folderChoices({ flashFreeBytes, disks }: Disks, folder: string | undefined): Choice[] {
  const holds = ({ mountedAt }: Disk) => folder === mountedAt || folder?.startsWith(`${mountedAt}/`);
  const plugged = disks.map((disk): Choice => {
    const own = holds(disk) ? folder : undefined;
    return [
      own ?? `${disk.mountedAt}/recordings`,
      `Disk at ${disk.mountedAt}, ${sizeShown(disk.freeBytes)} free`,
    ];
  });
  const missing: Choice[] =
    folder === undefined || disks.some(holds) ? [] : [[folder, `${folder}, whose disk is not plugged in`]];
  return [['', `Flash of the box, ${sizeShown(flashFreeBytes)} free`], ...plugged, ...missing];
}
